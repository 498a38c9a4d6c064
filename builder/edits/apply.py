"""The reducer of the document: `apply(graph, edit) -> graph`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from builder.edits.blocks import remove_block, rename_block, write_back
from builder.edits.checking import EditError, NameTakenError, changed, layer_of, need
from builder.edits.folding import fold, unfold
from builder.edits.room import HEIGHT, STEP, WIDTH, free_x, make_room, placed, with_fields
from builder.edits.union import (
    AddLayer,
    Configure,
    Connect,
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
    Share,
    Unexpose,
    Unfold,
)
from builder.graph import Edge, Graph, Node
from builder.layers import PLACEABLE
from builder.layers.blocks import Instance
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
            return _connect(graph, edit.edge)
        case Disconnect():
            gone = set(edit.edges)
            return changed(graph, edges=tuple(edge for edge in graph.edges if edge not in gone))
        case Configure():
            return _configure(graph, edit)
        case Rename():
            return _rename(graph, edit)
        case Remove():
            return _remove(graph, edit)
        case Paste():
            return _paste(graph, edit)
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
    return _into(changed(graph, nodes=nodes, edges=_healed(graph.edges, {edit.id})), node, edit.edge)


def _connect(graph: Graph, edge: Edge) -> Graph:
    source, target = need(graph, edge.source), need(graph, edge.target)
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
    return changed(graph, edges=(*kept, edge))


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
        _healed(edges, gone) if edit.heal else tuple(e for e in edges if e.source not in gone and e.target not in gone)
    )
    left = [node for node in graph.nodes if node.id not in gone]
    heirs: dict[str, str] = {}  # a layer whose first node goes stays with the next one that uses it
    for node in left:
        if node.shares in gone:
            heirs.setdefault(node.shares, node.id)
    nodes = (_inheriting(node, heirs) for node in left)
    return changed(graph, nodes=tuple(nodes), edges=kept)


def _inheriting(node: Node, heirs: Mapping[str, str]) -> Node:
    heir = heirs.get(node.shares or "")
    return node if heir is None else with_fields(node, shares=None if heir == node.id else heir)


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
    names = tuple(fresh_names([node.id for node in edit.nodes], (node.id for node in graph.nodes)))
    renamed = tuple(zip(names, edit.nodes, strict=True))
    name_of = {node.id: name for name, node in renamed}
    there = {node.id for node in graph.nodes}
    owners = {None: None} | {name: name for name in there} | name_of
    copies = (with_fields(node, id=name, shares=owners.get(node.shares)) for name, node in renamed)
    shifted = (placed(node, node.x + edit.dx, node.y + edit.dy) for node in copies)
    edges = (
        Edge(source=name_of[e.source], output=e.output, target=name_of[e.target], port=e.port)
        for e in edit.edges
        if e.source in name_of and e.target in name_of
    )
    return changed(graph, nodes=(*graph.nodes, *shifted), edges=(*graph.edges, *edges))
