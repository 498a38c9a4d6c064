"""The greatest value or the mean of the whole."""

from __future__ import annotations

from builder.layers import parameters as p
from builder.layers.base import LayerSpec


class GlobalMaxPooling1D(LayerSpec):
    """Keeps the greatest value of each channel over the whole sequence.

    Shapes:
        in:  (batch, steps, channels)
        out: (batch, channels)
    """

    keepdims: p.KeepDims = False


class GlobalMaxPooling2D(LayerSpec):
    """Keeps the greatest value of each channel over the whole map.

    Shapes:
        in:  (batch, height, width, channels)
        out: (batch, channels)
    """

    keepdims: p.KeepDims = False


class GlobalMaxPooling3D(LayerSpec):
    """Keeps the greatest value of each channel over the whole volume.

    Shapes:
        in:  (batch, depth, height, width, channels)
        out: (batch, channels)
    """

    keepdims: p.KeepDims = False


class GlobalAveragePooling1D(LayerSpec):
    """Takes the mean of each channel over the whole sequence.

    Shapes:
        in:  (batch, steps, channels)
        out: (batch, channels)
    """

    keepdims: p.KeepDims = False


class GlobalAveragePooling2D(LayerSpec):
    """Takes the mean of each channel over the whole map: the usual step from maps to a decision.

    Shapes:
        in:  (batch, height, width, channels)
        out: (batch, channels)

    Source:
        Lin, Chen and Yan, Network In Network, 2014. https://arxiv.org/abs/1312.4400
    """

    keepdims: p.KeepDims = False


class GlobalAveragePooling3D(LayerSpec):
    """Takes the mean of each channel over the whole volume.

    Shapes:
        in:  (batch, depth, height, width, channels)
        out: (batch, channels)
    """

    keepdims: p.KeepDims = False
