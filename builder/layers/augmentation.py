"""Augmentation: images turned, moved and disturbed while training, so that a network sees each of them anew."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from builder.layers import parameters as p
from builder.layers.base import LayerSpec, listed


class RandomFlip(LayerSpec):
    """Mirrors images at random while training.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Problems:
        Mirrored digits, letters and road signs mean something else; choose the mode with care.
    """

    mode: Literal["horizontal", "vertical", "horizontal_and_vertical"] = Field(
        "horizontal_and_vertical",
        examples=["horizontal"],
        description="horizontal: left and right change places; vertical: top and bottom; or both.",
    )
    seed: p.Seed = None

    def summary(self) -> str:
        """`horizontal`."""
        return self.mode.replace("_", " ")


class RandomRotation(LayerSpec):
    """Turns images by a random angle while training.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Units:
        `factor`: full turns; 0.1 is an angle from -36 to 36 degrees.
    """

    factor: p.Parts = Field(
        examples=[0.1], description="Largest turn to either side, as a part of 360 degrees; or smallest, largest."
    )
    fill_mode: p.FillMode = "reflect"
    interpolation: p.Interpolation = "bilinear"
    seed: p.Seed = None
    fill_value: p.FillValue = 0.0


class RandomTranslation(LayerSpec):
    """Moves images up, down and sideways at random while training.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Units:
        Parts of the height and of the width; 0.1 moves by up to a tenth to either side.
    """

    height_factor: p.Parts = Field(
        examples=[0.1], description="Largest move up or down, as a part of the height; or smallest, largest."
    )
    width_factor: p.Parts = Field(
        examples=[0.1], description="Largest move sideways, as a part of the width; or smallest, largest."
    )
    fill_mode: p.FillMode = "reflect"
    interpolation: p.Interpolation = "bilinear"
    seed: p.Seed = None
    fill_value: p.FillValue = 0.0


class RandomZoom(LayerSpec):
    """Brings images nearer or further away at random while training.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Units:
        Parts of the height and of the width: 0.2 zooms out, -0.2 in, a pair between its two numbers.

    Problems:
        A factor of -1 would zoom in without end.
    """

    height_factor: p.Parts = Field(
        examples=[0.2], description="Largest change of the height, as a part of it; or smallest, largest."
    )
    width_factor: p.Parts | None = Field(None, description="The same for the width; empty: images keep their form.")
    fill_mode: p.FillMode = "reflect"
    interpolation: p.Interpolation = "bilinear"
    seed: p.Seed = None
    fill_value: p.FillValue = 0.0

    def summary(self) -> str:
        """`0.2`, or `0.2, 0.1`."""
        return listed(self.height_factor, self.width_factor)


# Keras 3.15.1 writes a single number x as (-x, x) into a file, and refuses that when it reads the file.
Slant = Annotated[float, Field(ge=0, le=0)] | tuple[p.Share, p.Share]


class RandomShear(LayerSpec):
    """Slants images at random while training, like a pushed stack of paper.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Units:
        Parts of the width and of the height; 0.3 moves the far edge by 30 %.
    """

    x_factor: Slant = Field(0.0, examples=[(0.0, 0.2)], description="Least and most slant sideways; 0: none.")
    y_factor: Slant = Field(0.0, examples=[(0.0, 0.2)], description="Least and most slant up and down; 0: none.")
    interpolation: p.Interpolation = "bilinear"
    fill_mode: p.FillMode = "reflect"
    fill_value: p.FillValue = 0.0
    seed: p.Seed = None

    def summary(self) -> str:
        """`0.0x0.2, 0.0x0.2`."""
        return listed(self.x_factor or None, self.y_factor or None)


class RandomPerspective(LayerSpec):
    """Tilts images at random while training, as if they were seen from the side.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Units:
        `scale`: how far a corner moves, as a part of the height and the width.
    """

    factor: p.Shares = Field(1.0, description="Largest share of the images that are tilted; or smallest, largest.")
    scale: p.Share = Field(1.0, description="How far the corners move: 0 not at all, 1 most.")
    interpolation: p.Interpolation = "bilinear"
    fill_value: float = Field(0.0, description="Value of what lies outside the tilted image.")
    seed: p.Seed = None


class RandomElasticTransform(LayerSpec):
    """Bends images at random while training, as if they were drawn on rubber: good for handwriting and tissue.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Source:
        Simard, Steinkraus and Platt, Best Practices for Convolutional Neural Networks, 2003.
        https://doi.org/10.1109/ICDAR.2003.1227801
    """

    factor: p.Shares = Field(1.0, description="Largest share of the images that are bent; or smallest, largest.")
    scale: p.Shares = Field(1.0, description="Largest strength of the bend, from 0 to 1; or smallest, largest.")
    interpolation: p.Interpolation = "bilinear"
    fill_mode: p.FillMode = "reflect"
    fill_value: p.FillValue = 0.0
    value_range: p.ValueRange = (0, 255)
    seed: p.Seed = None


class RandomErasing(LayerSpec):
    """Covers a random rectangle of each image while training, so that a network does not rely on one detail.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Units:
        `scale`: part of the height and of the width.

    Source:
        Zhong et al., Random Erasing Data Augmentation, 2017. https://arxiv.org/abs/1708.04896
    """

    factor: p.Shares = Field(1.0, description="Largest share of the images that are covered; or smallest, largest.")
    scale: p.Shares = Field((0.02, 0.33), description="Smallest and largest side, as a part of the image's.")
    fill_value: float | None = Field(None, description="Value of the rectangle; empty: random noise.")
    value_range: p.ValueRange = (0, 255)
    seed: p.Seed = None


class RandomGaussianBlur(LayerSpec):
    """Makes images less sharp by a random amount while training.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same

    Problems:
        `kernel_size` must be odd.
    """

    factor: p.Shares = Field(1.0, description="Largest share of the images that are blurred; or smallest, largest.")
    kernel_size: p.Size = Field(3, description="Side of the window over which is averaged, in pixels; an odd number.")
    sigma: p.Shares = Field(1.0, description="Largest width of the bell curve, in pixels; or smallest, largest.")
    value_range: p.ValueRange = (0, 255)
    seed: p.Seed = None


class AugMix(LayerSpec):
    """Mixes several randomly changed versions of the images while training, so that a network stands disturbances.

    Shapes:
        in:  (batch, height, width, 3)
        out: the same

    Source:
        Hendrycks et al., AugMix, 2019. https://arxiv.org/abs/1912.02781
    """

    value_range: p.ValueRange = (0, 255)
    num_chains: int = Field(3, ge=1, le=20, description="Number of versions that are mixed.")
    chain_depth: int = Field(3, ge=1, le=20, description="Largest number of changes in a version.")
    factor: p.Shares = Field(0.3, description="Strength of the changes, from 0 to 1; or smallest, largest.")
    alpha: float = Field(1.0, gt=0, le=100, description="How even the mixture is: large numbers give equal parts.")
    all_ops: bool = Field(True, description="Also change brightness, colour, contrast and sharpness.")
    interpolation: p.Interpolation = "bilinear"
    seed: p.Seed = None


class RandAugment(LayerSpec):
    """Applies a few changes to the images while training, drawn at random out of eleven: one setting for all of them.

    Shapes:
        in:  (batch, height, width, 3)
        out: the same

    Source:
        Cubuk et al., RandAugment, 2019. https://arxiv.org/abs/1909.13719
    """

    value_range: p.ValueRange = (0, 255)
    num_ops: int = Field(2, ge=1, le=11, description="Number of changes in a row.")
    factor: p.Shares = Field(0.5, description="Strength of the changes, from 0 to 1; or smallest, largest.")
    interpolation: p.Interpolation = "bilinear"
    seed: p.Seed = None
