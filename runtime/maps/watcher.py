"""Takes maps of a network while it trains. Imports Keras: only the worker and the command line import this file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from runtime.maps import Array, kernel, pack

Look = Callable[[], dict[str, NDArray[Any]]]


def watcher(model: Any, sample: Array, nodes: Sequence[str] = ()) -> Look:
    """A function that takes the kernels and the feature maps of nodes for one example, as they are at that moment.

    Args:
        model: a functional model whose layers bear the nodes' names.
        sample: one example, without the batch axis; for several inputs their parts along its first axis.
        nodes: names; empty: all.

    The forward pass is one traced function in inference mode: it changes no state, so that the training is the same with it
    and without.
    """
    layers = [layer for layer in model.layers if not nodes or layer.name in nodes]
    if not layers:  # the chosen nodes are no part of the model: nothing leads from them to its end
        return dict
    outputs = {layer.name: output_of(layer) for layer in layers}
    inside = keras.Model(model.inputs, outputs)
    batch = tf.constant(sample[None])
    entries = [batch[:, part] for part in range(len(model.inputs))] if len(model.inputs) > 1 else batch

    # Autograph would leave a file in the folder for temporary ones, which a forked worker takes away as little as a killed one.
    forward = tf.function(lambda: inside(entries, training=False), autograph=False)
    seeds = seeds_of(model)

    def look() -> dict[str, NDArray[Any]]:
        kernels = {layer.name: _kernel(layer) for layer in layers}
        with put_back(seeds):
            features = {name: np.asarray(output[0], np.float32) for name, output in forward().items()}
        return pack({name: array for name, array in kernels.items() if array is not None}, features)

    return look


def seeds_of(model: Any) -> list[Any]:
    """The variables from which layers draw random numbers; recurrent ones with dropout do so in inference mode too."""
    return [variable for variable in model.variables if variable.name == "seed_generator_state"]


@contextmanager
def put_back(variables: Sequence[Any]) -> Iterator[None]:
    """Give these variables the values again that they have now."""
    values = [variable.value.numpy().copy() for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)


def output_of(layer: Any) -> Any:
    """What the layer returns within the network, the first of several."""
    if isinstance(layer, keras.Model):  # a backbone's own `output` belongs to its inner network
        return layer._inbound_nodes[-1].output_tensors[0]
    return layer.output[0] if isinstance(layer.output, list | tuple) else layer.output


def _kernel(layer: Any) -> Array | None:
    while isinstance(layer, keras.layers.Wrapper):
        layer = layer.layer
    # A ConvLSTM has none of its own: its cell has those of four gates.
    weights = getattr(layer, "depthwise_kernel", getattr(layer, "kernel", None))
    if "Conv" not in type(layer).__name__ or weights is None:
        return None
    found = kernel(np.asarray(weights))
    # A transposed convolution keeps (height, width, filters, channels in).
    return found.swapaxes(2, 3) if found is not None and "Transpose" in type(layer).__name__ else found
