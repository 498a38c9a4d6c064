"""What a person does to a network: the Edit union, and the reducer `apply(graph, edit) -> graph`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from builder.graph import FAR, MAX_EDGES, MAX_NODES, Edge, Frozen, Graph, Node
from builder.layers import Layer, example
from builder.layers.base import LayerSpec
from builder.names import NodeId, fresh_id

GAP = 130.0  # pixels between a layer and the one appended below it


class EditError(ValueError):
    """An edit that does not fit the graph any more; `str()` is shown, the graph stays as it was."""


class AddLayer(Frozen):
    """Add a layer. With `after`, connect it behind that node; with `edge`, put it into that edge; else leave it free."""

    type: Literal["AddLayer"] = "AddLayer"
    layer: str = Field(max_length=64, description="A name of the palette, such as Conv2D.")
    id: NodeId | None = None
    values: dict[str, Any] = Field(default_factory=dict, max_length=100)
    x: float = Field(0.0, ge=-FAR, le=FAR)
    y: float = Field(0.0, ge=-FAR, le=FAR)
    after: NodeId | None = None
    edge: Edge | None = None


class Place(Frozen):
    """Where a node is put."""

    id: NodeId
    x: float = Field(ge=-FAR, le=FAR)
    y: float = Field(ge=-FAR, le=FAR)


class Move(Frozen):
    """Put nodes somewhere else; nodes that are gone are passed over."""

    type: Literal["Move"] = "Move"
    places: tuple[Place, ...] = Field(max_length=MAX_NODES)


class Connect(Frozen):
    """Add an edge; a port that takes one tensor gives up the edge that it had."""

    type: Literal["Connect"] = "Connect"
    edge: Edge


class Disconnect(Frozen):
    """Remove edges."""

    type: Literal["Disconnect"] = "Disconnect"
    edges: tuple[Edge, ...] = Field(max_length=MAX_EDGES)


class Configure(Frozen):
    """Change parameters of one layer; what is not named stays as it is."""

    type: Literal["Configure"] = "Configure"
    id: NodeId
    values: dict[str, Any] = Field(max_length=100)


class Rename(Frozen):
    """Give a node another name; its edges follow. With a name used twice, the later node is renamed."""

    type: Literal["Rename"] = "Rename"
    id: NodeId
    to: NodeId


class Remove(Frozen):
    """Remove nodes with their edges, and further edges; with `heal`, a chain closes over the gap."""

    type: Literal["Remove"] = "Remove"
    ids: tuple[NodeId, ...] = Field((), max_length=MAX_NODES)
    edges: tuple[Edge, ...] = Field((), max_length=MAX_EDGES)
    heal: bool = False


class Paste(Frozen):
    """Add copies of nodes and of the edges between them, under new names where theirs are taken, shifted by dx, dy."""

    type: Literal["Paste"] = "Paste"
    nodes: tuple[Node, ...] = Field(max_length=MAX_NODES)
    edges: tuple[Edge, ...] = Field((), max_length=MAX_EDGES)
    dx: float = Field(0.0, ge=-FAR, le=FAR)
    dy: float = Field(0.0, ge=-FAR, le=FAR)


class Load(Frozen):
    """Replace the whole network, as opening a template or an upload does."""

    type: Literal["Load"] = "Load"
    graph: Graph


Edit = Annotated[
    AddLayer | Move | Connect | Disconnect | Configure | Rename | Remove | Paste | Load, Field(discriminator="type")
]
EDIT: TypeAdapter[Edit] = TypeAdapter(Edit)
LAYER: TypeAdapter[LayerSpec] = TypeAdapter(Layer)


def apply(graph: Graph, edit: Edit) -> Graph:
    """The graph after an edit.

    Raises:
        EditError: the edit names a node, layer or value that is not there or not allowed.
    """
    match edit:
        case AddLayer():
            return _add(graph, edit)
        case Move():
            places = {place.id: place for place in edit.places}
            return _with(graph, nodes=tuple(_placed(node, places.get(node.id)) for node in graph.nodes))
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
        return Graph(**{"version": graph.version, "nodes": graph.nodes, "edges": graph.edges, **changes})
    except ValidationError as error:
        raise EditError(reason(error)) from None


def reason(error: ValidationError) -> str:
    """All faults of a pydantic error in one line, each with the field it concerns."""
    faults = error.errors(include_url=False)
    return "; ".join(_fault(fault["loc"], fault["msg"]) for fault in faults)


def _fault(loc: tuple[int | str, ...], message: str) -> str:
    field = ".".join(str(part) for part in loc[-2:])
    return (f"{field}: " if field else "") + message.removeprefix("Value error, ")


def _need(graph: Graph, node_id: str) -> Node:
    node = graph.find(node_id)
    if node is None:
        raise EditError(
            f"There is no layer called {node_id!r} any more; it was removed or renamed, perhaps in another tab."
        )
    return node


def _placed(node: Node, place: Place | None) -> Node:
    return node if place is None else Node(id=node.id, layer=node.layer, x=place.x, y=place.y)


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
    node_id = edit.id or fresh_id(edit.layer, taken)
    if node_id in taken:
        raise EditError(f"The name {node_id!r} is taken.")
    layer = _layer({**values, **edit.values})
    x, y, edges = edit.x, edit.y, graph.edges
    port = first_port(layer)
    if edit.after is not None:
        before = _need(graph, edit.after)
        x, y = before.x, before.y + GAP
        if port is not None:
            edges = (*edges, Edge(source=before.id, target=node_id, port=port))
    if edit.edge is not None:
        if edit.edge not in edges:
            raise EditError("The connection that the layer was dropped on is gone.")
        if port is None:
            raise EditError(f"{edit.layer} takes no input, so it cannot stand in a connection.")
        old = edit.edge
        into = Edge(source=old.source, output=old.output, target=node_id, port=port)
        out = Edge(source=node_id, target=old.target, port=old.port)
        edges = (*(out if edge == old else edge for edge in edges), into)
    return _with(graph, nodes=(*graph.nodes, Node(id=node_id, layer=layer, x=x, y=y)), edges=edges)


def first_port(layer: LayerSpec) -> str | None:
    """Where a new connection goes when nobody says where; None for a layer without inputs."""
    return "inputs" if layer.ports is None else next(iter(layer.ports), None)


def _connect(graph: Graph, edge: Edge) -> Graph:
    source, target = _need(graph, edge.source), _need(graph, edge.target)
    ports = ("inputs",) if target.layer.ports is None else target.layer.ports
    if edge.port not in ports:
        offered = f"its inputs are {', '.join(ports)}" if ports else "it has no input"
        raise EditError(f"{target.id} ({target.layer.type}) has no input called {edge.port!r}; {offered}.")
    if edge.output >= len(source.layer.outputs()):
        raise EditError(f"{source.id} ({source.layer.type}) has no output number {edge.output + 1}.")
    if edge in graph.edges:
        return graph
    one = target.layer.ports is not None
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
    bearers = [node for node in graph.nodes if node.id == edit.id]
    changed = Node(id=edit.to, layer=bearers[-1].layer, x=bearers[-1].x, y=bearers[-1].y)
    nodes = tuple(changed if node is bearers[-1] else node for node in graph.nodes)
    edges = graph.edges if len(bearers) > 1 else tuple(_renamed(edge, edit) for edge in graph.edges)
    return _with(graph, nodes=nodes, edges=edges)


def _renamed(edge: Edge, edit: Rename) -> Edge:
    source = edit.to if edge.source == edit.id else edge.source
    target = edit.to if edge.target == edit.id else edge.target
    return Edge(source=source, output=edge.output, target=target, port=edge.port)


def _remove(graph: Graph, edit: Remove) -> Graph:
    gone, cut = set(edit.ids), set(edit.edges)
    edges = [edge for edge in graph.edges if edge not in cut]
    if edit.heal:
        for node_id in edit.ids:
            edges = _healed(edges, node_id)
    kept = tuple(edge for edge in edges if edge.source not in gone and edge.target not in gone)
    return _with(graph, nodes=tuple(node for node in graph.nodes if node.id not in gone), edges=kept)


def _healed(edges: list[Edge], node_id: str) -> list[Edge]:
    into = [edge for edge in edges if edge.target == node_id]
    if len(into) != 1:
        return edges
    before = into[0]
    return [
        Edge(source=before.source, output=before.output, target=edge.target, port=edge.port)
        if edge.source == node_id
        else edge
        for edge in edges
        if edge is not before
    ]


def _paste(graph: Graph, edit: Paste) -> Graph:
    taken = {node.id for node in graph.nodes}
    names: dict[str, str] = {}
    for node in edit.nodes:
        names[node.id] = node.id if node.id not in taken else fresh_id(node.layer.type, taken)
        taken.add(names[node.id])
    copies = tuple(Node(id=names[n.id], layer=n.layer, x=n.x + edit.dx, y=n.y + edit.dy) for n in edit.nodes)
    edges = tuple(
        Edge(source=names[e.source], output=e.output, target=names[e.target], port=e.port)
        for e in edit.edges
        if e.source in names and e.target in names
    )
    return _with(graph, nodes=(*graph.nodes, *copies), edges=(*graph.edges, *edges))
