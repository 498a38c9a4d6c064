"""The second EfficientNets."""

from __future__ import annotations

from typing import ClassVar

from builder.layers.applications.backbone import IncludePreprocessing, Usual


class EfficientNetV2(Usual, abstract=True):
    """The parameters of the second EfficientNets, in Keras's order."""

    include_preprocessing: IncludePreprocessing = True


class EfficientNetV2B0(EfficientNetV2):
    """EfficientNet made to train faster, with fused blocks; the smallest of seven.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 1280), or (batch, 1280) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021. https://arxiv.org/abs/2104.00298
    """

    network: ClassVar[str] = "efficientnet_v2"
    side: ClassVar[int] = 224


class EfficientNetV2B1(EfficientNetV2):
    """EfficientNet made to train faster, with fused blocks; the second of seven.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 240 x 240
        out: (batch, height / 32, width / 32, 1280), or (batch, 1280) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021. https://arxiv.org/abs/2104.00298
    """

    network: ClassVar[str] = "efficientnet_v2"
    side: ClassVar[int] = 240


class EfficientNetV2B2(EfficientNetV2):
    """EfficientNet made to train faster, with fused blocks; the third of seven.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 260 x 260
        out: (batch, height / 32, width / 32, 1408), or (batch, 1408) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021. https://arxiv.org/abs/2104.00298
    """

    network: ClassVar[str] = "efficientnet_v2"
    side: ClassVar[int] = 260


class EfficientNetV2B3(EfficientNetV2):
    """EfficientNet made to train faster, with fused blocks; the fourth of seven.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 300 x 300
        out: (batch, height / 32, width / 32, 1536), or (batch, 1536) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021. https://arxiv.org/abs/2104.00298
    """

    network: ClassVar[str] = "efficientnet_v2"
    side: ClassVar[int] = 300


class EfficientNetV2S(EfficientNetV2):
    """EfficientNet made to train faster, with fused blocks; small, for large images.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 384 x 384
        out: (batch, height / 32, width / 32, 1280), or (batch, 1280) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021. https://arxiv.org/abs/2104.00298
    """

    network: ClassVar[str] = "efficientnet_v2"
    side: ClassVar[int] = 384


class EfficientNetV2M(EfficientNetV2):
    """EfficientNet made to train faster, with fused blocks; medium, for large images.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 480 x 480
        out: (batch, height / 32, width / 32, 1280), or (batch, 1280) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021. https://arxiv.org/abs/2104.00298
    """

    network: ClassVar[str] = "efficientnet_v2"
    side: ClassVar[int] = 480


class EfficientNetV2L(EfficientNetV2):
    """EfficientNet made to train faster, with fused blocks; large, for large images.

    Takes values from 0 to 255: it rescales them itself.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 480 x 480
        out: (batch, height / 32, width / 32, 1280), or (batch, 1280) with `pooling`; with its head (batch, classes)

    Source:
        Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021. https://arxiv.org/abs/2104.00298
    """

    network: ClassVar[str] = "efficientnet_v2"
    side: ClassVar[int] = 480
