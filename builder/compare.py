"""Two networks side by side: what was added, removed and changed, as values and in words."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from builder.call import Spec
from builder.graph import Block, Edge, Graph, Node
from builder.layers.base import brief
from builder.layers.blocks import Instance
from builder.matching import Key, by_key, matched

Kind = Literal["added", "removed", "changed", "moved"]
Names = Mapping[str, str]
LONGEST = 60  # characters of one value
_ASKED = {"id", "layer", "shares", "x", "y"}  # the fields of a node that are told in words of their own
_BESIDE = ("type", "values")  # the values of an instance are told one by one


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which two networks differ.

    `before` and `after` are the keys of the node that it is about, in either network; None where it has none, or where it
    is about no node. `inside` is the block, by its later name, that it is in.
    """

    kind: Kind
    words: str
    before: Key | None = None
    after: Key | None = None
    inside: str | None = None


def compare(before: Graph, after: Graph) -> tuple[Difference, ...]:
    """What leads from one network to the other; empty for two that are equal.

    A node that bears another name is found again by its place. What only stands elsewhere on the canvas comes last.
    """
    blocks = _same_blocks(before, after)
    found = list(_parts(before, after, blocks))
    for old, new in blocks.items():
        inside = _need(after, new)
        found += [replace(one, inside=new) for one in _parts(_need(before, old), inside, blocks)]
        found += [replace(one, inside=new) for one in _parameters(_need(before, old), inside)]
        if old != new:
            found.append(Difference("changed", f"the block {old} is called {new}"))
    known = set(blocks.values())
    found += [Difference("removed", f"the block {one.name}") for one in before.blocks if one.name not in blocks]
    found += [Difference("added", f"the block {one.name}") for one in after.blocks if one.name not in known]
    if not found and before != after:
        found.append(Difference("changed", "the order of layers, connections or blocks"))
    return tuple(sorted(found, key=lambda one: one.kind == "moved"))


def changed_inside(differences: tuple[Difference, ...], graph: Graph) -> frozenset[str]:
    """The blocks of the later network that are not what they were, those that only use such a block too."""
    names = {one.inside for one in differences if one.inside and one.kind != "moved"}
    for block in graph.blocks:  # each stands behind those that it uses
        if any(isinstance(node.layer, Instance) and node.layer.block in names for node in block.nodes):
            names.add(block.name)
    return frozenset(names)


def _same_blocks(before: Graph, after: Graph) -> dict[str, str]:
    """Name before -> name after: by name, else by what is inside."""
    pairs = {block.name: block.name for block in before.blocks if after.block(block.name)}
    come = [block for block in after.blocks if block.name not in pairs]
    for block in before.blocks:
        if block.name not in pairs:
            alike = [other for other in come if _renamed(block, pairs) == other.model_copy(update={"name": block.name})]
            if alike:
                pairs[block.name] = alike[0].name
                come.remove(alike[0])
    return pairs


def _renamed(block: Block, names: Names) -> Block:
    """The block with its instances of others under their later names."""
    return block.model_copy(update={"nodes": tuple(_following(node, names) for node in block.nodes)})


def _following(node: Node, names: Names) -> Node:
    if isinstance(node.layer, Instance) and (name := names.get(node.layer.block)):
        return node.model_copy(update={"layer": node.layer.model_copy(update={"block": name})})
    return node


def _need(graph: Graph, name: str) -> Block:
    return next(block for block in graph.blocks if block.name == name)


def _parts(before: Graph | Block, after: Graph | Block, blocks: Names) -> Iterator[Difference]:
    old, new, names = by_key(before.nodes), by_key(after.nodes), matched(before, after)
    for key, node in old.items():
        if key not in names:
            yield Difference("removed", f"{node.id}: {node.layer.type}", before=key)
    known = set(names.values())
    for key, node in new.items():
        if key not in known:
            yield Difference("added", f"{node.id}: {node.layer.type} {node.layer.summary()}".strip(), after=key)
    for key, there in names.items():
        was, now = _following(old[key], blocks), new[there]
        for words in _changes(was, now, names):
            yield Difference("changed", words, key, there)
        if (was.x, was.y) != (now.x, now.y):
            yield Difference("moved", f"{now.id} stands elsewhere", key, there)
    yield from _connections(before, after, names)


