"""MobileNetV2 with a new head."""

from builder.graph import Graph
from builder.layers.applications.mobilenet import MobileNetV2
from builder.layers.convolutional import Conv2D
from builder.layers.core import Dense, Input
from builder.layers.pooling import GlobalAveragePooling2D
from builder.layers.preprocessing import Rescaling
from builder.layers.reshaping import UpSampling2D
from builder.zoo.drawing import chain


def mobilenetv2() -> Graph:
    """The backbone between a small front, which makes grey digits large and coloured, and a head for ten classes.

    It starts with random weights, which needs no download; for transfer learning set `weights` to imagenet and
    `trainable` to off.

    Source:
        Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018. https://arxiv.org/abs/1801.04381
    """
    return chain(
        image=Input(shape=(8, 8, 1)),
        enlarged=UpSampling2D(size=(4, 4), interpolation="bilinear"),
        centred=Rescaling(scale=2.0, offset=-1.0),
        coloured=Conv2D(filters=3, kernel_size=(1, 1)),
        backbone=MobileNetV2(alpha=0.35, include_top=False, weights=None),
        pooled=GlobalAveragePooling2D(),
        digit=Dense(units=10, activation="softmax"),
    )
