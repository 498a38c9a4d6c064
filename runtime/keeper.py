"""When a worker keeps the state of its training, and which states stay: often, and at little cost."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from runtime import checkpoints, queue
from runtime.checkpoints import Position
from runtime.run import Run

BETWEEN = 10.0  # seconds between two states at most, but for
BETWEEN_EPOCHS = 1.0  # seconds between two at the ends of epochs at least: those of a small network are shorter
MOST_KEEPING = 0.005  # the share of the time that it may take


class Keeper:
    """Writes checkpoints of a run.

    Args:
        state: gives all variables as arrays.
        within: whether the middle of an epoch can be kept; several devices together go on from the end of one.
    """

    def __init__(self, run: Run, state: Callable[[], dict[str, Any]], *, within: bool = True) -> None:
        self._run, self._state, self._within = run, state, within
        self._scores = checkpoints.scores(run)
        self._kept: Position | None = None
        self._next = self._next_epoch = 0.0
        self._wait(0.0)

    def is_time(self) -> bool:
        """Whether a state within an epoch shall be kept."""
        return self._within and time.monotonic() >= self._next

    def end_epoch(self, done: int, score: float) -> None:
        """Keep the state after so many epochs, unless the last one was kept just now."""
        self._scores[Position(done)] = score
        if time.monotonic() >= self._next_epoch:
            self.keep(Position(done))

    def keep(self, position: Position) -> None:
        """Keep the state, which is that of this position. A full disk ends no training: the next state may find room."""
        if position == self._kept or (position.step and not self._within):
            return
        began = time.monotonic()
        try:
            checkpoints.write(self._run, position, self._state(), self._scores.get(position, math.inf))
            checkpoints.tidy(self._run, self._scores)
            if self._kept is None:
                queue.gets_further(self._run)
            self._kept = position
        except OSError as error:
            print(f"The state of the training could not be kept: {error.strerror}.", flush=True)
        self._wait(time.monotonic() - began)

    def _wait(self, took: float) -> None:
        now = time.monotonic()
        self._next = now + max(BETWEEN, took / MOST_KEEPING)
        if took:
            self._next_epoch = now + max(BETWEEN_EPOCHS, took / MOST_KEEPING)