def _changes(was: Node, now: Node, names: Names) -> Iterator[str]:
    if was.id != now.id:
        yield f"{was.id} is called {now.id}"
    for name in Node.model_fields.keys() - _ASKED:
        if (given := getattr(was, name)) != (taken := getattr(now, name)):
            yield f"{now.id}: {name} {_words(given)} → {_words(taken)}"
    owner = None if was.shares is None else names.get(was.shares, was.shares)
    if owner != now.shares:
        yield f"{now.id}: uses the layer of {now.shares}" if now.shares else f"{now.id}: has a layer of its own"
    if was.layer.type != now.layer.type:
        yield f"{now.id}: {was.layer.type} → {now.layer.type}"
        return
    given, taken = _values(was), _values(now)
    for name in [*given, *(name for name in taken if name not in given)]:
        if given.get(name, ...) != taken.get(name, ...):
            yield f"{now.id}: {name} {_words(given.get(name, ...))} → {_words(taken.get(name, ...))}"


def _values(node: Node) -> dict[str, Any]:
    layer = node.layer
    values = {name: getattr(layer, name) for name in type(layer).model_fields if name not in _BESIDE}
    return {**values, **layer.values} if isinstance(layer, Instance) else values


def _words(value: object) -> str:
    match value:
        case None:
            words = "none"
        case bool():
            words = "on" if value else "off"
        case ellipsis if ellipsis is ...:
            words = "the block's own"
        case Spec():
            words = repr(value.call())
        case _:
            words = brief(value) or "empty"
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _connections(before: Graph | Block, after: Graph | Block, names: Names) -> Iterator[Difference]:
    """Between nodes that both networks have; those of a node that comes or goes come and go with it.

    So does the connection that a new node was put into, and the one that closes the gap of one that has gone.
    """
    known = set(names.values())
    was = [_moved(edge, names) for edge in before.edges if edge.source in names and edge.target in names]
    now = [edge for edge in after.edges if edge.source in known and edge.target in known]
    gone, come = set(was) - set(now), set(now) - set(was)
    back = {there: here for here, there in names.items()}
    ways_before, ways_after = _ways(before.edges), _ways(after.edges)
    for edge in dict.fromkeys(was):
        if edge in gone and not _leads(ways_after, known, edge.source, edge.target):
            yield Difference("changed", f"{_way(edge)}: disconnected", back[edge.target], edge.target)
    for edge in dict.fromkeys(now):
        if edge in come and not _leads(ways_before, names, back[edge.source], back[edge.target]):
            yield Difference("changed", f"{_way(edge)}: connected", back[edge.target], edge.target)
    first, then = _by_target(was, gone), _by_target(now, come)
    for target, edges in then.items():
        if edges != first[target]:
            yield Difference("changed", f"{target}: order of its inputs", back[target], target)


def _by_target(edges: Iterable[Edge], without: Container[Edge]) -> dict[str, list[Edge]]:
    grouped: dict[str, list[Edge]] = {}
    for edge in edges:
        if edge not in without:
            grouped.setdefault(edge.target, []).append(edge)
    return grouped


def _ways(edges: Iterable[Edge]) -> dict[str, list[str]]:
    ways: dict[str, list[str]] = {}
    for edge in edges:
        ways.setdefault(edge.source, []).append(edge.target)
    return ways


def _leads(ways: Mapping[str, list[str]], known: Container[str], source: str, target: str) -> bool:
    """Whether a way leads from one node to the other through nothing but nodes that only this network has."""
    reached = {node for node in ways.get(source, ()) if node not in known}
    ahead = list(reached)
    while ahead:
        for node in ways.get(ahead.pop(), ()):
            if node == target:
                return True
            if node not in known and node not in reached:
                reached.add(node)
                ahead.append(node)
    return False


def _moved(edge: Edge, names: Names) -> Edge:
    return edge.model_copy(update={"source": names[edge.source], "target": names[edge.target]})


def _way(edge: Edge) -> str:
    return f"{edge.source} → {edge.target}" + ("" if edge.port == "inputs" else f" ({edge.port})")


def _parameters(before: Block, after: Block) -> Iterator[Difference]:
    old, new = {one.name: one for one in before.exposes}, {one.name: one for one in after.exposes}
    for name in sorted(old.keys() - new.keys()):
        yield Difference("removed", f"the parameter {name}")
    for name in sorted(new.keys() - old.keys()):
        yield Difference("added", f"the parameter {name}")
    nodes = matched(before, after)
    for name in sorted(old.keys() & new.keys()):
        if [(nodes.get(node, node), field) for node, field in old[name].places] != list(new[name].places):
            yield Difference("changed", f"the parameter {name}: what it sets")
