"""The weights of a file, by the names of the layers: how each Keras lays them out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import h5py
import keras
import numpy as np
from numpy.typing import NDArray

from builder.importer.description import DescribedModel
from builder.importer.refusal import ModelFileError
from builder.names import snake_case

Array = NDArray[Any]
Path = tuple[str, ...]  # the names of the models around a layer from outside in, then its own

# Layers within a layer in the order in which Keras lists their weights; attributes of Keras's own classes.
INNER = (
    "cell", "forward_layer", "backward_layer", "layer", "query_dense", "_query_dense", "key_dense", "_key_dense",
    "gate_dense", "_gate_dense", "value_dense", "_value_dense", "output_dense", "_output_dense",
)  # fmt: skip

# Where the layers of a model are filed that a layer of this class holds.
HELD = {"TimeDistributed": ("layer/", "layers"), "RNN": ("cell/", "cells")}


class Stored(Protocol):
    """Somewhere that weights are to be had."""

    def arrays(self, path: Path) -> list[Array]:
        """The weights of a layer in Keras's order; none if it has none."""


class Listed:
    """Weights as Keras 1, 2 and 3 lay them out in .h5: a group a layer, in it the names of its weights in order."""

    def __init__(self, group: h5py.Group) -> None:
        self._group = group
        self._layers = {name for name in _names(group, "layer_names") if isinstance(group.get(name), h5py.Group)}

    def arrays(self, path: Path) -> list[Array]:
        """The weights of a layer; of one inside a model those of the model's that bear its name."""
        name = path[0] if path[0] in self._layers else path[-1]
        if name not in self._layers:
            return []
        group = self._group[name]
        weights = _names(group, "weight_names")
        if len(path) == 1 or name != path[0]:
            return [_array(group, weight) for weight in weights]
        own = [weight for weight in weights if _belongs(weight, path)] or _made_elsewhere(weights, path)
        return [_array(group, weight) for weight in own]


def _made_elsewhere(weights: Sequence[str], path: Path) -> list[str]:
    """Weights of a layer that was made before some of the models around it, whose names they therefore lack."""
    parts = {weight: weight.split("/")[:-1] for weight in weights}
    own = [w for w in weights if parts[w][-1:] == [path[-1]] and set(parts[w]) <= set(path)]
    longest = max((len(parts[weight]) for weight in own), default=0)
    return [weight for weight in own if len(parts[weight]) == longest]


def _belongs(weight: str, path: Path) -> bool:
    """Whether a weight such as `inner/conv2d/kernel:0`, `conv2d/kernel:0` or `conv2d_W` is of the layer at the path."""
    parts = weight.split("/")
    if parts[-1].startswith(f"{path[-1]}_") and re.fullmatch(
        r"(?:[A-Za-z]+_)*[A-Za-z]+(?::0)?", parts[-1][len(path[-1]) + 1 :]
    ):
        return True
    if path[-1] not in parts[:-1]:
        return False
    around = [name for name in path[:-1] if any(name == part for part in parts)]
    return len(around) in (0, len(path) - 1) or all(name in parts for name in path[1:-1])


def _names(group: h5py.Group, name: str) -> list[str]:
    """A list of names in attributes, which Keras splits into `name0`, `name1`, ... where it is long."""
    if name in group.attrs:
        values: Sequence[Any] = group.attrs[name]
    else:
        values, number = [], 0
        while f"{name}{number}" in group.attrs:
            values = [*values, *group.attrs[f"{name}{number}"]]
            number += 1
    return [value.decode("utf8", "replace") if isinstance(value, bytes) else str(value) for value in values]


def _array(group: h5py.Group, name: str) -> Array:
    found = group.get(name)
    if not isinstance(found, h5py.Dataset):
        raise ModelFileError(f"The file names the weight {name[:80]!r}, but does not hold it. Was it cut off?")
    return np.asarray(found[()])


class Structured:
    """Weights as a .keras file lays them out: a group an attribute, numbered by class within a list of layers."""

    def __init__(self, group: h5py.Group, model: DescribedModel) -> None:
        self._group = group
        self._places: dict[Path, str] = {}
        self._walk(model, (), "")

    def arrays(self, path: Path) -> list[Array]:
        """The weights of a layer, with those of the layers within it."""
        groups = (self._group.get(self._places[one]) for one in (path, *self._elsewhere(path)) if one in self._places)
        return next((_gathered(found) for found in groups if isinstance(found, h5py.Group)), [])

    def _elsewhere(self, path: Path) -> list[Path]:
        """Where the weights may be of a model that stands in another one too: a file holds each object once."""
        return [one for one in self._places if min(len(one), len(path)) > 1 and _ends_alike(one, path)]

    def _walk(self, model: DescribedModel, around: Path, prefix: str, folder: str = "layers") -> None:
        group = self._group.get(prefix) if prefix else self._group
        if group is not None and "_layer_checkpoint_dependencies" in group:
            folder = "_layer_checkpoint_dependencies"
        counts: dict[str, int] = {}
        for layer in model.layers:
            if layer.operation or (model.sequential and layer.kind == "InputLayer"):
                continue
            kind = layer.stored or layer.kind
            name = snake_case("Functional" if kind == "Model" else _class_name(kind))
            counts[name] = counts.get(name, -1) + 1
            numbered = f"{name}_{counts[name]}" if counts[name] else name
            place, path = f"{prefix}{folder}/{numbered}", (*around, layer.name)
            self._places[path] = place
            if layer.model is not None:
                inside, of = HELD.get(layer.kind, ("", "layers"))
                self._walk(layer.model, path, f"{place}/{inside}", of)


def _ends_alike(one: Path, other: Path) -> bool:
    shared = min(len(one), len(other))
    return one != other and one[-shared:] == other[-shared:]


def _class_name(kind: str) -> str:
    """What a class calls itself, which for some is not the name that it is known by."""
    return str(getattr(getattr(keras.layers, kind, None), "__name__", kind))


def _gathered(group: h5py.Group) -> list[Array]:
    own = _numbered(group.get("vars"))
    inner = [_gathered(group[name]) for name in INNER if isinstance(group.get(name), h5py.Group)]
    if len(own) == 2 and len(inner) == 1:  # SpectralNormalization, which keeps its layer's kernel a second time
        return [inner[0][0], own[1], *inner[0][1:]]
    return own + [array for arrays in inner for array in arrays]


def _numbered(group: Any) -> list[Array]:
    if not isinstance(group, h5py.Group):
        return []
    names = sorted((name for name in group if name.isdigit()), key=int)
    return [_array(group, name) for name in names]


class Given:
    """Weights that are at hand, by path."""

    def __init__(self, arrays: Mapping[Path, Sequence[Array]]) -> None:
        self._arrays = arrays

    def arrays(self, path: Path) -> list[Array]:
        """Those of a layer."""
        return list(self._arrays.get(path, ()))
