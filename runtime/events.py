"""What a run tells: the Event union, appended as JSON lines to events.jsonl and read from any offset."""

from __future__ import annotations

import errno
import math
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from builder.training import MOST_EPOCHS
from runtime.process import open_plain

MAX_LINE = 1_000_000  # bytes
MOST_READ = 16_000_000  # bytes at once; beyond it not every event of OFTEN is read
OFTEN = re.compile(rb'"type":"(?:BatchEnded|MapsSaved)"')
MOST_OTHERS = 50_000  # other events that are read at once; no worker writes as many

Count = Annotated[int, Field(ge=0, le=2**63 - 1)]
Epoch = Annotated[int, Field(ge=0, le=MOST_EPOCHS)]
Text = Annotated[str, Field(max_length=100_000)]
Logs = Annotated[dict[Annotated[str, Field(max_length=200)], float], Field(max_length=1_000)]


class EventBase(BaseModel):
    """Something that has happened; `at` is Unix time in seconds. NaN and infinity are written as strings, not as null.

    All numbers have bounds, as a log may have been written by hand: what lies beyond them is no event.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")

    at: float = Field(ge=0, le=1e11, allow_inf_nan=False)


class Started(EventBase):
    """The worker has built the network and begins (again after a resume, then `epoch` > 0)."""

    type: Literal["Started"] = "Started"
    device: Text
    epochs: Epoch
    steps: Count  # batches an epoch
    batch_size: Count
    examples: Count  # training examples an epoch
    parameters: Count
    epoch: Epoch = 0
    step: Count = 0
    anew: tuple[Text, ...] = ()  # layers that begin with random weights, though the run was given weights
    macs: Count = 0  # multiplications with addition for one example, forward; 0: not known
    expected_memory: Count = 0  # bytes, as estimated


class Downloading(EventBase):
    """Before the training: learned weights are fetched, `received` of `total` bytes so far."""

    type: Literal["Downloading"] = "Downloading"
    name: Text
    received: Count
    total: Count | None = None


class BatchEnded(EventBase):
    """Some batches have ended; about five such events a second. `logs` are the running means of the epoch."""

    type: Literal["BatchEnded"] = "BatchEnded"
    epoch: Epoch  # from 0
    step: Count  # batches done in this epoch
    logs: Logs


class EpochEnded(EventBase):
    """An epoch has ended; `logs` holds loss and metrics, those of validation with the prefix `val_`."""

    type: Literal["EpochEnded"] = "EpochEnded"
    epoch: Epoch  # from 0
    seconds: float
    logs: Logs


class MapsSaved(EventBase):
    """Kernels and feature maps have been written to `file` (in the run's folder maps/)."""

    type: Literal["MapsSaved"] = "MapsSaved"
    epoch: float = Field(ge=0, le=MOST_EPOCHS)  # done: 0 is before training, 1.5 in the middle of the second one
    file: str = Field(pattern=r"^[0-9]{5}-[0-9]{3}\.npz$")


class CheckpointSaved(EventBase):
    """The model so far has been written to `file` (in the run's folder)."""

    type: Literal["CheckpointSaved"] = "CheckpointSaved"
    epoch: Epoch  # epochs done
    file: Text


class Paused(EventBase):
    """The worker waits between two batches."""

    type: Literal["Paused"] = "Paused"


class Resumed(EventBase):
    """The worker goes on."""

    type: Literal["Resumed"] = "Resumed"


class Finished(EventBase):
    """All epochs are done; `test` holds loss and metrics on the test examples."""

    type: Literal["Finished"] = "Finished"
    test: Logs = {}
    peak_memory: Count = 0  # bytes that the worker has held at most


class Stopped(EventBase):
    """A person has stopped the run; the model so far is kept."""

    type: Literal["Stopped"] = "Stopped"
    test: Logs = {}
    peak_memory: Count = 0  # bytes that the worker has held at most


class Suspended(EventBase):
    """The worker has saved everything and ended, so that the run can go on later exactly where it was."""

    type: Literal["Suspended"] = "Suspended"


class Failed(EventBase):
    """The run has ended with an error: `message` in words, `log` the end of the worker's log."""

    type: Literal["Failed"] = "Failed"
    message: Text
    log: Text = ""


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
    much, as a week of training writes, only every so manieth event of OFTEN is given, so that it finds room in memory.
    """
    events: list[Event] = []
    often, others, within = 0, 0, False  # within a line that is longer than any event
    with suppress(OSError), open_plain(path) as log:
        log.seek(offset)
        every = max(1, math.ceil((os.fstat(log.fileno()).st_size - offset) / MOST_READ))
        while piece := log.readline(MAX_LINE):
            ended = piece.endswith(b"\n")
            if not ended and len(piece) < MAX_LINE:
                break
            whole, within, offset = ended and not within, not ended, offset + len(piece)
            if whole and OFTEN.search(piece):
                often += 1
                whole = often % every == 0
            elif whole:
                others += 1
                whole = others <= MOST_OTHERS
            if whole:
                with suppress(ValidationError):
                    events.append(EVENT.validate_json(piece))
    return events, offset


def size_of(path: Path) -> int:
    """How long a log is, in bytes; 0 where there is none yet."""
    return path.stat().st_size if path.exists() else 0


def last(path: Path) -> Event | None:
    """The newest event, without reading the whole log."""
    try:
        size = path.stat().st_size
    except OSError:
        return None
    reach = 8_192  # bytes before the end; a line is seldom longer
    while True:
        events, _ = read(path, max(0, size - reach))
        if events or reach >= min(size, 8 * MAX_LINE):
            return events[-1] if events else None
        reach *= 8
