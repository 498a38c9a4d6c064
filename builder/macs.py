"""How much work a layer is: multiply-accumulates for one example, from its weights and shapes. Knows no Keras."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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
    if kind == "SpectralNormalization":
        return _macs(layer.layer, inputs, output)
    if kind in PRODUCTS:
        return int(PRODUCTS[kind](layer, inputs, output))
    if kind.startswith("ConvLSTM"):
        places = output[-1 - layer.cell.rank : -1]
        return sum(int(prod(kernel.shape) * inputs[0][1] * prod(places)) for kernel in _kernels(layer))
    # A convolution uses each number of its kernel at every place of what comes out; a transposed one, Dense and the
    # recurrent layers at every place of what comes in.
    slides = "Conv" in kind and "Transpose" not in kind
    return sum(_applied(kernel, output if slides else inputs[0]) for kernel in _kernels(layer))


def _heads(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    """MultiHeadAttention."""
    query, value = inputs[:2]
    looked_at = prod(value[axis] for axis in {axis % len(value) for axis in layer.attention_axes})
    pairs = prod(query[1:-1]) * looked_at
    return _mixing(layer, query, value) + int(layer.num_heads * pairs * (layer.key_dim + layer.value_dim))


def _shared_heads(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    """GroupQueryAttention."""
    query, value = inputs[:2]
    return _mixing(layer, query, value) + int(layer.num_query_heads * query[1] * value[1] * 2 * layer.head_dim)


def _mixing(layer: Any, query: Shape, value: Shape) -> int:
    """The products with the kernels before and behind the heads."""
    return sum(
        _applied(kernel, value if kernel.path.split("/")[-2] in ("key", "value") else query)
        for kernel in _kernels(layer)
    )


def _scores(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    """Attention: of each pair of steps the score, and the value that is mixed in."""
    query, value = inputs[:2]
    compared = query[-1] if getattr(layer, "score_mode", "dot") == "dot" else 0
    return int(prod(query[1:-1]) * value[-2] * (compared + value[-1]))


def _einstein_sum(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    """EinsumDense: each number of the output is a sum over the axes that it lacks."""
    taken, weights, made = re.split(",|->", layer.equation)
    before, _, behind = taken.partition("...")
    shape = inputs[0]
    sizes = dict(zip(reversed(behind), reversed(shape), strict=False)) | dict(zip(before, shape, strict=False))
    sizes |= dict(zip(weights, layer.kernel.shape, strict=True))
    return int(prod(output[1:]) * prod(size for letter, size in sizes.items() if letter not in made))


def _dot(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    axes = layer.axes if isinstance(layer.axes, int) else layer.axes[0]
    return int(prod(output[1:]) * inputs[0][axes])


def _matrices(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    """MatMul: each number of the product is a sum over the inner size."""
    return int(prod(output[1:]) * inputs[0][-2 if layer.transpose_first else -1])


def _reversed(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    """ReversibleEmbedding, which multiplies where it turns vectors into scores and looks up where it does not."""
    return int(prod(inputs[0][1:]) * output[-1]) if len(inputs[0]) == len(output) else 0


# Layers whose work is not that of their kernels alone.
PRODUCTS: dict[str, Callable[[Any, Sequence[Shape], Shape], int]] = {
    "AdditiveAttention": _scores,
    "Attention": _scores,
    "Dot": _dot,
    "EinsumDense": _einstein_sum,
    "GroupedQueryAttention": _shared_heads,
    "MatMul": _matrices,
    "MultiHeadAttention": _heads,
    "ReversibleEmbedding": _reversed,
}


def _kernels(layer: Any) -> list[Any]:
    return [weight for weight in layer.weights if weight.name.endswith("kernel")]


def _applied(kernel: Any, shape: Shape) -> int:
    """The products of a kernel that is used at every place between batch and channels."""
    return int(prod(kernel.shape) * prod(shape[1:-1]))
