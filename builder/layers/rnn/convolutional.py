"""LSTM with convolutions in place of its products: it reads films."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from builder.initializers import GlorotUniform, Orthogonal, Zeros
from builder.layers import parameters as p
from builder.layers.base import brief, listed
from builder.layers.rnn.base import Dropout, GoBackwards, Recurrent, RecurrentDropout, ReturnSequences, ReturnState

UnitForgetBias = Annotated[bool, Field(description="Start with 1 in the bias of the forget gate: remember at first.")]


class ConvolutionalRecurrent(Recurrent, abstract=True):
    """What all ConvLSTM layers show of themselves, and their states."""

    states: ClassVar[tuple[str, ...]] = ("state", "cell")

    if TYPE_CHECKING:
        filters: int
        kernel_size: int | tuple[int, ...]

    def summary(self) -> str:
        """`32 @ 3x3, sequences`."""
        size = f"{self.filters} @ {brief(self.kernel_size)}"
        return listed(size, "sequences" if self.return_sequences else None, "state" if self.return_state else None)


class ConvLSTM1D(ConvolutionalRecurrent):
    """Reads a sequence of sequences step by step, with the memory of an LSTM and the eyes of Conv1D.

    Shapes:
        in:  (batch, steps, length, channels)
        out: (batch, length', filters), with `return_sequences` (batch, steps, length', filters)
        state, cell: (batch, length', filters) each, with `return_state`

    Units:
        `kernel_size`, `strides`, `dilation_rate`: places of each step.

    Problems:
        `strides` above 1 with `padding` valid shrinks each step; `initial_state` has the shape of what comes out.

    Source:
        Shi et al., Convolutional LSTM Network, 2015. https://arxiv.org/abs/1506.04214
    """

    filters: p.Filters = Field(examples=[32])
    kernel_size: p.KernelSize1D = Field(examples=[3])
    strides: p.Strides1D = Field(1, description="Distance that a filter moves at a time, along each axis.")
    padding: p.Padding = "valid"
    dilation_rate: p.Dilation1D = Field(
        1, description="Distance between the places that a filter looks at; 1: neighbours."
    )
    activation: p.Activation = "tanh"
    recurrent_activation: p.RecurrentActivation = "sigmoid"
    use_bias: p.UseBias = True
    kernel_initializer: p.KernelInitializer = GlorotUniform()
    recurrent_initializer: p.RecurrentInitializer = Orthogonal()
    bias_initializer: p.BiasInitializer = Zeros()
    unit_forget_bias: UnitForgetBias = True
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


class ConvLSTM2D(ConvolutionalRecurrent):
    """Reads a film picture by picture, with the memory of an LSTM and the eyes of Conv2D.

    Shapes:
        in:  (batch, steps, height, width, channels)
        out: (batch, height', width', filters), with `return_sequences` (batch, steps, height', width', filters)
        state, cell: (batch, height', width', filters) each, with `return_state`

    Units:
        `kernel_size`, `strides`, `dilation_rate`: pixels of each picture.

    Problems:
        `strides` above 1 with `padding` valid shrinks each step; `initial_state` has the shape of what comes out.

    Source:
        Shi et al., Convolutional LSTM Network, 2015. https://arxiv.org/abs/1506.04214
    """

    filters: p.Filters = Field(examples=[32])
    kernel_size: p.KernelSize2D = Field(examples=[(3, 3)])
    strides: p.Size | p.Strides2D = Field(1, description="Distance that a filter moves at a time, along each axis.")
    padding: p.Padding = "valid"
    dilation_rate: p.Size | p.Dilation2D = Field(
        1, description="Distance between the places that a filter looks at; 1: neighbours."
    )
    activation: p.Activation = "tanh"
    recurrent_activation: p.RecurrentActivation = "sigmoid"
    use_bias: p.UseBias = True
    kernel_initializer: p.KernelInitializer = GlorotUniform()
    recurrent_initializer: p.RecurrentInitializer = Orthogonal()
    bias_initializer: p.BiasInitializer = Zeros()
    unit_forget_bias: UnitForgetBias = True
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


class ConvLSTM3D(ConvolutionalRecurrent):
    """Reads a sequence of volumes step by step, with the memory of an LSTM and the eyes of Conv3D.

    Shapes:
        in:  (batch, steps, depth, height, width, channels)
        out: (batch, depth', height', width', filters), with `return_sequences` (batch, steps, depth', height', width', filters)
        state, cell: (batch, depth', height', width', filters) each, with `return_state`

    Units:
        `kernel_size`, `strides`, `dilation_rate`: cells of each step.

    Problems:
        `strides` above 1 with `padding` valid shrinks each step; `initial_state` has the shape of what comes out.

    Source:
        Shi et al., Convolutional LSTM Network, 2015. https://arxiv.org/abs/1506.04214
    """

    filters: p.Filters = Field(examples=[8])
    kernel_size: p.KernelSize3D = Field(examples=[(3, 3, 3)])
    strides: p.Size | p.Strides3D = Field(1, description="Distance that a filter moves at a time, along each axis.")
    padding: p.Padding = "valid"
    dilation_rate: p.Size | p.Dilation3D = Field(
        1, description="Distance between the places that a filter looks at; 1: neighbours."
    )
    activation: p.Activation = "tanh"
    recurrent_activation: p.RecurrentActivation = "sigmoid"
    use_bias: p.UseBias = True
    kernel_initializer: p.KernelInitializer = GlorotUniform()
    recurrent_initializer: p.RecurrentInitializer = Orthogonal()
    bias_initializer: p.BiasInitializer = Zeros()
    unit_forget_bias: UnitForgetBias = True
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
