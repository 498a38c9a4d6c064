"""Measures how each layer is doing while a network trains. Imports Keras: only the worker imports this file."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import keras
import tensorflow as tf

from runtime.maps.watcher import output_of, put_back, seeds_of
from runtime.statistics import LayerStatistics

EXAMPLES = 32  # at most, to be measured on
MOST_WEIGHTS = 50_000_000  # of a network whose first weights are kept, to be compared with

Measure = Callable[[], dict[str, LayerStatistics]]


def statistician(model: Any, x: Any, y: Any) -> Measure:
    """A function that measures every layer of a compiled model, as it is at that moment.

    Args:
        model: a functional model whose layers bear the nodes' names.
        x: a few examples as the model takes them, batch first.
        y: their labels, as its loss takes them.

    The pass is in inference mode and changes no state (metrics and seeds are put back), so that the training is the same
    with it and without. It runs operation by operation, because tracing it would take seconds.
    """
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    weights = {layer.name: layer.trainable_variables for layer in layers if layer.trainable_variables}
    count = sum(math.prod(weight.shape) for own in weights.values() for weight in own)
    first = {name: _values(own) for name, own in weights.items()} if count <= MOST_WEIGHTS else {}

    seeds = seeds_of(model)

    @cache
    def inside() -> Any:  # made when it is needed: of a thousand layers that takes a while
        return keras.Model(model.inputs, {"": model.outputs, **{layer.name: output_of(layer) for layer in layers}})

    def measure() -> dict[str, LayerStatistics]:
        with put_back([*model.metrics_variables, *seeds]), tf.GradientTape() as tape:
            outputs = inside()(x, training=False)
            ends = outputs.pop("")
            loss = model.compute_loss(x, y, ends if len(ends) > 1 else ends[0], training=False)
        gradients = iter(tape.gradient(loss, [weight.value for own in weights.values() for weight in own]))
        measured = {layer.name: _activation(layer, outputs[layer.name]) for layer in layers}
        for name, own in weights.items():
            measured[name] |= _norm([next(gradients) for _ in own]) | _change(own, first.get(name))
        return {name: LayerStatistics(**_numbers(said)) for name, said in measured.items()}

    return measure


def _activation(layer: Any, output: Any) -> dict[str, Any]:
    if not output.dtype.is_floating:
        return {}
    values = tf.cast(output, tf.float32)
    mean, variance = tf.nn.moments(values, axes=list(range(values.shape.rank)))
    said = {"mean": mean, "spread": tf.sqrt(variance)}
    if _rectified(layer) and values.shape.rank > 1:
        unit = 1 if getattr(layer, "data_format", "") == "channels_first" else values.shape.rank - 1
        others = [axis for axis in range(values.shape.rank) if axis != unit]
        silent = tf.reduce_all(tf.equal(values, 0.0), axis=others)
        said["dead"] = tf.reduce_mean(tf.cast(silent, tf.float32))
    return said


def _rectified(layer: Any) -> bool:
    """Whether zero is what a unit says that learns nothing: the layer is a ReLU, or ends in one."""
    if isinstance(layer, keras.layers.ReLU):
        return not float(layer.negative_slope)
    return getattr(layer, "activation", None) in (keras.activations.relu, keras.activations.relu6)


def _norm(gradients: Sequence[Any]) -> dict[str, Any]:
    known = [gradient for gradient in gradients if gradient is not None]
    return {"gradient": tf.linalg.global_norm(known)} if known else {}


def _change(weights: Sequence[Any], first: Sequence[Any] | None) -> dict[str, Any]:
    if first is None:
        return {}
    moved = tf.linalg.global_norm([weight.value - old for weight, old in zip(weights, first, strict=True)])
    return {"change": tf.math.divide_no_nan(moved, tf.linalg.global_norm(first))}


def _values(weights: Sequence[Any]) -> list[Any]:
    return [tf.identity(weight.value) for weight in weights]


def _numbers(said: dict[str, Any]) -> dict[str, float]:
    """As plain numbers; those that are none (NaN, infinity) are left out."""
    plain = {name: float(value) for name, value in said.items()}
    return {name: value for name, value in plain.items() if math.isfinite(value)}
