"""Regularization: disturbances while training, so that a network does not learn its examples by heart."""

from __future__ import annotations

from pydantic import Field

from builder.layers import parameters as p
from builder.layers.base import LayerSpec, listed


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
    noise_shape: p.NoiseShape = None
    seed: p.Seed = None

    def summary(self) -> str:
        """`rate 0.5`."""
        return f"rate {self.rate}"


class SpatialDropout1D(LayerSpec):
    """Drops whole channels of a sequence while training, since neighbouring values of one channel say nearly the same.

    Shapes:
        in:  (batch, steps, channels)
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


class SpatialDropout3D(LayerSpec):
    """Drops whole channels of a volume while training, since neighbouring values of one channel say nearly the same.

    Shapes:
        in:  (batch, depth, height, width, channels)
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


class GaussianDropout(LayerSpec):
    """Multiplies by random numbers around 1 while training: a dropout that weakens and strengthens instead of cutting off.

    Shapes:
        in:  any
        out: the same

    Units:
        `rate`: as in Dropout; the standard deviation of the factors is sqrt(rate / (1 - rate)).

    Source:
        Srivastava et al., Dropout, 2014, section 10. https://jmlr.org/papers/v15/srivastava14a.html
    """

    rate: p.Rate = Field(examples=[0.5], description="Strength of the noise; the rate of the Dropout that it is like.")
    seed: p.Seed = None

    def summary(self) -> str:
        """`rate 0.5`."""
        return f"rate {self.rate}"


class AlphaDropout(LayerSpec):
    """Drops values while training such that mean and variance stay: the dropout for networks of selu units.

    Shapes:
        in:  any
        out: the same

    Units:
        `rate`: share of the values, from 0 to 1.

    Source:
        Klambauer et al., Self-Normalizing Neural Networks, 2017. https://arxiv.org/abs/1706.02515
    """

    rate: p.Rate = Field(examples=[0.1])
    noise_shape: p.NoiseShape = None
    seed: p.Seed = None

    def summary(self) -> str:
        """`rate 0.1`."""
        return f"rate {self.rate}"


class ActivityRegularization(LayerSpec):
    """Adds a penalty on what passes here to the loss, so that few values are large; the values stay as they are.

    Shapes:
        in:  any
        out: the same

    Units:
        `l1`, `l2`: loss per unit of the sum of absolute values, and of the sum of squares, for each example.
    """

    l1: float = Field(0.0, ge=0, le=1e6, description="Factor on the sum of absolute values.")
    l2: float = Field(0.0, ge=0, le=1e6, description="Factor on the sum of squares.")

    def summary(self) -> str:
        """`l1 0.01`: the penalties that are on."""
        return listed(*(f"{name} {value:g}" for name, value in (("l1", self.l1), ("l2", self.l2)) if value))
