"""ONNX: the exchange format, through tf2onnx; opened again by ONNX Runtime."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from builder.graph import Graph
from runtime.exports.base import Arrays, ExportError, Format, Trained, in_words, kinds_in, only_answers
from runtime.exports.comparing import answers_of

# Measured over the palette: tf2onnx leaves operations in the file that ONNX has not, or makes constants inputs.
CANNOT = frozenset(
    {
        "Discretization",
        "HashedCrossing",
        "Hashing",
        "IntegerLookup",
        "Normalization",
        "StringLookup",
        "TextVectorization",
    }
)
INSTEAD = "Take SavedModel or LiteRT."
DISTURBING = ("Random", "RandAugment", "AugMix", "MixUp", "CutMix")  # with these words their classes begin


def _write(trained: Trained, path: Path) -> str:
    _teach_erfc()
    model = _without_chance(trained)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras looks for what NumPy 2 has dropped
        model.export(path, format="onnx", verbose=False)
    return ""


def _without_chance(trained: Trained) -> Any:
    """The model without the layers that disturb pictures while it trains: ONNX cannot draw their random numbers, even unused."""
    import keras

    def disturbs(layer: Any) -> bool:
        return type(layer).__name__.startswith(DISTURBING)

    def calmed(layer: Any) -> Any:
        return keras.layers.Identity(name=layer.name) if disturbs(layer) else layer

    if not any(map(disturbs, trained.model.layers)):
        return trained.model
    calm = keras.models.clone_model(
        trained.model, clone_function=calmed
    )  # with the same other layers, so the same weights
    answers_of(calm, trained.samples)  # Keras exports only what has been called
    return calm


def _answers(trained: Trained, path: Path) -> Arrays:
    from onnxruntime import InferenceSession
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, NotImplemented

    try:
        session = InferenceSession(path, providers=["CPUExecutionProvider"])
    except (Fail, InvalidGraph, NotImplemented) as error:  # tf2onnx writes what it cannot translate without a word
        raise ExportError(
            f"ONNX has no operation for something in this network: {_first_line(error)} {INSTEAD}"
        ) from error
    names = [one.name for one in session.get_inputs()]
    if len(names) != len(trained.samples):
        raise ExportError(
            f"The ONNX file asks for inputs that the network has not: {', '.join(names)[:200]}. {INSTEAD}"
        )
    return tuple(np.asarray(answer) for answer in session.run(None, dict(zip(names, trained.samples, strict=True))))


def _first_line(error: Exception) -> str:
    return str(error).rpartition("Error ")[2].strip().splitlines()[0][:200].rstrip(".") + "."


@cache
def _teach_erfc() -> None:
    """Keras's exact GELU computes erfc(x), which tf2onnx 1.17 leaves in the file as it is, though ONNX has only erf(x)."""
    from tf2onnx.handler import tf_op
    from tf2onnx.utils import make_name

    @tf_op("Erfc")
    class Erfc:
        @classmethod
        def version_9(cls, ctx: Any, node: Any, **kwargs: Any) -> None:
            """1 - erf(x); Erf is there since opset 9."""
            output, source = node.output[0], node.input[0]
            shape, dtype = ctx.get_shape(output), ctx.get_dtype(output)
            ctx.remove_node(node.name)
            one = ctx.make_const(make_name("one"), np.ones((), np.float32)).output[0]
            erf = ctx.make_node("Erf", [source]).output[0]
            ctx.make_node("Sub", [one, erf], outputs=[output], shapes=[shape], dtypes=[dtype])


def _refusal(graph: Graph) -> str:
    found = kinds_in(graph, CANNOT)
    return f"ONNX cannot hold {in_words(found)}. {INSTEAD}" if found else ""


ONNX = Format(
    title="ONNX",
    about="For ONNX Runtime, PyTorch programs, C#, Java and the browser (onnxruntime-web): most frameworks can run it.",
    ending=".onnx",
    write=_write,
    answers=_answers,
    limits=only_answers,
    refusal=_refusal,
)
