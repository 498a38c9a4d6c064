"""A small multi-layer perceptron."""

from builder.graph import Graph
from builder.layers.core import Dense, Input
from builder.layers.regularization import Dropout
from builder.layers.reshaping import Flatten
from builder.zoo.drawing import chain


def mlp() -> Graph:
    """One hidden layer, as in the first lesson of most courses."""
    return chain(
        image=Input(shape=(8, 8, 1)),
        flatten=Flatten(),
        hidden=Dense(units=64, activation="relu"),
        dropout=Dropout(rate=0.2),
        digit=Dense(units=10, activation="softmax"),
    )
