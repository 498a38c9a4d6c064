"""Metrics that count right and wrong decisions: yes where the output reaches a threshold, else no.

With one-hot labels every output of every example is one decision.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from builder.losses import Labels
from builder.metrics.base import Logits, MetricSpec, Threshold

Thresholds = Annotated[int, Field(ge=2, le=10_000, description="How many thresholds between 0 and 1 are tried.")]
ClassNumber = Annotated[
    int | None, Field(ge=0, le=100_000, description="Number of the only class to look at, from 0; empty: all of them.")
]
TopK = Annotated[
    int | None, Field(ge=1, le=10_000, description="Count the k most probable classes as yes, in place of a threshold.")
]
Average = Annotated[
    Literal["macro", "micro", "weighted"],
    Field(
        examples=["macro"],
        description='How the scores of the classes become one: "macro" their mean, "weighted" their mean by number of '
        'examples, "micro" all decisions counted together.',
    ),
]
Reached = Annotated[float, Field(ge=0, le=1, examples=[0.9])]


class DecisionMetric(MetricSpec, abstract=True):
    """Counts decisions, of one output or of each output of several."""

    takes: ClassVar[tuple[Labels, ...]] = ("binary", "one_hot")
    probabilities: ClassVar[bool] = True


class Precision(DecisionMetric):
    """Share of what was claimed that is right: true positives among all positives claimed."""

    thresholds: Threshold = None
    top_k: TopK = None
    class_id: ClassNumber = None


class Recall(DecisionMetric):
    """Share of what there was that was found: true positives among all there are."""

    thresholds: Threshold = None
    top_k: TopK = None
    class_id: ClassNumber = None


class TruePositives(DecisionMetric):
    """How many times yes was right."""

    thresholds: Threshold = None


class TrueNegatives(DecisionMetric):
    """How many times no was right."""

    thresholds: Threshold = None


class FalsePositives(DecisionMetric):
    """How many times yes was wrong."""

    thresholds: Threshold = None


class FalseNegatives(DecisionMetric):
    """How many times no was wrong."""

    thresholds: Threshold = None


class PrecisionAtRecall(DecisionMetric):
    """The precision at the threshold where the recall is what is asked."""

    keywords: ClassVar[bool] = True

    recall: Reached = Field(description="Recall that has to be reached.")
    num_thresholds: Thresholds = 200
    class_id: ClassNumber = None


class RecallAtPrecision(DecisionMetric):
    """The best recall among thresholds with the precision that is asked."""

    keywords: ClassVar[bool] = True

    precision: Reached = Field(description="Precision that has to be reached.")
    num_thresholds: Thresholds = 200
    class_id: ClassNumber = None


class SensitivityAtSpecificity(DecisionMetric):
    """The best share of yes found (sensitivity) among thresholds with the share of no found that is asked."""

    keywords: ClassVar[bool] = True

    specificity: Reached = Field(description="Share of no that has to be found.")
    num_thresholds: Thresholds = 200
    class_id: ClassNumber = None


class SpecificityAtSensitivity(DecisionMetric):
    """The best share of no found (specificity) among thresholds with the share of yes found that is asked."""

    keywords: ClassVar[bool] = True

    sensitivity: Reached = Field(description="Share of yes that has to be found.")
    num_thresholds: Thresholds = 200
    class_id: ClassNumber = None


class AUC(DecisionMetric):
    """Area under the ROC curve: how often a positive example gets a higher output than a negative one."""

    num_thresholds: Thresholds = 200
    curve: Literal["ROC", "PR", "PRGAIN"] = Field(
        "ROC",
        description="ROC: yes found against no missed; PR: precision against recall; PRGAIN: PR, scaled to chance.",
    )
    summation_method: Literal["interpolation", "majoring", "minoring"] = Field(
        "interpolation", description="How the area between two thresholds is counted: middle, upper or lower."
    )
    from_logits: Logits = False


class F1Score(DecisionMetric):
    """Balance of precision and recall (their harmonic mean), for one-hot labels."""

    takes: ClassVar[tuple[Labels, ...]] = ("one_hot",)
    keywords: ClassVar[bool] = True

    average: Average
    threshold: float | None = Field(
        None, gt=0, le=1, description="From here on an output counts as yes; empty: the largest output alone."
    )


class FBetaScore(DecisionMetric):
    """Like F1Score, with recall counting `beta` times as much as precision."""

    takes: ClassVar[tuple[Labels, ...]] = ("one_hot",)
    keywords: ClassVar[bool] = True

    average: Average
    beta: float = Field(1.0, gt=0, le=1000, description="How many times as much recall counts.")
    threshold: float | None = Field(
        None, gt=0, le=1, description="From here on an output counts as yes; empty: the largest output alone."
    )
