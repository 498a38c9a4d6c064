"""When a worker keeps the state of its training, and which states stay: often, and at little cost.

The state is copied at once; it is written while the training goes on, which then waits for nothing but the copy. So it
costs the time of the copy, what the processor does to write, and the waiting only where the disk is slower than that.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from runtime import checkpoints, queue
from runtime.checkpoints import Arrays, Position
from runtime.events import size_of
from runtime.run import Run

BETWEEN = 5.0  # seconds between two states within an epoch at least
LASTING = 1.0  # seconds between two at least for which we wait until the disk has them
MOST_KEEPING = 0.01  # the share of the time that all this may take
ALLOWANCE = 0.2  # seconds that it may take in any case, so that short trainings keep their epochs too
# Of what a worker alone writes, and what is large; drafts of smaller files may be those of a process that lives.
DRAFT = re.compile(r"\.(\d{5}-\d{9}\.npz|model\.keras)\.[0-9a-f]{12}(\.keras)?")


def remove_drafts(run: Run) -> None:
    """Remove what workers that were killed have left half written; for the worker that holds the run's lock now."""
    for folder in (run.folder, checkpoints.folder(run)):
        with suppress(OSError):  # they may stay: then they only take room
            for path in list(folder.iterdir()):
                if DRAFT.fullmatch(path.name) and path.is_file() and not path.is_symlink():
                    path.unlink()


class Keeper:
    """Writes checkpoints of a run, whose `state` gives a copy of all variables as arrays."""

    def __init__(self, run: Run, state: Callable[[], Arrays]) -> None:
        remove_drafts(run)
        self._run, self._state = run, state
        self._scores = checkpoints.scores(run)
        self._newest: Position | None = None
        self._began = self._last = time.monotonic()
        self._next_lasting = 0.0
        self._spent = 0.0  # seconds that the training has lost by it
        self._disk = ThreadPoolExecutor(1, "checkpoints")
        self._writing: Future[float] | None = None

    def is_time(self) -> bool:
        """Whether a state within an epoch shall be kept."""
        return time.monotonic() >= self._last + BETWEEN and self._affordable()

    def end_epoch(self, done: int, score: float) -> None:
        """Keep the state after so many epochs, unless that takes too much of the time."""
        self._scores[Position(done)] = score
        if self._affordable():
            self.keep(Position(done), lasting=time.monotonic() >= self._next_lasting)

    def keep(self, position: Position, lasting: bool = True) -> None:
        """Copy the state, which is that of this position, and have it written; see `done`."""
        self.done()
        if position == self._newest:
            return
        began = time.monotonic()
        score, log, state = self._scores.get(position, math.inf), size_of(self._run.events), self._state()
        first = self._newest is None
        self._newest, self._last = position, time.monotonic()
        self._spent += self._last - began
        self._writing = self._disk.submit(self._write, position, state, score, lasting, log, first)
        if lasting:
            self._next_lasting = self._last + LASTING

    def done(self) -> None:
        """Wait until what was to be kept has been written. A full disk ends no training: the next state may find room."""
        if self._writing is None:
            return
        began = time.monotonic()
        try:
            self._spent += self._writing.result()
        except OSError as error:
            print(f"The state of the training could not be kept: {error.strerror}.", flush=True)
            self._newest = None
        self._spent += time.monotonic() - began
        self._writing = None

    def _write(self, position: Position, state: Arrays, score: float, lasting: bool, log: int, first: bool) -> float:
        """Seconds of the processor that it took."""
        began = time.thread_time()
        checkpoints.write(self._run, position, state, score, lasting, log)
        checkpoints.tidy(self._run, self._scores)
        if first:
            queue.gets_further(self._run)
        return time.thread_time() - began

    def _affordable(self) -> bool:
        return self._spent <= ALLOWANCE + MOST_KEEPING * (time.monotonic() - self._began)
