"""Where nodes stand: places that overlap nothing, and room for a node in a connection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from builder.graph import FAR, Edge, Node

# Pixels that a node needs around its place; STEP down is where the next layer of a chain stands.
WIDTH = 240.0
HEIGHT = 110.0
STEP = 130.0


def with_fields(node: Node, **changes: Any) -> Node:
    """The node with other values, checked like any."""
    return Node(**dict(node) | changes)


def placed(node: Node, x: float, y: float) -> Node:
    """The node at another place, within what a document may hold."""
    x, y = (min(max(value, -FAR), FAR) for value in (x, y))
    return with_fields(node, x=x, y=y)


def free_x(nodes: Iterable[Node], x: float, y: float) -> float:
    """The first x from `x` on to the right where a node at height y overlaps no other."""
    for other in sorted(node.x for node in nodes if abs(node.y - y) < HEIGHT):
        if abs(other - x) < WIDTH:
            x = other + WIDTH
    return x


def make_room(nodes: Sequence[Node], edges: Iterable[Edge], new: Node) -> tuple[Node, ...]:
    """The nodes, with all that follows `new` moved down as far as its nearest successor overlaps it."""
    after: dict[str, list[str]] = {}
    for edge in edges:
        after.setdefault(edge.source, []).append(edge.target)
    next_ones = set(after.get(new.id, ()))
    near = [node.y for node in nodes if node.id in next_ones and abs(node.x - new.x) < WIDTH and node.y > new.y - STEP]
    down = new.y + STEP - min(near, default=FAR)
    if down <= 0:
        return tuple(nodes)
    following, found = [new.id], {new.id}
    while following:
        further = [node_id for node_id in after.get(following.pop(), ()) if node_id not in found]
        found.update(further)
        following += further
    moving = found - {new.id}
    return tuple(placed(node, node.x, node.y + down) if node.id in moving else node for node in nodes)
