"""The EfficientNets."""

from __future__ import annotations

from typing import ClassVar

from builder.layers.applications.backbone import Usual


class EfficientNetB0(Usual):
    """Depth, width and image size in balance; the smallest of eight.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 1280), or (batch, 1280) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019.
        https://arxiv.org/abs/1905.11946
    """

    network: ClassVar[str] = "efficientnet"
    side: ClassVar[int] = 224


class EfficientNetB1(Usual):
    """Depth, width and image size in balance; the second of eight.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 240 x 240
        out: (batch, height / 32, width / 32, 1280), or (batch, 1280) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019.
        https://arxiv.org/abs/1905.11946
    """

    network: ClassVar[str] = "efficientnet"
    side: ClassVar[int] = 240


class EfficientNetB2(Usual):
    """Depth, width and image size in balance; the third of eight.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 260 x 260
        out: (batch, height / 32, width / 32, 1408), or (batch, 1408) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019.
        https://arxiv.org/abs/1905.11946
    """

    network: ClassVar[str] = "efficientnet"
    side: ClassVar[int] = 260


class EfficientNetB3(Usual):
    """Depth, width and image size in balance; the fourth of eight.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 300 x 300
        out: (batch, height / 32, width / 32, 1536), or (batch, 1536) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019.
        https://arxiv.org/abs/1905.11946
    """

    network: ClassVar[str] = "efficientnet"
    side: ClassVar[int] = 300


class EfficientNetB4(Usual):
    """Depth, width and image size in balance; the fifth of eight.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 380 x 380
        out: (batch, height / 32, width / 32, 1792), or (batch, 1792) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019.
        https://arxiv.org/abs/1905.11946
    """

    network: ClassVar[str] = "efficientnet"
    side: ClassVar[int] = 380


class EfficientNetB5(Usual):
    """Depth, width and image size in balance; the sixth of eight.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 456 x 456
        out: (batch, height / 32, width / 32, 2048), or (batch, 2048) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019.
        https://arxiv.org/abs/1905.11946
    """

    network: ClassVar[str] = "efficientnet"
    side: ClassVar[int] = 456


class EfficientNetB6(Usual):
    """Depth, width and image size in balance; the seventh of eight.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 528 x 528
        out: (batch, height / 32, width / 32, 2304), or (batch, 2304) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019.
        https://arxiv.org/abs/1905.11946
    """

    network: ClassVar[str] = "efficientnet"
    side: ClassVar[int] = 528


class EfficientNetB7(Usual):
    """Depth, width and image size in balance; the largest of eight.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 600 x 600
        out: (batch, height / 32, width / 32, 2560), or (batch, 2560) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019.
        https://arxiv.org/abs/1905.11946
    """

    network: ClassVar[str] = "efficientnet"
    side: ClassVar[int] = 600
