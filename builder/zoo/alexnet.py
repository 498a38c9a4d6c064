"""AlexNet, 2012, and ZFNet, 2013."""

from __future__ import annotations

from builder.graph import Graph
from builder.layers.base import LayerSpec
from builder.layers.beyond import LocalResponseNormalization
from builder.layers.convolutional import Conv2D
from builder.layers.core import Dense, Input
from builder.layers.pooling import MaxPooling2D
from builder.layers.regularization import Dropout
from builder.layers.reshaping import Flatten, ZeroPadding2D
from builder.zoo.drawing import Layers, network


def alexnet() -> Graph:
    """Two halves that the paper trained on two GPUs are groups of the same convolution here.

    Source:
        Krizhevsky, Sutskever and Hinton, ImageNet Classification with Deep Convolutional Neural Networks, 2012.
        https://papers.nips.cc/paper/4824
    """
    return network(
        {
            "image": Input(shape=(227, 227, 3)),
            "c1": _conv(96, 11, strides=(4, 4), padding="valid"),
            "norm1": LocalResponseNormalization(),
            "s2": _pool(),
            "c3": _conv(256, 5, groups=2),
            "norm3": LocalResponseNormalization(),
            "s4": _pool(),
            "c5": _conv(384, 3),
            "c6": _conv(384, 3, groups=2),
            "c7": _conv(256, 3, groups=2),
            "s8": _pool(),
            **_head(),
        }
    )


def zfnet() -> Graph:
    """AlexNet with smaller filters and steps in front, found by looking at what its filters see.

    Source:
        Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, 2013. https://arxiv.org/abs/1311.2901
    """
    return network(
        {
            "image": Input(shape=(224, 224, 3)),
            "rim1": ZeroPadding2D(padding=((1, 1), (1, 1))),
            "c1": _conv(96, 7, strides=(2, 2), padding="valid"),
            "s2": MaxPooling2D(pool_size=(3, 3), strides=(2, 2), padding="same"),
            "norm2": LocalResponseNormalization(),
            "c3": _conv(256, 5, strides=(2, 2), padding="valid"),
            "s4": MaxPooling2D(pool_size=(3, 3), strides=(2, 2), padding="same"),
            "norm4": LocalResponseNormalization(),
            "c5": _conv(384, 3),
            "c6": _conv(384, 3),
            "c7": _conv(256, 3),
            "s8": _pool(),
            **_head(),
        }
    )


def _conv(
    filters: int, side: int, *, groups: int = 1, strides: tuple[int, int] = (1, 1), padding: str = "same"
) -> Conv2D:
    return Conv2D.model_validate(
        {
            "filters": filters,
            "kernel_size": (side, side),
            "strides": strides,
            "padding": padding,
            "groups": groups,
            "activation": "relu",
        }
    )


def _pool() -> LayerSpec:
    return MaxPooling2D(pool_size=(3, 3), strides=(2, 2))


def _head() -> Layers:
    return {
        "flatten": Flatten(),
        "f9": Dense(units=4096, activation="relu"),
        "dropout9": Dropout(rate=0.5),
        "f10": Dense(units=4096, activation="relu"),
        "dropout10": Dropout(rate=0.5),
        "label": Dense(units=1000, activation="softmax"),
    }
