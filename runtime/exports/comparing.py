"""The model and its export, side by side on real examples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from builder.graph import Graph
from runtime.exports.base import Array, Arrays, Comparison, ExportError, Format, Stage, Trained

SAMPLES = 64  # examples that are compared
CALIBRATION = 200  # training examples that a format with small numbers measures


def answers_of(model: Any, samples: Arrays) -> Arrays:
    """Each output of a Keras model, in its order, as arrays (examples, ...)."""
    outputs = model(list(samples) if len(samples) > 1 else samples[0], training=False)
    return tuple(np.asarray(output) for output in (outputs if isinstance(outputs, list | tuple) else [outputs]))


def write_and_compare(
    export: Format,
    trained: Trained,
    path: Path,
    graph: Graph | None = None,
    tell: Callable[[Stage], None] = lambda stage: None,
) -> Comparison:
    """Write a model in a format, open the file again and compare.

    Args:
        graph: the network, where it is known, so that what cannot be held is refused before it is tried.
        tell: told what is done next.

    Raises:
        ExportError: the format cannot hold the model, or the file answers differently.
    """
    if graph is not None and (refusal := export.refusal(graph)):
        raise ExportError(refusal)
    tell("writing")
    expected = answers_of(trained.model, trained.samples)
    if not all(np.isfinite(answer).all() for answer in expected):
        raise ExportError(
            "The model itself answers with no numbers (NaN or infinity), so nothing can be compared: its training has "
            "diverged. Lower the learning rate and train again."
        )
    note = export.write(trained, path)
    tell("comparing")
    found = compare(expected, export.answers(trained, path)).model_copy(update={"note": note})
    if export.tolerance is not None and found.largest > export.tolerance * max(found.scale, 1.0):
        raise ExportError(
            f"The file was written, but it does not answer like the model: {found} It is not offered. Take another format."
        )
    return found


def compare(expected: Arrays, came: Arrays) -> Comparison:
    """How far answers are from those expected.

    Raises:
        ExportError: they are of another number or shape, or no numbers.
    """
    shapes, others = [answer.shape for answer in expected], [answer.shape for answer in came]
    if shapes != others:
        raise ExportError(f"The file was written, but its answers have the shapes {others} instead of {shapes}.")
    if not all(np.isfinite(answer).all() for answer in came):
        raise ExportError("The file was written, but it answers with no numbers (NaN or infinity). It is not offered.")
    pairs = list(zip(expected, came, strict=True))
    return Comparison(
        samples=len(expected[0]),
        largest=max(float(np.abs(a.astype(np.float64) - b).max(initial=0)) for a, b in pairs),
        scale=max(float(np.abs(a).max(initial=0)) for a in expected),
        same_class=_alike(*pairs[0]) if len(pairs) == 1 else None,
    )


def _alike(expected: Array, came: Array) -> int | None:
    """How many rows have their largest value at the same place; None where a row is not several values."""
    if expected.ndim != 2 or expected.shape[1] < 2:
        return None
    return int((expected.argmax(axis=1) == came.argmax(axis=1)).sum())
