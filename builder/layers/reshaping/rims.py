"""Rims that are put around or cut off."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from builder.layers.base import LayerSpec

Rim = Annotated[int, Field(ge=0, le=100_000)]
RimPair = tuple[Rim, Rim]
Sides2D = RimPair | tuple[RimPair, RimPair]
Sides3D = tuple[Rim, Rim, Rim] | tuple[RimPair, RimPair, RimPair]


def sides(rims: int | tuple[int | RimPair, ...]) -> str:
    """`1x1`, or `0+1 x 0+1` where both ends of an axis are told."""
    if isinstance(rims, int):
        return str(rims)
    told = [side if isinstance(side, int) else f"{side[0]}+{side[1]}" for side in rims]
    return (" x " if isinstance(rims[0], tuple) else "x").join(map(str, told))


class ZeroPadding1D(LayerSpec):
    """Puts zeros before and behind a sequence.

    Shapes:
        in:  (batch, steps, channels)
        out: (batch, before + steps + behind, channels)

    Units:
        `padding`: steps.
    """

    padding: Rim | RimPair = Field(1, description="Steps at both ends; or steps before, steps behind.")

    def summary(self) -> str:
        """`1`, or `0+1` where the ends differ."""
        return sides(self.padding if isinstance(self.padding, int) else (self.padding,))


class ZeroPadding2D(LayerSpec):
    """Puts a rim of zeros around an image.

    Shapes:
        in:  (batch, height, width, channels)
        out: (batch, height + top + bottom, width + left + right, channels)

    Units:
        `padding`: pixels.
    """

    padding: Sides2D = Field(
        (1, 1), description="Pixels above and below, left and right; or ((top, bottom), (left, right))."
    )

    def summary(self) -> str:
        """`1x1`, or `0+1 x 0+1` where the sides differ."""
        return sides(self.padding)


class ZeroPadding3D(LayerSpec):
    """Puts a rim of zeros around a volume.

    Shapes:
        in:  (batch, depth, height, width, channels)
        out: (batch, front + depth + back, top + height + bottom, left + width + right, channels)

    Units:
        `padding`: cells.
    """

    padding: Sides3D = Field(
        ((1, 1), (1, 1), (1, 1)), description="Cells along each axis; or at both ends of each: ((front, back), ...)."
    )

    def summary(self) -> str:
        """`1x1x1`, or `0+1 x 0+1 x 0+1` where the ends differ."""
        return sides(self.padding)


class Cropping1D(LayerSpec):
    """Cuts off the rim of a sequence.

    Shapes:
        in:  (batch, steps, channels)
        out: the same without what is cut off

    Units:
        `cropping`: steps.

    Problems:
        Nothing is left: `cropping` is as large as the sequence.
    """

    cropping: Rim | RimPair = Field((1, 1), description="Steps at both ends; or steps before, steps behind.")

    def summary(self) -> str:
        """`1+1`: before and behind."""
        return sides(self.cropping if isinstance(self.cropping, int) else (self.cropping,))


class Cropping2D(LayerSpec):
    """Cuts off the rim of a map.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same without what is cut off

    Units:
        `cropping`: pixels.

    Problems:
        Nothing is left: `cropping` is as large as the map.
    """

    cropping: Sides2D = Field(
        ((0, 0), (0, 0)), description="Pixels above and below, left and right; or ((top, bottom), (left, right))."
    )

    def summary(self) -> str:
        """`1x1`, or `0+1 x 0+1` where the sides differ."""
        return sides(self.cropping)


class Cropping3D(LayerSpec):
    """Cuts off the rim of a volume.

    Shapes:
        in:  (batch, depth, height, width, channels)
        out: the same without what is cut off

    Units:
        `cropping`: cells.

    Problems:
        Nothing is left: `cropping` is as large as the volume.
    """

    cropping: Sides3D = Field(
        ((1, 1), (1, 1), (1, 1)), description="Cells along each axis; or at both ends of each: ((front, back), ...)."
    )

    def summary(self) -> str:
        """`1x1x1`, or `0+1 x 0+1 x 0+1` where the ends differ."""
        return sides(self.cropping)
