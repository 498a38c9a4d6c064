"""Activation: functions with parameters of their own; the others are in Activation by name."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from builder.constraints import Constraint
from builder.initializers import Initializer, Zeros
from builder.layers import parameters as p
from builder.layers.base import LayerSpec, Weighted, listed
from builder.regularizers import Regularizer


class ReLU(LayerSpec):
    """Sets negative values to zero and lets the others pass.

    Shapes:
        in:  any
        out: the same

    Source:
        Nair and Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines, 2010.
        https://www.cs.toronto.edu/~hinton/absps/reluICML.pdf
    """

    max_value: float | None = Field(None, ge=0, description="Greatest value that comes out; empty: no limit.")
    negative_slope: float = Field(0.0, ge=0, description="Slope below the threshold.")
    threshold: float = Field(0.0, ge=0, description="Value from which on the input passes.")

    def summary(self) -> str:
        """`up to 6`, where there is a limit."""
        return "" if self.max_value is None else f"up to {self.max_value:g}"


class LeakyReLU(LayerSpec):
    """Lets negative values pass, made small, so that no unit ever falls silent.

    Shapes:
        in:  any
        out: the same

    Source:
        Maas, Hannun and Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models, 2013.
        https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf
    """

    negative_slope: float = Field(0.3, ge=0, description="Slope below zero.")

    def summary(self) -> str:
        """`slope 0.3`."""
        return f"slope {self.negative_slope:g}"


class Softmax(LayerSpec):
    """Turns scores into probabilities that sum to 1.

    Shapes:
        in:  (batch, ..., classes)
        out: the same

    Source:
        Bridle, Training Stochastic Model Recognition Algorithms as Networks can Lead to Maximum Mutual Information
        Estimation of Parameters, 1990.
    """

    axis: p.Axis | tuple[p.Axis, ...] = Field(-1, description="Axis or axes along which the probabilities sum to 1.")

    def summary(self) -> str:
        """The axis, where it is not the last."""
        return "" if self.axis == -1 else listed(f"axis {self.axis}")


class ELU(LayerSpec):
    """Lets negative values pass, bent so that none falls below -alpha: smoother than ReLU, with a mean nearer to zero.

    Shapes:
        in:  any
        out: the same

    Source:
        Clevert, Unterthiner and Hochreiter, Fast and Accurate Deep Network Learning by Exponential Linear Units, 2016.
        https://arxiv.org/abs/1511.07289
    """

    alpha: float = Field(1.0, ge=0, le=1e6, description="Depth that large negative values come near (alpha).")

    def summary(self) -> str:
        """The depth, where it is not 1."""
        return "" if self.alpha == 1 else f"alpha {self.alpha:g}"


class PReLU(Weighted):
    """Lets negative values pass with a slope that is learned, one for each place or for each channel.

    Shapes:
        in:  any with known sizes but along `shared_axes`
        out: the same

    Problems:
        An image of open size comes in: share the slope along height and width, `shared_axes` 1 and 2.

    Source:
        He et al., Delving Deep into Rectifiers, 2015. https://arxiv.org/abs/1502.01852
    """

    alpha_initializer: Initializer = Field(Zeros(), description="First values of the slopes.")
    alpha_regularizer: Regularizer | None = Field(None, description="Penalty on the slopes, added to the loss.")
    alpha_constraint: Constraint | None = Field(None, description="Rule that the slopes obey after each training step.")
    shared_axes: tuple[Annotated[int, Field(ge=1, le=8)], ...] | None = Field(
        None,
        min_length=1,
        max_length=8,
        description="Axes along which one slope serves all; 1 is the first behind the batch.",
    )
