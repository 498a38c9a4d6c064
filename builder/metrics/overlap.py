"""Intersection over union: of the examples claimed for a class or belonging to it, the share that is both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from builder.call import NO_SYMBOLS, Call, Expression
from builder.losses import Labels
from builder.metrics.base import MetricSpec

Classes = Annotated[int, Field(ge=2, le=1000, examples=[10], description="How many classes there are.")]
ClassNumbers = Annotated[
    tuple[Annotated[int, Field(ge=0, le=999)], ...],
    Field(min_length=1, max_length=1000, examples=[(0, 1)], description="Numbers of the classes whose mean is taken."),
]
Ignored = Annotated[int | None, Field(ge=-(2**31), le=2**31 - 1, description="Class whose examples do not count.")]


class OverlapMetric(MetricSpec, abstract=True):
    """Intersection over union of one class or of several."""

    takes: ClassVar[tuple[Labels, ...]] = ("one_hot",)
    keywords: ClassVar[bool] = True

    @model_validator(mode="after")
    def _check(self) -> Self:
        classes, looked_at = getattr(self, "num_classes", None), getattr(self, "target_class_ids", ())
        if classes is not None and max(looked_at, default=0) >= classes:
            raise ValueError(f"With {classes} classes their numbers go from 0 to {classes - 1}; got {max(looked_at)}.")
        return self


class SparseOverlapMetric(OverlapMetric, abstract=True):
    """Labels are numbers of classes and outputs are scores, which Keras has to be told: else it takes both for numbers."""

    takes: ClassVar[tuple[Labels, ...]] = ("number",)

    def call(self, symbols: Mapping[str, Expression] = NO_SYMBOLS) -> Call:
        """The call, in which outputs are scores."""
        return super().call(symbols).with_kwargs(sparse_y_pred=False)


class IoU(SparseOverlapMetric):
    """Intersection over union, the mean of some classes."""

    num_classes: Classes
    target_class_ids: ClassNumbers
    ignore_class: Ignored = None


class MeanIoU(SparseOverlapMetric):
    """Intersection over union, the mean of all classes."""

    num_classes: Classes
    ignore_class: Ignored = None


class OneHotIoU(OverlapMetric):
    """Intersection over union, the mean of some classes, for one-hot labels."""

    num_classes: Classes
    target_class_ids: ClassNumbers
    ignore_class: Ignored = None


class OneHotMeanIoU(OverlapMetric):
    """Intersection over union, the mean of all classes, for one-hot labels."""

    num_classes: Classes
    ignore_class: Ignored = None


class BinaryIoU(OverlapMetric):
    """Intersection over union for two classes and one output, the mean of both or of one."""

    takes: ClassVar[tuple[Labels, ...]] = ("binary",)
    probabilities: ClassVar[bool] = True

    target_class_ids: Annotated[tuple[Annotated[int, Field(ge=0, le=1)], ...], Field(min_length=1, max_length=2)] = (
        Field((0, 1), description="Which of the two classes count.")
    )
    threshold: float = Field(0.5, ge=0, le=1, description="From here on the output counts as the second class.")
