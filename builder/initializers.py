"""How weights start: Keras's initializers as typed choices."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from builder.call import Spec


class InitializerSpec(Spec, abstract=True):
    """A way to draw the first values of a weight."""

    namespace: ClassVar[str] = "keras.initializers"


class Seeded(InitializerSpec, abstract=True):
    """A random initializer, repeatable by `seed`."""

    seed: int | None = Field(None, ge=0, description="Fixes the drawn values; empty: they follow the run's seed.")


class GlorotUniform(Seeded):
    """Draws from -limit to limit with limit = sqrt(6 / (inputs + outputs)): keeps the variance through the layers.

    Source:
        Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
        https://proceedings.mlr.press/v9/glorot10a.html
    """


class Zeros(InitializerSpec):
    """All zeros."""


Initializer = Annotated[GlorotUniform | Zeros, Field(discriminator="type")]
