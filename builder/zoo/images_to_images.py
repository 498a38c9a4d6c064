"""Networks that give back an image: U-Net, 2015, an autoencoder, and a variational one, 2014."""

from __future__ import annotations

from builder.graph import Graph
from builder.layers.beyond import Sampling
from builder.layers.blocks import BlockInput, Instance
from builder.layers.convolutional import Conv2D, Conv2DTranspose
from builder.layers.core import Dense, Input
from builder.layers.merging import Concatenate
from builder.layers.pooling import MaxPooling2D
from builder.layers.reshaping import Flatten, Reshape
from builder.zoo.drawing import Layers, block, network

WIDTHS = (64, 128, 256, 512, 1024)


def unet() -> Graph:
    """Narrows to see what, widens again to see where, and passes the fine maps across; zeros at the rim keep the size.

    Source:
        Ronneberger, Fischer and Brox, U-Net: Convolutional Networks for Biomedical Image Segmentation, 2015.
        https://arxiv.org/abs/1505.04597
    """
    twice = block(
        "twice",
        {
            "x": BlockInput(),
            "conv1": Conv2D(filters=64, kernel_size=(3, 3), padding="same", activation="relu"),
            "conv2": Conv2D(filters=64, kernel_size=(3, 3), padding="same", activation="relu"),
        },
        filters="conv1.filters conv2.filters",
    )
    up = block(
        "up",
        {
            "x": BlockInput(),
            "skip": BlockInput(),
            "enlarge": Conv2DTranspose(filters=512, kernel_size=(2, 2), strides=(2, 2)),
            "joined": Concatenate(),
            "twice": Instance(block="twice", values={"filters": 512}),
        },
        "x > enlarge",
        "skip > joined",
        "enlarge > joined",
        "joined > twice.x",
        filters="enlarge.filters twice.filters",
    )
    layers: Layers = {"image": Input(shape=(256, 256, 1))}
    arrows, before = [], "image"
    for number, width in enumerate(WIDTHS, 1):
        layers[f"down{number}"] = Instance(block="twice", values={"filters": width} if width > 64 else {})
        arrows.append(f"{before} > down{number}.x")
        before = f"down{number}"
        if number < len(WIDTHS):
            layers[f"pool{number}"] = MaxPooling2D()
            arrows.append(f"down{number} > pool{number}")
            before = f"pool{number}"
    for number in range(len(WIDTHS) - 1, 0, -1):
        layers[f"up{number}"] = Instance(block="up", values={"filters": WIDTHS[number - 1]})
        arrows += [f"{before} > up{number}.x", f"down{number} > up{number}.skip"]
        before = f"up{number}"
    layers["mask"] = Conv2D(filters=1, kernel_size=(1, 1), activation="sigmoid")
    return network(layers, *arrows, f"{before} > mask", blocks=[twice, up])


def autoencoder() -> Graph:
    """Squeezes a digit of 8 x 8 pixels into eight numbers and draws it again from them.

    Source:
        Hinton and Salakhutdinov, Reducing the Dimensionality of Data with Neural Networks, 2006.
        https://doi.org/10.1126/science.1127647
    """
    return network(
        {
            "image": Input(shape=(8, 8, 1)),
            "flatten": Flatten(),
            "encoder": Dense(units=32, activation="relu"),
            "code": Dense(units=8, activation="relu"),
            "decoder": Dense(units=32, activation="relu"),
            "pixels": Dense(units=64, activation="sigmoid"),
            "drawn": Reshape(target_shape=(8, 8, 1)),
        }
    )


def variational_autoencoder() -> Graph:
    """An autoencoder whose code is a mean and a spread, so that new digits can be drawn from chance.

    Source:
        Kingma and Welling, Auto-Encoding Variational Bayes, 2014. https://arxiv.org/abs/1312.6114
    """
    return network(
        {
            "image": Input(shape=(8, 8, 1)),
            "flatten": Flatten(),
            "encoder": Dense(units=32, activation="relu"),
            "mean": Dense(units=2),
            "log_variance": Dense(units=2),
            "code": Sampling(weight=0.001),
            "decoder": Dense(units=32, activation="relu"),
            "pixels": Dense(units=64, activation="sigmoid"),
            "drawn": Reshape(target_shape=(8, 8, 1)),
        },
        "image > flatten > encoder > mean > code.mean",
        "encoder > log_variance > code.log_variance",
        "code > decoder > pixels > drawn",
    )
