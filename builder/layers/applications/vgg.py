"""The networks of the Visual Geometry Group."""

from __future__ import annotations

from typing import ClassVar

from builder.layers.applications.backbone import Usual


class VGG16(Usual):
    """16 layers of nothing but 3 x 3 convolutions and pooling: simple, large, and slow to train from the start.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 512), or (batch, 512) with `pooling`; with its head (batch, classes)

    Source:
        Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014.
        https://arxiv.org/abs/1409.1556
    """

    network: ClassVar[str] = "vgg16"
    side: ClassVar[int] = 224


class VGG19(Usual):
    """19 layers of nothing but 3 x 3 convolutions and pooling: simple, large, and slow to train from the start.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 512), or (batch, 512) with `pooling`; with its head (batch, classes)

    Source:
        Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014.
        https://arxiv.org/abs/1409.1556
    """

    network: ClassVar[str] = "vgg19"
    side: ClassVar[int] = 224
