"""Merging: several branches become one."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from builder.layers import parameters as p
from builder.layers.base import LayerSpec


class Merge(LayerSpec, abstract=True):
    """A layer that takes any number of tensors, at least two."""

    ports: ClassVar[tuple[str, ...] | None] = None


class Add(Merge):
    """Adds what comes in, value by value: the sum in a residual connection.

    Shapes:
        in:  two or more of the same shape
        out: the same

    Problems:
        The shapes differ: a convolution with 1x1 filters or a stride brings them together.

    Source:
        He et al., Deep Residual Learning for Image Recognition, 2016. https://arxiv.org/abs/1512.03385
    """


class Multiply(Merge):
    """Multiplies what comes in, value by value: one branch gates the other.

    Shapes:
        in:  two or more of the same shape; an axis of length 1 stretches
        out: the same
    """


class Average(Merge):
    """Takes the mean of what comes in, value by value.

    Shapes:
        in:  two or more of the same shape
        out: the same
    """


class Concatenate(Merge):
    """Puts what comes in side by side along one axis, in the order of the connections.

    Shapes:
        in:  two or more, the same but along `axis`
        out: the sum of the sizes along `axis`

    Problems:
        The shapes differ along another axis.

    Source:
        Szegedy et al., Going Deeper with Convolutions, 2015. https://arxiv.org/abs/1409.4842
    """

    axis: p.Axis = Field(-1, description="Axis along which the sizes add up; -1: the channels.")


class Maximum(Merge):
    """Keeps the greatest of what comes in, value by value.

    Shapes:
        in:  two or more of the same shape; an axis of length 1 stretches
        out: the same
    """


class Minimum(Merge):
    """Keeps the least of what comes in, value by value.

    Shapes:
        in:  two or more of the same shape; an axis of length 1 stretches
        out: the same
    """


class Two(LayerSpec, abstract=True):
    """A layer that takes exactly two tensors, in order."""

    ports: ClassVar[tuple[str, ...] | None] = ("first", "second")
    as_list: ClassVar[bool] = True


class Subtract(Two):
    """Subtracts the second from the first, value by value: what has changed.

    Shapes:
        first, second: of the same shape; an axis of length 1 stretches
        out: the same
    """


class Dot(Two):
    """Multiplies two tensors and sums along an axis of each: how alike two vectors are.

    Shapes:
        first, second: the same size along `axes`
        out: (batch, other axes of first, other axes of second), at least (batch, 1)

    Problems:
        The sizes along `axes` differ, or one of them is the batch, axis 0.

    Source:
        Bromley et al., Signature Verification using a Siamese Time Delay Neural Network, 1993.
        https://proceedings.neurips.cc/paper/1993/hash/288cc0ff022877bd3df94bc9360b9c5d-Abstract.html
    """

    keywords: ClassVar[bool] = True

    axes: p.Axis | tuple[p.Axis, p.Axis] = Field(
        examples=[-1], description="Axis to sum along; or one for the first and one for the second. -1: the last."
    )
    normalize: bool = Field(False, description="Scale both to length 1 first: the cosine of their angle comes out.")
