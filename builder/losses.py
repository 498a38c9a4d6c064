"""What training makes small: Keras's losses as typed choices, each with the form of labels and outputs that it compares."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from builder.call import Spec

# What is compared with the output: "number", that of the right class; "one_hot", a row with 1 for the right class and 0
# for the others; "binary", 0 or 1 for a single output; "embedding", the class's number, while the output is a point in
# space and no score; "values", the numbers to predict.
Labels = Literal["number", "one_hot", "binary", "embedding", "values"]

Logits = Annotated[bool, Field(description="The output is logits: numbers before softmax or sigmoid.")]
Smoothing = Annotated[
    float, Field(ge=0, le=1, description="Moves the labels this far from 0 and 1 towards equal probabilities.")
]
Focus = Annotated[
    float, Field(ge=0, le=100, description="How little easy examples count (gamma); 0: as much as hard ones.")
]


class LossSpec(Spec, abstract=True):
    """What training makes small.

    `takes` says in which forms labels may come, the best first; `ends` in which functions the network may end, the best
    first (none: in any), unless it gives logits. `rows` marks what compares directions, which one number does not have.
    """

    namespace: ClassVar[str] = "keras.losses"
    trailing: ClassVar[tuple[str, ...]] = ("reduction",)
    takes: ClassVar[tuple[Labels, ...]]
    ends: ClassVar[tuple[str, ...]] = ("linear",)
    rows: ClassVar[bool] = False

    reduction: Literal["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight"] = Field(
        "sum_over_batch_size",
        description="How the losses of a batch become one number: their sum, or the sum divided by how many there are.",
    )


class SparseCategoricalCrossentropy(LossSpec):
    """For one class out of several: minus the logarithm of the probability given to the right class."""

    takes: ClassVar[tuple[Labels, ...]] = ("number",)
    ends: ClassVar[tuple[str, ...]] = ("softmax",)

    from_logits: Logits = False
    ignore_class: int | None = Field(None, ge=-(2**31), le=2**31 - 1, description="Class whose examples do not count.")


class CategoricalCrossentropy(LossSpec):
    """The same with one-hot labels, which can be smoothed: the network then is not driven to be too sure.

    Source:
        Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2016 (label smoothing).
        https://arxiv.org/abs/1512.00567
    """

    takes: ClassVar[tuple[Labels, ...]] = ("one_hot",)
    ends: ClassVar[tuple[str, ...]] = ("softmax",)

    from_logits: Logits = False
    label_smoothing: Smoothing = 0.0


class CategoricalFocalCrossentropy(LossSpec):
    """For classes of very different size: crossentropy in which easy examples count little.

    Source:
        Lin et al., Focal Loss for Dense Object Detection, 2018. https://arxiv.org/abs/1708.02002
    """

    takes: ClassVar[tuple[Labels, ...]] = ("one_hot",)
    ends: ClassVar[tuple[str, ...]] = ("softmax",)

    alpha: float = Field(0.25, ge=0, le=1, description="Weight of all classes (alpha).")
    gamma: Focus = 2.0
    from_logits: Logits = False
    label_smoothing: Smoothing = 0.0


class CategoricalGeneralizedCrossEntropy(LossSpec):
    """For labels that are partly wrong: between crossentropy and the mean absolute error.

    Source:
        Zhang and Sabuncu, Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels, 2018.
        https://arxiv.org/abs/1805.07836
    """

    takes: ClassVar[tuple[Labels, ...]] = ("number",)
    ends: ClassVar[tuple[str, ...]] = ("softmax",)

    q: float = Field(0.5, gt=0, lt=1, description="Near 0: like crossentropy; near 1: bears more wrong labels.")


class CategoricalHinge(LossSpec):
    """For one class out of several: the right class is to score 1 higher than the best wrong one."""

    takes: ClassVar[tuple[Labels, ...]] = ("one_hot",)


class KLDivergence(LossSpec):
    """How far the predicted probabilities are from the true ones (Kullback and Leibler)."""

    takes: ClassVar[tuple[Labels, ...]] = ("one_hot",)
    ends: ClassVar[tuple[str, ...]] = ("softmax",)


class Dice(LossSpec):
    """Share of what prediction and truth do not have in common, over the whole batch: for classes of very different size.

    Source:
        Milletari et al., V-Net, 2016. https://arxiv.org/abs/1606.04797
    """

    takes: ClassVar[tuple[Labels, ...]] = ("one_hot",)
    ends: ClassVar[tuple[str, ...]] = ("softmax",)


class Tversky(LossSpec):
    """Dice with separate weights for what is claimed wrongly and what is missed.

    Source:
        Salehi et al., Tversky loss function for image segmentation, 2017. https://arxiv.org/abs/1706.05721
    """

    takes: ClassVar[tuple[Labels, ...]] = ("one_hot",)
    ends: ClassVar[tuple[str, ...]] = ("softmax",)

    alpha: float = Field(0.5, ge=0, le=100, description="Weight of what is claimed wrongly (false positives).")
    beta: float = Field(0.5, ge=0, le=100, description="Weight of what is missed (false negatives).")


class BinaryCrossentropy(LossSpec):
    """For two classes and one output: minus the logarithm of the probability given to the right one."""

    takes: ClassVar[tuple[Labels, ...]] = ("binary",)
    ends: ClassVar[tuple[str, ...]] = ("sigmoid",)

    from_logits: Logits = False
    label_smoothing: float = Field(0.0, ge=0, le=1, description="Moves the labels 0 and 1 this far towards one half.")


class BinaryFocalCrossentropy(LossSpec):
    """For two classes of very different size and one output: crossentropy in which easy examples count little.

    Source:
        Lin et al., Focal Loss for Dense Object Detection, 2018. https://arxiv.org/abs/1708.02002
    """

    takes: ClassVar[tuple[Labels, ...]] = ("binary",)
    ends: ClassVar[tuple[str, ...]] = ("sigmoid",)

    apply_class_balancing: bool = Field(False, description="Weigh the two classes with alpha and 1 - alpha.")
    alpha: float = Field(0.25, ge=0, le=1, description="Weight of class 1 (alpha); class 0 gets the rest.")
    gamma: Focus = 2.0
    from_logits: Logits = False
    label_smoothing: float = Field(0.0, ge=0, le=1, description="Moves the labels 0 and 1 this far towards one half.")


class Hinge(LossSpec):
    """For two classes and one output, as in a support vector machine: above 1 for one class, below -1 for the other."""

    takes: ClassVar[tuple[Labels, ...]] = ("binary",)
    ends: ClassVar[tuple[str, ...]] = ("linear", "tanh")


class SquaredHinge(LossSpec):
    """Hinge, squared: large errors count most."""

    takes: ClassVar[tuple[Labels, ...]] = ("binary",)
    ends: ClassVar[tuple[str, ...]] = ("linear", "tanh")


class Circle(LossSpec):
    """Moves examples of one class together and those of others apart: the output is a point, of length 1, for each example.

    Problems:
        The output has another length than 1: end with UnitNormalization.

    Source:
        Sun et al., Circle Loss: A Unified Perspective of Pair Similarity Optimization, 2020.
        https://arxiv.org/abs/2002.10857
    """

    takes: ClassVar[tuple[Labels, ...]] = ("embedding",)
    ends: ClassVar[tuple[str, ...]] = ()
    rows: ClassVar[bool] = True

    gamma: float = Field(80.0, gt=0, le=10**6, description="How sharply near and far examples are told apart (gamma).")
    margin: float = Field(0.4, ge=0, le=1, description="Distance at which a pair is near, or far, enough.")
    remove_diagonal: bool = Field(True, description="Leave out the pair of each example with itself.")


class CosineSimilarity(LossSpec):
    """For rows of numbers: the angle between prediction and truth; how large the numbers are does not count."""

    takes: ClassVar[tuple[Labels, ...]] = ("values", "one_hot")
    ends: ClassVar[tuple[str, ...]] = ("linear", "softmax")
    rows: ClassVar[bool] = True


class MeanSquaredError(LossSpec):
    """For numbers: the mean of the squared difference; large errors count most."""

    takes: ClassVar[tuple[Labels, ...]] = ("values",)


class MeanAbsoluteError(LossSpec):
    """For numbers: the mean difference without its sign; every unit of error counts the same."""

    takes: ClassVar[tuple[Labels, ...]] = ("values",)


class Huber(LossSpec):
    """For numbers: squared for small differences, straight for those above `delta`.

    Source:
        Huber, Robust Estimation of a Location Parameter, 1964. https://doi.org/10.1214/aoms/1177703732
    """

    takes: ClassVar[tuple[Labels, ...]] = ("values",)

    delta: float = Field(1.0, gt=0, description="Difference from which on the error grows in a straight line.")


class LogCosh(LossSpec):
    """For numbers: the logarithm of the hyperbolic cosine of the difference, a smooth Huber."""

    takes: ClassVar[tuple[Labels, ...]] = ("values",)


class MeanAbsolutePercentageError(LossSpec):
    """For numbers away from zero: the mean difference in percent of the true value."""

    takes: ClassVar[tuple[Labels, ...]] = ("values",)


class MeanSquaredLogarithmicError(LossSpec):
    """For numbers above zero that span sizes: the squared difference of their logarithms."""

    takes: ClassVar[tuple[Labels, ...]] = ("values",)
    ends: ClassVar[tuple[str, ...]] = ("linear", "relu", "softplus", "exponential")


class Poisson(LossSpec):
    """For counts: how unlikely the true count is when the output is the expected one. The output must be above zero."""

    takes: ClassVar[tuple[Labels, ...]] = ("values",)
    ends: ClassVar[tuple[str, ...]] = ("softplus", "exponential", "relu")


Loss = Annotated[
    SparseCategoricalCrossentropy
    | CategoricalCrossentropy
    | CategoricalFocalCrossentropy
    | CategoricalGeneralizedCrossEntropy
    | CategoricalHinge
    | KLDivergence
    | Dice
    | Tversky
    | BinaryCrossentropy
    | BinaryFocalCrossentropy
    | Hinge
    | SquaredHinge
    | Circle
    | CosineSimilarity
    | MeanSquaredError
    | MeanAbsoluteError
    | Huber
    | LogCosh
    | MeanAbsolutePercentageError
    | MeanSquaredLogarithmicError
    | Poisson,
    Field(discriminator="type"),
]
