"""The palette: importing this package fills `LAYERS`, and `Layer` is the union of all of them, tagged by `type`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Field

from builder.layers import core
from builder.layers.base import LAYERS, LayerSpec

# Palette order. A family's label is the first word of its docstring, up to the colon.
FAMILIES = (core,)

if TYPE_CHECKING:
    Layer = LayerSpec
else:
    Layer = Annotated[Union[tuple(LAYERS.values())], Field(discriminator="type")]  # noqa: UP007 (built from the registry)


def family_labels() -> dict[str, str]:
    """File name of each family -> the label that the palette shows, in palette order."""
    return {family.__name__.rpartition(".")[2]: (family.__doc__ or "").partition(":")[0] for family in FAMILIES}


def palette() -> list[dict[str, Any]]:
    """Every layer as the palette shows it: type, family, tooltip, and an example to start from."""
    return [{"type": name, "family": cls.family(), "tooltip": cls.tooltip()} for name, cls in LAYERS.items()]


def example(layer_type: str) -> LayerSpec:
    """A new layer of this type; what Keras requires is taken from the field's `examples`.

    Raises:
        KeyError: no such layer.
    """
    cls = LAYERS[layer_type]
    required = {
        name: field.examples[0] for name, field in cls.model_fields.items() if field.is_required() and field.examples
    }
    return cls(**required)
