"""The Inception networks and Xception, which goes their way to its end."""

from __future__ import annotations

from typing import ClassVar

from builder.layers.applications.backbone import Usual


class InceptionV3(Usual):
    """Blocks of convolutions of several sizes side by side, the large ones split into small ones.

    Shapes:
        in:  (batch, height, width, 3), at least 75 x 75; with its head 299 x 299
        out: (batch, height / 32, width / 32, 2048), or (batch, 2048) with `pooling`; with its head (batch, classes)

    Source:
        Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2015.
        https://arxiv.org/abs/1512.00567
    """

    network: ClassVar[str] = "inception_v3"
    side: ClassVar[int] = 299


class InceptionResNetV2(Usual):
    """Inception blocks with a residual connection around each.

    Shapes:
        in:  (batch, height, width, 3), at least 75 x 75; with its head 299 x 299
        out: (batch, height / 32, width / 32, 1536), or (batch, 1536) with `pooling`; with its head (batch, classes)

    Source:
        Szegedy et al., Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning, 2016.
        https://arxiv.org/abs/1602.07261
    """

    network: ClassVar[str] = "inception_resnet_v2"
    side: ClassVar[int] = 299


class Xception(Usual):
    """Convolutions that look at each channel apart first and mix the channels afterwards.

    Shapes:
        in:  (batch, height, width, 3), at least 71 x 71; with its head 299 x 299
        out: (batch, height / 32, width / 32, 2048), or (batch, 2048) with `pooling`; with its head (batch, classes)

    Source:
        Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, 2016.
        https://arxiv.org/abs/1610.02357
    """

    network: ClassVar[str] = "xception"
    side: ClassVar[int] = 299
