"""Convolutions that keep the channels apart."""

from __future__ import annotations

from pydantic import Field

from builder.initializers import GlorotUniform, Zeros
from builder.layers import parameters as p
from builder.layers.convolutional.base import Convolution


class DepthwiseConv1D(Convolution):
    """Slides filters of its own along each channel of a sequence, without mixing the channels.

    Shapes:
        in:  (batch, steps, channels)
        out: (batch, steps', channels * depth_multiplier)

    Units:
        `kernel_size`, `strides`, `dilation_rate`: steps of the incoming sequence.

    Problems:
        `strides` and `dilation_rate` are both above 1.

    Source:
        Kaiser, Gomez and Chollet, Depthwise Separable Convolutions for Neural Machine Translation, 2018.
        https://arxiv.org/abs/1706.03059
    """

    kernel_size: p.KernelSize1D = Field(examples=[3])
    strides: p.Strides1D = 1
    padding: p.Padding = "valid"
    depth_multiplier: p.DepthMultiplier = 1
    dilation_rate: p.Dilation1D = 1
    activation: p.Activation = None
    use_bias: p.UseBias = True
    depthwise_initializer: p.DepthwiseInitializer = GlorotUniform()
    bias_initializer: p.BiasInitializer = Zeros()
    depthwise_regularizer: p.DepthwiseRegularizer = None
    bias_regularizer: p.BiasRegularizer = None
    activity_regularizer: p.ActivityRegularizer = None
    depthwise_constraint: p.DepthwiseConstraint = None
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


class SeparableConv1D(Convolution):
    """Convolves each channel of a sequence by itself, then mixes the channels: far fewer weights than Conv1D.

    Shapes:
        in:  (batch, steps, channels)
        out: (batch, steps', filters)

    Units:
        `kernel_size`, `strides`, `dilation_rate`: steps of the incoming sequence.

    Problems:
        `strides` and `dilation_rate` are both above 1.

    Source:
        Kaiser, Gomez and Chollet, Depthwise Separable Convolutions for Neural Machine Translation, 2018.
        https://arxiv.org/abs/1706.03059
    """

    filters: p.Filters = Field(examples=[32])
    kernel_size: p.KernelSize1D = Field(examples=[3])
    strides: p.Strides1D = 1
    padding: p.PaddingCausal = "valid"
    dilation_rate: p.Dilation1D = 1
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
