"""What a backbone wants its images to be: from -1 to 1, by the mean of ImageNet, or in another order of colours."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from builder.layers.base import LayerSpec, listed

Module = Literal[
    "convnext",
    "densenet",
    "efficientnet",
    "efficientnet_v2",
    "inception_resnet_v2",
    "inception_v3",
    "mobilenet",
    "mobilenet_v2",
    "mobilenet_v3",
    "nasnet",
    "resnet",
    "resnet_v2",
    "vgg16",
    "vgg19",
    "xception",
]


class PreprocessInput(LayerSpec):
    """Brings images into the form that a backbone was trained with, by that network's own `preprocess_input`.

    Shapes:
        in:  (batch, height, width, 3): red, green, blue
        out: the same

    Units:
        Out for vgg, resnet: blue, green, red, each less its mean over ImageNet; densenet: mean 0 and variance 1;
        convnext, efficientnet, efficientnet_v2, mobilenet_v3: 0 to 255, as these rescale them themselves; others: -1 to 1.

    Problems:
        `largest` is not that of the data: a network that sees images a hundred times too dark guesses.
    """

    namespace: ClassVar[str] = "builder.own_layers"

    network: Module = Field(
        examples=["mobilenet_v2"], description="The module of keras.applications that it stands before."
    )
    largest: Literal[255, 1] = Field(
        255, examples=[1], description="Largest value that comes in: 255 for bytes, else 1."
    )

    @classmethod
    def family(cls) -> str:
        """It stands with the backbones."""
        return "applications"

    def summary(self) -> str:
        """`mobilenet_v2, from 0..1`."""
        return listed(self.network, f"from 0..{self.largest}")
