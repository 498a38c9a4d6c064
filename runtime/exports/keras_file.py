"""Keras's own files: the whole model (`.keras`), and its weights alone (`.weights.h5`)."""

from __future__ import annotations

from pathlib import Path

from builder.graph import Graph
from runtime.exports.base import Arrays, Format, Trained
from runtime.exports.comparing import answers_of


def _write(trained: Trained, path: Path) -> str:
    trained.model.save(path)
    return ""


def _answers(trained: Trained, path: Path) -> Arrays:
    import keras

    return answers_of(keras.models.load_model(path, compile=False), trained.samples)


def _write_weights(trained: Trained, path: Path) -> str:
    trained.model.save_weights(path)
    return ""


def _answers_with_weights(trained: Trained, path: Path) -> Arrays:
    import keras

    anew = keras.models.clone_model(trained.model)  # the same layers with fresh random weights
    anew.load_weights(path)
    return answers_of(anew, trained.samples)


def _weights_alone(graph: Graph) -> tuple[str, ...]:
    return ("It does not hold the network: make that first with the code, under the same layer names.",)


KERAS = Format(
    title="Keras",
    about="Network and weights in one file, to go on with in Python: keras.saving.load_model opens it.",
    ending=".keras",
    write=_write,
    answers=_answers,
)
WEIGHTS = Format(
    title="Weights",
    about="Only the learned numbers, for a network that your own code makes: model.load_weights reads them.",
    ending=".weights.h5",
    write=_write_weights,
    answers=_answers_with_weights,
    limits=_weights_alone,
)
