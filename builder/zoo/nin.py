"""Network in network, 2013: small perceptrons in place of filters, and no dense layer at the end."""

from __future__ import annotations

from builder.graph import Graph
from builder.layers.blocks import BlockInput, Instance
from builder.layers.convolutional import Conv2D
from builder.layers.core import Activation, Input
from builder.layers.pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from builder.layers.regularization import Dropout
from builder.zoo.drawing import block, network


def nin() -> Graph:
    """The network for CIFAR-10: three convolutions with a perceptron of two layers (1x1 convolutions) behind each.

    Source:
        Lin, Chen and Yan, Network In Network, 2013. https://arxiv.org/abs/1312.4400
    """
    mlpconv = block(
        "mlpconv",
        {
            "x": BlockInput(),
            "conv": Conv2D(filters=192, kernel_size=(5, 5), padding="same", activation="relu"),
            "cccp1": Conv2D(filters=160, kernel_size=(1, 1), activation="relu"),
            "cccp2": Conv2D(filters=96, kernel_size=(1, 1), activation="relu"),
        },
        filters="conv.filters",
        first="cccp1.filters",
        second="cccp2.filters",
        side="conv.kernel_size",
    )
    return network(
        {
            "image": Input(shape=(32, 32, 3)),
            "mlpconv1": Instance(block="mlpconv"),
            "pool1": MaxPooling2D(pool_size=(3, 3), strides=(2, 2), padding="same"),
            "dropout1": Dropout(rate=0.5),
            "mlpconv2": Instance(block="mlpconv", values={"first": 192, "second": 192}),
            "pool2": AveragePooling2D(pool_size=(3, 3), strides=(2, 2), padding="same"),
            "dropout2": Dropout(rate=0.5),
            "mlpconv3": Instance(block="mlpconv", values={"first": 192, "second": 10, "side": (3, 3)}),
            "pooled": GlobalAveragePooling2D(),
            "label": Activation(activation="softmax"),
        },
        "image > mlpconv1.x",
        "mlpconv1 > pool1 > dropout1 > mlpconv2.x",
        "mlpconv2 > pool2 > dropout2 > mlpconv3.x",
        "mlpconv3 > pooled > label",
        blocks=[mlpconv],
    )
