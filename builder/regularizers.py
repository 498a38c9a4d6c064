"""Penalties on weights or outputs that are added to the loss: Keras's regularizers as typed choices."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from builder.call import Spec


class RegularizerSpec(Spec, abstract=True):
    """A penalty that is added to the loss."""

    namespace: ClassVar[str] = "keras.regularizers"


class L1(RegularizerSpec):
    """l1 * sum(|w|): drives small weights to exactly zero."""

    l1: float = Field(0.01, ge=0)


class L2(RegularizerSpec):
    """l2 * sum(w^2): keeps weights small (weight decay)."""

    l2: float = Field(0.01, ge=0)


Regularizer = Annotated[L1 | L2, Field(discriminator="type")]
