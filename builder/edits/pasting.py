"""Pasting: copies under names that are free, with the blocks that they use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from builder.edits.checking import changed
from builder.edits.room import placed, with_fields
from builder.edits.union import Paste
from builder.graph import Block, Edge, Graph, Node
from builder.layers.blocks import Instance
from builder.names import fresh_names


def paste(graph: Graph, edit: Paste, taken: Iterable[str] = ()) -> Graph:
    """Add copies of nodes, of the edges between them, and of the blocks that they use.

    Args:
        graph: the network, or the inside of a block.
        edit: what is pasted.
        taken: names of blocks that are used outside of `graph`.
    """
    blocks, called = _blocks(graph, edit, taken)
    names = tuple(fresh_names([node.id for node in edit.nodes], (node.id for node in graph.nodes)))
    renamed = tuple(zip(names, edit.nodes, strict=True))
    name_of = {node.id: name for name, node in renamed}
    there = {node.id for node in graph.nodes}
    owners = {None: None} | {name: name for name in there} | name_of
    copies = (with_fields(_calling(node, called), id=name, shares=owners.get(node.shares)) for name, node in renamed)
    shifted = (placed(node, node.x + edit.dx, node.y + edit.dy) for node in copies)
    edges = (
        Edge(source=name_of[e.source], output=e.output, target=name_of[e.target], port=e.port)
        for e in edit.edges
        if e.source in name_of and e.target in name_of
    )
    return changed(
        graph,
        nodes=(*graph.nodes, *shifted),
        edges=(*graph.edges, *edges),
        blocks=(*graph.blocks, *blocks),
    )


def _blocks(graph: Graph, edit: Paste, taken: Iterable[str]) -> tuple[list[Block], dict[str, str]]:
    """The blocks to add, and what each pasted block is called here: its own name where the same block is there already."""
    used = {block.name for block in graph.blocks} | set(taken)
    added: list[Block] = []
    called: dict[str, str] = {}
    for block in edit.blocks:
        nodes = tuple(_calling(node, called) for node in block.nodes)
        copy = Block(name=block.name, nodes=nodes, edges=block.edges, exposes=block.exposes)
        if copy in graph.blocks or copy in added:
            continue
        [name] = fresh_names([block.name], used)
        used.add(name)
        called[block.name] = name
        added.append(Block(**dict(copy) | {"name": name}))
    return added, called


def _calling(node: Node, called: Mapping[str, str]) -> Node:
    """The node, with the block that it is an instance of under the name that it has here."""
    if not isinstance(node.layer, Instance) or called.get(node.layer.block, node.layer.block) == node.layer.block:
        return node
    return with_fields(node, layer=Instance(**dict(node.layer) | {"block": called[node.layer.block]}))
