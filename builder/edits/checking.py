"""What every edit is held to: a graph, a node, a layer that is valid, or a reason in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from builder.graph import Graph, Node
from builder.layers import Layer
from builder.layers.base import LayerSpec

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LAYER: TypeAdapter[LayerSpec] = TypeAdapter(Layer)


class EditError(ValueError):
    """An edit that does not fit the graph any more; `str()` is shown, the graph stays as it was."""


class NameTakenError(EditError):
    """A new layer's name is in use; `free` is one that is not."""

    def __init__(self, name: str, free: str) -> None:
        super().__init__(f"The name {name!r} is taken; a network has each name once.")
        self.name, self.free = name, free


def changed(graph: Graph, **changes: Any) -> Graph:
    """A new, validated graph: `model_copy` would not check the bounds."""
    try:
        return Graph(**{name: getattr(graph, name) for name in Graph.model_fields} | changes)
    except ValidationError as error:
        raise EditError(reason(error)) from None


def reason(error: ValidationError) -> str:
    """All faults of a pydantic error in one line, each with the field it concerns."""
    return "; ".join(_fault(fault) for fault in error.errors(include_url=False)[:20])


def _fault(fault: ErrorDetails) -> str:
    field = ".".join(str(part) for part in fault["loc"][-2:])
    if fault["type"] == "too_long" and field in Graph.model_fields:
        return f"A network has at most {fault['ctx']['max_length']} {field}."
    return (f"{field}: " if field else "") + fault["msg"].removeprefix("Value error, ")


def need(graph: Graph, node_id: str) -> Node:
    """The node of this name, or an EditError."""
    node = graph.find(node_id)
    if node is None:
        raise EditError(
            f"There is no layer called {node_id!r} any more; it was removed or renamed, perhaps in another tab."
        )
    return node


def layer_of(data: dict[str, Any]) -> LayerSpec:
    """The layer that these values are of, or an EditError."""
    try:
        return LAYER.validate_python(data)
    except ValidationError as error:
        raise EditError(reason(error)) from None
