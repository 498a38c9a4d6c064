"""The reducer of the document: `apply(graph, edit) -> graph`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.bridging import bridged, inherited
from builder.edits.blocks import remove_block, rename_block, write_back
from builder.edits.checking import EditError, NameTakenError, changed, layer_of, need
from builder.edits.connecting import connect
from builder.edits.folding import fold, unfold
from builder.edits.pasting import paste
from builder.edits.replacing import replace
from builder.edits.room import HEIGHT, STEP, WIDTH, free_x, make_room, placed, with_fields
from builder.edits.union import (
    AddLayer,
    Configure,
    ConfigureAll,
    Connect,
    Disable,
    Disconnect,
    Edit,
    Expose,
    Fold,
    Insert,
    Load,
    Move,
    Paste,
    Remove,
    RemoveBlock,
    Rename,
    RenameBlock,
    Replace,
    Share,
    Unexpose,
    Unfold,
)
from builder.graph import Edge, Graph, Node
from builder.layers import PLACEABLE
from builder.layers.blocks import BlockInput, Instance
from builder.names import fresh_id, fresh_names


def apply(graph: Graph, edit: Edit) -> Graph:
    """The graph after an edit.

    Raises:
        EditError: the edit names a node, layer or value that is not there or not allowed.
    """
    if edit.inside is None or isinstance(edit, RenameBlock | RemoveBlock):
        return _apply(graph, edit)
    try:
        inner = graph.inside(edit.inside)
    except KeyError:
        raise EditError(f"There is no block called {edit.inside!r} any more.") from None
    if isinstance(edit, Paste):
        return write_back(graph, edit, paste(inner, edit, taken=(block.name for block in graph.blocks)))
    return write_back(graph, edit, _apply(inner, edit))


def _apply(graph: Graph, edit: Edit) -> Graph:
    match edit:
        case AddLayer():
            return _add(graph, edit)
        case Insert():
            return _insert(graph, edit)
        case Move():
            places = {place.id: place for place in edit.places}
            moved = (placed(n, p.x, p.y) if (p := places.get(n.id)) else n for n in graph.nodes)
            return changed(graph, nodes=tuple(moved))
        case Connect():
            return connect(graph, edit.edge)
        case Disconnect():
            gone = set(edit.edges)
            return changed(graph, edges=tuple(edge for edge in graph.edges if edge not in gone))
        case Configure():
            return _configure(graph, edit)
        case ConfigureAll():
            return _configure_all(graph, edit)
        case Replace():
            return replace(graph, edit)
        case Disable():
            return _disable(graph, edit)
        case Rename():
            return _rename(graph, edit)
        case Remove():
            return _remove(graph, edit)
        case Paste():
            return paste(graph, edit)
        case Share():
            return _share(graph, edit)
        case Fold():
            return fold(graph, edit)
        case Unfold():
            return unfold(graph, edit)
        case Expose() | Unexpose():
            return graph  # a matter of the block as a whole: see write_back
        case RenameBlock():
            return rename_block(graph, edit)
        case RemoveBlock():
            return remove_block(graph, edit)
        case Load():
            return edit.graph


def _add(graph: Graph, edit: AddLayer) -> Graph:
    kind = PLACEABLE.get(edit.layer)
    if kind is None:
        raise EditError(f"No layer is called {edit.layer!r}.")
    taken = {node.id for node in graph.nodes}
    if edit.id in taken:
        raise NameTakenError(edit.id, next(fresh_names([edit.id], taken)))
    layer = layer_of({**kind.example_values(), **edit.values, "type": edit.layer})
    name = edit.id or fresh_id(layer.block if isinstance(layer, Instance) else edit.layer, taken)
    node = Node(id=name, layer=layer, x=edit.x, y=edit.y)
    if edit.edge is not None:
        return _into(graph, node, edit.edge)
    if edit.after is not None:
        return _behind(graph, node, need(graph, edit.after))
    return changed(graph, nodes=(*graph.nodes, node))


def _behind(graph: Graph, node: Node, before: Node) -> Graph:
    if graph.signature(node).first is None:
        node = placed(node, free_x(graph.nodes, before.x + WIDTH, before.y), before.y)
        return changed(graph, nodes=(*graph.nodes, node))
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
    return changed(graph, nodes=(*make_room(graph.nodes, edges, node), node), edges=edges)


def _insert(graph: Graph, edit: Insert) -> Graph:
    node = need(graph, edit.id)
    if edit.id in (edit.edge.source, edit.edge.target):
        raise EditError(f"{edit.id} is an end of that connection already.")
    place = graph.nodes.index(node)
    nodes = (*graph.nodes[:place], *graph.nodes[place + 1 :])
    return _into(changed(graph, nodes=nodes, edges=bridged(graph.edges, {edit.id})), node, edit.edge)


def _configure(graph: Graph, edit: Configure) -> Graph:
    node = need(graph, edit.id)
    owner = graph.find(node.shares) if node.shares else None
    if owner is not None and owner.layer.type == node.layer.type:  # the layer is that of another node
        node = owner
    if edit.values.get("type", node.layer.type) != node.layer.type:
        raise EditError("A layer's type cannot be changed; add the other layer instead.")
    layer = layer_of({**node.layer.model_dump(), **edit.values})
    return changed(
        graph, nodes=tuple(with_fields(other, layer=layer) if other is node else other for other in graph.nodes)
    )


def _configure_all(graph: Graph, edit: ConfigureAll) -> Graph:
    chosen = [need(graph, node_id) for node_id in dict.fromkeys(edit.ids)]
    owners = {node.shares or node.id for node in chosen} | {node.id for node in chosen}
    takes = {node.id: _taken(node, edit.values) for node in graph.nodes if node.id in owners}
    if chosen and not any(takes.values()):
        raise EditError(f"None of these layers has a parameter called {', '.join(edit.values) or 'so'}.")
    layers = {
        node.id: layer_of({**node.layer.model_dump(), **values})
        for node in graph.nodes
        if (values := takes.get(node.id))
    }
    return changed(graph, nodes=tuple(with_fields(n, layer=layers[n.id]) if n.id in layers else n for n in graph.nodes))


def _taken(node: Node, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values for which a layer has a parameter."""
    return {name: value for name, value in values.items() if name in type(node.layer).model_fields and name != "type"}


