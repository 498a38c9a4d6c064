"""What a run needs to go on exactly where it was: written by its worker in one step, checked when it is read.

A checkpoint is a .npz in the run's folder checkpoints/, named after the epochs and steps that are done. It holds all
variables (weights, seed generators, optimizer, metrics) as numbers. The order of the examples needs none: it follows from
the run's seed and from how often the data have been opened. No Keras here, and nothing is ever unpickled.
"""

from __future__ import annotations

import io
import math
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from runtime.events import size_of
from runtime.folders import DAMAGED
from runtime.process import drafted, open_plain
from runtime.run import Run

Arrays = dict[str, NDArray[Any]]
NAME = re.compile(r"(\d{5})-(\d{9})\.npz")
OPTIMIZER = "Optimizer"  # the group of the optimizer's own variables: Optimizer/0, Optimizer/1, ...
ABOUT = "About"  # the array that holds the rest; no layer begins with a capital letter
NEWEST = 3  # are kept always
MOST, MOST_BYTES = 30, 300_000_000  # beyond these, older epochs are thinned out
BUFFER = 2**20  # bytes that are written at once
CHECKED = 4096  # bytes at the end of the log: a loss takes the last of them
UNREADABLE = (*DAMAGED, KeyError)


class Position(NamedTuple):
    """How far a training is: whole epochs, and steps of the next one."""

    epoch: int = 0
    step: int = 0


class About(BaseModel):
    """What stands beside the variables: how the log ended, and how good the run was at the end of its last epoch."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")

    log: int = Field(0, ge=0)  # bytes
    end: int | None = None  # a checksum of the last of these; None in those that have been written by earlier versions
    score: float = math.inf  # the smaller the better
    arrays: int = Field(ge=0)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One that has been read whole."""

    position: Position
    about: About
    arrays: Arrays


class DamagedError(ValueError):
    """A file that is not what was written; `str()` says in what."""


def folder(run: Run) -> Path:
    """Where those of a run lie."""
    return run.folder / "checkpoints"


def kept(run: Run) -> list[Position]:
    """The positions of all that are there, oldest first; they have not been read."""
    try:
        with os.scandir(folder(run)) as entries:  # which knows what each is without another look at the disk
            names = [NAME.fullmatch(one.name) for one in entries if one.is_file(follow_symlinks=False)]
    except OSError:
        return []
    return sorted(Position(int(name[1]), int(name[2])) for name in names if name)


def kept_epochs(run: Run) -> list[int]:
    """After how many epochs another run can continue from this one; oldest first."""
    return [position.epoch for position in kept(run) if position.step == 0 and position.epoch > 0]


def path_of(run: Run, position: Position) -> Path:
    """The file of a checkpoint."""
    return folder(run) / f"{position.epoch:05d}-{position.step:09d}.npz"


def write(
    run: Run,
    position: Position,
    arrays: Mapping[str, Any],
    score: float = math.inf,
    lasting: bool = True,
    log: int | None = None,
) -> None:
    """Write a checkpoint in one step.

    Args:
        score: how good the run was then, the smaller the better.
        lasting: whether to wait until the disk has it, and the log before it, so that it outlives a loss of power.
        log: how long the log of events was then, in bytes; None: as it is now.

    Raises:
        OSError: it cannot be written, as when the disk is full. Nothing has changed then.
    """
    folder(run).mkdir(exist_ok=True)
    with run.events.open("ab") as told:
        size = told.tell() if log is None else log
        if lasting:
            os.fsync(told.fileno())
    about = About(log=size, end=_end_of_log(run, size), score=score, arrays=len(arrays)).model_dump_json().encode()
    path = path_of(run, position)
    with drafted(path) as draft, draft.open("wb", buffering=BUFFER) as file:
        np.savez(_OneWay(file), allow_pickle=False, **arrays, **{ABOUT: np.frombuffer(about, np.uint8)})
        file.flush()
        if lasting:
            os.fsync(file.fileno())
    if lasting:
        _sync(path.parent)


