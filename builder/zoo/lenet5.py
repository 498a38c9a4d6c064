"""LeNet-5, 1998."""

from builder.graph import Graph
from builder.layers.convolutional import Conv2D
from builder.layers.core import Dense, Input
from builder.layers.pooling import AveragePooling2D
from builder.layers.reshaping import Flatten, UpSampling2D
from builder.zoo.drawing import chain


def lenet5() -> Graph:
    """C1 to F6 of the paper on digits enlarged from 8x8 to its 32x32; C3 sees all maps of S2, the output is a softmax.

    Source:
        LeCun et al., Gradient-Based Learning Applied to Document Recognition, 1998. https://doi.org/10.1109/5.726791
    """
    return chain(
        image=Input(shape=(8, 8, 1)),
        enlarged=UpSampling2D(size=(4, 4), interpolation="bilinear"),
        c1=Conv2D(filters=6, kernel_size=(5, 5), activation="tanh"),
        s2=AveragePooling2D(pool_size=(2, 2)),
        c3=Conv2D(filters=16, kernel_size=(5, 5), activation="tanh"),
        s4=AveragePooling2D(pool_size=(2, 2)),
        c5=Conv2D(filters=120, kernel_size=(5, 5), activation="tanh"),
        flatten=Flatten(),
        f6=Dense(units=84, activation="tanh"),
        digit=Dense(units=10, activation="softmax"),
    )
