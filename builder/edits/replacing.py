"""Another layer in the place of one: what fits of its parameters and connections stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from builder.bridging import inherited
from builder.edits.checking import LAYER, EditError, changed, layer_of, need
from builder.edits.room import with_fields
from builder.edits.union import Replace
from builder.graph import Edge, Graph, Node
from builder.layers import PLACEABLE
from builder.layers.base import LayerSpec


def replace(graph: Graph, edit: Replace) -> Graph:
    """Put another layer under the name and in the place of one."""
    node = need(graph, edit.id)
    kind = PLACEABLE.get(edit.layer)
    if kind is None:
        raise EditError(f"No layer is called {edit.layer!r}.")
    before = need(graph, node.shares).layer if node.shares and graph.find(node.shares) else node.layer
    given = {**kind.example_values(), **edit.values, "type": edit.layer}
    layer = layer_of(given)
    for name, value in _set_by_hand(before):
        if name not in edit.values and _same_meaning(before, layer, name):
            layer = _with(layer, name, value)
    after = with_fields(node, layer=layer, shares=None)
    [*heirs] = inherited(graph.nodes, {node.id}) if any(other.shares == node.id for other in graph.nodes) else ()
    found = {heir.id: heir for heir in heirs}
    nodes = tuple(after if other is node else found.get(other.id, other) for other in graph.nodes)
    return changed(graph, nodes=nodes, edges=tuple(dict.fromkeys(_edges(graph, node, after))))


def _set_by_hand(layer: LayerSpec) -> Iterator[tuple[str, Any]]:
    """The parameters that are not as Keras has them by default, with their values."""
    for name, field in type(layer).model_fields.items():
        value = getattr(layer, name)
        if name != "type" and (field.is_required() or value != field.default):
            yield name, value


def _same_meaning(before: LayerSpec, after: LayerSpec, name: str) -> bool:
    """Whether two layers mean the same by a parameter: it bears the same name and takes the same kinds of values."""
    ours, theirs = type(before).model_fields.get(name), type(after).model_fields.get(name)
    return ours is not None and theirs is not None and ours.annotation == theirs.annotation


def _with(layer: LayerSpec, name: str, value: Any) -> LayerSpec:
    """The layer with one more value, where it takes it beside the others."""
    try:
        return LAYER.validate_python({**layer.model_dump(), name: value})
    except ValidationError:
        return layer


def _edges(graph: Graph, before: Node, after: Node) -> Iterator[Edge]:
    """The edges of the network, with those of the node at the ports and outputs that the new layer has."""
    had, has = graph.signature(before), graph.signature(after)
    came = [edge for edge in graph.edges if edge.target == before.id]
    ports = {
        port: port if port in has.ports else has.first for port in had.ports if port in has.ports or port == had.first
    }
    full: set[str] = set()
    for edge in graph.edges:
        if edge.source == before.id and edge.output >= len(has.outputs):
            continue
        port = ports.get(edge.port) if edge.target == before.id else edge.port
        if port is None or (edge.target == before.id and port in full):
            continue
        if edge.target == before.id and port not in has.lists:
            full.add(port)
        yield Edge(source=edge.source, output=edge.output, target=edge.target, port=port)
    first = next((edge for edge in came if ports.get(edge.port) == has.first), None)
    if first is not None and had.needed != has.needed:  # one tensor is query and value of self-attention
        taken = {ports.get(edge.port) for edge in came}
        for port in has.needed:
            if port not in taken:
                yield Edge(source=first.source, output=first.output, target=after.id, port=port)
