"""Normalization: values brought to mean 0 and variance 1, so that deep networks learn faster."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from builder.initializers import Initializer, Ones, Zeros
from builder.layers import parameters as p
from builder.layers.base import Weighted

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

    axis: p.Axis | tuple[p.Axis, ...] = Field(-1, description="Axis or axes of the features; -1: the last.")
    epsilon: p.Epsilon = 0.001
    center: Center = True
    scale: Scale = True
    beta_initializer: p.BetaInitializer = Zeros()
    gamma_initializer: p.GammaInitializer = Ones()
    beta_regularizer: p.BetaRegularizer = None
    gamma_regularizer: p.GammaRegularizer = None
    beta_constraint: p.BetaConstraint = None
    gamma_constraint: p.GammaConstraint = None
