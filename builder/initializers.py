"""How weights start: Keras's initializers as typed choices."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from builder.call import Spec

Seed = Annotated[
    int | None, Field(ge=0, le=2**31 - 1, description="Fixes the drawn values; empty: they follow the run's seed.")
]
Axes = Annotated[tuple[int, ...] | None, Field(max_length=8)]
InputAxes = Annotated[Axes, Field(description="Axes of the weight that count as its inputs; empty: all but the last.")]
OutputAxes = Annotated[Axes, Field(description="Axes of the weight that count as its outputs; empty: the last.")]


class InitializerSpec(Spec, abstract=True):
    """A way to set the first values of a weight."""

    namespace: ClassVar[str] = "keras.initializers"


class Zeros(InitializerSpec):
    """All zeros."""


class Ones(InitializerSpec):
    """All ones."""


class Constant(InitializerSpec):
    """All the same value."""

    value: float = Field(0.0, description="The value.")


class Identity(InitializerSpec):
    """The identity matrix, scaled: the layer starts by passing its input on. Only for weights of two axes."""

    gain: float = Field(1.0, description="Factor on the identity matrix.")


class Orthogonal(InitializerSpec):
    """Draws an orthogonal matrix: lengths are kept, which helps in recurrent layers.

    Source:
        Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear neural
        networks, 2014. https://arxiv.org/abs/1312.6120
    """

    gain: float = Field(1.0, description="Factor on the orthogonal matrix.")
    seed: Seed = None


class RandomNormal(InitializerSpec):
    """Draws from a normal distribution."""

    mean: float = Field(0.0, description="Mean of the distribution.")
    stddev: float = Field(0.05, ge=0, description="Standard deviation.")
    seed: Seed = None


class TruncatedNormal(InitializerSpec):
    """Draws from a normal distribution, and again where a value is more than two standard deviations off."""

    mean: float = Field(0.0, description="Mean of the distribution.")
    stddev: float = Field(0.05, ge=0, description="Standard deviation before truncation.")
    seed: Seed = None


class RandomUniform(InitializerSpec):
    """Draws evenly between two limits."""

    minval: float = Field(-0.05, description="Lower limit.")
    maxval: float = Field(0.05, description="Upper limit.")
    seed: Seed = None


class VarianceScaling(InitializerSpec):
    """Draws with a variance of scale / fan, where fan is the number of inputs, outputs or their mean."""

    scale: float = Field(1.0, gt=0, description="The variance times fan.")
    mode: Literal["fan_in", "fan_out", "fan_avg"] = Field("fan_in", description="What fan counts.")
    distribution: Literal["truncated_normal", "untruncated_normal", "uniform"] = Field(
        "truncated_normal", description="Shape of the distribution."
    )
    seed: Seed = None
    input_axes: InputAxes = None
    output_axes: OutputAxes = None


class GlorotUniform(InitializerSpec):
    """Draws from -limit to limit with limit = sqrt(6 / (inputs + outputs)): keeps the variance through the layers.

    Source:
        Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
        https://proceedings.mlr.press/v9/glorot10a.html
    """

    seed: Seed = None
    input_axes: InputAxes = None
    output_axes: OutputAxes = None


class GlorotNormal(InitializerSpec):
    """Draws from a truncated normal distribution with variance 2 / (inputs + outputs).

    Source:
        Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
        https://proceedings.mlr.press/v9/glorot10a.html
    """

    seed: Seed = None
    input_axes: InputAxes = None
    output_axes: OutputAxes = None


class HeUniform(InitializerSpec):
    """Draws from -limit to limit with limit = sqrt(6 / inputs): made for relu.

    Source:
        He et al., Delving Deep into Rectifiers, 2015. https://arxiv.org/abs/1502.01852
    """

    seed: Seed = None
    input_axes: InputAxes = None
    output_axes: OutputAxes = None


class HeNormal(InitializerSpec):
    """Draws from a truncated normal distribution with variance 2 / inputs: made for relu.

    Source:
        He et al., Delving Deep into Rectifiers, 2015. https://arxiv.org/abs/1502.01852
    """

    seed: Seed = None
    input_axes: InputAxes = None
    output_axes: OutputAxes = None


class LecunUniform(InitializerSpec):
    """Draws from -limit to limit with limit = sqrt(3 / inputs): made for selu.

    Source:
        LeCun et al., Efficient BackProp, 1998. https://doi.org/10.1007/3-540-49430-8_2
    """

    seed: Seed = None
    input_axes: InputAxes = None
    output_axes: OutputAxes = None


class LecunNormal(InitializerSpec):
    """Draws from a truncated normal distribution with variance 1 / inputs: made for selu.

    Source:
        Klambauer et al., Self-Normalizing Neural Networks, 2017. https://arxiv.org/abs/1706.02515
    """

    seed: Seed = None
    input_axes: InputAxes = None
    output_axes: OutputAxes = None


Initializer = Annotated[
    GlorotUniform
    | GlorotNormal
    | HeUniform
    | HeNormal
    | LecunUniform
    | LecunNormal
    | VarianceScaling
    | RandomUniform
    | RandomNormal
    | TruncatedNormal
    | Orthogonal
    | Identity
    | Zeros
    | Ones
    | Constant,
    Field(discriminator="type"),
]
