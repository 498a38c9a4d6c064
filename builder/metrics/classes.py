"""Metrics of classes that look at one example after the other: accuracies, and losses as metrics."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from builder.losses import Labels
from builder.metrics.base import Logits, MetricSpec

Guesses = Annotated[int, Field(ge=1, le=10_000, description="How many guesses count.")]
Smoothing = Annotated[float, Field(ge=0, le=1, description="Moves the labels this far towards equal probabilities.")]


class SparseCategoricalAccuracy(MetricSpec):
    """Share of examples whose most probable class is the right one."""

    takes: ClassVar[tuple[Labels, ...]] = ("number",)


class SparseTopKCategoricalAccuracy(MetricSpec):
    """Share of examples whose right class is among the `k` most probable ones."""

    takes: ClassVar[tuple[Labels, ...]] = ("number",)

    k: Guesses = 5


class SparseCategoricalCrossentropy(MetricSpec):
    """Minus the logarithm of the probability given to the right class."""

    takes: ClassVar[tuple[Labels, ...]] = ("number",)
    probabilities: ClassVar[bool] = True

    from_logits: Logits = False
    ignore_class: int | None = Field(None, ge=-(2**31), le=2**31 - 1, description="Class whose examples do not count.")


class CategoricalAccuracy(MetricSpec):
    """Share of examples whose most probable class is the right one, for one-hot labels."""

    takes: ClassVar[tuple[Labels, ...]] = ("one_hot",)


class TopKCategoricalAccuracy(MetricSpec):
    """Share of examples whose right class is among the `k` most probable ones, for one-hot labels."""

    takes: ClassVar[tuple[Labels, ...]] = ("one_hot",)

    k: Guesses = 5


class CategoricalCrossentropy(MetricSpec):
    """Minus the logarithm of the probability given to the right class, for one-hot labels."""

    takes: ClassVar[tuple[Labels, ...]] = ("one_hot",)
    probabilities: ClassVar[bool] = True

    from_logits: Logits = False
    label_smoothing: Smoothing = 0


class CategoricalHinge(MetricSpec):
    """By how much the right class falls short of scoring 1 higher than the best wrong one."""

    takes: ClassVar[tuple[Labels, ...]] = ("one_hot",)


class KLDivergence(MetricSpec):
    """How far the predicted probabilities are from the true ones (Kullback and Leibler)."""

    takes: ClassVar[tuple[Labels, ...]] = ("one_hot",)
    probabilities: ClassVar[bool] = True


class BinaryAccuracy(MetricSpec):
    """Share of examples on the right side of `threshold`, for two classes and one output."""

    takes: ClassVar[tuple[Labels, ...]] = ("binary",)

    threshold: float = Field(0.5, description="From here on the output counts as the second class; 0 for logits.")


class BinaryCrossentropy(MetricSpec):
    """Minus the logarithm of the probability given to the right one of two classes."""

    takes: ClassVar[tuple[Labels, ...]] = ("binary",)
    probabilities: ClassVar[bool] = True

    from_logits: Logits = False
    label_smoothing: Smoothing = 0


class Hinge(MetricSpec):
    """By how much the output falls short of 1 for one class and of -1 for the other."""

    takes: ClassVar[tuple[Labels, ...]] = ("binary",)


class SquaredHinge(MetricSpec):
    """Hinge, squared: large errors count most."""

    takes: ClassVar[tuple[Labels, ...]] = ("binary",)
