"""Residual networks, 2015: each unit adds what it computes to what came in, so that very deep networks still learn."""

from __future__ import annotations

from builder.graph import Block, Graph
from builder.layers.activations import ReLU
from builder.layers.blocks import BlockInput, Instance
from builder.layers.convolutional import Conv2D
from builder.layers.core import Dense, Input
from builder.layers.merging import Add
from builder.layers.normalization import BatchNormalization
from builder.layers.pooling import GlobalAveragePooling2D, MaxPooling2D
from builder.zoo.drawing import Layers, block, network

# Units of each of the four stages, table 1 of the paper.
UNITS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


def resnet(depth: int) -> Graph:
    """ResNet-18, 34 (units of two 3x3 convolutions), 50, 101 or 152 (bottlenecks), for images of 224 x 224.

    The deep ones are laid out as in keras.applications, biases included; the shallow ones have no biases, as in the paper.

    Source:
        He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, 2015. https://arxiv.org/abs/1512.03385
    """
    deep = depth >= 50
    stages = {
        f"conv{number}": Instance(
            block="stage" if deep or number > 2 else "first_stage",
            values=_widths(64 * 2 ** (number - 2), deep)
            | {"units": count - 1 if deep or number > 2 else count}
            | ({"stride": (1, 1)} if deep and number == 2 else {}),
        )
        for number, count in enumerate(UNITS[depth], 2)
    }
    layers: Layers = {
        "image": Input(shape=(224, 224, 3)),
        "conv1": Conv2D(filters=64, kernel_size=(7, 7), strides=(2, 2), padding="same", use_bias=deep),
        "norm1": _norm(),
        "relu1": ReLU(),
        "pool1": MaxPooling2D(pool_size=(3, 3), strides=(2, 2), padding="same"),
        **stages,
        "pooled": GlobalAveragePooling2D(),
        "label": Dense(units=1000, activation="softmax"),
    }
    blocks = _bottlenecks() if deep else _basics(64)
    used = {stage.block for stage in stages.values()}
    return network(
        layers,
        "image > conv1 > norm1 > relu1 > pool1 > conv2.x",
        "conv2 > conv3.x",
        "conv3 > conv4.x",
        "conv4 > conv5.x",
        "conv5 > pooled > label",
        blocks=[one for one in blocks if one.name in used or "stage" not in one.name],
    )


def resnet20() -> Graph:
    """The smallest of the paper's networks for CIFAR-10, with 1x1 convolutions where the shapes change (option B).

    Source:
        He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, 2015, section 4.2.
        https://arxiv.org/abs/1512.03385
    """
    return network(
        {
            "image": Input(shape=(32, 32, 3)),
            "conv1": Conv2D(filters=16, kernel_size=(3, 3), padding="same", use_bias=False),
            "norm1": _norm(),
            "relu1": ReLU(),
            "stage1": Instance(block="first_stage", values={"units": 3}),
            "stage2": Instance(block="stage", values={"filters": 32, "units": 2}),
            "stage3": Instance(block="stage", values={"filters": 64, "units": 2}),
            "pooled": GlobalAveragePooling2D(),
            "label": Dense(units=10, activation="softmax"),
        },
        "image > conv1 > norm1 > relu1 > stage1.x",
        "stage1 > stage2.x",
        "stage2 > stage3.x",
        "stage3 > pooled > label",
        blocks=_basics(16),
    )


def _widths(filters: int, deep: bool) -> dict[str, int]:
    return {"filters": filters, "widened": 4 * filters} if deep else {"filters": filters}


def _norm() -> BatchNormalization:
    return BatchNormalization(epsilon=1.001e-5)


def _basics(filters: int) -> list[Block]:
    """Two 3x3 convolutions; the first unit of a stage halves the map and widens the skip connection by a 1x1 convolution."""
    conv = Conv2D(filters=filters, kernel_size=(3, 3), padding="same", use_bias=False)
    halving = conv.model_copy(update={"strides": (2, 2)})
    skip = Conv2D(filters=filters, kernel_size=(1, 1), strides=(2, 2), use_bias=False)
    unit: Layers = {
        "x": BlockInput(),
        "conv1": conv,
        "norm1": _norm(),
        "relu1": ReLU(),
        "conv2": conv,
        "norm2": _norm(),
        "add": Add(),
        "relu": ReLU(),
    }
    chain = "x > conv1 > norm1 > relu1 > conv2 > norm2 > add > relu"
    return [
        block("basic", unit, chain, "x > add", filters="conv1.filters conv2.filters"),
        block(
            "projected",
            {**unit, "conv1": halving, "skip": skip, "skip_norm": _norm()},
            chain,
            "x > skip > skip_norm > add",
            filters="conv1.filters conv2.filters skip.filters",
        ),
        block(
            "first_stage",
            {"x": BlockInput(), "unit": Instance(block="basic", repeat=2)},
            "x > unit.x",
            filters="unit.filters",
            units="unit.repeat",
        ),
        block(
            "stage",
            {"x": BlockInput(), "first": Instance(block="projected"), "unit": Instance(block="basic")},
            "x > first.x",
            "first > unit.x",
            filters="first.filters unit.filters",
            units="unit.repeat",
        ),
    ]


def _bottlenecks() -> list[Block]:
    """A 1x1 convolution narrows, a 3x3 one computes, a 1x1 one widens again."""
    unit: Layers = {
        "x": BlockInput(),
        "conv1": Conv2D(filters=64, kernel_size=(1, 1)),
        "norm1": _norm(),
        "relu1": ReLU(),
        "conv2": Conv2D(filters=64, kernel_size=(3, 3), padding="same"),
        "norm2": _norm(),
        "relu2": ReLU(),
        "conv3": Conv2D(filters=256, kernel_size=(1, 1)),
        "norm3": _norm(),
        "add": Add(),
        "relu": ReLU(),
    }
    halving = Conv2D(filters=64, kernel_size=(1, 1), strides=(2, 2))
    skip = Conv2D(filters=256, kernel_size=(1, 1), strides=(2, 2))
    chain = "x > conv1 > norm1 > relu1 > conv2 > norm2 > relu2 > conv3 > norm3 > add > relu"
    return [
        block("bottleneck", unit, chain, "x > add", filters="conv1.filters conv2.filters", widened="conv3.filters"),
        block(
            "projected",
            {**unit, "conv1": halving, "skip": skip, "skip_norm": _norm()},
            chain,
            "x > skip > skip_norm > add",
            filters="conv1.filters conv2.filters",
            widened="conv3.filters skip.filters",
            stride="conv1.strides skip.strides",
        ),
        block(
            "stage",
            {"x": BlockInput(), "first": Instance(block="projected"), "unit": Instance(block="bottleneck")},
            "x > first.x",
            "first > unit.x",
            filters="first.filters unit.filters",
            widened="first.widened unit.widened",
            units="unit.repeat",
            stride="first.stride",
        ),
    ]
