"""Weights of a network by the names of its nodes: from a file, to a file, and into a model."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path as File
from typing import Any, BinaryIO

import numpy as np

from builder.importer.old_weights import Origin, arranged
from builder.importer.refusal import MAX_SQUEEZE, MAX_WEIGHTS, SMALL, ModelFileError
from builder.importer.stored import Array, Path, Stored
from builder.layers.base import LayerSpec

Weights = dict[str, list[Array]]  # node -> its arrays in the order of `layer.get_weights()`


class WeightsError(ModelFileError):
    """Weights that do not belong to this network."""


def collected(stored: Stored, sources: Mapping[str, tuple[Path, Origin]], layers: Mapping[str, LayerSpec]) -> Weights:
    """The weights of every node that has some in the file."""
    found: Weights = {}
    for node, (path, origin) in sources.items():
        arrays = stored.arrays(path)
        if origin.kind == "LayerScale" and len(arrays) == 1:
            arrays = [arrays[0].reshape(1, 1, -1, 1)]
        try:
            arrays = arranged(layers[node], origin, arrays)
        except (ValueError, IndexError, TypeError) as error:
            raise WeightsError(f"The weights of {'/'.join(path)[:100]} do not fit its layer ({error}).") from None
        if arrays:
            found[node] = arrays
    return found


def apply_weights(model: Any, weights: Mapping[str, Sequence[Array]]) -> None:
    """Give the layers of a built model their weights; none are set unless all fit.

    Args:
        model: what `builder.compile.build` made of the graph.
        weights: by node, in the order and shape of `layer.get_weights()`.

    Raises:
        WeightsError: a layer that is not there, or weights of other shapes than its own; the first five by name.
    """
    layers = {layer.name: layer for layer in model.layers}
    wrong = []
    for name, arrays in weights.items():
        layer = layers.get(name)
        wants = None if layer is None else [tuple(weight.shape) for weight in layer.weights]
        came = [tuple(array.shape) for array in arrays]
        if wants is None:
            wrong.append(f"{name}: there is no such layer")
        elif wants != came:
            wrong.append(f"{name}: expected {wants}, got {came}")
    if wrong:
        raise WeightsError("The weights do not fit the network.\n" + "\n".join(f"- {one}" for one in wrong[:5]))
    for name, arrays in weights.items():
        layers[name].set_weights(list(arrays))
        if hasattr(layers[name], "finalize_state"):  # Normalization computes with copies of its weights
            layers[name].finalize_state()


def begin_with(model: Any, weights: Mapping[str, Sequence[Array]]) -> tuple[str, ...]:
    """Give the layers of a built model those weights that fit them; the others keep their random ones.

    Args:
        model: what `builder.compile.build` made of the graph.
        weights: by node, in the order of `layer.get_weights()`; those of layers that are not there are left.

    Returns:
        The layers that keep their random weights.

    Raises:
        WeightsError: no layer fits; the first five by name.
    """
    wanted = {layer.name: [tuple(weight.shape) for weight in layer.weights] for layer in model.layers if layer.weights}
    given = {name: [tuple(array.shape) for array in weights[name]] for name in wanted if name in weights}
    fitting = {name: weights[name] for name in given if given[name] == wanted[name]}
    if wanted and not fitting:
        wrong = [
            f"- {name}: expected {shapes}, got {given.get(name, 'none of this name')}"
            for name, shapes in list(wanted.items())[:5]
        ]
        raise WeightsError("None of the given weights fits a layer of this network.\n" + "\n".join(wrong))
    apply_weights(model, fitting)
    return tuple(name for name in wanted if name not in fitting)


def save_weights(weights: Mapping[str, Sequence[Array]], file: BinaryIO) -> None:
    """Write weights as .npz: an array `node/0`, `node/1`, ... each."""
    named = {f"{node}/{number}": array for node, arrays in weights.items() for number, array in enumerate(arrays)}
    np.savez(file, allow_pickle=False, **named)


def load_weights(file: File) -> Weights:
    """Weights that `save_weights` wrote.

    Raises:
        WeightsError: another kind of file, too large, or holding anything but numbers.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
            packed = sum(member.compress_size for member in members)
        if total > MAX_WEIGHTS or (total > SMALL and total > MAX_SQUEEZE * packed):
            raise WeightsError(f"{file.name} would unpack to {total / 2**20:,.0f} MB; it is not opened.")
        weights: Weights = {}
        with np.load(file, allow_pickle=False) as arrays:
            for name in arrays.files:
                node, _, number = name.rpartition("/")
                own = weights.setdefault(node, [])
                if number != str(len(own)):
                    raise WeightsError(f"{file.name} holds no weights of a network: {name[:80]!r} is out of order.")
                own.append(arrays[name])
    except (OSError, ValueError, zipfile.BadZipFile, EOFError, KeyError) as error:
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(f"{file.name} holds no weights of a network ({error}).") from None
    return weights
