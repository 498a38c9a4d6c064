"""Layers that read a sequence of vectors."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from builder.initializers import GlorotUniform, Orthogonal, Zeros
from builder.layers import parameters as p
from builder.layers.rnn.base import (
    Dropout,
    GoBackwards,
    Recurrent,
    RecurrentDropout,
    ReturnSequences,
    ReturnState,
    Unroll,
)

UseCudnn = Annotated[Literal["auto"] | bool, Field(description="Use the GPU's own implementation; auto: where it can.")]


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
