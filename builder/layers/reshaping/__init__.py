"""Reshaping: the same values in another shape, rims and enlargements."""

from __future__ import annotations

# In palette order, since importing a class registers it.
# isort: off
from builder.layers.reshaping.axes import Flatten, Reshape, Permute, RepeatVector
from builder.layers.reshaping.rims import (
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
    Cropping1D,
    Cropping2D,
    Cropping3D,
)
from builder.layers.reshaping.enlarging import UpSampling1D, UpSampling2D, UpSampling3D

# isort: on
__all__ = [
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "Flatten",
    "Permute",
    "RepeatVector",
    "Reshape",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
]
