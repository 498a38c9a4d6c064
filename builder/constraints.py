"""Rules that weights obey after each step: Keras's constraints as typed choices."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from builder.call import Spec

Axis = Annotated[int, Field(ge=-8, le=8, description="Axis along which a vector's length is taken; 0 for Dense.")]


class ConstraintSpec(Spec, abstract=True):
    """A rule that is applied to a weight after each training step."""

    namespace: ClassVar[str] = "keras.constraints"


class MaxNorm(ConstraintSpec):
    """Scales a weight vector down when its length is above `max_value`."""

    max_value: float = Field(2, ge=0, description="Greatest length.")
    axis: Axis = 0


class MinMaxNorm(ConstraintSpec):
    """Scales a weight vector so that its length comes to lie between two limits."""

    min_value: float = Field(0.0, ge=0, description="Least length.")
    max_value: float = Field(1.0, ge=0, description="Greatest length.")
    rate: float = Field(1.0, gt=0, le=1, description="1 scales at once; less moves only part of the way each step.")
    axis: Axis = 0


class NonNeg(ConstraintSpec):
    """Sets negative weights to zero."""


class UnitNorm(ConstraintSpec):
    """Scales each weight vector to length 1."""

    axis: Axis = 0


Constraint = Annotated[MaxNorm | MinMaxNorm | NonNeg | UnitNorm, Field(discriminator="type")]
