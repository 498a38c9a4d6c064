"""When a worker keeps the state of its training, and which states stay: often, and at little cost."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from runtime import checkpoints, queue
from runtime.checkpoints import Position
from runtime.run import Run

BETWEEN = 5.0  # seconds between two states within an epoch at least
LASTING = 1.0  # seconds between two at least for which we wait until the disk has them
MOST_KEEPING = 0.01  # the share of the time that all this may take
ALLOWANCE = 0.2  # seconds that it may take in any case, so that short trainings keep their epochs too


class Keeper:
    """Writes checkpoints of a run, whose `state` gives all variables as arrays."""

    def __init__(self, run: Run, state: Callable[[], dict[str, Any]]) -> None:
        self._run, self._state = run, state
        self._scores = checkpoints.scores(run)
        self._kept: Position | None = None
        self._began = self._last = time.monotonic()
        self._next_lasting = 0.0
        self._spent = 0.0  # seconds

    def is_time(self) -> bool:
        """Whether a state within an epoch shall be kept."""
        return time.monotonic() >= self._last + BETWEEN and self._affordable()

    def end_epoch(self, done: int, score: float) -> None:
        """Keep the state after so many epochs, unless that takes too much of the time."""
        self._scores[Position(done)] = score
        if self._affordable():
            self.keep(Position(done), lasting=time.monotonic() >= self._next_lasting)

    def keep(self, position: Position, lasting: bool = True) -> None:
        """Keep the state, which is that of this position. A full disk ends no training: the next state may find room."""
        if position == self._kept:
            return
        began = time.monotonic()
        try:
            checkpoints.write(self._run, position, self._state(), self._scores.get(position, math.inf), lasting)
            checkpoints.tidy(self._run, self._scores)
            if self._kept is None:
                queue.gets_further(self._run)
            self._kept = position
        except OSError as error:
            print(f"The state of the training could not be kept: {error.strerror}.", flush=True)
        self._last = time.monotonic()
        self._spent += self._last - began
        if lasting:
            self._next_lasting = self._last + LASTING

    def _affordable(self) -> bool:
        return self._spent <= ALLOWANCE + MOST_KEEPING * (time.monotonic() - self._began)
