"""LiteRT (once TensorFlow Lite): small files for phones and boards, with 32-bit, 16-bit or 8-bit numbers."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from builder.graph import Graph
from runtime.exports.base import (
    Array,
    Arrays,
    ExportError,
    Format,
    Trained,
    in_words,
    kinds_in,
    only_answers,
    recurrent,
)

ONE_AT_A_TIME = "It takes one example at a time: LiteRT has no loop for recurrent layers over a batch of open size."
# Measured over the palette: layers of strings and tables, and pooling in three dimensions.
CANNOT = frozenset(
    {
        "HashedCrossing",
        "Hashing",
        "IntegerLookup",
        "MaxPooling3D",
        "AveragePooling3D",
        "StringLookup",
        "TextVectorization",
    }
)
INSTEAD = "Take SavedModel or ONNX."
Options = Callable[[Trained], dict[str, Any]]


def _as_it_is(trained: Trained) -> dict[str, Any]:
    return {}


def _half(trained: Trained) -> dict[str, Any]:
    import tensorflow as tf

    return {"optimizations": [tf.lite.Optimize.DEFAULT], "target_spec": {"supported_types": [tf.float16]}}


def _bytes(trained: Trained) -> dict[str, Any]:
    import tensorflow as tf

    def representative() -> Iterator[dict[str, Array]]:
        for number in range(len(trained.calibration[0])):
            yield trained.named(tuple(array[number : number + 1] for array in trained.calibration))

    return {"optimizations": [tf.lite.Optimize.DEFAULT], "representative_dataset": representative}


def _write(options: Options, trained: Trained, path: Path) -> str:
    """First for batches of any size, else for one example: TensorFlow translates a loop only when all sizes are fixed."""
    try:
        _convert(trained, path, None, options(trained))
        return ""
    except Exception as error:
        if not _unsupported(error):
            raise
    try:
        _convert(trained, path, _for_one_example(trained.model), options(trained))
        return ONE_AT_A_TIME
    except Exception as error:
        if not (operations := _unsupported(error)):
            raise
        raise ExportError(f"LiteRT has no operation for something in this network ({operations}). {INSTEAD}") from error


def _convert(trained: Trained, path: Path, signature: Any, options: dict[str, Any]) -> None:
    import tensorflow as tf

    # without the operations of full TensorFlow, which few devices have
    spec = {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS], **options.pop("target_spec", {})}
    trained.model.export(path, format="litert", verbose=False, input_signature=signature, target_spec=spec, **options)


def _for_one_example(model: Any) -> Any:
    from keras import InputSpec

    specs = [InputSpec(shape=(1, *one.shape[1:]), dtype=one.dtype, name=one.name) for one in model.inputs]
    return [specs] if len(specs) > 1 else specs


def _unsupported(error: Exception) -> str:
    """The operations that TensorFlow says LiteRT has not; "" for any other error."""
    text = str(error)
    if "TFLITE_BUILTINS" not in text and "ops are not supported" not in text and "legalize" not in text:
        return ""
    return ", ".join(list(dict.fromkeys(re.findall(r"tf\.[A-Z]\w+", text)))[:3]) or "one of its layers"


def _answers(trained: Trained, path: Path) -> Arrays:
    import tensorflow as tf

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the interpreter is to move into a package of its own
        interpreter = tf.lite.Interpreter(str(path), num_threads=1)
    inputs = trained.named(trained.samples)
    runner = interpreter.get_signature_runner()
    rows = [
        runner(**{name: array[number : number + 1] for name, array in inputs.items()})
        for number in range(len(trained.samples[0]))
    ]
    names = sorted(rows[0], key=lambda name: int(name.rpartition("_")[2]))
    return tuple(np.concatenate([row[name] for row in rows]) for name in names)


def _limits(graph: Graph) -> tuple[str, ...]:
    return (
        *only_answers(graph),
        *((ONE_AT_A_TIME,) if recurrent(graph) else ()),
    )


def _rounded(how: str) -> Callable[[Graph], tuple[str, ...]]:
    return lambda graph: (how, *_limits(graph))


def _refusal(graph: Graph) -> str:
    found = kinds_in(graph, CANNOT)
    return f"LiteRT cannot hold {in_words(found)}. {INSTEAD}" if found else ""


def _no_loops(graph: Graph) -> str:
    if kinds := recurrent(graph):
        return (
            f"8-bit LiteRT cannot hold {in_words(kinds)}: TensorFlow's converter crashes when it measures their loop. "
            "Take LiteRT with 16-bit numbers."
        )
    return _refusal(graph)


LITERT = Format(
    title="LiteRT",
    about="For Android, iOS and small boards, with the numbers as they are (32 bits each).",
    ending=".tflite",
    write=partial(_write, _as_it_is),
    answers=_answers,
    limits=_limits,
    refusal=_refusal,
)
LITERT_FLOAT16 = Format(
    title="LiteRT, 16-bit numbers",
    about="LiteRT at half the size, for phones whose graphics processors compute with 16 bits.",
    ending=".float16.tflite",
    write=partial(_write, _half),
    answers=_answers,
    tolerance=0.05,
    limits=_rounded("Weights keep about three digits."),
    refusal=_refusal,
)
LITERT_INT8 = Format(
    title="LiteRT, 8-bit numbers",
    about="LiteRT at a quarter of the size, quickest on small processors; rounded to steps measured on training examples.",
    ending=".int8.tflite",
    write=partial(_write, _bytes),
    answers=_answers,
    tolerance=None,
    limits=_rounded("Weights and values between layers keep 256 steps each, so answers change a little."),
    refusal=_no_loops,
)
