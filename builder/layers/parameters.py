"""The parameters that many layers share: type, bounds and help text, written once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from builder.activations import ActivationName
from builder.constraints import Constraint
from builder.initializers import Initializer
from builder.regularizers import Regularizer

Units = Annotated[int, Field(ge=1, le=10_000_000, description="Number of neurons, the length of the output.")]
Filters = Annotated[int, Field(ge=1, le=10_000_000, description="Number of filters, the channels of the output.")]
Size = Annotated[int, Field(ge=1, le=100_000)]
Pair = tuple[Size, Size]
Triple = tuple[Size, Size, Size]
Axis = Annotated[int, Field(ge=-8, le=8)]
Axes = Axis | tuple[Axis, ...]

KernelSize1D = Annotated[Size, Field(description="Length of each filter, in steps.")]
KernelSize2D = Annotated[Pair, Field(description="Height and width of each filter, in pixels.")]
KernelSize3D = Annotated[Triple, Field(description="Depth, height and width of each filter, in cells.")]
Strides1D = Annotated[Size, Field(description="Steps that a filter moves at a time.")]
Strides2D = Annotated[Pair, Field(description="Pixels that a filter moves at a time, down and to the right.")]
Strides3D = Annotated[Triple, Field(description="Cells that a filter moves at a time, along each axis.")]
Dilation1D = Annotated[Size, Field(description="Distance between the steps that a filter looks at; 1: neighbours.")]
Dilation2D = Annotated[Pair, Field(description="Distance between the pixels that a filter looks at; 1: neighbours.")]
Dilation3D = Annotated[Triple, Field(description="Distance between the cells that a filter looks at; 1: neighbours.")]
Groups = Annotated[Size, Field(description="Groups of channels that are convolved apart from each other.")]
DepthMultiplier = Annotated[Size, Field(description="Filters for each channel of the input.")]
Padding = Annotated[
    Literal["valid", "same"],
    Field(description="valid: only where the window fits, the map shrinks; same: zeros at the rim keep its size."),
]
PaddingCausal = Annotated[
    Literal["valid", "same", "causal"],
    Field(description="valid: the sequence shrinks; same: zeros keep its length; causal: looks only at the past."),
]

Activation = Annotated[ActivationName | None, Field(description="Function applied to the result; empty: none.")]
RecurrentActivation = Annotated[ActivationName | None, Field(description="Function of the gates.")]
UseBias = Annotated[bool, Field(description="Add a learned constant b.")]

KernelInitializer = Annotated[Initializer, Field(description="First values of the weights W.")]
RecurrentInitializer = Annotated[Initializer, Field(description="First values of the weights U from step to step.")]
DepthwiseInitializer = Annotated[Initializer, Field(description="First values of the filters on each channel.")]
PointwiseInitializer = Annotated[Initializer, Field(description="First values of the weights between channels.")]
BiasInitializer = Annotated[Initializer, Field(description="First values of the bias b.")]
BetaInitializer = Annotated[Initializer, Field(description="First values of the shift beta.")]
GammaInitializer = Annotated[Initializer, Field(description="First values of the scale gamma.")]

KernelRegularizer = Annotated[Regularizer | None, Field(description="Penalty on the weights W, added to the loss.")]
RecurrentRegularizer = Annotated[
    Regularizer | None, Field(description="Penalty on the weights U from step to step, added to the loss.")
]
DepthwiseRegularizer = Annotated[
    Regularizer | None, Field(description="Penalty on the filters of each channel, added to the loss.")
]
PointwiseRegularizer = Annotated[
    Regularizer | None, Field(description="Penalty on the weights between channels, added to the loss.")
]
BiasRegularizer = Annotated[Regularizer | None, Field(description="Penalty on the bias b, added to the loss.")]
BetaRegularizer = Annotated[Regularizer | None, Field(description="Penalty on the shift beta, added to the loss.")]
GammaRegularizer = Annotated[Regularizer | None, Field(description="Penalty on the scale gamma, added to the loss.")]
ActivityRegularizer = Annotated[Regularizer | None, Field(description="Penalty on the output, added to the loss.")]

KernelConstraint = Annotated[Constraint | None, Field(description="Rule that the weights W obey after each step.")]
RecurrentConstraint = Annotated[
    Constraint | None, Field(description="Rule that the weights U from step to step obey after each training step.")
]
DepthwiseConstraint = Annotated[
    Constraint | None, Field(description="Rule that the filters of each channel obey after each step.")
]
PointwiseConstraint = Annotated[
    Constraint | None, Field(description="Rule that the weights between channels obey after each step.")
]
BiasConstraint = Annotated[Constraint | None, Field(description="Rule that the bias b obeys after each step.")]
BetaConstraint = Annotated[Constraint | None, Field(description="Rule that the shift beta obeys after each step.")]
GammaConstraint = Annotated[Constraint | None, Field(description="Rule that the scale gamma obeys after each step.")]

Rate = Annotated[float, Field(ge=0, lt=1, description="Share of the values that are dropped.")]
NoiseShape = Annotated[
    tuple[Annotated[int, Field(ge=1)] | None, ...] | None,
    Field(
        max_length=8,
        description="Shape of the pattern, batch first: 1 drops along a whole axis at once, empty sizes follow the input.",
    ),
]
Seed = Annotated[
    int | None, Field(ge=0, le=2**31 - 1, description="Fixes what is drawn; empty: it follows the run's seed.")
]
KeepDims = Annotated[bool, Field(description="Keep the axes that are averaged over, with length 1.")]
Epsilon = Annotated[float, Field(gt=0, le=1, description="Small number that keeps the division from dividing by zero.")]

Share = Annotated[float, Field(ge=0, le=1)]
Shares = Share | tuple[Share, Share]
Part = Annotated[float, Field(ge=-1, le=1)]
Parts = Part | tuple[Part, Part]
ValueRange = Annotated[
    tuple[float, float], Field(description="Smallest and largest value of the incoming images: 0, 255 or 0, 1.")
]
Interpolation = Annotated[
    Literal["nearest", "bilinear"],
    Field(description="A value between pixels is that of the nearest one, or mixed from its four neighbours."),
]
FillMode = Annotated[
    Literal["reflect", "wrap", "constant", "nearest"],
    Field(description="What fills the rim: the image mirrored, repeated, `fill_value`, or the last pixel drawn out."),
]
FillValue = Annotated[float, Field(description="Value of the rim, where `fill_mode` is constant.")]
ImageHeight = Annotated[Size, Field(description="Height of the outgoing images, in pixels.")]
ImageWidth = Annotated[Size, Field(description="Width of the outgoing images, in pixels.")]
