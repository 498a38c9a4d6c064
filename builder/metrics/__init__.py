"""What is measured beside the loss: Keras's metrics as typed choices."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from builder.metrics.classes import (
    BinaryAccuracy,
    BinaryCrossentropy,
    CategoricalAccuracy,
    CategoricalCrossentropy,
    CategoricalHinge,
    Hinge,
    KLDivergence,
    SparseCategoricalAccuracy,
    SparseCategoricalCrossentropy,
    SparseTopKCategoricalAccuracy,
    SquaredHinge,
    TopKCategoricalAccuracy,
)
from builder.metrics.decisions import (
    AUC,
    F1Score,
    FalseNegatives,
    FalsePositives,
    FBetaScore,
    Precision,
    PrecisionAtRecall,
    Recall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
    TrueNegatives,
    TruePositives,
)
from builder.metrics.overlap import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from builder.metrics.values import (
    ConcordanceCorrelation,
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    PearsonCorrelation,
    Poisson,
    R2Score,
    RootMeanSquaredError,
)

Metric = Annotated[
    SparseCategoricalAccuracy
    | SparseTopKCategoricalAccuracy
    | SparseCategoricalCrossentropy
    | IoU
    | MeanIoU
    | CategoricalAccuracy
    | TopKCategoricalAccuracy
    | CategoricalCrossentropy
    | CategoricalHinge
    | KLDivergence
    | OneHotIoU
    | OneHotMeanIoU
    | F1Score
    | FBetaScore
    | BinaryAccuracy
    | BinaryCrossentropy
    | BinaryIoU
    | Hinge
    | SquaredHinge
    | AUC
    | Precision
    | Recall
    | TruePositives
    | TrueNegatives
    | FalsePositives
    | FalseNegatives
    | PrecisionAtRecall
    | RecallAtPrecision
    | SensitivityAtSpecificity
    | SpecificityAtSensitivity
    | MeanAbsoluteError
    | MeanSquaredError
    | RootMeanSquaredError
    | MeanAbsolutePercentageError
    | MeanSquaredLogarithmicError
    | LogCoshError
    | R2Score
    | Poisson
    | CosineSimilarity
    | PearsonCorrelation
    | ConcordanceCorrelation,
    Field(discriminator="type"),
]
