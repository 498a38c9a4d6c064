"""Operations: what code does to tensors between layers, such as `x[:, -1]` or a sum over an axis, each as a layer."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeVar

from pydantic import Field, model_validator

from builder.layers.base import LayerSpec, listed
from builder.layers.merging import Merge

# The batch is axis 0, which no layer may touch: each example is computed by itself.
InnerAxis = Annotated[int, Field(ge=-7, le=7)]
Place = Annotated[int, Field(ge=-10_000_000, le=10_000_000)]
Bound = Annotated[float, Field(ge=-1e30, le=1e30)]

ElementwiseName = Literal[
    "abs", "ceil", "cos", "erf", "exp", "expm1", "floor", "log", "log1p", "reciprocal", "round", "rsqrt", "sign", "sin",
    "sqrt", "square", "tan",
]  # fmt: skip
L = TypeVar("L", bound=LayerSpec)
ReductionName = Literal["logsumexp", "max", "mean", "min", "prod", "std", "sum", "var"]


class Operation(LayerSpec, abstract=True):
    """A layer of ours around one function of keras.ops."""

    namespace: ClassVar[str] = "builder.own_layers"


class Elementwise(Operation):
    """Applies a function of mathematics to each value: the root, the square, the logarithm.

    Shapes:
        in:  any
        out: the same

    Problems:
        The root or the logarithm of a value below zero is no number (NaN), and with it the loss: put a ReLU before it.
    """

    function: ElementwiseName = Field(examples=["square"], description="What is computed of each value.")


class Power(Operation):
    """Raises each value to a power.

    Shapes:
        in:  any
        out: the same

    Problems:
        A broken power of a value below zero is no number (NaN).
    """

    exponent: Bound = Field(examples=[2.0], description="The power (p): 2 squares, 0.5 takes the root.")


class Clip(Operation):
    """Keeps each value between two bounds: what lies beyond becomes the bound.

    Shapes:
        in:  any
        out: the same
    """

    minimum: Bound | None = Field(None, examples=[0.0], description="Nothing comes out below it; empty: no bound.")
    maximum: Bound | None = Field(None, examples=[1.0], description="Nothing comes out above it; empty: no bound.")

    @model_validator(mode="after")
    def _in_order(self) -> Clip:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("the minimum is greater than the maximum")
        return self

    def summary(self) -> str:
        """`from 0 to 1`."""
        least = None if self.minimum is None else f"from {self.minimum:g}"
        most = None if self.maximum is None else f"to {self.maximum:g}"
        return " ".join(part for part in (least, most) if part)


class Reduce(Operation):
    """Makes one value of all along one axis or several: their mean, sum, greatest.

    Shapes:
        in:  (batch, ...)
        out: without those axes, or with length 1 there if `keepdims`

    Units:
        `axis`: counted from the batch, which is 0; -1: the last one. Empty: all but the batch.
    """

    function: ReductionName = Field(examples=["mean"], description="What becomes of the values.")
    axis: InnerAxis | tuple[InnerAxis, ...] | None = Field(
        None, description="Axes that go, counted from the batch, which is 0; empty: all of each example."
    )
    keepdims: bool = Field(False, description="Keep the axes, with length 1.")

    @model_validator(mode="after")
    def _leaves_the_batch(self) -> Reduce:
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        if 0 in axes or len(set(axes)) < len(axes) or not axes:
            raise ValueError("axis 0 is the batch, whose examples stay apart; each other axis may stand there once")
        return self

    def summary(self) -> str:
        """`mean over 1`."""
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        return f"{self.function} over {'all' if self.axis is None else ' and '.join(map(str, axes))}"


class Pick(Operation):
    """Takes one place along an axis, such as the last step of a sequence: `x[:, -1]`.

    Shapes:
        in:  (batch, ..., size, ...)
        out: without that axis
    """

    index: Place = Field(examples=[-1], description="Which place, counted from 0; -1: the last one.")
    axis: InnerAxis = Field(1, description="Axis that it is taken from, counted from the batch, which is 0.")

    @model_validator(mode="after")
    def _leaves_the_batch(self) -> Pick:
        return _within_an_example(self, self.axis)

    def summary(self) -> str:
        """`-1 of axis 1`."""
        return f"{self.index} of axis {self.axis}"


class Slice(Operation):
    """Takes a part of an axis, such as the first ten steps of a sequence: `x[:, :10]`.

    Shapes:
        in:  (batch, ..., size, ...)
        out: the same with the length of the part along that axis
    """

    start: Place | None = Field(examples=[0], description="First place that is kept; empty: from the first.")
    stop: Place | None = Field(examples=[10], description="First place that is not kept; empty: up to the last.")
    step: Place | None = Field(None, description="Every how manyth is kept; -1: turned round; empty: each.")
    axis: InnerAxis = Field(1, description="Axis that is cut, counted from the batch, which is 0.")

    @model_validator(mode="after")
    def _leaves_the_batch(self) -> Slice:
        if self.step == 0:
            raise ValueError("a step of 0 goes nowhere")
        return _within_an_example(self, self.axis)

    def summary(self) -> str:
        """`0:10 of axis 1`."""
        parts = [self.start, self.stop, *([self.step] if self.step is not None else [])]
        return f"{':'.join('' if part is None else str(part) for part in parts)} of axis {self.axis}"


class ExpandDims(Operation):
    """Adds an axis of length 1, so that shapes fit together: `x[:, None]`.

    Shapes:
        in:  (batch, ...)
        out: one axis more, of length 1
    """

    axis: InnerAxis = Field(examples=[-1], description="Where the new axis stands, counted from the batch, which is 0.")

    @model_validator(mode="after")
    def _leaves_the_batch(self) -> ExpandDims:
        return _within_an_example(self, self.axis)


class Squeeze(Operation):
    """Leaves an axis of length 1 out.

    Shapes:
        in:  (batch, ..., 1, ...)
        out: without that axis

    Problems:
        The axis is longer than 1: take one place of it (Pick), or flatten it (Flatten).
    """

    axis: InnerAxis | tuple[InnerAxis, ...] = Field(
        examples=[-1], description="Axis or axes that go, counted from the batch, which is 0."
    )

    @model_validator(mode="after")
    def _leaves_the_batch(self) -> Squeeze:
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        for axis in axes:
            _within_an_example(self, axis)
        return self


class Divide(Operation):
    """Divides one tensor by another, value by value.

    Shapes:
        dividend: any
        divisor:  the same; an axis of length 1 stretches
        out:      the same

    Problems:
        A divisor of zero gives a value that is no number: add a little to it first (Rescaling with an offset).
    """

    ports: ClassVar[tuple[str, ...] | None] = ("dividend", "divisor")


class MatMul(Operation):
    """Multiplies the matrices in the last two axes of two tensors.

    Shapes:
        first:  (batch, ..., rows, inner)
        second: (batch, ..., inner, columns)
        out:    (batch, ..., rows, columns)

    Problems:
        An input is a row of numbers for each example: Dot multiplies those.
        The inner sizes differ: `transpose_second` turns the second round, as queries meet keys in attention.
    """

    ports: ClassVar[tuple[str, ...] | None] = ("first", "second")

    transpose_first: bool = Field(False, description="Exchange the last two axes of the first.")
    transpose_second: bool = Field(False, description="Exchange the last two axes of the second.")

    def summary(self) -> str:
        """`second transposed`."""
        turned = [name for name in ("first", "second") if getattr(self, f"transpose_{name}")]
        return listed(f"{' and '.join(turned)} transposed" if turned else None)


class Stack(Merge):
    """Lays what comes in upon another along a new axis, in the order of the connections.

    Shapes:
        in:  two or more of the same shape
        out: one axis more, as long as there are tensors
    """

    namespace: ClassVar[str] = "builder.own_layers"

    axis: InnerAxis = Field(-1, description="Where the new axis stands, counted from the batch, which is 0.")

    @model_validator(mode="after")
    def _leaves_the_batch(self) -> Stack:
        return _within_an_example(self, self.axis)


def _within_an_example(layer: L, axis: int) -> L:
    if axis == 0:
        raise ValueError("axis 0 is the batch, whose examples stay apart")
    return layer
