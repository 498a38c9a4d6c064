"""Folding nodes into a block, and unfolding an instance into the layers inside it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from statistics import mean

import networkx as nx
from pydantic import ValidationError

from builder.edits.checking import EditError, changed, need, reason
from builder.edits.room import STEP, WIDTH, close_up, followers, free_x, moved_down, placed, with_fields
from builder.edits.union import Fold, Unfold
from builder.graph import FAR, Block, Edge, Graph, Node
from builder.layers import example
from builder.layers.blocks import BlockInput, Instance
from builder.names import fresh_id, fresh_names

Tensor = tuple[str, int]  # a node and the number of its output


def fold(graph: Graph, edit: Fold) -> Graph:
    """Make a block of some nodes, with a port for each tensor that comes in, and an instance in their place."""
    chosen = {node_id: need(graph, node_id) for node_id in edit.ids}
    _refuse_fold(graph, chosen)
    port_of = _ports(graph, chosen)
    block, output_of = _block(graph, chosen, edit.name, port_of)
    ends = block.signature().outputs
    instance_id = next(fresh_names([edit.name], {node.id for node in graph.nodes} - set(chosen)))
    edges = [
        Edge(source=source, output=output, target=instance_id, port=port) for (source, output), port in port_of.items()
    ]
    for edge in graph.edges:
        if edge.target not in chosen and edge.source in chosen:
            output = ends.index(output_of[edge.source, edge.output])
            edges.append(Edge(source=instance_id, output=output, target=edge.target, port=edge.port))
        elif edge.target not in chosen:
            edges.append(edge)
    place = next(place for place, node in enumerate(graph.nodes) if node.id in chosen)
    top, low = min(node.y for node in chosen.values()), max(node.y for node in chosen.values())
    others = [node for node in graph.nodes if node.id not in chosen]
    instance = Node(
        id=instance_id, layer=Instance(block=edit.name), x=free_x(others, _middle(block.nodes, ends), top), y=top
    )
    before = sum(node.id not in chosen for node in graph.nodes[:place])
    nodes = close_up((*others[:before], instance, *others[before:]), edges, instance, low - top)
    return changed(graph, nodes=nodes, edges=tuple(edges), blocks=(*graph.blocks, block))


def _middle(nodes: Sequence[Node], ends: Container[str]) -> float:
    """The x of an instance beside the nodes of its block: in the middle of those whose tensors leave it."""
    return mean([node.x for node in nodes if node.id in ends] or [node.x for node in nodes] or [0.0])


def _refuse_fold(graph: Graph, chosen: Mapping[str, Node]) -> None:
    if inputs := [name for name, node in chosen.items() if node.layer.ports == ()]:
        raise EditError(f"{inputs[0]} is an input and stays outside of a block: select the layers behind it.")
    for node in graph.nodes:
        if node.shares is not None and (node.id in chosen) != (node.shares in chosen):
            raise EditError(f"{node.id} uses the layer of {node.shares}: fold both into the block, or neither.")
    network: nx.DiGraph[str] = nx.DiGraph((edge.source, edge.target) for edge in graph.edges)
    network.add_nodes_from(chosen)
    behind = {name for one in chosen for name in nx.descendants(network, one)} - set(chosen)
    for name in behind:
        if any(edge.source == name and edge.target in chosen for edge in graph.edges):
            raise EditError(
                f"{name} lies between the selected layers: what leaves the block would come back into it. Select {name} too."
            )


def _ports(graph: Graph, chosen: Mapping[str, Node]) -> dict[Tensor, str]:
    """A port for each tensor that comes in, called as the node that it comes from."""
    incoming = dict.fromkeys(
        (edge.source, edge.output) for edge in graph.edges if edge.target in chosen and edge.source not in chosen
    )
    return dict(zip(incoming, fresh_names((source for source, _ in incoming), chosen), strict=True))


def _block(
    graph: Graph, chosen: Mapping[str, Node], name: str, port_of: Mapping[Tensor, str]
) -> tuple[Block, dict[Tensor, str]]:
    """The block, and by which node inside each tensor leaves it.

    What is used inside too, or is one of several outputs of its layer, leaves by a layer that only passes it on.
    """
    left = min(node.x for node in chosen.values())
    top, low = min(node.y for node in chosen.values()), max(node.y for node in chosen.values())
    nodes = [
        Node(id=port, layer=BlockInput(), x=left + place * 2 * STEP, y=top - STEP)
        for place, port in enumerate(port_of.values())
    ]
    nodes += [node for node in graph.nodes if node.id in chosen]
    edges = [_entering(edge, chosen, port_of) for edge in graph.edges if edge.target in chosen]
    used_inside = {edge.source for edge in edges}
    leaving = dict.fromkeys(
        (edge.source, edge.output) for edge in graph.edges if edge.source in chosen and edge.target not in chosen
    )
    output_of: dict[Tensor, str] = {}
    for source, output in leaving:
        output_of[source, output] = source
        if source in used_inside or any(other == source and number for other, number in leaving):
            passed = output_of[source, output] = fresh_id("Identity", (node.id for node in nodes))
            nodes.append(Node(id=passed, layer=example("Identity"), x=chosen[source].x, y=low + STEP))
            edges.append(Edge(source=source, output=output, target=passed))
    try:
        return Block(name=name, nodes=tuple(nodes), edges=tuple(edges)), output_of
    except ValidationError as error:
        raise EditError(reason(error)) from None


def _entering(edge: Edge, chosen: Mapping[str, Node], port_of: Mapping[Tensor, str]) -> Edge:
    if edge.source in chosen:
        return edge
    return Edge(source=port_of[edge.source, edge.output], target=edge.target, port=edge.port)


def unfold(graph: Graph, edit: Unfold) -> Graph:
    """Put the layers inside an instance in its place, named after it."""
    node = need(graph, edit.id)
    block = graph.block(node.layer.block) if isinstance(node.layer, Instance) else None
    if block is None or not isinstance(node.layer, Instance):
        raise EditError(f"{edit.id} is not an instance of a block of this network.")
    ports, ends = block.signature().ports, block.signature().outputs
    tensors: dict[str, Tensor] = {e.port: (e.source, e.output) for e in graph.edges if e.target == node.id}
    inner = [node for node in block.nodes if not isinstance(node.layer, BlockInput)]
    top, low = min((node.y for node in inner), default=0.0), max((node.y for node in inner), default=0.0)
    height = low - top + STEP
    right = node.x - _middle(block.nodes, ends)
    taken = {other.id for other in graph.nodes} - {node.id}
    nodes: list[Node] = []
    edges: list[Edge] = []
    names: dict[str, str] = {}
    for number in range(node.layer.repeat):
        names = _names(block, f"{node.id}_{number + 1}_" if node.layer.repeat > 1 else f"{node.id}_", taken)
        taken |= set(names.values())
        nodes += _copies(block, node.layer, names, right, node.y - top + number * height)
        edges += _inner_edges(block, names, tensors)
        if ports and ends[0] in names:
            tensors[ports[0]] = (names[ends[0]], 0)
    place = graph.nodes.index(node)
    others = _apart(graph, node, nodes)
    kept = (_leaving(edge, node.id, ends, names) for edge in graph.edges if edge.target != node.id)
    return changed(
        graph,
        nodes=(*others[:place], *nodes, *others[place:]),
        edges=(*edges, *(edge for edge in kept if edge is not None)),
    )


def _apart(graph: Graph, instance: Node, copies: list[Node]) -> tuple[Node, ...]:
    """The other nodes: what follows the instance, or stands below it, has moved down as far as what was inside needs."""
    others = [node for node in graph.nodes if node is not instance]
    if not copies:
        return tuple(others)
    left, right = min(node.x for node in copies) - WIDTH, max(node.x for node in copies) + WIDTH
    beneath = {node.id for node in others if node.y > instance.y and left < node.x < right}
    next_ones = {edge.target for edge in graph.edges if edge.source == instance.id} | beneath
    nearest = min((node.y for node in others if node.id in next_ones and node.y > instance.y), default=FAR)
    below = {node.id for node in others if node.y >= nearest}
    moving = (followers(graph.edges, instance.id, *beneath) | beneath) & below
    return moved_down(others, moving, max(0.0, max(node.y for node in copies) + STEP - nearest))


def _names(block: Block, prefix: str, taken: Iterable[str]) -> dict[str, str]:
    inner = [node.id for node in block.nodes if not isinstance(node.layer, BlockInput)]
    return dict(zip(inner, fresh_names([prefix + name for name in inner], taken), strict=True))


def _copies(block: Block, instance: Instance, names: Mapping[str, str], right: float, down: float) -> list[Node]:
    copies = []
    for node in block.nodes:
        if node.id in names:
            try:
                layer = block.valued(node.id, node.layer, instance.values)
            except ValidationError as error:
                raise EditError(reason(error)) from None
            copy = with_fields(node, id=names[node.id], layer=layer, shares=names.get(node.shares or ""))
            copies.append(placed(copy, node.x + right, node.y + down))
    return copies


def _inner_edges(block: Block, names: Mapping[str, str], tensors: Mapping[str, Tensor]) -> list[Edge]:
    edges = []
    for edge in block.edges:
        tensor = (names[edge.source], edge.output) if edge.source in names else tensors.get(edge.source)
        if tensor is not None and edge.target in names:
            edges.append(Edge(source=tensor[0], output=tensor[1], target=names[edge.target], port=edge.port))
    return edges


def _leaving(edge: Edge, instance: str, ends: tuple[str, ...], names: Mapping[str, str]) -> Edge | None:
    if edge.source != instance:
        return edge
    source = names.get(ends[edge.output]) if edge.output < len(ends) else None
    return None if source is None else Edge(source=source, target=edge.target, port=edge.port)
