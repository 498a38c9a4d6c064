"""Core: inputs, fully connected layers, embeddings and activations by name."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from builder.activations import ActivationName
from builder.constraints import Constraint
from builder.initializers import GlorotUniform, Initializer, RandomUniform, Zeros
from builder.layers import parameters as p
from builder.layers.base import LayerSpec, Weighted, listed
from builder.regularizers import Regularizer


class Input(LayerSpec):
    """Where examples enter the network; it fixes the shape of one example.

    Shapes:
        out: (batch, *shape)

    Units:
        `shape`: numbers along each axis of one example, without the batch; None leaves a size open.
    """

    namespace: ClassVar[str] = "keras"
    keywords: ClassVar[bool] = True
    shareable: ClassVar[bool] = False
    ports: ClassVar[tuple[str, ...] | None] = ()

    shape: tuple[Annotated[int, Field(ge=1, le=10_000_000)] | None, ...] = Field(
        examples=[(28, 28, 1)],
        max_length=6,
        description="Shape of one example, such as height, width, channels; an empty size is open.",
    )
    dtype: Literal["float32", "int32"] | None = Field(
        None, description="Kind of number; int32 for tokens and classes. Empty: float32."
    )


class Dense(Weighted):
    """Connects every input with every unit: a weighted sum, a bias and an activation for each unit.

    Shapes:
        in:  (batch, ..., features)
        out: (batch, ..., units)

    Problems:
        A feature map comes in: only its channels are connected; put Flatten or GlobalAveragePooling2D before it.

    Source:
        Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, 1986.
        https://doi.org/10.1038/323533a0
    """

    units: p.Units = Field(examples=[64])
    activation: p.Activation = None
    use_bias: p.UseBias = True
    kernel_initializer: p.KernelInitializer = GlorotUniform()
    bias_initializer: p.BiasInitializer = Zeros()
    kernel_regularizer: p.KernelRegularizer = None
    bias_regularizer: p.BiasRegularizer = None
    activity_regularizer: p.ActivityRegularizer = None
    kernel_constraint: p.KernelConstraint = None
    bias_constraint: p.BiasConstraint = None


class Activation(LayerSpec):
    """Applies a function to each value: the bend that lets a network learn more than straight lines.

    Shapes:
        in:  any
        out: the same

    Problems:
        softmax needs an axis to sum over: at least (batch, classes).
    """

    activation: ActivationName = Field(examples=["relu"], description="The function.")

    def summary(self) -> str:
        """`relu`."""
        return self.activation


class EinsumDense(Weighted):
    """Connects along axes of your choice: a Dense layer whose products and sums are written as an Einstein sum.

    Shapes:
        in:  the axes left of the comma
        weights: the axes between comma and arrow
        out: the axes right of the arrow, with the sizes of `output_shape`

    Units:
        `equation`: one letter an axis, as in "abc,cd->abd"; axes that are not right of the arrow are summed over;
        `...` stands for all axes that are not named.

    Problems:
        `output_shape` has not one size for each axis right of the arrow, the batch axis left out.

    Source:
        Vaswani et al., Attention Is All You Need, 2017, where it makes heads. https://arxiv.org/abs/1706.03762
    """

    keywords: ClassVar[bool] = True

    equation: str = Field(
        examples=["ab,bc->ac"],
        max_length=60,
        pattern=r"^[a-zA-Z.]+,[a-zA-Z]+->[a-zA-Z.]+$",
        description="Axes of the input, of the weights and of the output: what is not in the output is summed over.",
    )
    output_shape: p.Units | tuple[p.Units | None, ...] = Field(
        examples=[64],
        description="Sizes of the named axes of the output, without the batch; empty sizes stay as they come.",
    )
    activation: p.Activation = None
    bias_axes: str | None = Field(
        None,
        max_length=10,
        pattern=r"^[a-zA-Z]+$",
        description="Axes of the output that get a bias each; empty: no bias.",
    )
    kernel_initializer: p.KernelInitializer = GlorotUniform()
    bias_initializer: p.BiasInitializer = Zeros()
    kernel_regularizer: p.KernelRegularizer = None
    bias_regularizer: p.BiasRegularizer = None
    kernel_constraint: p.KernelConstraint = None
    bias_constraint: p.BiasConstraint = None

    def summary(self) -> str:
        """`ab,bc->ac, relu`."""
        return listed(self.equation, self.activation_name())


class Embedding(Weighted):
    """Gives each token a vector of its own, which is learned.

    Shapes:
        in:  (batch, ...) of whole numbers from 0 to input_dim - 1
        out: (batch, ..., output_dim)

    Problems:
        A number of input_dim or above comes in: training stops with an error.
        The input holds fractions: give the Input dtype int32.

    Source:
        Bengio et al., A Neural Probabilistic Language Model, 2003. https://www.jmlr.org/papers/v3/bengio03a.html
    """

    input_dim: int = Field(
        ge=1, le=100_000_000, examples=[1000], description="Number of different tokens, the size of the vocabulary."
    )
    output_dim: p.Units = Field(examples=[64], description="Length of each vector.")
    embeddings_initializer: Initializer = Field(RandomUniform(), description="First values of the vectors.")
    embeddings_regularizer: Regularizer | None = Field(None, description="Penalty on the vectors, added to the loss.")
    embeddings_constraint: Constraint | None = Field(
        None, description="Rule that the vectors obey after each training step."
    )
    mask_zero: bool = Field(False, description="Token 0 is padding; recurrent layers then skip it.")

    def summary(self) -> str:
        """`1000 to 64`: tokens, and the length of a vector."""
        return f"{self.input_dim} to {self.output_dim}"


class ReversibleEmbedding(Weighted):
    """Gives each token a vector of its own; used once more with `reverse`, it turns vectors into scores of tokens.

    Shapes:
        in:  (batch, ...) of whole numbers from 0 to input_dim - 1; with `reverse` (batch, ..., output_dim)
        out: (batch, ..., output_dim); with `reverse` (batch, ..., input_dim)

    Problems:
        The scores should come of the same weights: let the second node use the layer of the first.

    Source:
        Press and Wolf, Using the Output Embedding to Improve Language Models, 2017. https://arxiv.org/abs/1608.05859
    """

    at_call: ClassVar[frozenset[str]] = frozenset({"reverse"})

    input_dim: int = Field(
        ge=1, le=100_000_000, examples=[1000], description="Number of different tokens, the size of the vocabulary."
    )
    output_dim: p.Units = Field(examples=[64], description="Length of each vector.")
    tie_weights: bool = Field(True, description="Use the same weights in both directions.")
    embeddings_initializer: Initializer = Field(RandomUniform(), description="First values of the vectors.")
    embeddings_regularizer: Regularizer | None = Field(None, description="Penalty on the vectors, added to the loss.")
    embeddings_constraint: Constraint | None = Field(
        None, description="Rule that the vectors obey after each training step."
    )
    mask_zero: bool = Field(False, description="Token 0 is padding; recurrent layers then skip it.")
    logit_soft_cap: float | None = Field(
        None, gt=0, le=1e6, description="Scores are bent so that none goes beyond this; empty: no limit."
    )
    reverse: bool = Field(False, description="Turn vectors into scores of tokens here.")

    def summary(self) -> str:
        """`1000 to 64`, or `64 to 1000` where it is used in reverse."""
        ends = (self.output_dim, self.input_dim) if self.reverse else (self.input_dim, self.output_dim)
        return "{} to {}".format(*ends)


class Identity(LayerSpec):
    """Passes on what comes in, unchanged: a name for a tensor, such as one that leaves a block.

    Shapes:
        in:  any
        out: the same
    """


class Masking(LayerSpec):
    """Marks steps in which every value is `mask_value` as padding; recurrent layers then skip them.

    Shapes:
        in:  (batch, steps, features)
        out: the same

    Units:
        `mask_value`: that of the incoming values.
    """

    mask_value: float = Field(0.0, description="A step of which every value is this one is padding.")
