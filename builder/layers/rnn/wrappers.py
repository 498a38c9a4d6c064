"""Layers around another layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Union

from pydantic import Field

from builder.layers.base import LAYERS, LayerSpec, Weighted, brief
from builder.layers.convolutional import (
    Conv1D,
    Conv1DTranspose,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Conv3DTranspose,
    DepthwiseConv1D,
    DepthwiseConv2D,
)
from builder.layers.core import Dense, EinsumDense
from builder.layers.rnn.base import Recurrent
from builder.layers.rnn.recurrent import GRU, LSTM, SimpleRNN


class Wrapper(Weighted, abstract=True):
    """A layer around another one, which is no wrapper itself, but a Bidirectional within TimeDistributed."""

    if TYPE_CHECKING:
        layer: LayerSpec

    def summary(self) -> str:
        """`LSTM 64`: the layer inside."""
        return brief(self.layer)


if TYPE_CHECKING:
    RecurrentLayer = Recurrent
    OneInput = LayerSpec
    WithKernel = LayerSpec
else:
    RecurrentLayer = Annotated[SimpleRNN | LSTM | GRU, Field(discriminator="type")]
    # What stands in the registry by now: the families before this one in builder.layers, and the layers above.
    INNER = tuple(cls for cls in LAYERS.values() if cls.ports and cls.ports[0] == "inputs" and not cls.at_call)
    # Of separable convolutions Keras finds no single kernel; what Embedding gives it would round to whole numbers.
    WithKernel = Annotated[
        Dense
        | EinsumDense
        | Conv1D
        | Conv2D
        | Conv3D
        | Conv1DTranspose
        | Conv2DTranspose
        | Conv3DTranspose
        | DepthwiseConv1D
        | DepthwiseConv2D,
        Field(discriminator="type"),
    ]


class Bidirectional(Wrapper):
    """Reads a sequence from both ends with two copies of a recurrent layer, and joins what they say.

    Shapes:
        in:  (batch, steps, features)
        out: (batch, ..., 2 * units) with merge_mode "concat", else (batch, ..., units); two of these if it is empty

    Problems:
        A forecast must not see the future: read forwards only.

    Source:
        Schuster and Paliwal, Bidirectional recurrent neural networks, 1997. https://doi.org/10.1109/78.650093
    """

    layer: RecurrentLayer = Field(examples=[LSTM(units=64)], description="The layer that reads forwards.")
    merge_mode: Literal["sum", "mul", "concat", "ave"] | None = Field(
        "concat", description="How both directions are joined; empty: they come out apart."
    )
    backward_layer: RecurrentLayer | None = Field(
        None, description="Another layer that reads backwards (with go_backwards); empty: a copy of the first."
    )

    def outputs(self) -> tuple[str, ...]:
        """The joined output or both, and with `return_state` the states of both directions."""
        output = ("forward", "backward") if self.merge_mode is None else ("output",)
        if not self.layer.return_state:
            return output
        states = [f"{way}_{state}" for way in ("forward", "backward") for state in self.layer.states]
        return (*output, *states)


if not TYPE_CHECKING:
    OneInput = Annotated[Union[(*INNER, Bidirectional)], Field(discriminator="type")]


class TimeDistributed(Wrapper):
    """Applies one layer, with the same weights, to every step of a sequence: to each picture of a film.

    Shapes:
        in:  (batch, steps, ...)
        out: (batch, steps, what the layer makes of each step)

    Problems:
        The input has no axis of steps: (batch, features) only.
    """

    layer: OneInput = Field(examples=[Dense(units=64)], description="The layer for each step.")

    def outputs(self) -> tuple[str, ...]:
        """As many as the layer inside."""
        return self.layer.outputs()


class SpectralNormalization(Wrapper):
    """Keeps the weights of a layer small while training: it divides them by their greatest stretch. Used in GANs.

    Shapes:
        in:  what the layer inside takes
        out: what the layer inside makes

    Source:
        Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018.
        https://arxiv.org/abs/1802.05957
    """

    layer: WithKernel = Field(examples=[Dense(units=64)], description="The layer whose weights are kept small.")
    power_iterations: int = Field(1, ge=1, le=100, description="Rounds in which the greatest stretch is sought.")
