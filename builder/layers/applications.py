"""Backbones: well-known networks as one layer, with the weights learned on ImageNet if you like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from builder.activations import ActivationName
from builder.call import NO_SYMBOLS, Call, Expression
from builder.layers import parameters as p
from builder.layers.base import Weighted, listed

Side = Annotated[int, Field(ge=1, le=100_000)] | None


class Backbone(Weighted, abstract=True):
    """A whole network that is used as one layer, from keras.applications, which takes no `trainable`."""

    namespace: ClassVar[str] = "keras.applications"

    def call(self, symbols: Mapping[str, Expression] = NO_SYMBOLS) -> Call:
        """The call without `trainable`."""
        call = super().call(symbols)
        return Call(call.target, call.args, tuple(pair for pair in call.kwargs if pair[0] != "trainable"))

    def attributes(self) -> tuple[tuple[str, bool], ...]:
        """`trainable`, where the backbone is frozen."""
        return () if self.trainable else (("trainable", False),)


class MobileNetV2(Backbone):
    """A small, quick network for images, made of inverted residual blocks; takes values from -1 to 1.

    Put Rescaling before it (scale 1/127.5, offset -1 for bytes). A new one starts with random weights and without its
    head, so that it works offline; "imagenet" downloads the learned weights, 14 MB, when training begins.

    Shapes:
        in:  (batch, height, width, 3) with height and width of at least 32
        out: (batch, height / 32, width / 32, 1280 * max(alpha, 1)), or without the maps if `pooling` is chosen
        with its head (include_top): (batch, classes)

    Units:
        `alpha`: factor on the number of filters.

    Problems:
        "imagenet" with another number of channels than 3, or with an alpha that is not one of
        0.35, 0.5, 0.75, 1, 1.3, 1.4, or with a head of other than 1000 classes.
        With its head, `input_shape` must be that of the incoming images; empty: (224, 224, 3).

    Source:
        Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018. https://arxiv.org/abs/1801.04381
    """

    input_shape: tuple[Side, Side, Side] | None = Field(
        None,
        description="Height, width and channels of the incoming images; empty: any size in colour, with the head 224 x 224.",
    )
    alpha: float = Field(1.0, gt=0, le=10, description="Factor on the number of filters.")
    include_top: bool = Field(True, examples=[False], description="Keep its head, which tells `classes` apart.")
    weights: Literal["imagenet"] | None = Field(
        "imagenet", examples=[None], description="Learned on ImageNet (a download), or empty: random."
    )
    pooling: Literal["avg", "max"] | None = Field(
        None,
        examples=["avg"],
        description="Without the head: what becomes of the maps at the end; empty: they come out.",
    )
    classes: p.Units = Field(1000, description="Number of classes of the head.")
    classifier_activation: ActivationName | None = Field("softmax", description="Activation of the head.")

    def activation_name(self) -> str | None:
        """The activation of its head, where it keeps that."""
        return self.classifier_activation if self.include_top and self.classifier_activation != "linear" else None

    def summary(self) -> str:
        """`imagenet, frozen`."""
        return listed(
            self.weights or "random weights",
            None if self.alpha == 1 else f"alpha {self.alpha:g}",
            self.pooling if not self.include_top else f"{self.classes} classes",
            None if self.trainable else "frozen",
        )
