"""Images: brought to the size that a network wants."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from builder.layers import parameters as p
from builder.layers.base import LayerSpec


class Resizing(LayerSpec):
    """Brings images to a size, in training and in use.

    Shapes:
        in:  (batch, any height, any width, channels)
        out: (batch, height, width, channels)

    Problems:
        `crop_to_aspect_ratio` and `pad_to_aspect_ratio` exclude each other.
    """

    height: p.ImageHeight = Field(examples=[224])
    width: p.ImageWidth = Field(examples=[224])
    interpolation: Literal["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"] = Field(
        "bilinear", description="How a new pixel is mixed from old ones; lanczos is sharpest and slowest."
    )
    crop_to_aspect_ratio: bool = Field(False, description="Cut off the rim instead of distorting the image.")
    pad_to_aspect_ratio: bool = Field(False, description="Fill up the rim instead of distorting the image.")
    fill_mode: Literal["constant"] = Field("constant", description="The rim is filled with one value.")
    fill_value: float = Field(0.0, description="Value of the rim.")
    antialias: bool = Field(False, description="Smooth an image that becomes smaller, against stairs and ripples.")

    def summary(self) -> str:
        """`224 x 224`."""
        return f"{self.height} x {self.width}"


class CenterCrop(LayerSpec):
    """Cuts out the middle of images; what is smaller is enlarged first.

    Shapes:
        in:  (batch, any height, any width, channels)
        out: (batch, height, width, channels)
    """

    height: p.ImageHeight = Field(examples=[24])
    width: p.ImageWidth = Field(examples=[24])

    def summary(self) -> str:
        """`24 x 24`."""
        return f"{self.height} x {self.width}"
