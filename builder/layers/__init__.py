"""The palette: importing this package fills `LAYERS`, and `Layer` is the union of all of them, tagged by `type`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Field

# In palette order, since importing a family registers its layers.
# isort: off
from builder.layers import core
from builder.layers import convolutional
from builder.layers import pooling
from builder.layers import normalization
from builder.layers import regularization
from builder.layers import activations
from builder.layers import reshaping
from builder.layers import merging
from builder.layers import preprocessing
from builder.layers import images
from builder.layers import augmentation
from builder.layers import colors
from builder.layers import audio
from builder.layers import rnn
from builder.layers import attention
from builder.layers import operations
from builder.layers import beyond
from builder.layers import applications

# isort: on
from builder.layers.base import LAYERS, LayerSpec
from builder.layers.blocks import BlockInput, Instance

# Palette order. A family's label is the first word of its docstring, up to the colon.
FAMILIES = (
    core,
    convolutional,
    pooling,
    normalization,
    regularization,
    activations,
    reshaping,
    merging,
    preprocessing,
    images,
    augmentation,
    colors,
    audio,
    rnn,
    attention,
    operations,
    beyond,
    applications,
)

# What a node can hold: the palette, and the parts of blocks.
PLACEABLE: dict[str, type[LayerSpec]] = {**LAYERS, "Block": Instance, "BlockInput": BlockInput}

if TYPE_CHECKING:
    Layer = LayerSpec
else:
    Layer = Annotated[Union[tuple(PLACEABLE.values())], Field(discriminator="type")]  # noqa: UP007 (built from the registry)


def family_labels() -> dict[str, str]:
    """File name of each family -> the label that the palette shows, in palette order."""
    return {family.__name__.rpartition(".")[2]: (family.__doc__ or "").partition(":")[0] for family in FAMILIES}


def palette() -> list[dict[str, Any]]:
    """Every layer as the palette shows it: type, family and tooltip, in palette order."""
    return [{"type": name, "family": cls.family(), "tooltip": cls.tooltip()} for name, cls in LAYERS.items()]


def example(layer_type: str) -> LayerSpec:
    """A new layer of this type, as it comes from the palette.

    Raises:
        KeyError: no such layer.
    """
    return LAYERS[layer_type].example()
