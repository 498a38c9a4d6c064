"""The small networks for phones."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from builder.layers.applications.backbone import (
    Alpha,
    Backbone,
    Classes,
    ClassifierActivation,
    IncludePreprocessing,
    IncludeTop,
    InputShape,
    Pooling,
    Weights,
)


class MobileNet(Backbone):
    """The first small network for phones, of convolutions that look at each channel apart.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 1024 * alpha), or (batch, 1024 * alpha) with `pooling`; with its head (batch, classes)

    Units:
        `alpha`: factor on the number of filters.

    Problems:
        Weights from ImageNet are there for alpha 0.25, 0.5, 0.75 and 1 and depth_multiplier 1.

    Source:
        Howard et al., MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications, 2017.
        https://arxiv.org/abs/1704.04861
    """

    network: ClassVar[str] = "mobilenet"
    side: ClassVar[int] = 224

    input_shape: InputShape = None
    alpha: Alpha = 1.0
    depth_multiplier: int = Field(1, ge=1, le=1000, description="Filters for each channel of a depthwise convolution.")
    dropout: float = Field(0.001, ge=0, lt=1, description="Share of the values that its head drops while training.")
    include_top: IncludeTop = True
    weights: Weights = "imagenet"
    pooling: Pooling = None
    classes: Classes = 1000
    classifier_activation: ClassifierActivation = "softmax"


class MobileNetV2(Backbone):
    """A small, quick network for images, made of inverted residual blocks; takes values from -1 to 1.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 1280 * max(alpha, 1)), without height and width with `pooling`;
             with its head (batch, classes)

    Units:
        `alpha`: factor on the number of filters.

    Problems:
        Weights from ImageNet are there for alpha 0.35, 0.5, 0.75, 1, 1.3 and 1.4.

    Source:
        Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018.
        https://arxiv.org/abs/1801.04381
    """

    network: ClassVar[str] = "mobilenet_v2"
    side: ClassVar[int] = 224

    input_shape: InputShape = None
    alpha: Alpha = 1.0
    include_top: IncludeTop = True
    weights: Weights = "imagenet"
    pooling: Pooling = None
    classes: Classes = 1000
    classifier_activation: ClassifierActivation = "softmax"


class MobileNetV3(Backbone, abstract=True):
    """The parameters of the third MobileNets, in Keras's order."""

    input_shape: InputShape = None
    alpha: Alpha = 1.0
    minimalistic: bool = Field(False, description="Only what every phone computes quickly: no hard sigmoid, no 5 x 5.")
    include_top: IncludeTop = True
    weights: Weights = "imagenet"
    classes: Classes = 1000
    pooling: Pooling = None
    dropout_rate: float = Field(0.2, ge=0, lt=1, description="Share of the values that its head drops while training.")
    classifier_activation: ClassifierActivation = "softmax"
    include_preprocessing: IncludePreprocessing = True


class MobileNetV3Large(MobileNetV3):
    """A network for phones, found by a search and improved by hand; the larger of two.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 960 * alpha), or (batch, 960 * alpha) with `pooling`; with its head (batch, classes)

    Units:
        `alpha`: factor on the number of filters.

    Problems:
        Weights from ImageNet are there for alpha 1 and, without `minimalistic`, 0.75.

    Source:
        Howard et al., Searching for MobileNetV3, 2019. https://arxiv.org/abs/1905.02244
    """

    network: ClassVar[str] = "mobilenet_v3"
    side: ClassVar[int] = 224


class MobileNetV3Small(MobileNetV3):
    """A network for phones, found by a search and improved by hand; the smaller of two.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 576 * alpha), or (batch, 576 * alpha) with `pooling`; with its head (batch, classes)

    Units:
        `alpha`: factor on the number of filters.

    Problems:
        Weights from ImageNet are there for alpha 1 and, without `minimalistic`, 0.75.

    Source:
        Howard et al., Searching for MobileNetV3, 2019. https://arxiv.org/abs/1905.02244
    """

    network: ClassVar[str] = "mobilenet_v3"
    side: ClassVar[int] = 224
