"""Reshaping: the same values in another shape, rims and enlargements."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from builder.layers import parameters as p
from builder.layers.base import LayerSpec, brief

Rim = Annotated[int, Field(ge=0, le=100_000)]
RimPair = tuple[Rim, Rim]


class Flatten(LayerSpec):
    """Lays all values of an example out in one row: the step from feature maps to Dense.

    Shapes:
        in:  (batch, ...)
        out: (batch, product of all sizes)
    """


class Reshape(LayerSpec):
    """Gives the values of an example another shape, in the same order.

    Shapes:
        in:  (batch, ...)
        out: (batch, *target_shape)

    Problems:
        `target_shape` holds more or fewer values than the example.
    """

    target_shape: tuple[Annotated[int, Field(ge=-1, le=100_000_000)], ...] = Field(
        examples=[(8, 8, 1)],
        max_length=6,
        description="The new shape of one example; -1 at one place: what is left over.",
    )


class ZeroPadding2D(LayerSpec):
    """Puts a rim of zeros around an image.

    Shapes:
        in:  (batch, height, width, channels)
        out: (batch, height + top + bottom, width + left + right, channels)

    Units:
        `padding`: pixels.
    """

    padding: RimPair | tuple[RimPair, RimPair] = Field(
        (1, 1), description="Pixels above and below, left and right; or ((top, bottom), (left, right))."
    )

    def summary(self) -> str:
        """`1x1`, or `0+1 x 0+1` where the sides differ."""
        rims = [side if isinstance(side, int) else f"{side[0]}+{side[1]}" for side in self.padding]
        return (" x " if isinstance(self.padding[0], tuple) else "x").join(map(str, rims))


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


class RepeatVector(LayerSpec):
    """Tells the same vector at each of `n` steps, so that a sequence can grow from it.

    Shapes:
        in:  (batch, features)
        out: (batch, n, features)
    """

    n: int = Field(ge=1, le=100_000, examples=[10], description="Number of steps.")
