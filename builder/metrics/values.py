"""Metrics of predicted numbers."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from builder.losses import Labels
from builder.metrics.base import MetricSpec


class ValueMetric(MetricSpec, abstract=True):
    """Compares numbers."""

    takes: ClassVar[tuple[Labels, ...]] = ("values",)


class MeanAbsoluteError(ValueMetric):
    """Mean difference between output and true value."""


class MeanSquaredError(ValueMetric):
    """Mean squared difference between output and true value."""


class RootMeanSquaredError(ValueMetric):
    """Root of the mean squared difference, in the unit of the values."""


class MeanAbsolutePercentageError(ValueMetric):
    """Mean difference in percent of the true value, which must not be near zero."""


class MeanSquaredLogarithmicError(ValueMetric):
    """Mean squared difference of the logarithms, for values above zero that span sizes."""


class LogCoshError(ValueMetric):
    """Mean logarithm of the hyperbolic cosine of the difference: squared for small errors, straight for large ones."""


class R2Score(ValueMetric):
    """Share of the values' variance that the network explains; 1 is perfect, 0 is no better than their mean."""

    class_aggregation: Literal["uniform_average", "variance_weighted_average"] = Field(
        "uniform_average", description="How the scores of several outputs become one: their mean, plain or by variance."
    )
    num_regressors: int = Field(
        0, ge=0, le=10**6, description="Number of inputs, for the adjusted score; 0: the plain score."
    )


class Poisson(ValueMetric):
    """For counts: how unlikely the true count is when the output is the expected one."""


class CosineSimilarity(MetricSpec):
    """Cosine of the angle between prediction and truth: 1 in the same direction, -1 in the opposite one."""

    takes: ClassVar[tuple[Labels, ...]] = ("values", "one_hot")
    rows: ClassVar[bool] = True


class PearsonCorrelation(ValueMetric):
    """How well the numbers of one example rise and fall together with the true ones, from -1 to 1."""

    rows: ClassVar[bool] = True


class ConcordanceCorrelation(ValueMetric):
    """Like PearsonCorrelation, but a shift or another scale count as errors too."""

    rows: ClassVar[bool] = True
