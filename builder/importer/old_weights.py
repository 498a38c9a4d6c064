"""Weights of Keras 1 and 2 as Keras 3 holds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder.importer.stored import Array
from builder.layers.base import LayerSpec

Arrange = Callable[[list[Array]], list[Array]]

RECURRENT = ("SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
# Keras 1 and 2 cut hard_sigmoid from 0.2 x + 0.5, Keras 3 from x / 6 + 0.5: the same function of 1.2 x.
STEEPER = 1.2
# Gates in Keras 1's order of weights -> their place in today's kernel: i, c, f, o -> i, f, c, o.
LSTM_GATES = (0, 2, 1, 3)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where weights come from: the class in its own day's name, the Keras, and whether kernels are turned and moved."""

    kind: str
    generation: int
    channels_first: bool = False
    theano: bool = False


def arranged(layer: LayerSpec, origin: Origin, arrays: list[Array]) -> list[Array]:
    """The weights of a layer in today's order and shape.

    Args:
        arrays: as the file has them.
    """
    if layer.type == "SpectralNormalization" and len(arrays) == 3 and arrays[1].ndim == 1:
        return [arrays[0], arrays[2], arrays[1]]  # as .h5 of Keras 3 has them: its vector behind the layer's bias
    if not arrays or origin.generation == 3:
        return arrays
    if layer.type == "TimeDistributed":
        return arranged(_inside(layer), origin, arrays)
    if layer.type == "Bidirectional":
        half = len(arrays) // 2
        ways = (layer, "layer"), (layer, "backward_layer")
        inner = [getattr(outer, name) or _inside(layer) for outer, name in ways]
        return arranged(inner[0], origin, arrays[:half]) + arranged(inner[1], origin, arrays[half:])
    if origin.kind in ("MaxoutDense", "Highway", "HighwayGate"):
        return _of_parts(origin.kind, arrays)
    if origin.generation == 1:
        arrays = _of_keras_1(layer, origin, arrays)
    if origin.kind.startswith("CuDNN"):
        arrays = _of_cudnn(origin.kind, arrays)
    return _steeper(layer, arrays) if layer.type in RECURRENT else arrays


def gates_hard(layer: LayerSpec) -> bool:
    """Whether a recurrent layer's gates are cut by hard_sigmoid."""
    inner = getattr(layer, "layer", layer)
    return inner.type in RECURRENT and "hard_sigmoid" in (
        getattr(inner, "recurrent_activation", None),
        getattr(inner, "activation", None),
    )


def _inside(layer: LayerSpec) -> Any:
    return getattr(layer, "layer")  # noqa: B009 (only wrappers have it)


def _of_keras_1(layer: LayerSpec, origin: Origin, arrays: list[Array]) -> list[Array]:
    match layer.type:
        case "Conv1D" if arrays[0].ndim == 4:
            kernel = (
                arrays[0]
                if arrays[0].shape[1] == 1 and arrays[0].shape[0] == _length(layer)
                else arrays[0].transpose(2, 3, 1, 0)
            )
            return [_turned(kernel[:, 0], 1, origin), *arrays[1:]]
        case "Conv2D" | "Conv3D":
            axes = arrays[0].ndim - 2
            kernel = np.moveaxis(arrays[0], (0, 1), (-1, -2)) if origin.channels_first else arrays[0]
            return [_turned(kernel, axes, origin), *arrays[1:]]
        case "Conv2DTranspose":
            kernel = arrays[0].transpose(2, 3, 0, 1) if origin.channels_first else arrays[0].transpose(0, 1, 3, 2)
            return [_turned(kernel, 2, origin), *arrays[1:]]
        case "SeparableConv2D":
            kernels = [a.transpose(2, 3, 1, 0) if origin.channels_first else a for a in arrays[:2]]
            return [_turned(kernels[0], 2, origin), kernels[1], *arrays[2:]]
        case "LSTM" if len(arrays) == 12:
            return [np.concatenate([arrays[3 * gate + part] for gate in LSTM_GATES], -1) for part in range(3)]
        case "GRU" if len(arrays) == 9:
            return [np.concatenate([arrays[3 * gate + part] for gate in range(3)], -1) for part in range(3)]
        case _:
            return arrays


def _of_parts(kind: str, arrays: list[Array]) -> list[Array]:
    """The weights of the Dense that is a part of an old layer."""
    if kind == "MaxoutDense":  # (pieces, in, out) and (pieces, out)
        return [
            arrays[0].transpose(1, 0, 2).reshape(arrays[0].shape[1], -1),
            *(bias.reshape(-1) for bias in arrays[1:]),
        ]
    of_gate = kind == "HighwayGate"
    return [[array for array in arrays if array.ndim == axes][of_gate] for axes in (2, 1)[: len(arrays) // 2]]


def _length(layer: LayerSpec) -> int:
    return int(getattr(layer, "kernel_size", 0))


def _turned(kernel: Array, axes: int, origin: Origin) -> Array:
    """Theano's convolution turned its kernels round before it slid them."""
    return np.flip(kernel, tuple(range(axes))) if origin.theano else kernel


def _of_cudnn(kind: str, arrays: list[Array]) -> list[Array]:
    """From cuDNN's layout: each gate's kernel transposed, and a bias for the input and one for the state."""
    gates = 4 if kind == "CuDNNLSTM" else 3
    kernel = np.hstack([one.T.reshape(one.shape, order="F") for one in np.hsplit(arrays[0], gates)])
    recurrent = np.hstack([one.T for one in np.hsplit(arrays[1], gates)])
    bias = arrays[2].reshape(2, -1)
    return [kernel, recurrent, bias.sum(axis=0) if kind == "CuDNNLSTM" else bias]


def _steeper(layer: LayerSpec, arrays: list[Array]) -> list[Array]:
    """Weights of a recurrent layer by which Keras 3's hard_sigmoid gives what the one of old gave."""
    gates = {"LSTM": 4, "GRU": 3}.get(layer.type, 4 if layer.type.startswith("ConvLSTM") else 1)
    factors = np.ones(gates, dtype=np.float32)
    if getattr(layer, "recurrent_activation", None) == "hard_sigmoid":
        factors[[0, 1, 3] if gates == 4 else [0, 1]] = STEEPER
    if getattr(layer, "activation", None) == "hard_sigmoid":
        factors[{1: 0, 3: 2, 4: 2}[gates]] = STEEPER
    if (factors == 1).all():
        return arrays
    return [_scaled(array, factors) for array in arrays]


def _scaled(array: Array, factors: Sequence[float] | Array) -> Array:
    each = np.repeat(np.asarray(factors, array.dtype), array.shape[-1] // len(factors))
    return np.asarray(array * each, array.dtype)
