"""How much work a layer is: multiply-accumulates for one example, from its weights and shapes. Knows no Keras."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

Shape = tuple[Any, ...]  # numbers, or None where a size is open: a product with None is a TypeError


def macs(layer: Any, inputs: Sequence[Shape], output: Shape) -> int | None:
    """Multiply-accumulates of a Keras layer for one example.

    Counted are products with kernels and, in attention, of queries with keys and of weights with values. Biases,
    activations and normalization add nearly nothing, and are left out as papers do.

    Args:
        layer: a built Keras layer.
        inputs: the shapes that it is called with, batch first.
        output: the shape of its first output, batch first.

    Returns:
        The number, or None where an open size leaves it unknown.
    """
    try:
        return _macs(layer, inputs, output)
    except TypeError:
        return None


def numbers(shape: Shape) -> int | None:
    """How many numbers one example of this shape holds, batch first; None where a size is open."""
    return None if None in shape[1:] else prod(shape[1:])


def _macs(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    kind = type(layer).__name__
    if kind == "TimeDistributed":
        steps, *inside = inputs[0][1:]
        return int(steps * _macs(layer.layer, [(None, *inside)], (None, *output[2:])))
    if kind == "MultiHeadAttention":
        return _attention(layer, *inputs[:2])
    # A convolution uses each number of its kernel at every place of what comes out; a transposed one, Dense and the
    # recurrent layers at every place of what comes in.
    slides = "Conv" in kind and "Transpose" not in kind
    return sum(_applied(kernel, output if slides else inputs[0]) for kernel in _kernels(layer))


def _attention(layer: Any, query: Shape, value: Shape) -> int:
    mixing = sum(
        _applied(kernel, value if kernel.path.split("/")[-2] in ("key", "value") else query)
        for kernel in _kernels(layer)
    )
    looked_at = prod(value[axis] for axis in {axis % len(value) for axis in layer.attention_axes})
    pairs = prod(query[1:-1]) * looked_at
    return int(mixing + layer.num_heads * pairs * (layer.key_dim + layer.value_dim))


def _kernels(layer: Any) -> list[Any]:
    return [weight for weight in layer.weights if weight.name.endswith("kernel")]


def _applied(kernel: Any, shape: Shape) -> int:
    """The products of a kernel that is used at every place between batch and channels."""
    return int(prod(kernel.shape) * prod(shape[1:-1]))
