"""The densely connected networks."""

from __future__ import annotations

from typing import ClassVar

from builder.layers.applications.backbone import Usual


class DenseNet121(Usual):
    """121 layers, each of which sees the maps of all layers before it in its block.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 1024), or (batch, 1024) with `pooling`; with its head (batch, classes)

    Source:
        Huang et al., Densely Connected Convolutional Networks, 2016. https://arxiv.org/abs/1608.06993
    """

    network: ClassVar[str] = "densenet"
    side: ClassVar[int] = 224


class DenseNet169(Usual):
    """169 layers, each of which sees the maps of all layers before it in its block.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 1664), or (batch, 1664) with `pooling`; with its head (batch, classes)

    Source:
        Huang et al., Densely Connected Convolutional Networks, 2016. https://arxiv.org/abs/1608.06993
    """

    network: ClassVar[str] = "densenet"
    side: ClassVar[int] = 224


class DenseNet201(Usual):
    """201 layers, each of which sees the maps of all layers before it in its block.

    Shapes:
        in:  (batch, height, width, 3), at least 32 x 32; with its head 224 x 224
        out: (batch, height / 32, width / 32, 1920), or (batch, 1920) with `pooling`; with its head (batch, classes)

    Source:
        Huang et al., Densely Connected Convolutional Networks, 2016. https://arxiv.org/abs/1608.06993
    """

    network: ClassVar[str] = "densenet"
    side: ClassVar[int] = 224
