"""Networks without some of their nodes: what followed one of them gets what came into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import TypeVar

from builder.graph import Block, Edge, Graph, Node
from builder.layers.blocks import BlockInput

Part = TypeVar("Part", Graph, Block)
Tensor = tuple[str, int]  # a node and the number of its output


def bridged(edges: Iterable[Edge], gone: AbstractSet[str]) -> tuple[Edge, ...]:
    """The edges without those nodes; what followed one of them follows the one tensor that came into it, if it is one."""
    edges = tuple(edges)
    into = _into(edges, gone)
    kept: dict[Edge, None] = {}
    for edge in edges:
        if edge.target in gone:
            continue
        source, output = _origin((edge.source, edge.output), into)
        if source not in gone:
            kept[Edge(source=source, output=output, target=edge.target, port=edge.port)] = None
    return tuple(kept)


def _into(edges: Iterable[Edge], gone: AbstractSet[str]) -> dict[str, set[Tensor]]:
    """The tensors that come into each of those nodes."""
    into: dict[str, set[Tensor]] = {name: set() for name in gone}
    for edge in edges:
        if edge.target in gone:
            into[edge.target].add((edge.source, edge.output))
    return into


def _origin(tensor: Tensor, into: Mapping[str, set[Tensor]]) -> Tensor:
    """Where a tensor comes from once the nodes in `into` are bridged; one of them where no single way leads through."""
    source, output = tensor
    passed = set[str]()
    while source not in passed and output == 0 and len(into.get(source, ())) == 1:
        passed.add(source)
        [(source, output)] = into[source]
    return source, output


def inherited(nodes: Iterable[Node], gone: AbstractSet[str]) -> tuple[Node, ...]:
    """The other nodes; a layer whose first node goes stays, as it is, with the next one that uses it."""
    nodes = tuple(nodes)
    left = tuple(node for node in nodes if node.id not in gone)
    heirs: dict[str, str] = {}
    for node in left:
        if node.shares is not None and node.shares in gone:
            heirs.setdefault(node.shares, node.id)
    if not heirs:
        return left
    layers = {node.id: node.layer for node in reversed(nodes)}
    return tuple(
        Node(**dict(node) | {"shares": None, "layer": _same_kind(layers, node)})
        if (heir := heirs.get(node.shares or "")) == node.id
        else node
        if heir is None
        else Node(**dict(node) | {"shares": heir})
        for node in left
    )


def _same_kind(layers: Mapping[str, object], node: Node) -> object:
    owned = layers.get(node.shares or "")
    return owned if type(owned) is type(node.layer) else node.layer


def switched_off(part: Graph | Block) -> frozenset[str]:
    """The names of the disabled nodes. What comes into a block is always there, and so is a name that another node bears."""
    off = {node.id for node in part.nodes if node.disabled and not isinstance(node.layer, BlockInput)}
    return frozenset(off - {node.id for node in part.nodes if node.id in off and not node.disabled}) if off else _NONE


_NONE = frozenset[str]()


def enabled(part: Part) -> Part:
    """The network as if its disabled nodes were not there: what followed them gets the one tensor that came in."""
    off = switched_off(part)
    if not off:
        return part
    changes = {"nodes": inherited(part.nodes, off), "edges": bridged(part.edges, off)}
    return type(part)(**dict(part) | changes)


def way_of(part: Graph | Block) -> dict[Edge, Edge]:
    """For the edges of `enabled(part)` that bridge disabled nodes: the last edge of that way, which is in `part`."""
    off = switched_off(part)
    into = _into(part.edges, off)
    ways: dict[Edge, Edge] = {}
    for edge in part.edges if off else ():
        source, output = _origin((edge.source, edge.output), into)
        if edge.source in off and source not in off and edge.target not in off:
            ways.setdefault(Edge(source=source, output=output, target=edge.target, port=edge.port), edge)
    return ways


def blocking(part: Graph | Block, leaving: Iterable[str] = ()) -> tuple[str, ...]:
    """The disabled nodes that others need, but through which no single tensor passes, in their order.

    Args:
        part: a network, or the inside of a block.
        leaving: the nodes whose output leaves the block.
    """
    off = switched_off(part)
    into = _into(part.edges, off)
    needed = [(edge.source, edge.output) for edge in part.edges if edge.target not in off]
    found = {_origin(tensor, into)[0] for tensor in (*needed, *((name, 0) for name in leaving))} & off if off else off
    return tuple(dict.fromkeys(node.id for node in part.nodes if node.id in found))


def left_by(block: Block) -> dict[str, Tensor]:
    """For each disabled node that a block returns: the tensor that leaves in its place."""
    off = switched_off(block)
    into = _into(block.edges, off)
    return {name: _origin((name, 0), into) for name in block.signature().outputs if name in off}
