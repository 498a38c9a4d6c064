"""Convolution: small filters that slide over sequences, images and volumes."""

from __future__ import annotations

# In palette order, since importing a class registers it.
# isort: off
from builder.layers.convolutional.sliding import Conv1D, Conv2D, Conv3D
from builder.layers.convolutional.transposed import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from builder.layers.convolutional.separable import DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D

# isort: on
__all__ = [
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "SeparableConv1D",
    "SeparableConv2D",
]
