"""Convolution: small filters that slide over sequences and images."""

from __future__ import annotations

from pydantic import Field

from builder.initializers import GlorotUniform, Zeros
from builder.layers import parameters as p
from builder.layers.base import Weighted, brief, listed


class Convolution(Weighted, abstract=True):
    """What all convolutions show of themselves."""

    def summary(self) -> str:
        """`32 @ 3x3, relu`: filters, their size, step and activation."""
        size, strides = brief(getattr(self, "kernel_size")), getattr(self, "strides")  # noqa: B009 (declared below)
        filters = getattr(self, "filters", None)
        step = None if strides in (1, (1, 1)) else f"step {brief(strides)}"
        return listed(size if filters is None else f"{filters} @ {size}", step, self.activation_name())


class Conv1D(Convolution):
    """Slides small filters along a sequence and marks where they match.

    Shapes:
        in:  (batch, steps, channels)
        out: (batch, steps', filters)
        padding="valid": steps' = ceil((steps - dilation * (kernel - 1)) / stride)
        padding="same" or "causal": steps' = ceil(steps / stride)

    Units:
        `kernel_size`, `strides`, `dilation_rate`: steps of the incoming sequence.

    Problems:
        The input has not three axes: put Reshape before it.
        `groups` does not divide both the channels and `filters`.

    Source:
        Waibel et al., Phoneme recognition using time-delay neural networks, 1989. https://doi.org/10.1109/29.21701
    """

    filters: p.Filters = Field(examples=[32])
    kernel_size: p.KernelSize1D = Field(examples=[3])
    strides: p.Strides1D = 1
    padding: p.PaddingCausal = "valid"
    dilation_rate: p.Dilation1D = 1
    groups: p.Groups = 1
    activation: p.Activation = None
    use_bias: p.UseBias = True
    kernel_initializer: p.KernelInitializer = GlorotUniform()
    bias_initializer: p.BiasInitializer = Zeros()
    kernel_regularizer: p.KernelRegularizer = None
    bias_regularizer: p.BiasRegularizer = None
    activity_regularizer: p.ActivityRegularizer = None
    kernel_constraint: p.KernelConstraint = None
    bias_constraint: p.BiasConstraint = None


class Conv2D(Convolution):
    """Slides small filters over an image and marks where they match.

    Shapes:
        in:  (batch, height, width, channels)
        out: (batch, height', width', filters)
        padding="valid": height' = ceil((height - dilation * (kernel - 1)) / stride)
        padding="same":  height' = ceil(height / stride)

    Units:
        `kernel_size`, `strides`, `dilation_rate`: pixels of the incoming map.

    Problems:
        The input has not four axes: put Reshape before it.
        `groups` does not divide both the channels and `filters`.

    Source:
        LeCun et al., Gradient-Based Learning Applied to Document Recognition, 1998.
        https://doi.org/10.1109/5.726791
    """

    filters: p.Filters = Field(examples=[32])
    kernel_size: p.KernelSize2D = Field(examples=[(3, 3)])
    strides: p.Strides2D = (1, 1)
    padding: p.Padding = "valid"
    dilation_rate: p.Dilation2D = (1, 1)
    groups: p.Groups = 1
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


class DepthwiseConv2D(Convolution):
    """Slides filters of its own over each channel, without mixing the channels.

    Shapes:
        in:  (batch, height, width, channels)
        out: (batch, height', width', channels * depth_multiplier)

    Units:
        `kernel_size`, `strides`, `dilation_rate`: pixels of the incoming map.

    Problems:
        `strides` differ from each other, or `strides` and `dilation_rate` are both above 1.

    Source:
        Howard et al., MobileNets, 2017. https://arxiv.org/abs/1704.04861
    """

    kernel_size: p.KernelSize2D = Field(examples=[(3, 3)])
    strides: p.Strides2D = (1, 1)
    padding: p.Padding = "valid"
    depth_multiplier: p.DepthMultiplier = 1
    dilation_rate: p.Dilation2D = (1, 1)
    activation: p.Activation = None
    use_bias: p.UseBias = True
    depthwise_initializer: p.DepthwiseInitializer = GlorotUniform()
    bias_initializer: p.BiasInitializer = Zeros()
    depthwise_regularizer: p.DepthwiseRegularizer = None
    bias_regularizer: p.BiasRegularizer = None
    activity_regularizer: p.ActivityRegularizer = None
    depthwise_constraint: p.DepthwiseConstraint = None
    bias_constraint: p.BiasConstraint = None


class SeparableConv2D(Convolution):
    """Convolves each channel by itself, then mixes the channels: nearly as good as Conv2D with far fewer weights.

    Shapes:
        in:  (batch, height, width, channels)
        out: (batch, height', width', filters)

    Units:
        `kernel_size`, `strides`, `dilation_rate`: pixels of the incoming map.

    Problems:
        `strides` differ from each other, or `strides` and `dilation_rate` are both above 1.

    Source:
        Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, 2017. https://arxiv.org/abs/1610.02357
    """

    filters: p.Filters = Field(examples=[32])
    kernel_size: p.KernelSize2D = Field(examples=[(3, 3)])
    strides: p.Strides2D = (1, 1)
    padding: p.Padding = "valid"
    dilation_rate: p.Dilation2D = (1, 1)
    depth_multiplier: p.DepthMultiplier = 1
    activation: p.Activation = None
    use_bias: p.UseBias = True
    depthwise_initializer: p.DepthwiseInitializer = GlorotUniform()
    pointwise_initializer: p.PointwiseInitializer = GlorotUniform()
    bias_initializer: p.BiasInitializer = Zeros()
    depthwise_regularizer: p.DepthwiseRegularizer = None
    pointwise_regularizer: p.PointwiseRegularizer = None
    bias_regularizer: p.BiasRegularizer = None
    activity_regularizer: p.ActivityRegularizer = None
    depthwise_constraint: p.DepthwiseConstraint = None
    pointwise_constraint: p.PointwiseConstraint = None
    bias_constraint: p.BiasConstraint = None
