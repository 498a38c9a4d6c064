"""Sequences, maps and volumes enlarged."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from builder.layers import parameters as p
from builder.layers.base import LayerSpec, brief


class UpSampling1D(LayerSpec):
    """Makes a sequence longer by repeating each step.

    Shapes:
        in:  (batch, steps, channels)
        out: (batch, steps * size, channels)

    Units:
        `size`: factor.
    """

    size: p.Size = Field(2, description="How often each step is told.")

    def summary(self) -> str:
        """`2`."""
        return brief(self.size)


class UpSampling2D(LayerSpec):
    """Enlarges an image by repeating or interpolating its pixels.

    Shapes:
        in:  (batch, height, width, channels)
        out: (batch, height * size[0], width * size[1], channels)

    Units:
        `size`: factors.
    """

    size: p.Pair = Field((2, 2), description="Factors for height and width.")
    interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"] = Field(
        "nearest", description="How the pixels in between are found; nearest: by repeating."
    )

    def summary(self) -> str:
        """`2x2`."""
        return brief(self.size)


class UpSampling3D(LayerSpec):
    """Enlarges a volume by repeating its cells.

    Shapes:
        in:  (batch, depth, height, width, channels)
        out: (batch, depth * size[0], height * size[1], width * size[2], channels)

    Units:
        `size`: factors.
    """

    size: p.Triple = Field((2, 2, 2), description="Factors for depth, height and width.")

    def summary(self) -> str:
        """`2x2x2`."""
        return brief(self.size)
