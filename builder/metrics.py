"""What is measured beside the loss: Keras's metrics as typed choices."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from builder.call import Spec


class MetricSpec(Spec, abstract=True):
    """What is measured beside the loss."""

    namespace: ClassVar[str] = "keras.metrics"


class SparseCategoricalAccuracy(MetricSpec):
    """Share of examples whose most probable class is the right one."""


class SparseTopKCategoricalAccuracy(MetricSpec):
    """Share of examples whose right class is among the `k` most probable ones."""

    k: int = Field(5, ge=1, le=10_000, description="How many guesses count.")


class BinaryAccuracy(MetricSpec):
    """Share of examples on the right side of `threshold`, for two classes and one output."""

    threshold: float = Field(0.5, description="From here on the output counts as the second class; 0 for logits.")


class AUC(MetricSpec):
    """Area under the ROC curve: how often a positive example gets a higher output than a negative one."""

    from_logits: bool = Field(False, description="The output is logits: numbers before the sigmoid.")


class MeanAbsoluteError(MetricSpec):
    """Mean difference between output and true value."""


class MeanSquaredError(MetricSpec):
    """Mean squared difference between output and true value."""


class RootMeanSquaredError(MetricSpec):
    """Root of the mean squared difference, in the unit of the values."""


class R2Score(MetricSpec):
    """Share of the values' variance that the network explains; 1 is perfect, 0 is no better than their mean."""


Metric = Annotated[
    SparseCategoricalAccuracy
    | SparseTopKCategoricalAccuracy
    | BinaryAccuracy
    | AUC
    | MeanAbsoluteError
    | MeanSquaredError
    | RootMeanSquaredError
    | R2Score,
    Field(discriminator="type"),
]
