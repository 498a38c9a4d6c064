"""The ConvNeXts."""

from __future__ import annotations

from typing import ClassVar

from builder.layers.applications.backbone import (
    Backbone,
    Classes,
    ClassifierActivation,
    IncludePreprocessing,
    IncludeTop,
    InputShape,
    Pooling,
    Weights,
)


class ConvNeXt(Backbone, abstract=True):
    """The parameters of the ConvNeXts, in Keras's order."""

    include_top: IncludeTop = True
    include_preprocessing: IncludePreprocessing = True
    weights: Weights = "imagenet"
    input_shape: InputShape = None
    pooling: Pooling = None
    classes: Classes = 1000
    classifier_activation: ClassifierActivation = "softmax"


class ConvNeXtTiny(ConvNeXt):
    """A residual network rebuilt after the model of vision transformers; the smallest of five.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 768), or (batch, 768) with `pooling`; with its head (batch, classes)

    Source:
        Liu et al., A ConvNet for the 2020s, 2022. https://arxiv.org/abs/2201.03545
    """

    network: ClassVar[str] = "convnext"
    side: ClassVar[int] = 224


class ConvNeXtSmall(ConvNeXt):
    """A residual network rebuilt after the model of vision transformers; the second of five.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 768), or (batch, 768) with `pooling`; with its head (batch, classes)

    Source:
        Liu et al., A ConvNet for the 2020s, 2022. https://arxiv.org/abs/2201.03545
    """

    network: ClassVar[str] = "convnext"
    side: ClassVar[int] = 224


class ConvNeXtBase(ConvNeXt):
    """A residual network rebuilt after the model of vision transformers; the third of five.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 1024), or (batch, 1024) with `pooling`; with its head (batch, classes)

    Source:
        Liu et al., A ConvNet for the 2020s, 2022. https://arxiv.org/abs/2201.03545
    """

    network: ClassVar[str] = "convnext"
    side: ClassVar[int] = 224


class ConvNeXtLarge(ConvNeXt):
    """A residual network rebuilt after the model of vision transformers; the fourth of five.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 1536), or (batch, 1536) with `pooling`; with its head (batch, classes)

    Source:
        Liu et al., A ConvNet for the 2020s, 2022. https://arxiv.org/abs/2201.03545
    """

    network: ClassVar[str] = "convnext"
    side: ClassVar[int] = 224


class ConvNeXtXLarge(ConvNeXt):
    """A residual network rebuilt after the model of vision transformers; the largest of five.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 2048), or (batch, 2048) with `pooling`; with its head (batch, classes)

    Source:
        Liu et al., A ConvNet for the 2020s, 2022. https://arxiv.org/abs/2201.03545
    """

    network: ClassVar[str] = "convnext"
    side: ClassVar[int] = 224
