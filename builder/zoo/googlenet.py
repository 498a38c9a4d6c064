"""GoogLeNet, 2014: modules that look at several sizes at once, and two auxiliary heads that help while training."""

from __future__ import annotations

from builder.graph import Block, Graph
from builder.layers.beyond import LocalResponseNormalization
from builder.layers.blocks import BlockInput, Instance
from builder.layers.convolutional import Conv2D
from builder.layers.core import Dense, Input
from builder.layers.merging import Concatenate
from builder.layers.pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from builder.layers.regularization import Dropout
from builder.layers.reshaping import Flatten
from builder.zoo.drawing import block, network

# Table 1 of the paper: #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool proj.
MODULES = {
    "inception3a": (64, 96, 128, 16, 32, 32),
    "inception3b": (128, 128, 192, 32, 96, 64),
    "inception4a": (192, 96, 208, 16, 48, 64),
    "inception4b": (160, 112, 224, 24, 64, 64),
    "inception4c": (128, 128, 256, 24, 64, 64),
    "inception4d": (112, 144, 288, 32, 64, 64),
    "inception4e": (256, 160, 320, 32, 128, 128),
    "inception5a": (256, 160, 320, 32, 128, 128),
    "inception5b": (384, 192, 384, 48, 128, 128),
}
WIDTHS = ("ones", "reduce3", "threes", "reduce5", "fives", "pooled")


def googlenet() -> Graph:
    """22 layers deep, with auxiliary heads behind 4a and 4d that predict the same classes.

    Source:
        Szegedy et al., Going Deeper with Convolutions, 2014. https://arxiv.org/abs/1409.4842
    """
    pool = MaxPooling2D(pool_size=(3, 3), strides=(2, 2), padding="same")
    modules = {
        name: Instance(block="inception", values=dict(zip(WIDTHS, widths, strict=True)))
        for name, widths in MODULES.items()
    }
    stem = {
        "image": Input(shape=(224, 224, 3)),
        "conv1": Conv2D(filters=64, kernel_size=(7, 7), strides=(2, 2), padding="same", activation="relu"),
        "pool1": pool,
        "norm1": LocalResponseNormalization(),
        "reduce2": Conv2D(filters=64, kernel_size=(1, 1), padding="same", activation="relu"),
        "conv2": Conv2D(filters=192, kernel_size=(3, 3), padding="same", activation="relu"),
        "norm2": LocalResponseNormalization(),
        "pool2": pool,
    }
    pools = {"pool3": pool, "pool4": pool}
    ends = {
        "auxiliary1": Instance(block="auxiliary"),
        "auxiliary2": Instance(block="auxiliary"),
        "pooled": GlobalAveragePooling2D(),
        "dropout": Dropout(rate=0.4),
        "label": Dense(units=1000, activation="softmax"),
    }
    return network(
        {**stem, **modules, **pools, **ends},
        "image > conv1 > pool1 > norm1 > reduce2 > conv2 > norm2 > pool2 > inception3a.x",
        "inception3a > inception3b.x",
        "inception3b > pool3 > inception4a.x",
        "inception4a > inception4b.x",
        "inception4a > auxiliary1.x",
        "inception4b > inception4c.x",
        "inception4c > inception4d.x",
        "inception4d > inception4e.x",
        "inception4d > auxiliary2.x",
        "inception4e > pool4 > inception5a.x",
        "inception5a > inception5b.x",
        "inception5b > pooled > dropout > label",
        blocks=[_inception(), _auxiliary()],
    )


def _inception() -> Block:
    return block(
        "inception",
        {
            "x": BlockInput(),
            "conv1": Conv2D(filters=64, kernel_size=(1, 1), padding="same", activation="relu"),
            "reduce3": Conv2D(filters=96, kernel_size=(1, 1), padding="same", activation="relu"),
            "conv3": Conv2D(filters=128, kernel_size=(3, 3), padding="same", activation="relu"),
            "reduce5": Conv2D(filters=16, kernel_size=(1, 1), padding="same", activation="relu"),
            "conv5": Conv2D(filters=32, kernel_size=(5, 5), padding="same", activation="relu"),
            "pool": MaxPooling2D(pool_size=(3, 3), strides=(1, 1), padding="same"),
            "project": Conv2D(filters=32, kernel_size=(1, 1), padding="same", activation="relu"),
            "joined": Concatenate(),
        },
        "x > conv1 > joined",
        "x > reduce3 > conv3 > joined",
        "x > reduce5 > conv5 > joined",
        "x > pool > project > joined",
        ones="conv1.filters",
        reduce3="reduce3.filters",
        threes="conv3.filters",
        reduce5="reduce5.filters",
        fives="conv5.filters",
        pooled="project.filters",
    )


def _auxiliary() -> Block:
    return block(
        "auxiliary",
        {
            "x": BlockInput(),
            "pool": AveragePooling2D(pool_size=(5, 5), strides=(3, 3)),
            "conv": Conv2D(filters=128, kernel_size=(1, 1), padding="same", activation="relu"),
            "flatten": Flatten(),
            "fc": Dense(units=1024, activation="relu"),
            "dropout": Dropout(rate=0.7),
            "label": Dense(units=1000, activation="softmax"),
        },
    )
