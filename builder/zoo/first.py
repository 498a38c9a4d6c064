"""The networks that a course begins with."""

from __future__ import annotations

from builder.graph import Graph
from builder.initializers import RandomNormal
from builder.layers.convolutional import Conv2D
from builder.layers.core import Dense, Input
from builder.layers.pooling import MaxPooling2D
from builder.layers.regularization import Dropout
from builder.layers.reshaping import Flatten
from builder.zoo.drawing import network


def linear_regression() -> Graph:
    """One neuron without an activation: a straight line through the points."""
    return network({"x": Input(shape=(10,)), "line": Dense(units=1)})


def perceptron() -> Graph:
    """784 pixels, 128 neurons, 10 digits: the first network that reads MNIST well."""
    return network(
        {
            "image": Input(shape=(28, 28, 1)),
            "flatten": Flatten(),
            "hidden": Dense(units=128, activation="relu"),
            "dropout": Dropout(rate=0.2),
            "digit": Dense(units=10, activation="softmax"),
        }
    )


def two_layer() -> Graph:
    """1,000 random numbers through 100 ReLU neurons to 10 numbers, without biases, learned by the squared error."""
    start = RandomNormal(stddev=1.0)
    return network(
        {
            "x": Input(shape=(1000,)),
            "hidden": Dense(units=100, activation="relu", use_bias=False, kernel_initializer=start),
            "y": Dense(units=10, use_bias=False, kernel_initializer=start),
        }
    )


def cnn() -> Graph:
    """14 layers on 28 x 28 pixels: wide filters first, then pairs of 3x3 filters between poolings, two dense layers."""
    return network(
        {
            "image": Input(shape=(28, 28, 1)),
            "conv1": Conv2D(filters=64, kernel_size=(7, 7), padding="same", activation="relu"),
            "pool1": MaxPooling2D(),
            "conv2": Conv2D(filters=128, kernel_size=(3, 3), padding="same", activation="relu"),
            "conv3": Conv2D(filters=128, kernel_size=(3, 3), padding="same", activation="relu"),
            "pool2": MaxPooling2D(),
            "conv4": Conv2D(filters=256, kernel_size=(3, 3), padding="same", activation="relu"),
            "conv5": Conv2D(filters=256, kernel_size=(3, 3), padding="same", activation="relu"),
            "pool3": MaxPooling2D(),
            "flatten": Flatten(),
            "dense1": Dense(units=128, activation="relu"),
            "dropout1": Dropout(rate=0.5),
            "dense2": Dense(units=64, activation="relu"),
            "dropout2": Dropout(rate=0.5),
            "digit": Dense(units=10, activation="softmax"),
        }
    )
