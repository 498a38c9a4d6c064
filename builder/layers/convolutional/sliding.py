"""Filters that slide over sequences, images and volumes."""

from __future__ import annotations

from pydantic import Field

from builder.initializers import GlorotUniform, Zeros
from builder.layers import parameters as p
from builder.layers.convolutional.base import Convolution


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


class Conv3D(Convolution):
    """Slides small blocks of weights through a volume or a film and marks where they match.

    Shapes:
        in:  (batch, depth, height, width, channels); the depth of a film is its pictures
        out: (batch, depth', height', width', filters)
        padding="valid": height' = ceil((height - dilation * (kernel - 1)) / stride), the other axes alike
        padding="same":  height' = ceil(height / stride)

    Units:
        `kernel_size`, `strides`, `dilation_rate`: cells of the incoming volume.

    Problems:
        The input has not five axes: put Reshape before it.
        The volume is smaller than the filter along one axis.

    Source:
        Tran et al., Learning Spatiotemporal Features with 3D Convolutional Networks, 2015.
        https://arxiv.org/abs/1412.0767
    """

    filters: p.Filters = Field(examples=[32])
    kernel_size: p.KernelSize3D = Field(examples=[(3, 3, 3)])
    strides: p.Strides3D = (1, 1, 1)
    padding: p.Padding = "valid"
    dilation_rate: p.Dilation3D = (1, 1, 1)
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
