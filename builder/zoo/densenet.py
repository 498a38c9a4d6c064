"""Densely connected networks, 2017: each layer sees the maps of all layers before it."""

from __future__ import annotations

from builder.graph import Graph
from builder.layers.activations import ReLU
from builder.layers.blocks import BlockInput, Instance
from builder.layers.convolutional import Conv2D
from builder.layers.core import Dense, Input
from builder.layers.merging import Concatenate
from builder.layers.normalization import BatchNormalization
from builder.layers.pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from builder.zoo.drawing import Layers, block, network

UNITS = {121: (6, 12, 24, 16), 169: (6, 12, 32, 32), 201: (6, 12, 48, 32)}
GROWTH = 32  # maps that each unit adds


def densenet(depth: int) -> Graph:
    """DenseNet-121, 169 or 201: four dense blocks, between them transitions that halve maps and channels.

    Source:
        Huang, Liu, van der Maaten and Weinberger, Densely Connected Convolutional Networks, 2017.
        https://arxiv.org/abs/1608.06993
    """
    layers: Layers = {
        "image": Input(shape=(224, 224, 3)),
        "conv1": Conv2D(filters=64, kernel_size=(7, 7), strides=(2, 2), padding="same", use_bias=False),
        "norm1": _norm(),
        "relu1": ReLU(),
        "pool1": MaxPooling2D(pool_size=(3, 3), strides=(2, 2), padding="same"),
    }
    arrows, before, channels = ["image > conv1 > norm1 > relu1 > pool1"], "pool1", 64
    for number, units in enumerate(UNITS[depth], 1):
        layers[f"dense{number}"] = Instance(block="unit", repeat=units)
        arrows.append(f"{before} > dense{number}.x")
        before, channels = f"dense{number}", channels + units * GROWTH
        if number < 4:
            channels //= 2
            layers[f"transition{number}"] = Instance(block="transition", values={"filters": channels})
            arrows.append(f"{before} > transition{number}.x")
            before = f"transition{number}"
    layers |= {"norm": _norm(), "relu": ReLU(), "pooled": GlobalAveragePooling2D()}
    layers["label"] = Dense(units=1000, activation="softmax")
    unit: Layers = {
        "x": BlockInput(),
        "norm1": _norm(),
        "relu1": ReLU(),
        "conv1": Conv2D(filters=4 * GROWTH, kernel_size=(1, 1), use_bias=False),
        "norm2": _norm(),
        "relu2": ReLU(),
        "conv2": Conv2D(filters=GROWTH, kernel_size=(3, 3), padding="same", use_bias=False),
        "joined": Concatenate(),
    }
    transition: Layers = {
        "x": BlockInput(),
        "norm": _norm(),
        "relu": ReLU(),
        "conv": Conv2D(filters=128, kernel_size=(1, 1), use_bias=False),
        "pool": AveragePooling2D(pool_size=(2, 2)),
    }
    blocks = [
        block("unit", unit, "x > joined", "x > norm1 > relu1 > conv1 > norm2 > relu2 > conv2 > joined"),
        block("transition", transition, filters="conv.filters"),
    ]
    return network(layers, *arrows, f"{before} > norm > relu > pooled > label", blocks=blocks)


def _norm() -> BatchNormalization:
    return BatchNormalization(epsilon=1.001e-5)
