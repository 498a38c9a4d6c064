"""What training makes small: Keras's losses as typed choices. Labels of classes are their numbers, never one-hot."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from builder.call import Spec

Logits = Annotated[bool, Field(description="The output is logits: numbers before softmax or sigmoid.")]


class LossSpec(Spec, abstract=True):
    """What training makes small."""

    namespace: ClassVar[str] = "keras.losses"


class SparseCategoricalCrossentropy(LossSpec):
    """For one class out of several: minus the logarithm of the probability given to the right class."""

    from_logits: Logits = False


class BinaryCrossentropy(LossSpec):
    """For two classes and one output: minus the logarithm of the probability given to the right one."""

    from_logits: Logits = False
    label_smoothing: float = Field(0.0, ge=0, le=1, description="Moves the labels 0 and 1 this far towards one half.")


class MeanSquaredError(LossSpec):
    """For numbers: the mean of the squared difference; large errors count most."""


class MeanAbsoluteError(LossSpec):
    """For numbers: the mean difference without its sign; every unit of error counts the same."""


class Huber(LossSpec):
    """For numbers: squared for small differences, straight for those above `delta`.

    Source:
        Huber, Robust Estimation of a Location Parameter, 1964. https://doi.org/10.1214/aoms/1177703732
    """

    delta: float = Field(1.0, gt=0, description="Difference from which on the error grows in a straight line.")


class LogCosh(LossSpec):
    """For numbers: the logarithm of the hyperbolic cosine of the difference, a smooth Huber."""


class MeanAbsolutePercentageError(LossSpec):
    """For numbers away from zero: the mean difference in percent of the true value."""


class MeanSquaredLogarithmicError(LossSpec):
    """For numbers above zero that span sizes: the squared difference of their logarithms."""


Loss = Annotated[
    SparseCategoricalCrossentropy
    | BinaryCrossentropy
    | MeanSquaredError
    | MeanAbsoluteError
    | Huber
    | LogCosh
    | MeanAbsolutePercentageError
    | MeanSquaredLogarithmicError,
    Field(discriminator="type"),
]
