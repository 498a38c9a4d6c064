"""How the learning rate changes while training goes on: Keras's schedules as typed choices. Steps are batches."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from builder.call import Spec

Rate = Annotated[float, Field(gt=0, le=100)]
Steps = Annotated[int, Field(ge=1, le=10**9)]
LowestShare = Annotated[float, Field(ge=0, le=1, description="Lowest rate as a share of the first.")]


class ScheduleSpec(Spec, abstract=True):
    """A learning rate that changes while training goes on."""

    namespace: ClassVar[str] = "keras.optimizers.schedules"


class ExponentialDecay(ScheduleSpec):
    """Multiplies the learning rate by `decay_rate` every `decay_steps` batches."""

    initial_learning_rate: Rate = Field(examples=[0.01], description="Learning rate at the start.")
    decay_steps: Steps = Field(examples=[1000], description="Batches until the rate has been multiplied once.")
    decay_rate: float = Field(gt=0, le=10, examples=[0.9], description="Factor that is applied each time.")
    staircase: bool = Field(False, description="Change in steps instead of smoothly.")


class CosineDecay(ScheduleSpec):
    """Lets the learning rate fall along half a cosine wave.

    Source:
        Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017. https://arxiv.org/abs/1608.03983
    """

    initial_learning_rate: Rate = Field(examples=[0.01], description="Learning rate at the start.")
    decay_steps: Steps = Field(examples=[1000], description="Batches until the lowest rate is reached.")
    alpha: LowestShare = 0.0
    warmup_target: Rate | None = Field(None, description="Rate that a warm-up climbs to before the fall.")
    warmup_steps: int = Field(0, ge=0, le=10**9, description="Batches of the warm-up.")


class CosineDecayRestarts(ScheduleSpec):
    """Lets the learning rate fall along half a cosine wave, then sets it up again and starts anew, more slowly each time.

    Source:
        Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017. https://arxiv.org/abs/1608.03983
    """

    initial_learning_rate: Rate = Field(examples=[0.01], description="Learning rate at the start.")
    first_decay_steps: Steps = Field(examples=[1000], description="Batches until the first restart.")
    t_mul: float = Field(2.0, ge=1, le=1000, description="How many times longer each round is than the one before.")
    m_mul: float = Field(1.0, gt=0, le=10, description="Factor on the rate at which each round begins.")
    alpha: LowestShare = 0.0


class InverseTimeDecay(ScheduleSpec):
    """Divides the learning rate by 1 + `decay_rate` * batch / `decay_steps`."""

    initial_learning_rate: Rate = Field(examples=[0.01], description="Learning rate at the start.")
    decay_steps: Steps = Field(examples=[1000], description="How often the decay is applied, in batches.")
    decay_rate: float = Field(gt=0, le=100, examples=[0.5], description="How fast the rate falls.")
    staircase: bool = Field(False, description="Change in steps instead of smoothly.")


class PiecewiseConstantDecay(ScheduleSpec):
    """Keeps the learning rate constant and changes it after given batches, as many papers do by hand."""

    keywords: ClassVar[bool] = True

    boundaries: tuple[Steps, ...] = Field(
        min_length=1, max_length=100, examples=[(1000, 2000)], description="Batches after which the rate changes."
    )
    values: tuple[Rate, ...] = Field(
        min_length=2,
        max_length=101,
        examples=[(0.01, 0.001, 0.0001)],
        description="The learning rates, one more than there are changes.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if any(later <= earlier for earlier, later in pairwise(self.boundaries)):
            raise ValueError("The boundaries have to rise, such as 1000, 2000.")
        if len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                f"With {len(self.boundaries)} boundaries there have to be {len(self.boundaries) + 1} values; "
                f"there are {len(self.values)}."
            )
        return self


class PolynomialDecay(ScheduleSpec):
    """Lets the learning rate fall to `end_learning_rate`: in a straight line, or along a power of it."""

    initial_learning_rate: Rate = Field(examples=[0.01], description="Learning rate at the start.")
    decay_steps: Steps = Field(examples=[1000], description="Batches until the last rate is reached.")
    end_learning_rate: float = Field(0.0001, ge=0, le=100, description="Learning rate at the end.")
    power: float = Field(1.0, gt=0, le=100, description="1: a straight line; 2: steep first and flat at the end.")
    cycle: bool = Field(False, description="Start again, over a longer time, when the end is reached.")


Schedule = Annotated[
    ExponentialDecay | CosineDecay | CosineDecayRestarts | InverseTimeDecay | PiecewiseConstantDecay | PolynomialDecay,
    Field(discriminator="type"),
]
