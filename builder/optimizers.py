"""How weights change: Keras's optimizers and learning-rate schedules as typed choices."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from builder.call import Spec

Rate = Annotated[float, Field(gt=0, le=100)]
Steps = Annotated[int, Field(ge=1, le=10**9)]


class ScheduleSpec(Spec, abstract=True):
    """A learning rate that changes while training goes on; `decay_steps` counts batches."""

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
    alpha: float = Field(0.0, ge=0, le=1, description="Lowest rate as a share of the first.")
    warmup_target: Rate | None = Field(None, description="Rate that a warm-up climbs to before the fall.")
    warmup_steps: int = Field(0, ge=0, le=10**9, description="Batches of the warm-up.")


class InverseTimeDecay(ScheduleSpec):
    """Divides the learning rate by 1 + `decay_rate` * batch / `decay_steps`."""

    initial_learning_rate: Rate = Field(examples=[0.01], description="Learning rate at the start.")
    decay_steps: Steps = Field(examples=[1000], description="How often the decay is applied, in batches.")
    decay_rate: float = Field(gt=0, le=100, examples=[0.5], description="How fast the rate falls.")
    staircase: bool = Field(False, description="Change in steps instead of smoothly.")


Schedule = Annotated[ExponentialDecay | CosineDecay | InverseTimeDecay, Field(discriminator="type")]
LearningRate = Annotated[Rate | Schedule, Field(description="Size of a step along the gradient; fixed, or a schedule.")]
Epsilon = Annotated[float, Field(gt=0, le=1, description="Small number that keeps divisions from zero.")]
Beta1 = Annotated[float, Field(ge=0, lt=1, description="How slowly the running mean of the gradient forgets (beta 1).")]
Beta2 = Annotated[
    float, Field(ge=0, lt=1, description="How slowly the running mean of the squared gradient forgets (beta 2).")
]
Momentum = Annotated[float, Field(ge=0, lt=1, description="Share of the last step that is kept in the next.")]


class OptimizerSpec(Spec, abstract=True):
    """A rule that turns gradients into weight changes."""

    namespace: ClassVar[str] = "keras.optimizers"

    learning_rate: LearningRate = 0.001
    weight_decay: float | None = Field(None, ge=0, le=1, description="Share of each weight taken away at each step.")
    clipnorm: float | None = Field(None, gt=0, description="Longest gradient that a single weight array may have.")
    global_clipnorm: float | None = Field(None, gt=0, description="Longest gradient of all weights together.")


class Adam(OptimizerSpec):
    """Adapts the step of each weight from running means of its gradient and squared gradient.

    Source:
        Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015. https://arxiv.org/abs/1412.6980
    """

    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-7
    amsgrad: bool = Field(False, description="Never let the running mean of the squared gradient fall.")


class AdamW(Adam):
    """Adam whose weights shrink a little at each step, apart from the gradient (decoupled weight decay).

    Source:
        Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019. https://arxiv.org/abs/1711.05101
    """

    weight_decay: float | None = Field(0.004, ge=0, le=1, description="Share of each weight taken away at each step.")


class SGD(OptimizerSpec):
    """Stochastic gradient descent: a step against the gradient of each batch, with momentum if wished."""

    learning_rate: LearningRate = 0.01
    momentum: Momentum = 0.0
    nesterov: bool = Field(False, description="Look ahead along the momentum before the gradient is taken.")


class RMSprop(OptimizerSpec):
    """Divides each gradient by a running mean of its size."""

    rho: float = Field(0.9, ge=0, lt=1, description="How slowly the running mean forgets.")
    momentum: Momentum = 0.0
    epsilon: Epsilon = 1e-7
    centered: bool = Field(False, description="Divide by the variance instead of the mean square.")


class Adagrad(OptimizerSpec):
    """Gives weights that changed much smaller steps.

    Source:
        Duchi, Hazan and Singer, Adaptive Subgradient Methods, 2011. https://jmlr.org/papers/v12/duchi11a.html
    """

    initial_accumulator_value: float = Field(0.1, ge=0, description="First value of the sum of squared gradients.")
    epsilon: Epsilon = 1e-7


class Adadelta(OptimizerSpec):
    """Like Adagrad, but forgets old gradients.

    Source:
        Zeiler, ADADELTA: An Adaptive Learning Rate Method, 2012. https://arxiv.org/abs/1212.5701
    """

    rho: float = Field(0.95, ge=0, lt=1, description="How slowly old gradients are forgotten.")
    epsilon: Epsilon = 1e-7


class Adamax(OptimizerSpec):
    """Adam with the largest recent gradient in place of the mean square."""

    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-7


class Nadam(OptimizerSpec):
    """Adam with Nesterov momentum."""

    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-7


class Lion(OptimizerSpec):
    """Steps of one size along the sign of a running mean of the gradient.

    Source:
        Chen et al., Symbolic Discovery of Optimization Algorithms, 2023. https://arxiv.org/abs/2302.06675
    """

    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.99


Optimizer = Annotated[
    Adam | AdamW | SGD | RMSprop | Adagrad | Adadelta | Adamax | Nadam | Lion, Field(discriminator="type")
]
