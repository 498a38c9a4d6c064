"""The reducer of the document: `apply(graph, edit) -> graph`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from builder.edits.room import HEIGHT, STEP, WIDTH, free_x, make_room, placed
from builder.edits.union import (
    AddLayer,
    Configure,
    Connect,
    Disconnect,
    Edit,
    Insert,
    Load,
    Move,
    Paste,
    Remove,
    Rename,
)
from builder.graph import Edge, Graph, Node
from builder.layers import Layer, example
from builder.layers.base import LayerSpec
from builder.names import fresh_id, fresh_names

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LAYER: TypeAdapter[LayerSpec] = TypeAdapter(Layer)


class EditError(ValueError):
    """An edit that does not fit the graph any more; `str()` is shown, the graph stays as it was."""


def apply(graph: Graph, edit: Edit) -> Graph:
    """The graph after an edit.

    Raises:
        EditError: the edit names a node, layer or value that is not there or not allowed.
    """
    match edit:
        case AddLayer():
            return _add(graph, edit)
        case Insert():
            return _insert(graph, edit)
        case Move():
            places = {place.id: place for place in edit.places}
            moved = (placed(n, p.x, p.y) if (p := places.get(n.id)) else n for n in graph.nodes)
            return _with(graph, nodes=tuple(moved))
        case Connect():
            return _connect(graph, edit.edge)
        case Disconnect():
            gone = set(edit.edges)
            return _with(graph, edges=tuple(edge for edge in graph.edges if edge not in gone))
        case Configure():
            return _configure(graph, edit)
        case Rename():
            return _rename(graph, edit)
        case Remove():
            return _remove(graph, edit)
        case Paste():
            return _paste(graph, edit)
        case Load():
            return edit.graph


def _with(graph: Graph, **changes: Any) -> Graph:
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


def _need(graph: Graph, node_id: str) -> Node:
    node = graph.find(node_id)
    if node is None:
        raise EditError(
            f"There is no layer called {node_id!r} any more; it was removed or renamed, perhaps in another tab."
        )
    return node


def _layer(data: dict[str, Any]) -> LayerSpec:
    try:
        return LAYER.validate_python(data)
    except ValidationError as error:
        raise EditError(reason(error)) from None


def _add(graph: Graph, edit: AddLayer) -> Graph:
    try:
        values = example(edit.layer).model_dump()
    except KeyError:
        raise EditError(f"No layer is called {edit.layer!r}.") from None
    taken = {node.id for node in graph.nodes}
    if edit.id in taken:
        raise EditError(f"The name {edit.id!r} is taken; a network has each name once.")
    layer = _layer({**values, **edit.values, "type": edit.layer})
    node = Node(id=edit.id or fresh_id(edit.layer, taken), layer=layer, x=edit.x, y=edit.y)
    if edit.edge is not None:
        return _into(graph, node, edit.edge)
    if edit.after is not None:
        return _behind(graph, node, _need(graph, edit.after))
    return _with(graph, nodes=(*graph.nodes, node))


def _behind(graph: Graph, node: Node, before: Node) -> Graph:
    if graph.signature(node).first is None:
        node = placed(node, free_x(graph.nodes, before.x + WIDTH, before.y), before.y)
        return _with(graph, nodes=(*graph.nodes, node))
    following = [edge for edge in graph.edges if (edge.source, edge.output) == (before.id, 0)]
    x = before.x if following else free_x(graph.nodes, before.x, before.y + STEP)
    return _between(graph, placed(node, x, before.y + STEP), before.id, 0, following)


def _into(graph: Graph, node: Node, edge: Edge) -> Graph:
    if edge not in graph.edges:
        raise EditError("The connection that the layer was dropped on is gone.")
    if graph.signature(node).first is None:
        raise EditError(f"{node.layer.type} takes no input, so it cannot stand in a connection.")
    source = graph.find(edge.source)
    if source is not None and abs(source.x - node.x) < WIDTH and abs(source.y - node.y) < HEIGHT:
        node = placed(node, node.x, source.y + STEP)
    return _between(graph, node, edge.source, edge.output, [edge])


def _between(graph: Graph, node: Node, source: str, output: int, following: list[Edge]) -> Graph:
    """Add `node` behind a tensor; the edges `following`, which began at the tensor, now begin at the node."""
    passed_on = set(following)
    rerouted = (
        Edge(source=node.id, target=edge.target, port=edge.port) if edge in passed_on else edge for edge in graph.edges
    )
    # Every input that must be connected gets the tensor: query and value of self-attention are the same.
    into = (Edge(source=source, output=output, target=node.id, port=port) for port in graph.signature(node).needed)
    edges = (*rerouted, *into)
    return _with(graph, nodes=(*make_room(graph.nodes, edges, node), node), edges=edges)


def _insert(graph: Graph, edit: Insert) -> Graph:
    node = _need(graph, edit.id)
    if edit.id in (edit.edge.source, edit.edge.target):
        raise EditError(f"{edit.id} is an end of that connection already.")
    place = graph.nodes.index(node)
    nodes = (*graph.nodes[:place], *graph.nodes[place + 1 :])
    return _into(_with(graph, nodes=nodes, edges=_healed(graph.edges, {edit.id})), node, edit.edge)


def _connect(graph: Graph, edge: Edge) -> Graph:
    source, target = _need(graph, edge.source), _need(graph, edge.target)
    offered = graph.signature(target).ports
    if edge.port not in offered:
        has = f"its inputs are {', '.join(offered)}" if offered else "it has no input"
        raise EditError(f"{target.id} ({target.layer.type}) has no input called {edge.port!r}; {has}.")
    if edge.output >= len(graph.signature(source).outputs):
        raise EditError(f"{source.id} ({source.layer.type}) has no output number {edge.output + 1}.")
    if edge in graph.edges:
        return graph
    one = edge.port not in graph.signature(target).lists
    kept = tuple(e for e in graph.edges if not (one and (e.target, e.port) == (edge.target, edge.port)))
    return _with(graph, edges=(*kept, edge))


def _configure(graph: Graph, edit: Configure) -> Graph:
    node = _need(graph, edit.id)
    if edit.values.get("type", node.layer.type) != node.layer.type:
        raise EditError("A layer's type cannot be changed; add the other layer instead.")
    layer = _layer({**node.layer.model_dump(), **edit.values})
    changed = Node(id=node.id, layer=layer, x=node.x, y=node.y)
    return _with(graph, nodes=tuple(changed if other is node else other for other in graph.nodes))


def _rename(graph: Graph, edit: Rename) -> Graph:
    _need(graph, edit.id)
    if edit.to == edit.id:
        return graph
    if graph.find(edit.to) is not None:
        raise EditError(f"The name {edit.to!r} is taken; a network has each name once.")
    places = [place for place, node in enumerate(graph.nodes) if node.id == edit.id]
    last = graph.nodes[places[-1]]
    renamed = Node(id=edit.to, layer=last.layer, x=last.x, y=last.y)
    nodes = (*graph.nodes[: places[-1]], renamed, *graph.nodes[places[-1] + 1 :])
    edges = graph.edges if len(places) > 1 else tuple(_renamed(edge, edit) for edge in graph.edges)
    return _with(graph, nodes=nodes, edges=edges)


def _renamed(edge: Edge, edit: Rename) -> Edge:
    if edit.id not in (edge.source, edge.target):
        return edge
    source = edit.to if edge.source == edit.id else edge.source
    target = edit.to if edge.target == edit.id else edge.target
    return Edge(source=source, output=edge.output, target=target, port=edge.port)


def _remove(graph: Graph, edit: Remove) -> Graph:
    gone, cut = set(edit.ids), set(edit.edges)
    edges = [edge for edge in graph.edges if edge not in cut]
    kept = (
        _healed(edges, gone) if edit.heal else tuple(e for e in edges if e.source not in gone and e.target not in gone)
    )
    return _with(graph, nodes=tuple(node for node in graph.nodes if node.id not in gone), edges=kept)


def _healed(edges: Iterable[Edge], gone: set[str]) -> tuple[Edge, ...]:
    """The edges without those nodes; what followed one of them follows the one tensor that came into it, if it is one."""
    edges = tuple(edges)
    into: dict[str, set[tuple[str, int]]] = {}
    for edge in edges:
        if edge.target in gone:
            into.setdefault(edge.target, set()).add((edge.source, edge.output))
    kept: dict[Edge, None] = {}
    for edge in edges:
        source, output, passed = edge.source, edge.output, set[str]()
        while source in gone and source not in passed and len(into.get(source, ())) == 1:
            passed.add(source)
            [(source, output)] = into[source]
        if source not in gone and edge.target not in gone:
            kept[Edge(source=source, output=output, target=edge.target, port=edge.port)] = None
    return tuple(kept)


def _paste(graph: Graph, edit: Paste) -> Graph:
    names = fresh_names([node.id for node in edit.nodes], (node.id for node in graph.nodes))
    copies = [Node(id=name, layer=node.layer) for name, node in zip(names, edit.nodes, strict=True)]
    shifted = (placed(new, old.x + edit.dx, old.y + edit.dy) for new, old in zip(copies, edit.nodes, strict=True))
    name_of = {old.id: new.id for new, old in zip(copies, edit.nodes, strict=True)}
    edges = (
        Edge(source=name_of[e.source], output=e.output, target=name_of[e.target], port=e.port)
        for e in edit.edges
        if e.source in name_of and e.target in name_of
    )
    return _with(graph, nodes=(*graph.nodes, *shifted), edges=(*graph.edges, *edges))
