"""Normalization: values brought to mean 0 and variance 1, so that deep networks learn faster."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from builder.initializers import Initializer, Ones, Zeros
from builder.layers import parameters as p
from builder.layers.base import LayerSpec, Weighted

Center = Annotated[bool, Field(description="Add a learned shift beta.")]
Scale = Annotated[bool, Field(description="Multiply by a learned scale gamma.")]
Momentum = Annotated[float, Field(ge=0, le=1)]


class BatchNormalization(Weighted):
    """Brings each channel to mean 0 and variance 1 over the batch; when predicting, over what it saw in training.

    Shapes:
        in:  any with a known size along `axis`
        out: the same

    Problems:
        Batches of one or two examples: their mean and variance are mostly chance.

    Source:
        Ioffe and Szegedy, Batch Normalization, 2015. https://arxiv.org/abs/1502.03167
    """

    axis: p.Axis = Field(-1, description="Axis of the channels; -1: the last.")
    momentum: Momentum = Field(0.99, description="How slowly the running mean and variance follow the batches.")
    epsilon: p.Epsilon = 0.001
    center: Center = True
    scale: Scale = True
    beta_initializer: p.BetaInitializer = Zeros()
    gamma_initializer: p.GammaInitializer = Ones()
    moving_mean_initializer: Initializer = Field(Zeros(), description="First values of the running mean.")
    moving_variance_initializer: Initializer = Field(Ones(), description="First values of the running variance.")
    beta_regularizer: p.BetaRegularizer = None
    gamma_regularizer: p.GammaRegularizer = None
    beta_constraint: p.BetaConstraint = None
    gamma_constraint: p.GammaConstraint = None
    renorm: bool = Field(False, description="Correct small batches by the running mean and variance (Ioffe, 2017).")
    renorm_momentum: Momentum = Field(0.99, description="How slowly the correction of `renorm` follows the batches.")
    synchronized: bool = Field(False, description="Take mean and variance over the batches of all devices together.")


class LayerNormalization(Weighted):
    """Brings the features of each example to mean 0 and variance 1, whatever else is in the batch.

    Shapes:
        in:  any with known sizes along `axis`
        out: the same

    Source:
        Ba, Kiros and Hinton, Layer Normalization, 2016. https://arxiv.org/abs/1607.06450
    """

    axis: p.Axes = Field(-1, description="Axis or axes of the features; -1: the last.")
    epsilon: p.Epsilon = 0.001
    center: Center = True
    scale: Scale = True
    beta_initializer: p.BetaInitializer = Zeros()
    gamma_initializer: p.GammaInitializer = Ones()
    beta_regularizer: p.BetaRegularizer = None
    gamma_regularizer: p.GammaRegularizer = None
    beta_constraint: p.BetaConstraint = None
    gamma_constraint: p.GammaConstraint = None


class GroupNormalization(Weighted):
    """Brings groups of channels of each example to mean 0 and variance 1: like BatchNormalization, but for small batches.

    Shapes:
        in:  any with a known size along `axis`
        out: the same

    Problems:
        `groups` does not divide the channels.

    Source:
        Wu and He, Group Normalization, 2018. https://arxiv.org/abs/1803.08494
    """

    groups: p.Size | Literal[-1] = Field(
        32, description="Number of groups; -1: each channel by itself; 1: all together."
    )
    axis: p.Axis = Field(-1, description="Axis of the channels; -1: the last.")
    epsilon: p.Epsilon = 0.001
    center: Center = True
    scale: Scale = True
    beta_initializer: p.BetaInitializer = Zeros()
    gamma_initializer: p.GammaInitializer = Ones()
    beta_regularizer: p.BetaRegularizer = None
    gamma_regularizer: p.GammaRegularizer = None
    beta_constraint: p.BetaConstraint = None
    gamma_constraint: p.GammaConstraint = None


class RMSNormalization(Weighted):
    """Divides the features of each example by their root mean square: LayerNormalization without the mean, and cheaper.

    Shapes:
        in:  any with known sizes along `axis`
        out: the same

    Source:
        Zhang and Sennrich, Root Mean Square Layer Normalization, 2019. https://arxiv.org/abs/1910.07467
    """

    axis: p.Axes = Field(-1, description="Axis or axes of the features; -1: the last.")
    epsilon: p.Epsilon = 1e-6


class UnitNormalization(LayerSpec):
    """Scales the features of each example to length 1, so that only their direction counts.

    Shapes:
        in:  any
        out: the same
    """

    axis: p.Axes = Field(-1, description="Axis or axes along which the length is taken; -1: the last.")
