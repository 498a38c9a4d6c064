"""Exports of a run: each is made in a process of its own, kept in the run's folder, and told by a small state file beside it.

An export outlives a reload of the page and a restart of the server; it counts no more once the model has changed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from runtime.devices import devices
from runtime.exports import FORMATS
from runtime.exports.base import Comparison, Stage
from runtime.process import Worker, read_small, write_atomically
from runtime.run import Run, RunError

ROOT = Path(__file__).parents[2]
TIME_LIMIT = 600  # seconds; the child ends itself then
ENVIRONMENT = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}

WORDS: dict[Stage, str] = {
    "starting": "Starting Keras …",
    "opening": "Opening the model and the examples …",
    "writing": "Writing the file …",
    "comparing": "Opening the file again and comparing …",
    "done": "Ready.",
    "failed": "It failed.",
}


class State(BaseModel):
    """Where an export is. `made_from` is the stamp of the model, `began` a time in seconds, `error` why it failed."""

    model_config = ConfigDict(frozen=True)

    stage: Stage
    made_from: int
    began: float
    worker: Worker
    comparison: Comparison | None = None
    error: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing goes on any more."""
        return self.stage in ("done", "failed")

    @property
    def words(self) -> str:
        """What goes on, or what came of it."""
        return self.error or (str(self.comparison) if self.comparison else WORDS[self.stage])


_lock = threading.Lock()
_children: list[subprocess.Popen[bytes]] = []


def file_of(run: Run, name: str) -> Path:
    """Where the export in a format is kept."""
    return _folder(run) / f"model{FORMATS[name].ending}"


def stamp(run: Run) -> int:
    """What changes when the model of a run is written anew.

    Raises:
        RunError: it has none yet.
    """
    try:
        return run.model.stat().st_mtime_ns
    except OSError:
        raise RunError(
            f"{run.name} has saved no model yet: wait for its first checkpoint, or train it again."
        ) from None


def state_of(run: Run, name: str) -> State | None:
    """Where the export of the model as it is now stands; None when it has not been asked for, or counts no more."""
    with _lock:
        _reap()
    state = _read(run, name)
    if state is not None and not state.over and _child(run, name, state) is None:
        state = _read(run, name)  # it may have written its last word between the two looks
        if state is not None and not state.over:
            state = _broken_off(state)
    if state is None or not run.model.exists() or state.made_from != stamp(run):
        return None
    return None if state.stage == "done" and not file_of(run, name).is_file() else state


def make(run: Run, name: str) -> None:
    """Begin to make an export, unless it is being made.

    Raises:
        RunError: there is no model, other exports are being made, or the process cannot be started.
    """
    made_from, now = stamp(run), state_of(run, name)
    if now is not None and not now.over:
        return
    with _lock:
        if len(_children) >= devices()[0].threads:
            raise RunError("Other exports are being made just now. Try again when one of them is ready.")
        try:
            _folder(run).mkdir(exist_ok=True)
            file_of(run, name).unlink(missing_ok=True)
            _start(run, name, made_from)
        except OSError as error:
            raise RunError(f"The export could not be started: {error}.") from None


def end(run: Run, name: str) -> None:
    """Break off an export that is being made."""
    state = state_of(run, name)
    if state is not None and not state.over and (process := _child(run, name, state)):
        process.kill()
    _state_file(run, name).unlink(missing_ok=True)


def place(run: Run, name: str, path: Path) -> None:
    """Copy an export that is ready to where a person wants it; a SavedModel becomes a folder unless that ends in `.zip`.

    Raises:
        OSError: it cannot be written there.
    """
    file = file_of(run, name)
    if file.suffix == ".zip" and path.suffix != ".zip":
        shutil.unpack_archive(file, path, "zip")
    else:
        shutil.copyfile(file, path)


def write_state(run: Run, name: str, state: State) -> None:
    """Put down where an export is."""
    write_atomically(_state_file(run, name), state.model_dump_json())


def _start(run: Run, name: str, made_from: int) -> None:
    """Start the child; it begins when its standard input ends, so that its state is known before it says more itself."""
    with _log(run, name).open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "runtime.exports.child", run.id, name],
            env={**os.environ, **ENVIRONMENT},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl+C is meant for us
        )
    _children.append(child)
    assert child.stdin is not None
    with child.stdin:
        state = State(stage="starting", made_from=made_from, began=time.time(), worker=Worker.of(child.pid))
        write_state(run, name, state)


def _read(run: Run, name: str) -> State | None:
    try:
        return State.model_validate_json(read_small(_state_file(run, name)))
    except (OSError, ValidationError):
        return None


def _broken_off(state: State) -> State:
    late = time.time() - state.began >= TIME_LIMIT
    why = f"took longer than {TIME_LIMIT // 60} minutes" if late else "broke off"
    where = WORDS[state.stage].removesuffix(" …").lower()
    words = f"The conversion {why} ({where}). Nothing else is harmed. Take another format."
    return state.model_copy(update={"stage": "failed", "error": words})


def _folder(run: Run) -> Path:
    return run.folder / "exports"


def _log(run: Run, name: str) -> Path:
    """What the child has printed; it has it open as long as it lives."""
    return _folder(run) / f"{name}.log"


def _child(run: Run, name: str, state: State) -> psutil.Process | None:
    """The process that makes the export, if it lives."""
    return state.worker.holding(_log(run, name))


def _state_file(run: Run, name: str) -> Path:
    return _folder(run) / f"{name}.json"


def _reap() -> None:
    """Let ended children go: as zombies they would look alive."""
    _children[:] = [child for child in _children if child.poll() is None]
