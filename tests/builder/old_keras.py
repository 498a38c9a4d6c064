"""Files as Keras 1 and 2 wrote them, and what their layers computed, in numpy."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import h5py
import numpy as np

Arrays = Sequence[np.ndarray]


def h5(config: Mapping[str, Any], weights: Mapping[str, Mapping[str, np.ndarray]], **attributes: str) -> bytes:
    """A model file: layer -> name of the weight -> numbers."""
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        file.attrs["model_config"] = json.dumps(config).encode()
        for name, value in attributes.items():
            file.attrs[name] = value.encode()
        write_weights(file.create_group("model_weights"), weights)
    return memory.getvalue()


def write_weights(group: h5py.Group, weights: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    group.attrs["layer_names"] = [name.encode() for name in weights]
    for layer, arrays in weights.items():
        inner = group.create_group(layer)
        inner.attrs["weight_names"] = [name.encode() for name in arrays]
        for name, array in arrays.items():
            inner[name] = array


def sequential(*layers: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """A Sequential as Keras 1 described it; each layer is called after its class and place."""
    entries = [
        {"class_name": kind, "config": {"name": f"{kind.lower()}_{place}", "trainable": True, **settings}}
        for place, (kind, settings) in enumerate(layers, 1)
    ]
    return {"class_name": "Sequential", "config": entries, "keras_version": "1.2.2"}


def hard_sigmoid(x: np.ndarray) -> np.ndarray:
    """As Keras 1 and 2 had it."""
    return np.clip(0.2 * x + 0.5, 0, 1)


def theano_convolution(images: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    """True convolution, valid, of (batch, channels, height, width) with kernels (filters, channels, rows, columns)."""
    turned = kernels[:, :, ::-1, ::-1]
    rows, columns = kernels.shape[2:]
    out = np.zeros((len(images), len(kernels), images.shape[2] - rows + 1, images.shape[3] - columns + 1))
    for y in range(out.shape[2]):
        for x in range(out.shape[3]):
            out[:, :, y, x] = np.einsum("bcij,fcij->bf", images[:, :, y : y + rows, x : x + columns], turned)
    return out


def lstm(steps: np.ndarray, gates: Mapping[str, Arrays]) -> np.ndarray:
    """The last output of Keras 1's LSTM; `gates` holds W, U and b of i, c, f and o."""
    units = gates["i"][1].shape[0]
    h = c = np.zeros((len(steps), units))
    for x in np.moveaxis(steps, 1, 0):
        i, f, o = (hard_sigmoid(x @ W + h @ U + b) for W, U, b in (gates["i"], gates["f"], gates["o"]))
        W, U, b = gates["c"]
        c = f * c + i * np.tanh(x @ W + h @ U + b)
        h = o * np.tanh(c)
    return h


def gru(steps: np.ndarray, gates: Mapping[str, Arrays]) -> np.ndarray:
    """The last output of Keras 1's GRU; `gates` holds W, U and b of z, r and h."""
    h = np.zeros((len(steps), gates["z"][1].shape[0]))
    for x in np.moveaxis(steps, 1, 0):
        z, r = (hard_sigmoid(x @ W + h @ U + b) for W, U, b in (gates["z"], gates["r"]))
        W, U, b = gates["h"]
        h = z * h + (1 - z) * np.tanh(x @ W + (r * h) @ U + b)
    return h
