"""The residual networks."""

from __future__ import annotations

from typing import ClassVar

from builder.layers.applications.backbone import Usual


class ResNet50(Usual):
    """A residual network of 50 layers: each block adds a correction to what comes in.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 2048), or (batch, 2048) with `pooling`; with its head (batch, classes)

    Source:
        He et al., Deep Residual Learning for Image Recognition, 2015. https://arxiv.org/abs/1512.03385
    """

    network: ClassVar[str] = "resnet"
    side: ClassVar[int] = 224


class ResNet101(Usual):
    """A residual network of 101 layers: each block adds a correction to what comes in.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 2048), or (batch, 2048) with `pooling`; with its head (batch, classes)

    Source:
        He et al., Deep Residual Learning for Image Recognition, 2015. https://arxiv.org/abs/1512.03385
    """

    network: ClassVar[str] = "resnet"
    side: ClassVar[int] = 224


class ResNet152(Usual):
    """A residual network of 152 layers: each block adds a correction to what comes in.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 2048), or (batch, 2048) with `pooling`; with its head (batch, classes)

    Source:
        He et al., Deep Residual Learning for Image Recognition, 2015. https://arxiv.org/abs/1512.03385
    """

    network: ClassVar[str] = "resnet"
    side: ClassVar[int] = 224


class ResNet50V2(Usual):
    """A residual network of 50 layers, with normalization before the weights of each block.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 2048), or (batch, 2048) with `pooling`; with its head (batch, classes)

    Source:
        He et al., Identity Mappings in Deep Residual Networks, 2016. https://arxiv.org/abs/1603.05027
    """

    network: ClassVar[str] = "resnet_v2"
    side: ClassVar[int] = 224


class ResNet101V2(Usual):
    """A residual network of 101 layers, with normalization before the weights of each block.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 2048), or (batch, 2048) with `pooling`; with its head (batch, classes)

    Source:
        He et al., Identity Mappings in Deep Residual Networks, 2016. https://arxiv.org/abs/1603.05027
    """

    network: ClassVar[str] = "resnet_v2"
    side: ClassVar[int] = 224


class ResNet152V2(Usual):
    """A residual network of 152 layers, with normalization before the weights of each block.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 2048), or (batch, 2048) with `pooling`; with its head (batch, classes)

    Source:
        He et al., Identity Mappings in Deep Residual Networks, 2016. https://arxiv.org/abs/1603.05027
    """

    network: ClassVar[str] = "resnet_v2"
    side: ClassVar[int] = 224
