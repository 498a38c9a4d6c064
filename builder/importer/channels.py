"""Networks whose images have the channels first: the layers here have them last, so axes are exchanged where it must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

# Layers that look at places and at channels: number of axes of places.
PLACES = {
    "Conv1D": 1, "Conv2D": 2, "Conv3D": 3, "SeparableConv1D": 1, "SeparableConv2D": 2, "DepthwiseConv1D": 1,
    "DepthwiseConv2D": 2, "Conv1DTranspose": 1, "Conv2DTranspose": 2, "Conv3DTranspose": 3, "MaxPooling1D": 1,
    "MaxPooling2D": 2, "MaxPooling3D": 3, "AveragePooling1D": 1, "AveragePooling2D": 2, "AveragePooling3D": 3,
    "GlobalMaxPooling1D": 1, "GlobalMaxPooling2D": 2, "GlobalMaxPooling3D": 3, "GlobalAveragePooling1D": 1,
    "GlobalAveragePooling2D": 2, "GlobalAveragePooling3D": 3, "UpSampling2D": 2, "UpSampling3D": 3,
    "ZeroPadding2D": 2, "ZeroPadding3D": 3, "Cropping2D": 2, "Cropping3D": 3, "SpatialDropout2D": 2,
    "SpatialDropout3D": 3, "Resizing": 2, "AdaptiveAveragePooling1D": 1, "AdaptiveAveragePooling2D": 2,
    "AdaptiveAveragePooling3D": 3, "AdaptiveMaxPooling1D": 1, "AdaptiveMaxPooling2D": 2, "AdaptiveMaxPooling3D": 3,
}  # fmt: skip
# Layers that do the same to each value, wherever it stands.
PLAIN = frozenset(
    {"Activation", "Dropout", "ReLU", "LeakyReLU", "ELU", "GaussianNoise", "GaussianDropout", "AlphaDropout", "Rescaling",
     "Identity", "ActivityRegularization", "Elementwise", "Power", "Clip", "Divide",
     "Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor of the graph: an output of a node. `moved` counts the axes of places when its channels were moved to the end."""

    node: str
    output: int = 0
    moved: int = 0


def to_last(places: int) -> tuple[int, ...]:
    """The Permute that moves the channels from first to last."""
    return (*range(2, places + 2), 1)


def to_first(places: int) -> tuple[int, ...]:
    """The Permute that moves the channels from last to first."""
    return (places + 1, *range(1, places + 1))


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a layer wants what comes in (`moved`: axes of places with the channels at the end, or 0), and gives what goes out."""

    moved: int
    gives: int
    settings: dict[str, Any]


def wanted(kind: str, config: dict[str, Any], values: Sequence[Value]) -> Wanted:
    """What a layer needs, given what comes in; its settings are rewritten for channels at the end.

    Args:
        config: in today's names, with `data_format` if the file has it.
    """
    settings = {name: value for name, value in config.items() if name != "data_format"}
    first = config.get("data_format") == "channels_first"
    came = max((value.moved for value in values), default=0)
    if kind in PLACES:
        places = PLACES[kind] if first else 0
        flat = kind.startswith("Global") and not config.get("keepdims")
        return Wanted(places, 0 if flat else places, settings)
    if kind == "Flatten" and first:
        return Wanted(came, 0, settings)  # Keras moves the channels to the end before it flattens
    if not came:
        return Wanted(0, 0, settings)
    if kind in PLAIN and config.get("activation") not in ("softmax", "log_softmax") and not config.get("noise_shape"):
        return Wanted(came, came, settings)
    if kind in ("BatchNormalization", "Concatenate") and isinstance(axis := config.get("axis", -1), int):
        rank = came + 2
        place = axis % rank
        if place:
            return Wanted(came, came, {**settings, "axis": -1 if place == 1 else place - 1})
    return Wanted(0, 0, settings)


def as_first(value: Value) -> Value:
    """The same tensor, once its channels are where the file has them."""
    return replace(value, moved=0)
