"""What a run tells: the Event union, appended as JSON lines to events.jsonl and read from any offset."""

from __future__ import annotations

import errno
import math
import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError


class EventBase(BaseModel):
    """Something that has happened; `at` is Unix time in seconds. NaN and infinity are written as strings, not as null."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")

    at: float


class Started(EventBase):
    """The worker has built the network and begins (again after a resume, then `epoch` > 0)."""

    type: Literal["Started"] = "Started"
    device: str
    epochs: int
    steps: int  # batches an epoch
    batch_size: int
    examples: int  # training examples an epoch
    parameters: int
    epoch: int = 0
    step: int = 0
    anew: tuple[str, ...] = ()  # layers that begin with random weights, though the run was given weights
    macs: int = 0  # multiplications with addition for one example, forward; 0: not known
    expected_memory: int = 0  # bytes, as estimated


class Downloading(EventBase):
    """Before the training: learned weights are fetched, `received` of `total` bytes so far."""

    type: Literal["Downloading"] = "Downloading"
    name: str
    received: int
    total: int | None = None


class BatchEnded(EventBase):
    """Some batches have ended; about five such events a second. `logs` are the running means of the epoch."""

    type: Literal["BatchEnded"] = "BatchEnded"
    epoch: int  # from 0
    step: int  # batches done in this epoch
    logs: dict[str, float]


class EpochEnded(EventBase):
    """An epoch has ended; `logs` holds loss and metrics, those of validation with the prefix `val_`."""

    type: Literal["EpochEnded"] = "EpochEnded"
    epoch: int  # from 0
    seconds: float
    logs: dict[str, float]


class MapsSaved(EventBase):
    """Kernels and feature maps have been written to `file` (in the run's folder maps/)."""

    type: Literal["MapsSaved"] = "MapsSaved"
    epoch: float  # epochs done: 0 is before training, 1.5 in the middle of the second one
    file: str = Field(pattern=r"^[0-9]{5}-[0-9]{3}\.npz$")


class CheckpointSaved(EventBase):
    """The model so far has been written to `file` (in the run's folder)."""

    type: Literal["CheckpointSaved"] = "CheckpointSaved"
    epoch: int  # epochs done
    file: str


class Paused(EventBase):
    """The worker waits between two batches."""

    type: Literal["Paused"] = "Paused"


class Resumed(EventBase):
    """The worker goes on."""

    type: Literal["Resumed"] = "Resumed"


class Finished(EventBase):
    """All epochs are done; `test` holds loss and metrics on the test examples."""

    type: Literal["Finished"] = "Finished"
    test: dict[str, float] = {}
    peak_memory: int = 0  # bytes that the worker has held at most


class Stopped(EventBase):
    """A person has stopped the run; the model so far is kept."""

    type: Literal["Stopped"] = "Stopped"
    test: dict[str, float] = {}
    peak_memory: int = 0  # bytes that the worker has held at most


class Suspended(EventBase):
    """The worker has saved everything and ended, so that the run can go on later exactly where it was."""

    type: Literal["Suspended"] = "Suspended"


class Failed(EventBase):
    """The run has ended with an error: `message` in words, `log` the end of the worker's log."""

    type: Literal["Failed"] = "Failed"
    message: str
    log: str = ""


Event = Annotated[
    Downloading
    | Started
    | BatchEnded
    | EpochEnded
    | MapsSaved
    | CheckpointSaved
    | Paused
    | Resumed
    | Finished
    | Stopped
    | Suspended
    | Failed,
    Field(discriminator="type"),
]
ENDS = (Finished, Stopped, Suspended, Failed)
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
MAX_LINE = 1_000_000  # bytes
MOST_READ = 64_000_000  # bytes at once; beyond it not every BatchEnded is read
BATCH = b'"type":"BatchEnded"'


def append(path: Path, event: Event) -> None:
    """Write one event at the end of the log, in one call, so that a reader never sees two half lines mixed.

    Raises:
        OSError: it cannot be written, as when the disk is full; the log is then as it was.
    """
    line = event.model_dump_json().encode() + b"\n"
    with path.open("a+b", buffering=0) as log:
        before = log.seek(0, os.SEEK_END)
        if before and os.pread(log.fileno(), 1, before - 1) != b"\n":
            line = b"\n" + line  # whoever wrote before has died in the middle of a line
        if log.write(line) != len(line):
            log.truncate(before)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def mend(path: Path) -> None:
    """Close a last line that was torn by a crash, so that the next event stands in a line of its own."""
    with suppress(FileNotFoundError), path.open("rb+") as log:
        if log.seek(0, os.SEEK_END):
            log.seek(-1, os.SEEK_END)
            if log.read(1) != b"\n":
                log.write(b"\n")


def read(path: Path, offset: int = 0) -> tuple[list[Event], int]:
    """The events from byte `offset` on, and the offset to go on from.

    An unfinished last line is left for the next read; a line that is no event (torn by a crash) is passed over. Of very
    much, as a week of training writes, only every so manieth BatchEnded is given, so that it finds room in memory.
    """
    events: list[Event] = []
    passed = batches = 0
    try:
        with path.open("rb") as log:
            log.seek(offset)
            every = max(1, math.ceil((os.fstat(log.fileno()).st_size - offset) / MOST_READ))
            while piece := log.readline(MAX_LINE):
                passed += len(piece)
                if not piece.endswith(b"\n"):
                    continue  # longer than any event, or unfinished
                whole, offset, passed = passed == len(piece), offset + passed, 0
                if every > 1 and BATCH in piece:
                    batches += 1
                    whole = whole and batches % every == 0
                if whole:
                    with suppress(ValidationError):
                        events.append(EVENT.validate_json(piece))
    except FileNotFoundError:
        pass
    return events, offset


def last(path: Path) -> Event | None:
    """The newest event, without reading the whole log."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    reach = 8_192  # bytes before the end; a line is seldom longer
    while True:
        events, _ = read(path, max(0, size - reach))
        if events or reach >= min(size, 8 * MAX_LINE):
            return events[-1] if events else None
        reach *= 8
