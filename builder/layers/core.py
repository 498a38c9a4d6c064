"""Core: inputs, fully connected layers, embeddings and activations by name."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from builder.activations import ActivationName
from builder.call import Call
from builder.constraints import Constraint
from builder.initializers import GlorotUniform, Initializer, Zeros
from builder.layers.base import LayerSpec, Weighted
from builder.regularizers import Regularizer


class Input(LayerSpec):
    """Where examples enter the network; it fixes the shape of one example."""

    namespace: ClassVar[str] = "keras"
    ports: ClassVar[tuple[str, ...] | None] = ()

    shape: tuple[int | None, ...] = Field(examples=[(28, 28, 1)], max_length=6)
    dtype: Literal["float32", "int32"] | None = None

    def call(self) -> Call:
        """`keras.Input(shape=...)`: by keyword, as everybody writes it."""
        kwargs: list[tuple[str, object]] = [("shape", self.shape)]
        if self.dtype is not None:
            kwargs.append(("dtype", self.dtype))
        return Call("keras.Input", (), tuple(kwargs))


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

    units: int = Field(ge=1, le=10_000_000, examples=[64], description="Number of neurons, the length of the output.")
    activation: ActivationName | None = Field(None, description="Function applied to each sum.")
    use_bias: bool = Field(True, description="Add a learned constant b to each sum.")
    kernel_initializer: Initializer = Field(GlorotUniform(), description="First values of the weights W.")
    bias_initializer: Initializer = Field(Zeros(), description="First values of the bias b.")
    kernel_regularizer: Regularizer | None = Field(None, description="Penalty on the weights W, added to the loss.")
    bias_regularizer: Regularizer | None = Field(None, description="Penalty on the bias b, added to the loss.")
    activity_regularizer: Regularizer | None = Field(None, description="Penalty on the output, added to the loss.")
    kernel_constraint: Constraint | None = Field(None, description="Rule that the weights W obey after each step.")
    bias_constraint: Constraint | None = Field(None, description="Rule that the bias b obeys after each step.")
