"""Rules that weights obey after each step: Keras's constraints as typed choices."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from builder.call import Spec


class ConstraintSpec(Spec, abstract=True):
    """A rule that is applied to a weight after each training step."""

    namespace: ClassVar[str] = "keras.constraints"


class MaxNorm(ConstraintSpec):
    """Scales a weight vector down when its length is above `max_value`."""

    max_value: float = Field(2, ge=0)
    axis: int = 0


class NonNeg(ConstraintSpec):
    """Sets negative weights to zero."""


Constraint = Annotated[MaxNorm | NonNeg, Field(discriminator="type")]
