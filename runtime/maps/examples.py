"""Maps of a trained network for any test example: made by the Keras service when they are first wanted, then kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from runtime.maps import save
from runtime.run import Run
from runtime.service import service

KEPT = 20  # files of a run; the oldest go
PATIENCE = 120.0  # seconds for the Keras service to load the model and look


def example_maps(run: Run, sample: int) -> Path:
    """The file of maps of all watched nodes for one test example, by the model that the run has saved.

    Args:
        sample: number of the test example, from 0.

    Raises:
        ServiceError: there is no such example, the model cannot be read, or Keras does not answer; in words.
    """
    file = example_file(run, sample)
    if not (file.exists() and run.model.exists() and file.stat().st_mtime >= run.model.stat().st_mtime):
        service().call("maps", {"run": run.id, "sample": sample}, PATIENCE)
    return file


def example_file(run: Run, sample: int) -> Path:
    """Where the maps for one test example are kept."""
    return run.maps / f"example-{sample}.npz"


def keep(run: Run, sample: int, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write the maps for one test example, and remove the oldest of too many."""
    save(example_file(run, sample), arrays)
    kept = sorted(run.maps.glob("example-*.npz"), key=lambda file: file.stat().st_mtime)
    for file in kept[:-KEPT]:
        file.unlink(missing_ok=True)
