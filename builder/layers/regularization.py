"""Regularization: disturbances while training, so that a network does not learn its examples by heart."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from builder.layers import parameters as p
from builder.layers.base import LayerSpec


class Dropout(LayerSpec):
    """Sets random values to zero while training, so that no unit can rely on a single other one.

    Shapes:
        in:  any
        out: the same

    Units:
        `rate`: share of the values, from 0 to 1; the others are scaled by 1 / (1 - rate).

    Source:
        Srivastava et al., Dropout, 2014. https://jmlr.org/papers/v15/srivastava14a.html
    """

    rate: p.Rate = Field(examples=[0.5])
    noise_shape: tuple[Annotated[int, Field(ge=1)] | None, ...] | None = Field(
        None,
        max_length=8,
        description="Shape of the pattern, batch first: 1 drops along a whole axis at once, empty sizes follow the input.",
    )
    seed: p.Seed = None

    def summary(self) -> str:
        """`rate 0.5`."""
        return f"rate {self.rate}"


class SpatialDropout2D(LayerSpec):
    """Drops whole feature maps while training, since neighbouring pixels of one map say nearly the same.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Units:
        `rate`: share of the channels, from 0 to 1; the others are scaled by 1 / (1 - rate).

    Source:
        Tompson et al., Efficient Object Localization Using Convolutional Networks, 2015.
        https://arxiv.org/abs/1411.4280
    """

    rate: p.Rate = Field(examples=[0.2], description="Share of the channels that are dropped.")
    seed: p.Seed = None

    def summary(self) -> str:
        """`rate 0.2`."""
        return f"rate {self.rate}"


class GaussianNoise(LayerSpec):
    """Adds random noise while training, so that the network does not rely on exact values.

    Shapes:
        in:  any
        out: the same

    Units:
        `stddev`: that of the incoming values.
    """

    stddev: float = Field(ge=0, examples=[0.1], description="Standard deviation of the noise.")
    seed: p.Seed = None

    def summary(self) -> str:
        """`stddev 0.1`."""
        return f"stddev {self.stddev}"
