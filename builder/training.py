"""How a network is trained: optimizers, losses, metrics and schedules as Specs, and what a data set asks of a network."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from builder.call import Spec
from builder.graph import Frozen


class Task(Frozen):
    """What a data set asks of a network: the shape of one example, and what is to be predicted.

    `kind` "classes": one of `classes` (labels are their numbers); "values": `targets` real numbers an example.
    """

    data: str
    input_shape: tuple[int | None, ...]
    input_dtype: Literal["float32", "int32"] = "float32"
    kind: Literal["classes", "values"]
    classes: tuple[str, ...] = ()
    targets: int = Field(1, ge=1)
    examples: int = Field(0, ge=0, description="Number of training examples.")


class OptimizerSpec(Spec, abstract=True):
    """A rule that turns gradients into weight changes."""

    namespace: ClassVar[str] = "keras.optimizers"
    learning_rate: float = Field(0.001, gt=0, le=100, description="Size of a step along the gradient.")


class Adam(OptimizerSpec):
    """Steps that adapt to each weight from running means of gradient and squared gradient."""


Optimizer = Annotated[Adam, Field()]  # becomes a union tagged by `type`


class LossSpec(Spec, abstract=True):
    """What training makes small."""

    namespace: ClassVar[str] = "keras.losses"


class SparseCategoricalCrossentropy(LossSpec):
    """For one class out of several, with class numbers as labels: minus the log of the probability given to the right class."""

    from_logits: bool = Field(False, description="The output is logits, without softmax.")


Loss = Annotated[SparseCategoricalCrossentropy, Field()]  # becomes a union tagged by `type`


class MetricSpec(Spec, abstract=True):
    """What is measured beside the loss."""

    namespace: ClassVar[str] = "keras.metrics"


class SparseCategoricalAccuracy(MetricSpec):
    """Share of examples whose most probable class is the right one; labels are class numbers."""


Metric = Annotated[SparseCategoricalAccuracy, Field()]  # becomes a union tagged by `type`


class Training(Frozen):
    """The settings of a training run."""

    optimizer: Optimizer = Adam()
    loss: Loss = SparseCategoricalCrossentropy()
    metrics: tuple[Metric, ...] = Field((SparseCategoricalAccuracy(),), max_length=10)
    epochs: int = Field(10, ge=1, le=10_000, description="Passes over all training examples.")
    batch_size: int = Field(32, ge=1, le=65_536, description="Examples a step.")
    validation_split: float = Field(
        0.2, ge=0, le=0.9, description="Share of the training examples kept for validation."
    )


class Defaults(Frozen):
    """Settings chosen for a network and a data set, and for each choice why."""

    training: Training
    reasons: tuple[str, ...]
