"""Maps of a trained model for any test example. Imports Keras: for the worker's side and the command line only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zipfile import BadZipFile

import keras
from numpy.typing import NDArray

from runtime.datasets import DATASETS, DataUnavailable
from runtime.maps.watcher import watcher
from runtime.run import Run, RunError


def look_with_model(run: Run, nodes: Sequence[str], sample: int) -> dict[str, NDArray[Any]]:
    """Kernels and feature maps of nodes for one test example, by the model that the run has saved.

    Args:
        nodes: names; empty: all.
        sample: number of the test example, from 0.

    Raises:
        RunError: no model has been saved or it cannot be read, the data is not to be had, or there is no such example.
    """
    if not run.model.is_file():
        raise RunError(f"{run.name} has saved no model yet: wait for its first checkpoint, or train it again.")
    try:
        examples = DATASETS[run.spec.data.name].load(run.spec.data).x_test
    except DataUnavailable as error:
        raise RunError(str(error)) from None
    if not 0 <= sample < len(examples):
        raise RunError(f"There is no test example {sample}; they are numbered from 0 to {len(examples) - 1}.")
    try:
        model = keras.models.load_model(run.model, compile=False)
    except (OSError, ValueError, TypeError, KeyError, BadZipFile) as error:
        raise RunError(f"The model of {run.name} cannot be read: {str(error)[:200]}") from None
    return watcher(model, examples[sample], nodes)()
