"""Core: inputs, fully connected layers, embeddings and activations by name."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from builder.activations import ActivationName
from builder.constraints import Constraint
from builder.initializers import GlorotUniform, Initializer, RandomUniform, Zeros
from builder.layers import parameters as p
from builder.layers.base import LayerSpec, Weighted
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


class Identity(LayerSpec):
    """Passes on what comes in, unchanged: a name for a tensor, such as one that leaves a block.

    Shapes:
        in:  any
        out: the same
    """
