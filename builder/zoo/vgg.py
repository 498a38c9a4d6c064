"""VGG A to E, 2014: only 3x3 filters, and many of them."""

from __future__ import annotations

from builder.graph import Graph
from builder.layers.base import LayerSpec
from builder.layers.beyond import LocalResponseNormalization
from builder.layers.convolutional import Conv2D
from builder.layers.core import Dense, Input
from builder.layers.pooling import MaxPooling2D
from builder.layers.regularization import Dropout
from builder.layers.reshaping import Flatten
from builder.zoo.drawing import network

# Filters of the convolutions between two poolings, table 1 of the paper; C has a 1x1 filter where it says so.
STAGES = {
    "a": ((64,), (128,), (256, 256), (512, 512), (512, 512)),
    "b": ((64, 64), (128, 128), (256, 256), (512, 512), (512, 512)),
    "c": ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512)),
    "d": ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512)),
    "e": ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,) * 4),
}


def vgg(configuration: str, normalized: bool = False) -> Graph:
    """One of the configurations of table 1; `normalized` is A-LRN.

    Source:
        Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014.
        https://arxiv.org/abs/1409.1556
    """
    layers: dict[str, LayerSpec] = {"image": Input(shape=(224, 224, 3))}
    for stage, filters in enumerate(STAGES[configuration], 1):
        for number, count in enumerate(filters, 1):
            side = 1 if configuration == "c" and stage > 2 and number == 3 else 3
            layers[f"conv{stage}_{number}"] = Conv2D(
                filters=count, kernel_size=(side, side), padding="same", activation="relu"
            )
        if normalized and stage == 1:
            layers["norm1"] = LocalResponseNormalization()
        layers[f"pool{stage}"] = MaxPooling2D()
    return network(
        layers
        | {
            "flatten": Flatten(),
            "fc6": Dense(units=4096, activation="relu"),
            "dropout6": Dropout(rate=0.5),
            "fc7": Dense(units=4096, activation="relu"),
            "dropout7": Dropout(rate=0.5),
            "label": Dense(units=1000, activation="softmax"),
        }
    )
