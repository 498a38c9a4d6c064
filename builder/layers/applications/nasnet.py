"""The networks whose blocks were found by a search."""

from __future__ import annotations

from typing import ClassVar

from builder.layers.applications.backbone import (
    Backbone,
    Classes,
    ClassifierActivation,
    IncludeTop,
    InputShape,
    Pooling,
    Weights,
)


class NASNet(Backbone, abstract=True):
    """The parameters of the NASNets, in Keras's order."""

    input_shape: InputShape = None
    include_top: IncludeTop = True
    weights: Weights = "imagenet"
    pooling: Pooling = None
    classes: Classes = 1000
    classifier_activation: ClassifierActivation = "softmax"


class NASNetMobile(NASNet):
    """Blocks found by a search over many thousands of networks, in a small version.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 1056), or (batch, 1056) with `pooling`; with its head (batch, classes)

    Problems:
        Weights from ImageNet fit 224 x 224 images only; random ones fit what `input_shape` says, 224 x 224 if empty.

    Source:
        Zoph et al., Learning Transferable Architectures for Scalable Image Recognition, 2017.
        https://arxiv.org/abs/1707.07012
    """

    network: ClassVar[str] = "nasnet"
    side: ClassVar[int] = 224


class NASNetLarge(NASNet):
    """Blocks found by a search over many thousands of networks, in a large version of more than a thousand layers.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 331 x 331
        out: (batch, height / 32, width / 32, 4032), or (batch, 4032) with `pooling`; with its head (batch, classes)

    Problems:
        Weights from ImageNet fit 331 x 331 images only; random ones fit what `input_shape` says, 331 x 331 if empty.

    Source:
        Zoph et al., Learning Transferable Architectures for Scalable Image Recognition, 2017.
        https://arxiv.org/abs/1707.07012
    """

    network: ClassVar[str] = "nasnet"
    side: ClassVar[int] = 331
