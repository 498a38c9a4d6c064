"""The parameters of a block: what stands behind each, and a form for the values of an instance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from builder.graph import Block
from builder.layers.base import LayerSpec
from builder.layers.blocks import Instance


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: the class and the field of the first layer that takes it, and the value that holds without another."""

    layer: type[LayerSpec]
    field: str
    value: Any


def parameters(block: Block, blocks: Iterable[Block]) -> dict[str, Parameter]:
    """The parameters of a block by name, in order.

    Args:
        block: the block.
        blocks: those that it may use; a parameter of one of them can be passed on.
    """
    known = {one.name: one for one in blocks}
    nodes = {node.id: node for node in block.nodes}
    found: dict[str, Parameter] = {}
    for one in block.exposes:
        places = ((nodes[node].layer, field) for node, field in one.places if node in nodes)
        behind = (_behind(layer, field, known) for layer, field in places)
        if parameter := next((parameter for parameter in behind if parameter), None):
            found[one.name] = parameter
    return found


def _behind(layer: LayerSpec, field: str, blocks: dict[str, Block]) -> Parameter | None:
    if not isinstance(layer, Instance) or field == "repeat":
        return Parameter(type(layer), field, getattr(layer, field)) if field in type(layer).model_fields else None
    inner = parameters(blocks[layer.block], blocks.values()).get(field) if layer.block in blocks else None
    return inner and Parameter(inner.layer, inner.field, layer.values.get(field, inner.value))


def values_form(block: Block, blocks: Iterable[Block]) -> type[BaseModel]:
    """A pydantic model of the values that an instance of a block can be given, with bounds and help of the layers inside."""
    fields: dict[str, Any] = {}
    for name, parameter in parameters(block, blocks).items():
        info = parameter.layer.model_fields[parameter.field]
        kind = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        fields[name] = (kind, Field(parameter.value, description=info.description))
    repeat = Instance.model_fields["repeat"]
    fields["repeat"] = (Annotated[(int, *repeat.metadata)], Field(1, description=repeat.description))
    config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    return create_model(block.name, __config__=config, __doc__=f"An instance of the block {block.name}.", **fields)
