"""What a network has inside: kernels and feature maps as arrays, written to files and read again. No drawing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtime.folders import DAMAGED
from runtime.process import drafted, open_plain

Array = NDArray[np.float32]
MOST_MAPS = 64  # feature maps or filters of a node
MOST_CHANNELS = 16  # incoming channels of a kernel
MOST_SIDE = 128  # rows and columns of a map; a larger one is kept in part
MOST_NUMBERS = 4_096  # of a vector
MAX_FILE = 200_000_000  # bytes, of all arrays in a file


class MapsError(ValueError):
    """A file that holds no maps; `str()` is shown."""


@dataclass(frozen=True, slots=True)
class Maps:
    """One node's: kernels (height, width, channels in, filters), features (height, width, channels), (steps, channels) or (units,).

    None where the node has none. `kernels_of` and `features_of` are the whole shapes, of which the arrays may hold a part.
    """

    kernels: Array | None = None
    features: Array | None = None
    kernels_of: tuple[int, ...] = ()
    features_of: tuple[int, ...] = ()


def kernel(weights: NDArray[Any]) -> Array | None:
    """A convolution's kernel as (height, width, channels in, filters); None for one of three dimensions.

    A one-dimensional kernel gets a height of 1; a depthwise kernel is (height, width, channels, multiplier).
    """
    if weights.ndim not in (3, 4):
        return None
    return np.asarray(weights if weights.ndim == 4 else weights[None], np.float32)


def pack(kernels: Mapping[str, Array], features: Mapping[str, Array]) -> dict[str, NDArray[Any]]:
    """The arrays of a file: of each node a bounded part, and the shape of the whole."""
    packed: dict[str, NDArray[Any]] = {}
    for node, array in kernels.items():
        packed[f"{node}/kernels"] = array[:, :, :MOST_CHANNELS, :MOST_MAPS]
        packed[f"{node}/kernels_of"] = np.asarray(array.shape)
    for node, array in features.items():
        packed[f"{node}/features"] = _bounded(array)
        packed[f"{node}/features_of"] = np.asarray(array.shape)
    return packed


def save(file: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a file of maps in one step."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    with drafted(file) as draft:
        draft.write_bytes(buffer.getbuffer())


def of_node(file: Path, node: str) -> dict[str, NDArray[Any]]:
    """The arrays of one node in a file of maps, by their names there. Never unpickles.

    Raises:
        MapsError: the file is not there, too large, or holds something else.
    """
    try:
        with open_plain(file) as raw:
            with zipfile.ZipFile(raw) as packed:
                if sum(member.file_size for member in packed.infolist()) > MAX_FILE:
                    raise ValueError(f"it unpacks to more than {MAX_FILE // 10**6} MB")
            raw.seek(0)
            with np.load(raw, allow_pickle=False) as arrays:
                found = {name: arrays[name] for part in _MEMBERS if (name := f"{node}/{part}") in arrays}
        if odd := [name for name, array in found.items() if array.dtype.kind not in "fiu"]:
            raise ValueError(f"{odd[0]} is not made of numbers")
        return found
    except DAMAGED as error:
        raise MapsError(f"{file.name} holds no maps: {str(error)[:200]}") from None


def read_maps(file: Path, node: str) -> Maps:
    """The maps of one node; empty where the file has none of it.

    Raises:
        MapsError: see `of_node`.
    """
    held = {name.rpartition("/")[2]: array for name, array in of_node(file, node).items()}
    return Maps(
        kernels=_floats(held.get("kernels")),
        features=_floats(held.get("features")),
        kernels_of=_shape(held.get("kernels_of")),
        features_of=_shape(held.get("features_of")),
    )


_MEMBERS = ("kernels", "features", "kernels_of", "features_of")


def _floats(array: NDArray[Any] | None) -> Array | None:
    return None if array is None or array.ndim > 4 else array.astype(np.float32, copy=False)


def _shape(array: NDArray[Any] | None) -> tuple[int, ...]:
    return () if array is None else tuple(int(side) for side in array.ravel()[:8])


def _bounded(array: Array) -> Array:
    """At most MOST_MAPS maps of MOST_SIDE; what has more axes is flattened to maps (a video's frames, say)."""
    if array.ndim > 3:
        array = array.reshape(array.shape[-3:] if array.shape[0] == 1 else (-1, *array.shape[-2:]))
    limits = {1: (MOST_NUMBERS,), 2: (MOST_NUMBERS, MOST_MAPS), 3: (MOST_SIDE, MOST_SIDE, MOST_MAPS)}
    array = np.atleast_1d(array)
    return array[tuple(slice(limit) for limit in limits[array.ndim])]
