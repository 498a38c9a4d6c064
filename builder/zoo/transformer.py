"""A small vision transformer, 2021: patches of an image as the words of a sentence."""

from __future__ import annotations

from builder.graph import Graph
from builder.layers.attention import MultiHeadAttention
from builder.layers.beyond import PositionEmbedding
from builder.layers.blocks import BlockInput, Instance
from builder.layers.convolutional import Conv2D
from builder.layers.core import Dense, Input
from builder.layers.merging import Add
from builder.layers.normalization import LayerNormalization
from builder.layers.pooling import GlobalAveragePooling1D
from builder.layers.regularization import Dropout
from builder.layers.reshaping import Reshape
from builder.zoo.drawing import block, network


def vision_transformer() -> Graph:
    """16 patches of 2 x 2 pixels of a digit, four encoders of attention and perceptron, the mean of all patches at the end.

    Source:
        Dosovitskiy et al., An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale, 2021.
        https://arxiv.org/abs/2010.11929
    """
    encoder = block(
        "encoder",
        {
            "x": BlockInput(),
            "norm1": LayerNormalization(epsilon=1e-6),
            "attention": MultiHeadAttention(num_heads=4, key_dim=16),
            "add1": Add(),
            "norm2": LayerNormalization(epsilon=1e-6),
            "wide": Dense(units=128, activation="gelu"),
            "narrow": Dense(units=64),
            "dropout": Dropout(rate=0.1),
            "add2": Add(),
        },
        "x > norm1 > attention.query",
        "norm1 > attention.value",
        "x > add1",
        "attention > add1 > norm2 > wide > narrow > dropout > add2",
        "add1 > add2",
    )
    return network(
        {
            "image": Input(shape=(8, 8, 1)),
            "patches": Conv2D(filters=64, kernel_size=(2, 2), strides=(2, 2)),
            "sequence": Reshape(target_shape=(16, 64)),
            "positions": PositionEmbedding(),
            "encoder": Instance(block="encoder", repeat=4),
            "norm": LayerNormalization(epsilon=1e-6),
            "pooled": GlobalAveragePooling1D(),
            "digit": Dense(units=10, activation="softmax"),
        },
        "image > patches > sequence > positions > encoder.x",
        "encoder > norm > pooled > digit",
        blocks=[encoder],
    )
