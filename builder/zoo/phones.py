"""Networks made small for phones: SqueezeNet 1.1, 2016, and MobileNet, 2017."""

from __future__ import annotations

from builder.graph import Graph
from builder.layers.activations import ReLU
from builder.layers.blocks import BlockInput, Instance
from builder.layers.convolutional import Conv2D, DepthwiseConv2D
from builder.layers.core import Activation, Dense, Input
from builder.layers.merging import Concatenate
from builder.layers.normalization import BatchNormalization
from builder.layers.pooling import GlobalAveragePooling2D, MaxPooling2D
from builder.layers.regularization import Dropout
from builder.zoo.drawing import Layers, block, network

# Filters that squeeze, and of each kind of those that expand, for the eight fire modules.
FIRES = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
# Filters and step of the thirteen separable convolutions, table 1.
SEPARABLE = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))


def squeezenet() -> Graph:
    """AlexNet's accuracy with a fiftieth of its parameters: 1x1 filters squeeze the channels before 3x3 filters see them.

    Source:
        Iandola et al., SqueezeNet, 2016. https://arxiv.org/abs/1602.07360; version 1.1: https://github.com/forresti/SqueezeNet
    """
    fire = block(
        "fire",
        {
            "x": BlockInput(),
            "squeeze": Conv2D(filters=16, kernel_size=(1, 1), activation="relu"),
            "expand1": Conv2D(filters=64, kernel_size=(1, 1), activation="relu"),
            "expand3": Conv2D(filters=64, kernel_size=(3, 3), padding="same", activation="relu"),
            "joined": Concatenate(),
        },
        "x > squeeze > expand1 > joined",
        "squeeze > expand3 > joined",
        squeezed="squeeze.filters",
        expanded="expand1.filters expand3.filters",
    )
    layers: Layers = {
        "image": Input(shape=(224, 224, 3)),
        "conv1": Conv2D(filters=64, kernel_size=(3, 3), strides=(2, 2), activation="relu"),
        "pool1": MaxPooling2D(pool_size=(3, 3), strides=(2, 2)),
    }
    arrows, before = ["image > conv1 > pool1"], "pool1"
    for number, (squeezed, expanded) in enumerate(FIRES, 2):
        layers[f"fire{number}"] = Instance(block="fire", values={"squeezed": squeezed, "expanded": expanded})
        arrows.append(f"{before} > fire{number}.x")
        before = f"fire{number}"
        if number in (3, 5):
            layers[f"pool{number}"] = MaxPooling2D(pool_size=(3, 3), strides=(2, 2))
            arrows.append(f"{before} > pool{number}")
            before = f"pool{number}"
    layers |= {
        "dropout": Dropout(rate=0.5),
        "conv10": Conv2D(filters=1000, kernel_size=(1, 1), activation="relu"),
        "pooled": GlobalAveragePooling2D(),
        "label": Activation(activation="softmax"),
    }
    return network(layers, *arrows, f"{before} > dropout > conv10 > pooled > label", blocks=[fire])


def mobilenet() -> Graph:
    """A filter for each channel, then 1x1 filters across channels: nearly the same for an eighth of the work.

    Source:
        Howard et al., MobileNets, 2017. https://arxiv.org/abs/1704.04861
    """
    six = ReLU(max_value=6.0)
    separable = block(
        "separable",
        {
            "x": BlockInput(),
            "depthwise": DepthwiseConv2D(kernel_size=(3, 3), padding="same", use_bias=False),
            "norm1": BatchNormalization(),
            "relu1": six,
            "pointwise": Conv2D(filters=64, kernel_size=(1, 1), use_bias=False),
            "norm2": BatchNormalization(),
            "relu2": six,
        },
        filters="pointwise.filters",
        stride="depthwise.strides",
    )
    layers: Layers = {
        "image": Input(shape=(224, 224, 3)),
        "conv1": Conv2D(filters=32, kernel_size=(3, 3), strides=(2, 2), padding="same", use_bias=False),
        "norm1": BatchNormalization(),
        "relu1": six,
    }
    arrows, before = ["image > conv1 > norm1 > relu1"], "relu1"
    for number, (filters, step) in enumerate(SEPARABLE, 1):
        values = {"filters": filters} | ({"stride": (step, step)} if step > 1 else {})
        layers[f"separable{number}"] = Instance(block="separable", values=values)
        arrows.append(f"{before} > separable{number}.x")
        before = f"separable{number}"
    layers |= {
        "pooled": GlobalAveragePooling2D(),
        "dropout": Dropout(rate=0.001),
        "label": Dense(units=1000, activation="softmax"),
    }
    return network(layers, *arrows, f"{before} > pooled > dropout > label", blocks=[separable])
