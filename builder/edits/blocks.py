"""Edits of blocks: parameters, names, and what an edit inside a block means for its instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from builder.call import Spec
from builder.edits.checking import EditError, changed, reason
from builder.edits.room import with_fields
from builder.edits.union import Edit, Expose, Load, RemoveBlock, Rename, RenameBlock, Unexpose
from builder.graph import Block, Edge, Exposed, Graph, Node
from builder.layers.blocks import BlockInput, Instance

Part = TypeVar("Part", Graph, Block)


def write_back(graph: Graph, edit: Edit, inner: Graph) -> Graph:
    """The network after an edit inside one of its blocks has made `inner` of it; instances and their edges follow."""
    if isinstance(edit, Load):
        raise EditError("A whole network cannot be loaded into a block.")
    place = next(place for place, block in enumerate(graph.blocks) if block.name == edit.inside)
    before = graph.blocks[place]
    new_name = {edit.id: edit.to} if isinstance(edit, Rename) else {}
    after = _block(before.name, inner, _exposes(before, inner, edit, new_name))
    blocks = (*inner.blocks, after, *graph.blocks[place + 1 :])
    followed = tuple(_following(block, before, after, new_name) for block in blocks[len(inner.blocks) + 1 :])
    top = _following(graph, before, after, new_name)
    return changed(graph, nodes=top.nodes, edges=top.edges, blocks=(*inner.blocks, after, *followed))


def _block(name: str, inner: Graph, exposes: tuple[Exposed, ...]) -> Block:
    try:
        return Block(name=name, nodes=inner.nodes, edges=inner.edges, exposes=exposes)
    except ValidationError as error:
        raise EditError(reason(error)) from None


def _exposes(block: Block, inner: Graph, edit: Edit, new_name: Mapping[str, str]) -> tuple[Exposed, ...]:
    """The parameters after an edit: one more, one less, or without fields that are gone."""
    places = {one.name: [(new_name.get(node, node), field) for node, field in one.places] for one in block.exposes}
    if isinstance(edit, Unexpose):
        places.pop(edit.name, None)
    if isinstance(edit, Expose):
        if edit.field not in _fields(inner, edit.node):
            raise EditError(f"{edit.node} has no setting {edit.field!r} that a parameter could give.")
        for others in places.values():
            if (edit.node, edit.field) in others:
                others.remove((edit.node, edit.field))
        places.setdefault(edit.name, []).append((edit.node, edit.field))
    kept = {name: [place for place in found if place[1] in _fields(inner, place[0])] for name, found in places.items()}
    return tuple(Exposed(name=name, places=tuple(found)) for name, found in kept.items() if found)


def _fields(inner: Graph, node_id: str) -> set[str]:
    """What can be exposed of a node: plain values, of an instance its count and the parameters of its block."""
    node = inner.find(node_id)
    if node is None or isinstance(node.layer, BlockInput):
        return set()
    if isinstance(node.layer, Instance):
        block = inner.block(node.layer.block)
        return {"repeat"} | ({one.name for one in block.exposes} if block else set())
    return {name for name, value in node.layer if name != "type" and not isinstance(value, Spec)}


def _following(part: Part, before: Block, after: Block, new_name: Mapping[str, str]) -> Part:
    """A network or block in which the instances of a changed block keep what still fits: values, and edges by name."""
    instances = {n.id for n in part.nodes if isinstance(n.layer, Instance) and n.layer.block == before.name}
    if not instances:
        return part
    parameters = {one.name for one in after.exposes}
    nodes = tuple(_with_values(node, before.name, parameters) for node in part.nodes)
    had, has = before.signature(), after.signature()
    edges: list[Edge] = []
    for edge in part.edges:
        output, port = edge.output, edge.port
        if edge.source in instances and output < len(had.outputs):
            name = new_name.get(had.outputs[output], had.outputs[output])
            output = has.outputs.index(name) if name in has.outputs else -1
        if edge.target in instances:
            port = new_name.get(port, port)
        if output >= 0 and (edge.target not in instances or port in has.ports):
            edges.append(Edge(source=edge.source, output=output, target=edge.target, port=port))
    return type(part)(**dict(part) | {"nodes": nodes, "edges": tuple(edges)})


def _with_values(node: Node, block: str, parameters: set[str]) -> Node:
    if not isinstance(node.layer, Instance) or node.layer.block != block:
        return node
    values = {name: value for name, value in node.layer.values.items() if name in parameters}
    layer = Instance(block=node.layer.block, values=values, repeat=node.layer.repeat)
    return with_fields(node, layer=layer)


def rename_block(graph: Graph, edit: RenameBlock) -> Graph:
    """Give a block another name everywhere."""
    _block_of(graph, edit.name)
    blocks = tuple(
        Block(
            name=edit.to if b.name == edit.name else b.name, nodes=_renamed(b, edit), edges=b.edges, exposes=b.exposes
        )
        for b in graph.blocks
    )
    return changed(graph, nodes=_renamed(graph, edit), blocks=blocks)


def _renamed(part: Part, edit: RenameBlock) -> tuple[Node, ...]:
    return tuple(
        with_fields(node, layer=Instance(**dict(node.layer) | {"block": edit.to}))
        if isinstance(node.layer, Instance) and node.layer.block == edit.name
        else node
        for node in part.nodes
    )


def remove_block(graph: Graph, edit: RemoveBlock) -> Graph:
    """Take a block that nothing uses out of the document."""
    _block_of(graph, edit.name)
    for node in (node for nodes in (graph.nodes, *(block.nodes for block in graph.blocks)) for node in nodes):
        if isinstance(node.layer, Instance) and node.layer.block == edit.name:
            raise EditError(f"The block {edit.name!r} is used by {node.id}: remove or unfold that first.")
    return changed(graph, blocks=tuple(block for block in graph.blocks if block.name != edit.name))


def _block_of(graph: Graph, name: str) -> Block:
    block = graph.block(name)
    if block is None:
        raise EditError(f"There is no block called {name!r} any more.")
    return block
