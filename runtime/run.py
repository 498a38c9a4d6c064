"""A run: everything that is needed to repeat a training, and the folder that holds what came of it."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from builder.edits import reason
from runtime import tickets
from runtime.events import Event, Failed, Finished, Paused, Stopped, Suspended, last
from runtime.folders import strange
from runtime.home import runs_folder
from runtime.process import AGAIN, Worker, open_plain, read_small
from runtime.record import ID, Record, clean_name, read_record, write_record
from runtime.schedule import on_cluster
from runtime.spec import START_FILE, DataSpec, RunSpec, Start, Watch
from runtime.starts import take_along
from runtime.versions import versions

__all__ = [
    "OVER",
    "DataSpec",
    "Run",
    "RunError",
    "RunSpec",
    "Start",
    "Status",
    "Watch",
    "Worker",
    "create",
    "damaged",
    "open_run",
    "rename",
    "runs",
]

Status = Literal["waiting", "running", "paused", "suspended", "finished", "stopped", "failed", "crashed"]
OVER = ("suspended", "finished", "stopped", "failed", "crashed")


class RunError(ValueError):
    """A run that is not there, cannot be read, or cannot be changed just now; `str()` is shown."""


class NoRunError(RunError):
    """A run that is not there (any more), or not yet."""


@dataclass(frozen=True, slots=True)
class Run:
    """One folder: run.json worker.json control events.jsonl checkpoints/ maps/ model.keras train.py log."""

    folder: Path
    record: Record

    @property
    def id(self) -> str:
        """What names the run everywhere: the time of its creation and six random digits."""
        return self.record.id

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.record.name

    @property
    def project(self) -> str:
        """The project that it was started from; empty for the command line."""
        return self.record.project

    @property
    def owner(self) -> str:
        """Who shares the machine fairly with others: whoever is named, else the project."""
        return self.record.owner or self.record.project

    @property
    def created(self) -> datetime:
        """When it was made, in local time."""
        return self.record.created.astimezone()

    @property
    def spec(self) -> RunSpec:
        """What it trains, and how."""
        return self.record.spec

    @property
    def versions(self) -> dict[str, str]:
        """The versions of what it was made with."""
        return self.record.versions

    @property
    def events(self) -> Path:
        """The log of what has happened."""
        return self.folder / "events.jsonl"

    @property
    def log(self) -> Path:
        """What the worker has printed."""
        return self.folder / "log"

    @property
    def maps(self) -> Path:
        """The folder of kernels and feature maps."""
        return self.folder / "maps"

    @property
    def model(self) -> Path:
        """The model so far."""
        return self.folder / "model.keras"

    @property
    def start(self) -> Path:
        """The weights that it begins with, where it was given some."""
        return self.folder / START_FILE

    @property
    def script(self) -> Path:
        """The training as a script."""
        return self.folder / "train.py"

    @property
    def control(self) -> Path:
        """What the worker is asked to do: stop, pause or resume."""
        return self.folder / "control"

    @property
    def worker_file(self) -> Path:
        """Which process trains it."""
        return self.folder / "worker.json"

    @property
    def lock(self) -> Path:
        """What its worker holds as long as it trains."""
        return self.folder / "lock"

    def worker(self) -> Worker | None:
        """The process that was started for it, alive or not."""
        try:
            found = Worker.model_validate_json(read_small(self.worker_file))
        except (OSError, ValidationError):
            return None
        # Only of what was sent to the cluster does the cluster know whether it lives.
        return found if on_cluster(self.spec.device) else found.model_copy(update={"job": ""})

    def status(self) -> Status:
        """What it does now. When its worker has died without a word it waits to go on; "crashed" when that has not helped."""
        waits = tickets.find(self.id) is not None  # looked at first: it goes when the training begins
        event, worker = last(self.events), self.worker()
        if waits:
            return "running" if worker is not None and worker.lives(self.lock) else "waiting"
        if ended := _ended(event):
            return ended
        if worker is None:
            return "waiting" if event is None else "crashed"
        if not worker.lives(self.lock):
            ended = _ended(last(self.events))  # it may have written its last word between the two looks
            return ended or ("waiting" if worker.again < AGAIN else "crashed")
        return "paused" if isinstance(event, Paused) else "running"

    def wish(self) -> str:
        """What the control file says; empty where it cannot be read."""
        try:
            return read_small(self.control)[:10].decode(errors="replace").strip()
        except OSError:
            return ""

    def asked(self, status: Status) -> str:
        """What it has been asked for and has not done yet, being in this state: stop, suspend, pause or resume; else empty."""
        wish, open_in = self.wish(), {"running": ("stop", "suspend", "pause"), "paused": ("stop", "suspend", "resume")}
        return wish if wish in open_in.get(status, ()) else ""

    def log_end(self, most: int = 4000) -> str:
        """The last characters of what the worker has printed."""
        try:
            with open_plain(self.log) as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - most))
                return log.read(most).decode(errors="replace")
        except OSError:
            return ""


def create(spec: RunSpec, name: str = "", project: str = "", owner: str = "") -> Run:
    """A new run with its folder; nothing is started yet. Where the disk is full (OSError) nothing is left of it."""
    now = datetime.now(UTC)
    run_id = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    label = clean_name(name) or f"{spec.data.name} {now.astimezone():%H:%M}"
    record = Record(id=run_id, name=label, project=project, owner=owner, created=now, spec=spec, versions=versions())
    folder = runs_folder() / run_id
    run = Run(folder, record)
    try:
        (folder / "maps").mkdir(parents=True)
        if spec.start is not None:
            take_along(spec.start, run.start)
        write_record(folder / "run.json", record)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)  # without a run.json nobody could delete it
        raise
    return run


def open_run(run_id: str) -> Run:
    """The run of this id.

    Raises:
        NoRunError: the id is none, or there is no such run.
        RunError: its run.json cannot be read, or something strange lies beside it.
    """
    if not ID.fullmatch(run_id):
        raise NoRunError(f"{run_id[:60]!r} is no run's id; one looks like 20260131-235959-0a1b2c.")
    folder = runs_folder() / run_id
    try:
        odd = strange(folder)
        record = None if odd else read_record(folder / "run.json")
    except FileNotFoundError:
        raise NoRunError(f"There is no run {run_id} (any more).") from None
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, ValidationError) else str(error)
        raise RunError(f"The file run.json of run {run_id} cannot be read: {why[:200]}") from None
    if record is None:
        raise RunError(f"The run {run_id} is not opened: {odd}")
    if record.id != run_id:
        raise RunError(f"The folder {run_id} holds the run.json of another run, {record.id}.")
    return Run(folder, record)


def runs(project: str | None = None) -> list[Run]:
    """All runs, or those of a project, newest first; folders that hold no readable run are left to `damaged`."""
    found = []
    for folder in runs_folder().iterdir():
        try:
            run = open_run(folder.name)
        except RunError:
            continue
        if project is None or run.project == project:
            found.append(run)
    return sorted(found, key=lambda run: (run.record.created, run.id), reverse=True)


def damaged() -> dict[str, str]:
    """The runs whose run.json cannot be read, newest first: why, by id. It is not known to which project they belong."""
    found = {}
    for folder in sorted(runs_folder().iterdir(), reverse=True):
        if ID.fullmatch(folder.name):
            try:
                open_run(folder.name)
            except NoRunError:
                continue  # it is just being made, or removed
            except RunError as error:
                found[folder.name] = str(error)
    return found


def rename(run: Run, name: str) -> Run:
    """The run under another name.

    Raises:
        RunError: the name is empty, or the run has been deleted meanwhile.
    """
    label = clean_name(name)
    if not label:
        raise RunError("A run needs a name of at least one character.")
    renamed = Run(run.folder, run.record.model_copy(update={"name": label}))
    try:
        write_record(run.folder / "run.json", renamed.record)
    except FileNotFoundError:
        raise NoRunError(f"There is no run {run.name} any more.") from None
    return renamed


def _ended(event: Event | None) -> Status | None:
    match event:
        case Finished():
            return "finished"
        case Stopped():
            return "stopped"
        case Failed():
            return "failed"
        case Suspended():
            return "suspended"
    return None
