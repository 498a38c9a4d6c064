"""Colours: brightness, contrast and colours of images, evened out or changed at random while training."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from builder.layers import parameters as p
from builder.layers.base import LayerSpec, listed

Regions = Annotated[int, Field(ge=1, le=256)]


class RandomBrightness(LayerSpec):
    """Makes images lighter or darker at random while training.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Units:
        `factor`: part of `value_range` that is added; -1 is black, 1 is white.
    """

    factor: p.Parts = Field(examples=[0.2], description="Largest change to either side; or smallest, largest.")
    value_range: p.ValueRange = (0, 255)
    seed: p.Seed = None


class RandomContrast(LayerSpec):
    """Draws values away from or towards the mean of their channel at random while training.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Units:
        `factor`: contrast is multiplied by a number from 1 - factor to 1 + factor.
    """

    factor: p.Shares = Field(examples=[0.2], description="Largest change, from 0 to 1; or that down and that up.")
    value_range: p.ValueRange = (0, 255)
    seed: p.Seed = None


class RandomHue(LayerSpec):
    """Turns the circle of colours at random while training: red may become yellow.

    Shapes:
        in:  (batch, height, width, 3)
        out: the same
    """

    factor: p.Shares = Field(examples=[0.2], description="Largest turn, from 0 to 1; or smallest, largest.")
    value_range: p.ValueRange = (0, 255)
    seed: p.Seed = None


class RandomSaturation(LayerSpec):
    """Makes colours paler or stronger at random while training.

    Shapes:
        in:  (batch, height, width, 3)
        out: the same

    Units:
        `factor`: 0 is grey, 0.5 leaves an image as it is, 1 gives the strongest colours.
    """

    factor: p.Shares = Field(
        examples=[(0.4, 0.6)], description="Smallest and largest strength; one number is the largest, from 0 on."
    )
    value_range: p.ValueRange = (0, 255)
    seed: p.Seed = None


class RandomSharpness(LayerSpec):
    """Makes images softer or sharper at random while training.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Units:
        `factor`: 0 is blurred, 0.5 leaves an image as it is, 1 is sharpest.
    """

    factor: p.Shares = Field(
        examples=[(0.4, 0.6)], description="Smallest and largest sharpness; one number is the largest, from 0 on."
    )
    value_range: p.ValueRange = (0, 255)
    seed: p.Seed = None


class RandomColorDegeneration(LayerSpec):
    """Mixes images with their grey version at random while training.

    Shapes:
        in:  (batch, height, width, 3)
        out: the same
    """

    factor: p.Shares = Field(examples=[0.5], description="Largest share of grey, from 0 to 1; or smallest, largest.")
    value_range: p.ValueRange = (0, 255)
    seed: p.Seed = None


class RandomColorJitter(LayerSpec):
    """Changes brightness, contrast, saturation and hue at random while training, all in one layer.

    Shapes:
        in:  (batch, height, width, 3)
        out: the same
    """

    value_range: p.ValueRange = (0, 255)
    brightness_factor: p.Parts | None = Field(None, examples=[0.2], description="As in RandomBrightness; empty: none.")
    contrast_factor: p.Shares | None = Field(None, examples=[0.2], description="As in RandomContrast; empty: none.")
    saturation_factor: p.Shares | None = Field(
        None, examples=[(0.4, 0.6)], description="As in RandomSaturation; empty: none."
    )
    hue_factor: p.Shares | None = Field(None, examples=[0.1], description="As in RandomHue; empty: none.")
    seed: p.Seed = None

    def summary(self) -> str:
        """What is changed: `brightness, hue`."""
        names = ("brightness", "contrast", "saturation", "hue")
        return listed(*(name for name in names if getattr(self, f"{name}_factor") is not None))


class RandomGrayscale(LayerSpec):
    """Takes the colours out of random images while training; they keep their three channels, all alike.

    Shapes:
        in:  (batch, height, width, 3)
        out: the same
    """

    factor: p.Share = Field(0.5, description="Share of the images that become grey.")
    seed: p.Seed = None


class RandomInvert(LayerSpec):
    """Turns random images into their negative while training.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same
    """

    factor: p.Shares = Field(1.0, description="Largest share of the images that are changed; or smallest, largest.")
    value_range: p.ValueRange = (0, 255)
    seed: p.Seed = None


class RandomPosterization(LayerSpec):
    """Leaves only a few levels of each colour while training, as on a poster.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Units:
        `factor`: bits; 3 leaves 8 levels, 8 leaves images of bytes as they are.
    """

    factor: Annotated[int, Field(ge=1, le=8)] = Field(examples=[4], description="Bits that are kept of each value.")
    value_range: p.ValueRange = (0, 255)
    seed: p.Seed = None


class Solarization(LayerSpec):
    """Inverts what is lighter than a random threshold while training, like an overexposed film.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Units:
        Both factors are parts of `value_range`.
    """

    addition_factor: p.Shares = Field(0.0, description="Largest amount that is added before; or smallest, largest.")
    threshold_factor: p.Shares = Field(
        0.0, examples=[0.5], description="Largest threshold above which is inverted; or smallest, largest."
    )
    value_range: p.ValueRange = (0, 255)
    seed: p.Seed = None


class AutoContrast(LayerSpec):
    """Stretches the values of each image over the whole range, in training and in use.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same
    """

    value_range: p.ValueRange = (0, 255)


class ContrastLimitedAdaptiveHistogramEqualization(LayerSpec):
    """Evens out light and shadow in each region of an image, in training and in use: brings out detail in X-rays.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Source:
        Zuiderveld, Contrast Limited Adaptive Histogram Equalization, 1994.
        https://doi.org/10.1016/B978-0-12-336156-1.50061-6
    """

    value_range: p.ValueRange = (0, 255)
    clip_limit: float = Field(4.0, gt=0, le=1000, description="How much contrast may grow where there is hardly any.")
    tile_grid_size: tuple[Regions, Regions] = Field((8, 8), description="Number of regions down and to the right.")

    def summary(self) -> str:
        """`8x8`."""
        return listed(self.tile_grid_size)