def _disable(graph: Graph, edit: Disable) -> Graph:
    chosen = {need(graph, node_id).id for node_id in edit.ids}
    for node in graph.nodes:
        if edit.disabled and node.id in chosen and isinstance(node.layer, BlockInput):
            raise EditError(f"{node.id} is an input of the block, which each of its instances has; remove it instead.")
    return changed(
        graph,
        nodes=tuple(with_fields(node, disabled=edit.disabled) if node.id in chosen else node for node in graph.nodes),
    )


def _share(graph: Graph, edit: Share) -> Graph:
    node = need(graph, edit.id)
    if edit.of is not None:
        owner = need(graph, edit.of)
        owner = need(graph, owner.shares) if owner.shares else owner
        if owner.id == node.id or owner.layer.type != node.layer.type or not node.layer.shareable:
            raise EditError(
                f"{node.id} ({node.layer.type}) cannot use the layer of {owner.id} ({owner.layer.type}): only another layer of "
                "the same type can be shared, and inputs and blocks cannot."
            )
        followers = {other.id for other in graph.nodes if other.shares == node.id} | {node.id}
        nodes = (with_fields(n, shares=owner.id, layer=owner.layer) if n.id in followers else n for n in graph.nodes)
    else:
        nodes = (with_fields(n, shares=None) if n is node else n for n in graph.nodes)
    return changed(graph, nodes=tuple(nodes))


def _rename(graph: Graph, edit: Rename) -> Graph:
    need(graph, edit.id)
    if edit.to == edit.id:
        return graph
    if graph.find(edit.to) is not None:
        raise EditError(f"The name {edit.to!r} is taken; a network has each name once.")
    places = [place for place, node in enumerate(graph.nodes) if node.id == edit.id]
    renamed = with_fields(graph.nodes[places[-1]], id=edit.to)
    nodes = (*graph.nodes[: places[-1]], renamed, *graph.nodes[places[-1] + 1 :])
    if len(places) > 1:
        return changed(graph, nodes=nodes)
    nodes = tuple(with_fields(node, shares=edit.to) if node.shares == edit.id else node for node in nodes)
    return changed(graph, nodes=nodes, edges=tuple(_renamed(edge, edit) for edge in graph.edges))


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
        bridged(edges, gone) if edit.heal else tuple(e for e in edges if e.source not in gone and e.target not in gone)
    )
    return changed(graph, nodes=inherited(graph.nodes, gone), edges=kept)
