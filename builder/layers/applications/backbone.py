"""What all backbones share: their parameters, what a node shows of them, and how they are frozen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from builder.activations import ActivationName
from builder.call import NO_SYMBOLS, Call, Expression
from builder.layers import parameters as p
from builder.layers.base import Setting, Weighted, listed

Side = Annotated[int, Field(ge=1, le=100_000)] | None
WEIGHTS_FILE = r"^\w[\w.-]{0,120}\.(h5|keras)$"

IncludeTop = Annotated[bool, Field(examples=[False], description="Keep its head, which tells `classes` apart.")]
Weights = Annotated[
    Literal["imagenet"] | Annotated[str, Field(pattern=WEIGHTS_FILE)] | None,
    Field(
        examples=[None],
        description="imagenet: learned there (a download); empty: random; or the name of a file in the folder `weights`.",
    ),
]
InputShape = Annotated[
    tuple[Side, Side, Side] | None,
    Field(
        description="Height, width and channels of the incoming images; empty: any size in colour, its own with a head."
    ),
]
Pooling = Annotated[
    Literal["avg", "max"] | None,
    Field(
        examples=["avg"],
        description="Without the head: what becomes of the maps at the end; empty: they come out.",
    ),
]
Classes = Annotated[p.Units, Field(description="Number of classes of the head.")]
ClassifierActivation = Annotated[ActivationName | None, Field(description="Activation of the head.")]
IncludePreprocessing = Annotated[bool, Field(description="Rescale values from 0..255 itself, as its first layer.")]
Alpha = Annotated[float, Field(gt=0, le=10, description="Factor on the number of filters.")]


class Backbone(Weighted, abstract=True):
    """A whole network that is used as one layer, from keras.applications, which takes no `trainable`.

    A new one starts with random weights and without its head, so that it works offline. `network` is the module of Keras
    whose `preprocess_input` it wants, `side` the height and width of the images that it was trained on.
    """

    namespace: ClassVar[str] = "keras.applications"
    network: ClassVar[str]
    side: ClassVar[int]
    trailing: ClassVar[tuple[str, ...]] = ("trainable_layers",)

    trainable_layers: int | None = Field(
        None, ge=1, le=10_000, description="Only this many layers at its end learn; empty: all of them."
    )

    @classmethod
    def family(cls) -> str:
        """All of them are one group of the palette."""
        return "applications"

    def call(self, symbols: Mapping[str, Expression] = NO_SYMBOLS) -> Call:
        """The call, without what is set afterwards."""
        call = super().call(symbols)
        afterwards = ("trainable", "trainable_layers")
        return Call(call.target, call.args, tuple(pair for pair in call.kwargs if pair[0] not in afterwards))

    def settings(self) -> tuple[Setting, ...]:
        """What freezes it, or all but its last layers."""
        if not self.trainable:
            return (Setting("trainable", False),)
        return () if self.trainable_layers is None else (Setting("trainable", False, self.trainable_layers),)

    def activation_name(self) -> str | None:
        """The activation of its head, where it keeps that."""
        activation: str | None = getattr(self, "classifier_activation", None)
        return activation if getattr(self, "include_top", False) and activation != "linear" else None

    def summary(self) -> str:
        """`imagenet, frozen`."""
        alpha = getattr(self, "alpha", 1)
        last = None if self.trainable_layers is None else f"last {self.trainable_layers} learn"
        return listed(
            getattr(self, "weights", None) or "random weights",
            None if alpha == 1 else f"alpha {alpha:g}",
            f"{getattr(self, 'classes', 0)} classes"
            if getattr(self, "include_top", False)
            else getattr(self, "pooling", None),
            last if self.trainable else "frozen",
        )


class Usual(Backbone, abstract=True):
    """The parameters of most backbones, in Keras's order."""

    include_top: IncludeTop = True
    weights: Weights = "imagenet"
    input_shape: InputShape = None
    pooling: Pooling = None
    classes: Classes = 1000
    classifier_activation: ClassifierActivation = "softmax"
