"""Which node of one network is which of another: by name, and where names have changed, by place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping

from builder.graph import Block, Edge, Graph, Node

Key = str  # a node's name, with #2 behind it where the network uses the name a second time
Look = tuple[Hashable, frozenset["Way"]]  # what two nodes that are the same have in common
Way = tuple[str, str, int, str]  # "in" or "out", the node there, number of the output, port


def by_key(nodes: Iterable[Node]) -> dict[Key, Node]:
    """The nodes by key."""
    seen: Counter[str] = Counter()
    keyed: dict[Key, Node] = {}
    for node in nodes:
        seen[node.id] += 1
        keyed[node.id if seen[node.id] == 1 else f"{node.id}#{seen[node.id]}"] = node
    return keyed


def matched(before: Graph | Block, after: Graph | Block) -> dict[Key, Key]:
    """Key before -> key after, for every node that both have.

    A name that both use is the same node. Of the others, one that has gone and one that has come are the same when they
    are alike, stand between the same nodes, and are the only such pair; which may lead on to the next pair.
    """
    old, new = by_key(before.nodes), by_key(after.nodes)
    ways_before, ways_after = _ways(before.edges), _ways(after.edges)
    pairs = {key: key for key in old if key in new}
    while True:
        kept = {there: there for there in pairs.values()}
        gone = {key: _known(ways_before.get(key, ()), pairs) for key in old if key not in pairs}
        come = {key: _known(ways_after.get(key, ()), kept) for key in new if key not in kept}
        for look in (_exact, _same_type, _before, _behind):
            found = _only_pairs(
                {key: seen for key, ways in gone.items() if (seen := look(old[key], ways))},
                {key: seen for key, ways in come.items() if (seen := look(new[key], ways))},
            )
            if found:
                break
        else:
            return pairs
        pairs |= found


def _exact(node: Node, ways: frozenset[Way]) -> Look | None:
    """The same layer between the same nodes."""
    return node.layer, ways


def _same_type(node: Node, ways: frozenset[Way]) -> Look | None:
    """A layer of the same type between the same nodes, if there are any."""
    return (node.layer.type, ways) if ways else None


def _before(node: Node, ways: frozenset[Way]) -> Look | None:
    """The same layer after the same nodes, where what follows has changed."""
    return _exact(node, known) if (known := frozenset(way for way in ways if way[0] == "in")) else None


def _behind(node: Node, ways: frozenset[Way]) -> Look | None:
    """The same layer before the same nodes, where what comes in has changed."""
    return _exact(node, known) if (known := frozenset(way for way in ways if way[0] == "out")) else None


def _ways(edges: Iterable[Edge]) -> dict[str, list[Way]]:
    ways: dict[str, list[Way]] = {}
    for edge in edges:
        ways.setdefault(edge.target, []).append(("in", edge.source, edge.output, edge.port))
        ways.setdefault(edge.source, []).append(("out", edge.target, edge.output, edge.port))
    return ways


def _known(ways: Iterable[Way], names: Mapping[Key, Key]) -> frozenset[Way]:
    """The ways to nodes that both networks have, under their later names."""
    return frozenset((way, names[other], output, port) for way, other, output, port in ways if other in names)


def _only_pairs(gone: Mapping[Key, Hashable], come: Mapping[Key, Hashable]) -> dict[Key, Key]:
    """Those that are alike, where there is no second one like them on either side."""
    before, after = Counter(gone.values()), Counter(come.values())
    new = {look: key for key, look in come.items()}
    return {key: new[look] for key, look in gone.items() if before[look] == 1 and after[look] == 1}