class _OneWay(io.BufferedIOBase):
    """A file that is only written on: a zip archive then goes back to none of its members, which takes half of the time."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: Any) -> int:
        return self._file.write(data)


def read(path: Path) -> Checkpoint:
    """A checkpoint, with the checksum of each array verified.

    Raises:
        DamagedError: the file is none, or not as it was written.
    """
    name = NAME.fullmatch(path.name)
    try:
        if name is None:
            raise DamagedError(f"{path.name} is no checkpoint.")
        with open_plain(path) as file:
            with zipfile.ZipFile(file) as archive:
                if sum(member.file_size for member in archive.infolist()) > os.fstat(file.fileno()).st_size:
                    raise DamagedError(f"{path.name} is packed, as no checkpoint is.")
                if broken := archive.testzip():
                    raise DamagedError(f"{path.name} is damaged in {broken[:80]}.")
            file.seek(0)
            with np.load(file, allow_pickle=False) as found:
                arrays = {name: found[name] for name in found.files}
        if odd := [name for name, array in arrays.items() if not isinstance(array, np.ndarray)]:
            raise DamagedError(f"{odd[0][:80]} in {path.name} is no array.")
        about = About.model_validate_json(arrays.pop(ABOUT).tobytes())
    except UNREADABLE as error:
        if isinstance(error, DamagedError):
            raise
        raise DamagedError(f"{path.name} cannot be read ({error}).") from None
    if about.arrays != len(arrays):
        raise DamagedError(f"{path.name} lacks some of its arrays.")
    return Checkpoint(Position(int(name[1]), int(name[2])), about, arrays)


def newest(run: Run) -> Checkpoint | None:
    """The newest that is whole and whose past stands in the log; None when the run has none to go on from.

    Those that are damaged are taken away, with a word in the log of the worker.
    """
    for position in reversed(kept(run)):
        try:
            found = read(path_of(run, position))
        except DamagedError as error:
            print(f"{error} An older checkpoint is taken.", flush=True)
            path_of(run, position).unlink(missing_ok=True)
            continue
        if _stands(run, found.about):
            return found
        print(
            f"The log of events lacks some that are older than checkpoint {position}; an older one is taken.",
            flush=True,
        )
        path_of(run, position).unlink(missing_ok=True)
    return None


def tidy(run: Run, scores: Mapping[Position, float]) -> None:
    """Keep the newest, the best, and of the others as many as have room, evenly over the epochs."""
    sizes = {}
    for position in kept(run):
        with suppress(FileNotFoundError):
            sizes[position] = path_of(run, position).stat().st_size
    for position in surplus(sizes, scores):
        path_of(run, position).unlink(missing_ok=True)


def surplus(sizes: Mapping[Position, int], scores: Mapping[Position, float]) -> Iterable[Position]:
    """Which checkpoints may go, by their sizes in bytes and their scores."""
    left = sorted(sizes)
    scored = [one for one in left if one.step == 0 and math.isfinite(scores.get(one, math.inf))]
    best = min(scored, key=lambda one: scores[one], default=None)
    going = [one for one in left[:-NEWEST] if one.step > 0]
    left = [one for one in left if one not in going]
    while len(left) > MOST or sum(sizes[one] for one in left) > MOST_BYTES:
        free = [place for place in range(len(left) - NEWEST) if left[place] != best]
        if not free:
            break
        place = min(free, key=lambda place: (_gap(left, place), place))
        going.append(left.pop(place))
    return going


def _gap(left: Sequence[Position], place: int) -> int:
    """Epochs between the neighbours."""
    before = left[place - 1].epoch if place else 0
    return left[place + 1].epoch - before


def scores(run: Run) -> dict[Position, float]:
    """How good the run was at each checkpoint; those that cannot be read are left out."""
    found = {}
    for position in kept(run):
        with (
            suppress(*UNREADABLE),
            open_plain(path_of(run, position)) as file,
            np.load(file, allow_pickle=False) as arrays,
        ):
            found[position] = About.model_validate_json(arrays[ABOUT].tobytes()).score
    return found


def _stands(run: Run, about: About) -> bool:
    """Whether the log still says all that it said at a checkpoint: its end may have been lost since, and others have followed."""
    if about.log == 0:
        return True
    return about.log <= size_of(run.events) and about.end in (None, _end_of_log(run, about.log))


def _end_of_log(run: Run, size: int) -> int:
    """A checksum of the last of the first `size` bytes of the log."""
    with open_plain(run.events) as log:
        log.seek(max(0, size - CHECKED))
        return zlib.crc32(log.read(min(size, CHECKED)))


def _sync(path: Path) -> None:
    """Wait until the disk has the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
