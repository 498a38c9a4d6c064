"""How each layer is doing while a run trains: what the worker writes now and then, and the screen reads. Knows no Keras."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from runtime.process import open_plain, write_atomically
from runtime.run import Run

FILE = "statistics.json"
MAX_BYTES = 20_000_000
BETWEEN = 1.0  # seconds between two measurements at least
MOST_MEASURING = 0.005  # share of the time that they may take
COLD = 3  # the first measurement takes up to so many times as long as those after it


class LayerStatistics(BaseModel):
    """Of one layer, over some examples; what a layer does not have (no ReLU, no weights) is None.

    `mean` and `spread` (standard deviation) are those of its output, `dead` the share of its ReLU units that are zero
    at all places of all examples, `gradient` the Euclidean norm of the gradient of the loss by its weights, and `change`
    how far the weights have moved since the beginning, as a share of their norm there.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    mean: float | None = None
    spread: float | None = None
    dead: float | None = None
    gradient: float | None = None
    change: float | None = None


class RunStatistics(BaseModel):
    """The layers of a run by name, after so many epochs (1.5: in the middle of the second)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    epoch: float
    layers: Mapping[str, LayerStatistics]


def path_of(run: Run) -> Path:
    """Where they are kept: only the newest, as what a network of a thousand layers says would fill the log."""
    return run.folder / FILE


def write(run: Run, statistics: RunStatistics) -> None:
    """Keep them in place of the older ones."""
    write_atomically(path_of(run), statistics.model_dump_json(exclude_none=True))


def read(run: Run) -> RunStatistics | None:
    """The newest; None while there are none, or where they cannot be read."""
    try:
        with open_plain(path_of(run)) as file:
            return RunStatistics.model_validate_json(file.read(MAX_BYTES))
    except (OSError, ValidationError):
        return None


class Recorder:
    """Has the layers of a run measured now and then, and keeps what was found.

    Args:
        run: where it is kept.
        measure: measures every layer; should it fail, the training goes on without.
    """

    def __init__(self, run: Run, measure: Callable[[], dict[str, LayerStatistics]]) -> None:
        self._run, self._measure = run, measure
        self._next = 0.0  # not known before the first steps, which trace the network
        self._warm = False
        self._broken = False

    def record(self, epoch: float, last: bool = False) -> None:
        """Measure if it is time, or the last chance; `epoch` epochs are done."""
        began = time.monotonic()
        self._next = self._next or began + BETWEEN
        if self._broken or (began < self._next and not last):
            return
        try:
            write(self._run, RunStatistics(epoch=epoch, layers=self._measure()))
        except Exception:
            self._broken = True
            print("The layers cannot be measured; the training goes on without.", file=sys.stderr)
            traceback.print_exc()
            return
        now = time.monotonic()
        self._next = now + max(BETWEEN, (now - began) / MOST_MEASURING / (1 if self._warm else COLD))
        self._warm = True
