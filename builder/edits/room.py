"""Where nodes stand: places that overlap nothing, room for a node in a connection, and a gap that closes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterable, Sequence
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


def followers(edges: Iterable[Edge], *first: str) -> set[str]:
    """The names of all that follows these; not their own, unless they go in a circle."""
    after: dict[str, list[str]] = {}
    for edge in edges:
        after.setdefault(edge.source, []).append(edge.target)
    following, found = list(first), set[str]()
    while following:
        further = [name for name in after.get(following.pop(), ()) if name not in found]
        found.update(further)
        following += further
    return found


def make_room(nodes: Sequence[Node], edges: Sequence[Edge], new: Node) -> tuple[Node, ...]:
    """The nodes, with all that follows `new` moved down as far as its nearest successor overlaps it."""
    next_ones = {edge.target for edge in edges if edge.source == new.id}
    near = [node.y for node in nodes if node.id in next_ones and abs(node.x - new.x) < WIDTH and node.y > new.y - STEP]
    return moved_down(nodes, followers(edges, new.id) - {new.id}, max(0.0, new.y + STEP - min(near, default=FAR)))


def close_up(nodes: Sequence[Node], edges: Sequence[Edge], above: Node, room: float) -> tuple[Node, ...]:
    """The nodes, with all that follows `above` moved up by what has become free below it, or as far as what stays lets them.

    Args:
        nodes: all of them, also `above`.
        edges: between them.
        above: what now takes less room than before.
        room: pixels below it that have become free.
    """
    behind = followers(edges, above.id) - {above.id}
    moving = {node.id: node for node in nodes if node.id in behind and node.y > above.y + room}
    stays = {node.id: node for node in nodes if node.id not in moving}
    sources = ((stays.get(edge.source), moving[edge.target]) for edge in edges if edge.target in moving)
    free = [room, *(node.y - source.y - STEP for source, node in sources if source and source.y < node.y)]
    heights = sorted((node.y, node.x) for node in stays.values())
    for node in moving.values():
        near = heights[bisect_left(heights, (node.y - room - STEP, -FAR)) : bisect_left(heights, (node.y, -FAR))]
        free += [node.y - y - STEP for y, x in near if abs(x - node.x) < WIDTH]
    return moved_down(nodes, moving, -max(0.0, min(free)))


def moved_down(nodes: Iterable[Node], names: Container[str], down: float) -> tuple[Node, ...]:
    """The nodes, with those of these names so many pixels lower."""
    return tuple(placed(node, node.x, node.y + down) if down and node.id in names else node for node in nodes)
