"""Recurrent: layers that read a sequence step by step, and wrappers around other layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Union

from pydantic import Field

from builder.initializers import GlorotUniform, Orthogonal, Zeros
from builder.layers import parameters as p
from builder.layers.base import LAYERS, LayerSpec, Weighted, brief, listed
from builder.layers.core import Dense

Dropout = Annotated[p.Rate, Field(description="Share of the input that is dropped at each step while training.")]
RecurrentDropout = Annotated[p.Rate, Field(description="Share of the state that is dropped at each step.")]
ReturnSequences = Annotated[bool, Field(description="Give the output of every step; off: that of the last step only.")]
ReturnState = Annotated[bool, Field(description="Give the state after the last step too.")]
GoBackwards = Annotated[bool, Field(description="Read the sequence from its end.")]
Unroll = Annotated[bool, Field(description="Lay the steps out one by one: quicker for short sequences, more memory.")]
UseCudnn = Annotated[Literal["auto"] | bool, Field(description="Use the GPU's own implementation; auto: where it can.")]


class Recurrent(Weighted, abstract=True):
    """A layer that reads a sequence and carries a state from step to step."""

    ports: ClassVar[tuple[str, ...] | None] = ("inputs", "initial_state")
    optional_ports: ClassVar[frozenset[str]] = frozenset({"initial_state"})
    list_ports: ClassVar[frozenset[str]] = frozenset({"initial_state"})
    states: ClassVar[tuple[str, ...]] = ("state",)

    if TYPE_CHECKING:
        units: int
        return_sequences: bool
        return_state: bool

    def outputs(self) -> tuple[str, ...]:
        """The output, and with `return_state` the states after the last step."""
        return ("output", *self.states) if self.return_state else ("output",)

    def summary(self) -> str:
        """`64, sequences`."""
        return listed(
            self.units, "sequences" if self.return_sequences else None, "state" if self.return_state else None
        )


class SimpleRNN(Recurrent):
    """Reads a sequence step by step; each output goes into the next step. Forgets soon.

    Shapes:
        in:  (batch, steps, features)
        out: (batch, units), with `return_sequences` (batch, steps, units)

    Problems:
        Long sequences: the gradient fades or explodes; take LSTM or GRU.

    Source:
        Elman, Finding Structure in Time, 1990. https://doi.org/10.1207/s15516709cog1402_1
    """

    units: p.Units = Field(examples=[64])
    activation: p.Activation = "tanh"
    use_bias: p.UseBias = True
    kernel_initializer: p.KernelInitializer = GlorotUniform()
    recurrent_initializer: p.RecurrentInitializer = Orthogonal()
    bias_initializer: p.BiasInitializer = Zeros()
    kernel_regularizer: p.KernelRegularizer = None
    recurrent_regularizer: p.RecurrentRegularizer = None
    bias_regularizer: p.BiasRegularizer = None
    activity_regularizer: p.ActivityRegularizer = None
    kernel_constraint: p.KernelConstraint = None
    recurrent_constraint: p.RecurrentConstraint = None
    bias_constraint: p.BiasConstraint = None
    dropout: Dropout = 0.0
    recurrent_dropout: RecurrentDropout = 0.0
    return_sequences: ReturnSequences = False
    return_state: ReturnState = False
    go_backwards: GoBackwards = False
    unroll: Unroll = False
    seed: p.Seed = None


class LSTM(Recurrent):
    """Reads a sequence step by step and keeps a memory cell, with gates that decide what to keep, forget and tell.

    Shapes:
        in:  (batch, steps, features)
        out: (batch, units), with `return_sequences` (batch, steps, units)
        state, cell: (batch, units) each, with `return_state`

    Source:
        Hochreiter and Schmidhuber, Long Short-Term Memory, 1997. https://doi.org/10.1162/neco.1997.9.8.1735
    """

    states: ClassVar[tuple[str, ...]] = ("state", "cell")

    units: p.Units = Field(examples=[64])
    activation: p.Activation = "tanh"
    recurrent_activation: p.RecurrentActivation = "sigmoid"
    use_bias: p.UseBias = True
    kernel_initializer: p.KernelInitializer = GlorotUniform()
    recurrent_initializer: p.RecurrentInitializer = Orthogonal()
    bias_initializer: p.BiasInitializer = Zeros()
    unit_forget_bias: bool = Field(True, description="Start with 1 in the bias of the forget gate: remember at first.")
    kernel_regularizer: p.KernelRegularizer = None
    recurrent_regularizer: p.RecurrentRegularizer = None
    bias_regularizer: p.BiasRegularizer = None
    activity_regularizer: p.ActivityRegularizer = None
    kernel_constraint: p.KernelConstraint = None
    recurrent_constraint: p.RecurrentConstraint = None
    bias_constraint: p.BiasConstraint = None
    dropout: Dropout = 0.0
    recurrent_dropout: RecurrentDropout = 0.0
    seed: p.Seed = None
    return_sequences: ReturnSequences = False
    return_state: ReturnState = False
    go_backwards: GoBackwards = False
    unroll: Unroll = False
    use_cudnn: UseCudnn = "auto"


class GRU(Recurrent):
    """Reads a sequence step by step with gates like LSTM, but without a cell of its own: fewer weights.

    Shapes:
        in:  (batch, steps, features)
        out: (batch, units), with `return_sequences` (batch, steps, units)
        state: (batch, units), with `return_state`

    Source:
        Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014. https://arxiv.org/abs/1406.1078
    """

    units: p.Units = Field(examples=[64])
    activation: p.Activation = "tanh"
    recurrent_activation: p.RecurrentActivation = "sigmoid"
    use_bias: p.UseBias = True
    kernel_initializer: p.KernelInitializer = GlorotUniform()
    recurrent_initializer: p.RecurrentInitializer = Orthogonal()
    bias_initializer: p.BiasInitializer = Zeros()
    kernel_regularizer: p.KernelRegularizer = None
    recurrent_regularizer: p.RecurrentRegularizer = None
    bias_regularizer: p.BiasRegularizer = None
    activity_regularizer: p.ActivityRegularizer = None
    kernel_constraint: p.KernelConstraint = None
    recurrent_constraint: p.RecurrentConstraint = None
    bias_constraint: p.BiasConstraint = None
    dropout: Dropout = 0.0
    recurrent_dropout: RecurrentDropout = 0.0
    seed: p.Seed = None
    return_sequences: ReturnSequences = False
    return_state: ReturnState = False
    go_backwards: GoBackwards = False
    unroll: Unroll = False
    reset_after: bool = Field(True, description="Apply the reset gate after the product with U, as GPUs do.")
    use_cudnn: UseCudnn = "auto"


class Wrapper(Weighted, abstract=True):
    """A layer around another one. It wraps no wrapper, so that a form stays one level deep."""

    if TYPE_CHECKING:
        layer: LayerSpec

    def summary(self) -> str:
        """`LSTM 64`: the layer inside."""
        return brief(self.layer)


if TYPE_CHECKING:
    RecurrentLayer = Recurrent
    OneInput = LayerSpec
else:
    RecurrentLayer = Annotated[SimpleRNN | LSTM | GRU, Field(discriminator="type")]
    # What stands in the registry by now: the families before this one in builder.layers, and the layers above.
    INNER = tuple(cls for cls in LAYERS.values() if cls.ports and cls.ports[0] == "inputs")
    OneInput = Annotated[Union[INNER], Field(discriminator="type")]  # noqa: UP007 (built from the registry)


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
