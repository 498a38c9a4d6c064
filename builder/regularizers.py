"""Penalties on weights or outputs that are added to the loss: Keras's regularizers as typed choices."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from builder.call import Spec


class RegularizerSpec(Spec, abstract=True):
    """A penalty that is added to the loss."""

    namespace: ClassVar[str] = "keras.regularizers"


class L1(RegularizerSpec):
    """l1 * sum(|w|): drives small weights to exactly zero."""

    l1: float = Field(0.01, ge=0, description="Strength of the penalty.")


class L2(RegularizerSpec):
    """l2 * sum(w^2): keeps weights small (weight decay)."""

    l2: float = Field(0.01, ge=0, description="Strength of the penalty.")


class L1L2(RegularizerSpec):
    """l1 * sum(|w|) + l2 * sum(w^2): both at once."""

    l1: float = Field(0.0, ge=0, description="Strength of the penalty on |w|.")
    l2: float = Field(0.0, ge=0, description="Strength of the penalty on w^2.")


class OrthogonalRegularizer(RegularizerSpec):
    """Makes the rows or the columns of a matrix orthogonal to each other. Only for weights of two axes."""

    factor: float = Field(0.01, ge=0, description="Strength of the penalty.")
    mode: Literal["rows", "columns"] = Field("rows", description="What becomes orthogonal.")


Regularizer = Annotated[L1 | L2 | L1L2 | OrthogonalRegularizer, Field(discriminator="type")]
