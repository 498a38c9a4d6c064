"""Convolutions turned round: what comes in paints filters onto something larger."""

from __future__ import annotations

from pydantic import Field

from builder.initializers import GlorotUniform, Zeros
from builder.layers import parameters as p
from builder.layers.convolutional.base import Convolution


class Conv1DTranspose(Convolution):
    """Paints each filter onto a longer sequence, weighted by the input: a convolution that makes sequences grow.

    Shapes:
        in:  (batch, steps, channels)
        out: (batch, steps', filters)
        padding="valid": steps' = steps * stride + max(kernel - stride, 0)
        padding="same":  steps' = steps * stride

    Units:
        `kernel_size`, `strides`, `output_padding`: steps of the outgoing sequence.

    Problems:
        `output_padding` is not smaller than `strides`.
        `strides` and `dilation_rate` are both above 1.

    Source:
        Zeiler et al., Deconvolutional Networks, 2010. https://doi.org/10.1109/CVPR.2010.5539957
    """

    filters: p.Filters = Field(examples=[32])
    kernel_size: p.KernelSize1D = Field(examples=[3])
    strides: p.Strides1D = Field(1, description="Steps between two paintings.")
    padding: p.Padding = "valid"
    output_padding: int | None = Field(
        None, ge=0, le=100_000, description="Steps added at the end; empty: as many as give the usual length."
    )
    dilation_rate: p.Dilation1D = 1
    activation: p.Activation = None
    use_bias: p.UseBias = True
    kernel_initializer: p.KernelInitializer = GlorotUniform()
    bias_initializer: p.BiasInitializer = Zeros()
    kernel_regularizer: p.KernelRegularizer = None
    bias_regularizer: p.BiasRegularizer = None
    activity_regularizer: p.ActivityRegularizer = None
    kernel_constraint: p.KernelConstraint = None
    bias_constraint: p.BiasConstraint = None


class Conv2DTranspose(Convolution):
    """Paints each filter onto a larger map, weighted by the input: a convolution that makes images grow.

    Shapes:
        in:  (batch, height, width, channels)
        out: (batch, height', width', filters)
        padding="valid": height' = height * stride + max(kernel - stride, 0)
        padding="same":  height' = height * stride

    Units:
        `kernel_size`, `strides`, `output_padding`: pixels of the outgoing map.

    Problems:
        `output_padding` is not smaller than `strides`.
        `strides` and `dilation_rate` are both above 1.

    Source:
        Zeiler et al., Deconvolutional Networks, 2010. https://doi.org/10.1109/CVPR.2010.5539957
    """

    filters: p.Filters = Field(examples=[32])
    kernel_size: p.KernelSize2D = Field(examples=[(3, 3)])
    strides: p.Strides2D = Field((1, 1), description="Pixels between two paintings, down and to the right.")
    padding: p.Padding = "valid"
    output_padding: tuple[int, int] | None = Field(
        None, description="Pixels added at the bottom and the right; empty: as many as give the usual size."
    )
    dilation_rate: p.Dilation2D = (1, 1)
    activation: p.Activation = None
    use_bias: p.UseBias = True
    kernel_initializer: p.KernelInitializer = GlorotUniform()
    bias_initializer: p.BiasInitializer = Zeros()
    kernel_regularizer: p.KernelRegularizer = None
    bias_regularizer: p.BiasRegularizer = None
    activity_regularizer: p.ActivityRegularizer = None
    kernel_constraint: p.KernelConstraint = None
    bias_constraint: p.BiasConstraint = None


class Conv3DTranspose(Convolution):
    """Paints each filter into a larger volume, weighted by the input: a convolution that makes volumes grow.

    Shapes:
        in:  (batch, depth, height, width, channels)
        out: (batch, depth', height', width', filters)
        padding="valid": height' = height * stride + max(kernel - stride, 0), the other axes alike
        padding="same":  height' = height * stride

    Units:
        `kernel_size`, `strides`, `output_padding`: cells of the outgoing volume.

    Problems:
        `output_padding` is not smaller than `strides`.
        `dilation_rate` is above 1: TensorFlow does not compute it on a CPU.

    Source:
        Zeiler et al., Deconvolutional Networks, 2010. https://doi.org/10.1109/CVPR.2010.5539957
    """

    filters: p.Filters = Field(examples=[32])
    kernel_size: p.KernelSize3D = Field(examples=[(3, 3, 3)])
    strides: p.Strides3D = Field((1, 1, 1), description="Cells between two paintings, along each axis.")
    padding: p.Padding = "valid"
    output_padding: tuple[int, int, int] | None = Field(
        None, description="Cells added at the end of each axis; empty: as many as give the usual size."
    )
    dilation_rate: p.Dilation3D = (1, 1, 1)
    activation: p.Activation = None
    use_bias: p.UseBias = True
    kernel_initializer: p.KernelInitializer = GlorotUniform()
    bias_initializer: p.BiasInitializer = Zeros()
    kernel_regularizer: p.KernelRegularizer = None
    bias_regularizer: p.BiasRegularizer = None
    activity_regularizer: p.ActivityRegularizer = None
    kernel_constraint: p.KernelConstraint = None
    bias_constraint: p.BiasConstraint = None
