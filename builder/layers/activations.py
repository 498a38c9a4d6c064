"""Activation: functions with parameters of their own; the others are in Activation by name."""

from __future__ import annotations

from pydantic import Field

from builder.layers import parameters as p
from builder.layers.base import LayerSpec, listed


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
