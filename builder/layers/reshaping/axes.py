"""The same values along other axes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from builder.layers.base import LayerSpec


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


class Permute(LayerSpec):
    """Puts the axes of an example into another order.

    Shapes:
        in:  (batch, ...)
        out: (batch, the same sizes in the order of `dims`)

    Problems:
        `dims` does not name each axis of the example once.
    """

    dims: tuple[Annotated[int, Field(ge=1, le=8)], ...] = Field(
        examples=[(2, 1)],
        min_length=1,
        max_length=8,
        description="Axes in their new order; 1 is the first behind the batch.",
    )

    def summary(self) -> str:
        """`2, 1`: the new order."""
        return ", ".join(map(str, self.dims))


class RepeatVector(LayerSpec):
    """Tells the same vector at each of `n` steps, so that a sequence can grow from it.

    Shapes:
        in:  (batch, features)
        out: (batch, n, features)
    """

    n: int = Field(ge=1, le=100_000, examples=[10], description="Number of steps.")
