"""The examples of a run as TensorFlow's data sets of batches, made as the exported script makes them. Only the worker imports this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import tensorflow as tf

from builder.compile import make
from builder.labels import encoded
from builder.program import Program
from runtime.datasets.base import Arrays
from runtime.spec import RunSpec


@dataclass(frozen=True, slots=True)
class Batches:
    """Batches to learn from, shuffled anew by each iteration, and to measure with; `steps` of them an epoch.

    `few` are some training examples in their order, `examples` the number of all; `watched` is the one that is looked at.
    """

    train: tf.data.Dataset
    validation: tf.data.Dataset | None
    test: tf.data.Dataset | None
    few: tf.data.Dataset
    watched: Any
    examples: int
    steps: int


def batches(spec: RunSpec, program: Program, arrays: Arrays, classes: int, few: int) -> Batches | None:
    """The batches of a run; None when no examples are left to train on.

    Args:
        classes: how many there are, whose numbers are the labels; 0 where numbers are to be predicted.
        few: how many examples `Batches.few` holds at most.
    """
    training = spec.training
    arrays = _with_labels(arrays, training, classes)
    held_out = max(1, round(len(arrays.x_train) * training.validation_split)) if training.validation_split else 0
    x_train, y_train = arrays.x_train, arrays.y_train
    arrange = _arrangement(len(program.inputs), len(program.outputs))

    def batched(data: tf.data.Dataset) -> tf.data.Dataset:
        return arrange(data.batch(training.batch_size))

    validation = test = None
    if held_out:
        validation = batched(tf.data.Dataset.from_tensor_slices((x_train[-held_out:], y_train[-held_out:])))
        x_train, y_train = x_train[:-held_out], y_train[:-held_out]
    if not len(x_train):
        return None
    if len(arrays.x_test):
        test = batched(tf.data.Dataset.from_tensor_slices((arrays.x_test, arrays.y_test)))
    data = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(len(x_train), seed=spec.seed)
    return Batches(
        train=batched(data).prefetch(tf.data.AUTOTUNE),
        validation=validation,
        test=test,
        few=batched(tf.data.Dataset.from_tensor_slices((x_train[:few], y_train[:few]))),
        watched=arrays.x_test[spec.watch.sample % len(arrays.x_test)] if len(arrays.x_test) else x_train[0],
        examples=len(x_train),
        steps=-(-len(x_train) // training.batch_size),
    )


def _arrangement(inputs: int, outputs: int) -> Callable[[Any], Any]:
    """What gives each input its part of the examples, and each output the labels, in a data set of batches."""

    def arranged(x: Any, y: Any) -> tuple[Any, Any]:
        return tuple(x[:, part] for part in range(inputs)) if inputs > 1 else x, (y,) * outputs if outputs > 1 else y

    # Autograph would leave a file behind, see the watcher of maps.
    as_written = tf.autograph.experimental.do_not_convert(arranged)
    return lambda batches: batches.map(as_written) if inputs > 1 or outputs > 1 else batches


def _with_labels(arrays: Any, training: Any, classes: int) -> Any:
    """The arrays with their labels in the form that the loss takes, by the call that the script writes."""
    if training.target == "input":
        return replace(arrays, y_train=arrays.x_train, y_test=arrays.x_test)
    calls = {name: encoded(getattr(arrays, name), training.loss, classes) for name in ("y_train", "y_test")}
    return replace(arrays, **{name: make(call) for name, call in calls.items() if call})
