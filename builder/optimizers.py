"""How weights change: Keras's optimizers as typed choices."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from builder.call import Spec
from builder.schedules import Rate, Schedule

LearningRate = Annotated[Rate | Schedule, Field(description="Size of a step along the gradient; fixed, or a schedule.")]
Epsilon = Annotated[float, Field(gt=0, le=1, description="Small number that keeps divisions from zero.")]
Beta1 = Annotated[float, Field(ge=0, lt=1, description="How slowly the running mean of the gradient forgets (beta 1).")]
Beta2 = Annotated[
    float, Field(ge=0, lt=1, description="How slowly the running mean of the squared gradient forgets (beta 2).")
]
Momentum = Annotated[float, Field(ge=0, lt=1, description="Share of the last step that is kept in the next.")]
Decay = Annotated[float | None, Field(ge=0, le=1, description="Share of each weight taken away at each step.")]
Penalty = Annotated[float, Field(ge=0, le=10**6)]
CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")


class OptimizerSpec(Spec, abstract=True):
    """A rule that turns gradients into weight changes."""

    namespace: ClassVar[str] = "keras.optimizers"


class GradientStep(OptimizerSpec, abstract=True):
    """An optimizer that changes the weights itself, with what all of these have in common."""

    trailing: ClassVar[tuple[str, ...]] = (
        "weight_decay", *CLIPS, "use_ema", "ema_momentum", "ema_overwrite_frequency", "loss_scale_factor",
        "gradient_accumulation_steps",
    )  # fmt: skip

    learning_rate: LearningRate = 0.001
    weight_decay: Decay = None
    clipnorm: float | None = Field(None, gt=0, description="Longest gradient that a single weight array may have.")
    clipvalue: float | None = Field(
        None, gt=0, description="Largest number that a gradient may hold, with either sign."
    )
    global_clipnorm: float | None = Field(None, gt=0, description="Longest gradient of all weights together.")
    use_ema: bool = Field(
        False, description="Keep a running mean of the weights, and take it for the weights when training is over."
    )
    ema_momentum: float = Field(0.99, ge=0, le=1, description="How slowly the running mean of the weights forgets.")
    ema_overwrite_frequency: int | None = Field(
        None, ge=1, le=10**9, description="Batches after which the weights become their mean; empty: only at the end."
    )
    loss_scale_factor: float | None = Field(
        None,
        gt=0,
        description="Factor on the loss, taken out of the gradient again: saves small gradients in half precision.",
    )
    gradient_accumulation_steps: int | None = Field(
        None,
        ge=2,
        le=10**6,
        description="Batches whose gradients are averaged for one step, as if they were one batch.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        given = [name for name in CLIPS if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"Only one of {', '.join(CLIPS)} can be set; {' and '.join(given)} are.")
        return self


class Adam(GradientStep):
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

    weight_decay: Decay = 0.004


class ScheduleFreeAdamW(GradientStep):
    """AdamW that averages its weights as it goes, in place of a learning rate that falls.

    Source:
        Defazio et al., The Road Less Scheduled, 2024. https://arxiv.org/abs/2405.15682
    """

    learning_rate: LearningRate = 0.0025
    beta_1: float = Field(0.9, gt=0, lt=1, description="Weight of the average against the fast weights (beta 1).")
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-8
    warmup_steps: int = Field(0, ge=0, le=10**9, description="Batches in which the learning rate climbs from 0.")


class SGD(GradientStep):
    """Stochastic gradient descent: a step against the gradient of each batch, with momentum if wished."""

    learning_rate: LearningRate = 0.01
    momentum: Momentum = 0.0
    nesterov: bool = Field(False, description="Look ahead along the momentum before the gradient is taken.")


class RMSprop(GradientStep):
    """Divides each gradient by a running mean of its size."""

    rho: float = Field(0.9, ge=0, lt=1, description="How slowly the running mean forgets.")
    momentum: Momentum = 0.0
    epsilon: Epsilon = 1e-7
    centered: bool = Field(False, description="Divide by the variance instead of the mean square.")


class Adagrad(GradientStep):
    """Gives weights that changed much smaller steps.

    Source:
        Duchi, Hazan and Singer, Adaptive Subgradient Methods, 2011. https://jmlr.org/papers/v12/duchi11a.html
    """

    initial_accumulator_value: float = Field(0.1, ge=0, description="First value of the sum of squared gradients.")
    epsilon: Epsilon = 1e-7


class Adadelta(GradientStep):
    """Like Adagrad, but forgets old gradients.

    Source:
        Zeiler, ADADELTA: An Adaptive Learning Rate Method, 2012. https://arxiv.org/abs/1212.5701
    """

    rho: float = Field(0.95, ge=0, lt=1, description="How slowly old gradients are forgotten.")
    epsilon: Epsilon = 1e-7


class Adafactor(GradientStep):
    """Like Adam with little memory: of a matrix of weights only the means of its rows and columns are kept.

    Source:
        Shazeer and Stern, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, 2018.
        https://arxiv.org/abs/1804.04235
    """

    beta_2_decay: float = Field(-0.8, ge=-10, lt=0, description="How the memory of old gradients grows with time.")
    epsilon_1: Epsilon = 1e-30
    epsilon_2: Epsilon = 1e-3
    clip_threshold: float = Field(1.0, gt=0, description="Largest size of a step, as a root mean square.")
    relative_step: bool = Field(True, description="Let the steps shrink with time when the learning rate is fixed.")


class Adamax(GradientStep):
    """Adam with the largest recent gradient in place of the mean square.

    Source:
        Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015, section 7. https://arxiv.org/abs/1412.6980
    """

    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-7


class Nadam(GradientStep):
    """Adam with Nesterov momentum."""

    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-7


class Lamb(GradientStep):
    """Adam whose step is scaled, layer by layer, to the size of the weights: for very large batches.

    Source:
        You et al., Large Batch Optimization for Deep Learning, 2020. https://arxiv.org/abs/1904.00962
    """

    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-7


class Lion(GradientStep):
    """Steps of one size along the sign of a running mean of the gradient.

    Source:
        Chen et al., Symbolic Discovery of Optimization Algorithms, 2023. https://arxiv.org/abs/2302.06675
    """

    beta_1: float = Field(0.9, gt=0, le=1, description="Share of the running mean in the step (beta 1).")
    beta_2: Beta2 = 0.99


class Ftrl(GradientStep):
    """Follow the regularized leader: made for wide linear models whose weights should mostly be zero.

    Source:
        McMahan et al., Ad Click Prediction: a View from the Trenches, 2013. https://doi.org/10.1145/2487575.2488200
    """

    learning_rate_power: float = Field(-0.5, ge=-10, le=0, description="How the steps shrink with time; 0: not at all.")
    initial_accumulator_value: float = Field(0.1, ge=0, description="First value of the sum of squared gradients.")
    l1_regularization_strength: Penalty = Field(0.0, description="Penalty on |w|, which makes weights zero.")
    l2_regularization_strength: Penalty = Field(0.0, description="Penalty on w^2, which keeps weights small.")
    l2_shrinkage_regularization_strength: Penalty = Field(
        0.0, description="The same, but applied to the gradient only."
    )
    beta: float = Field(0.0, ge=0, description="Number that keeps the first steps small (beta of the paper).")


class Muon(GradientStep):
    """Makes the step of a matrix of weights orthogonal, so that it turns them evenly; all other weights get Adam.

    Source:
        Jordan et al., Muon: An optimizer for hidden layers in neural networks, 2024. https://kellerjordan.github.io/posts/muon
    """

    adam_beta_1: Beta1 = 0.9
    adam_beta_2: Beta2 = 0.999
    adam_weight_decay: Decay = 0.004
    epsilon: Epsilon = 1e-7
    weight_decay: Decay = 0.004
    exclude_embeddings: bool = Field(True, description="Give the weights of embeddings Adam, though they are matrices.")
    muon_a: float = Field(3.4445, description="First coefficient of the iteration that makes a step orthogonal.")
    muon_b: float = Field(-4.775, description="Second coefficient of that iteration.")
    muon_c: float = Field(2.0315, description="Third coefficient of that iteration.")
    adam_lr_ratio: float = Field(1, gt=0, le=1000, description="Learning rate of Adam as a multiple of Muon's.")
    momentum: Momentum = 0.95
    ns_steps: int = Field(5, ge=1, le=100, description="Rounds of the iteration that makes a step orthogonal.")
    nesterov: bool = Field(True, description="Look ahead along the momentum before the gradient is taken.")
    rms_rate: float | None = Field(
        0.2, gt=0, le=100, description="Scales steps to the size of Adam's; empty: does not."
    )


Inner = Annotated[
    Adam
    | AdamW
    | SGD
    | RMSprop
    | Adagrad
    | Adadelta
    | Adafactor
    | Adamax
    | Nadam
    | Lamb
    | Lion
    | Ftrl
    | Muon
    | ScheduleFreeAdamW,
    Field(discriminator="type"),
]


class LossScaleOptimizer(OptimizerSpec):
    """Another optimizer, for training in half precision: the loss is scaled up so that small gradients do not become zero.

    Source:
        Micikevicius et al., Mixed Precision Training, 2018. https://arxiv.org/abs/1710.03740
    """

    inner_optimizer: Inner = Field(examples=[Adam()], description="The optimizer that changes the weights.")
    initial_scale: float = Field(32768.0, gt=0, description="First factor; it is halved when a gradient overflows.")
    dynamic_growth_steps: int = Field(
        2000, ge=1, le=10**9, description="Batches without an overflow after which the factor is doubled."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.inner_optimizer.loss_scale_factor is not None:
            raise ValueError("LossScaleOptimizer scales the loss itself: leave the inner loss_scale_factor empty.")
        return self


Optimizer = Annotated[Inner | LossScaleOptimizer, Field(discriminator="type")]
