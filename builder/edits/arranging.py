"""Where the layers of a new network stand: in rows from top to bottom, connected ones below each other.

The layered layout of Sugiyama, Tagawa and Toda (1981, https://doi.org/10.1109/TSMC.1981.4308636) with the coordinates of Brandes and
Köpf (2002, https://doi.org/10.1007/3-540-45848-4_3). Templates, imports and code have it before any browser sees them.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import pairwise
from statistics import mean, median
from typing import NamedTuple, TypeVar

import networkx as nx

from builder.edits.room import STEP, WIDTH

Name = TypeVar("Name", bound=Hashable)

LANE = 28.0  # pixels for a connection that passes through a row
SWEEPS = 12  # there and back, after which the order of a row has settled


class Bend(NamedTuple):
    """A connection's place in a row that it only passes through."""

    arrow: tuple[Hashable, Hashable]
    row: int


Rows = list[list[Hashable]]
Links = dict[Hashable, list[Hashable]]


def in_rows(names: Iterable[Name], arrows: Iterable[tuple[Name, Name]]) -> dict[Name, tuple[float, float]]:
    """A place for each name: below all that leads to it, those of one row side by side, long connections with room to pass.

    Args:
        names: of everything that is to be placed; the first of two that could change places stands on the left.
        arrows: from one name to another; they form no cycle.

    Raises:
        networkx.NetworkXUnfeasible: they do.
    """
    graph: nx.DiGraph[Name] = nx.DiGraph()
    graph.add_nodes_from(names)
    graph.add_edges_from(arrows)
    if not graph:
        return {}
    row: dict[Name, int] = _ranks(graph)
    rows, above, below = _with_bends(graph, row)
    rows = _untangled(rows, above, below)
    x = _balanced(rows, *_trunk(graph, above, below))
    middle = (min(x[name] for name in graph) + max(x[name] for name in graph)) / 2
    return {name: (round(x[name] - middle), row[name] * STEP) for name in graph}


def _ranks(graph: nx.DiGraph[Name]) -> dict[Name, int]:
    """The row of each: just below the lowest that leads to it; what nothing leads to stands just above what it leads to."""
    row: dict[Name, int] = {}
    for name in nx.topological_sort(graph):
        row[name] = 1 + max((row[before] for before in graph.predecessors(name)), default=-1)
    for name in graph:
        if not graph.pred[name] and graph.succ[name]:
            row[name] = min(row[after] for after in graph.successors(name)) - 1
    return row


def _with_bends(graph: nx.DiGraph[Name], row: dict[Name, int]) -> tuple[Rows, Links, Links]:
    """The rows with a bend wherever a connection passes, and what each is connected with in the row above and below."""
    rows: Rows = [[] for _ in range(max(row.values()) + 1)]
    for name in graph:
        rows[row[name]].append(name)
    above: Links = {name: [] for name in graph}
    below: Links = {name: [] for name in graph}
    for source, target in graph.edges:
        if source == target:
            continue
        bends: list[Hashable] = [Bend((source, target), number) for number in range(row[source] + 1, row[target])]
        for bend, number in zip(bends, range(row[source] + 1, row[target]), strict=True):
            rows[number].append(bend)
            above[bend], below[bend] = [], []
        for upper, lower in pairwise([source, *bends, target]):
            below[upper].append(lower)
            above[lower].append(upper)
    return rows, above, below


def _untangled(rows: Rows, above: Links, below: Links) -> Rows:
    """The rows in an order in which few connections cross: each is brought to the middle of what it is connected with."""
    best, fewest = rows, _crossings(rows, below)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        rows = _swept(rows, above) if sweep % 2 == 0 else _swept(rows[::-1], below)[::-1]
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _swept(rows: Rows, before: Links) -> Rows:
    """Each row in the order of what leads to it from the row before; what nothing leads to stays where it is."""
    swept = [rows[0]]
    for row in rows[1:]:
        place = {name: float(number) for number, name in enumerate(swept[-1])}
        wanted = {
            name: mean(place[other] for other in before[name]) if before[name] else float(number)
            for number, name in enumerate(row)
        }
        swept.append(sorted(row, key=wanted.__getitem__))
    return swept


def _crossings(rows: Rows, below: Links) -> int:
    """How many pairs of connections cross."""
    count = 0
    for upper, lower in pairwise(rows):
        place = {name: number for number, name in enumerate(lower)}
        passed: list[int] = []
        for name in upper:
            ends = sorted(place[other] for other in below[name])
            count += sum(len(passed) - bisect_left(passed, end + 1) for end in ends)
            for end in ends:
                insort(passed, end)
    return count


def _balanced(rows: Rows, above: Links, below: Links) -> dict[Hashable, float]:
    """The middle of four pictures, each drawn from another corner: what is connected stands below each other where it can."""
    pictures = []
    for down in (True, False):
        for left in (True, False):
            seen = [row if left else row[::-1] for row in (rows if down else rows[::-1])]
            x = _compact(seen, _aligned(seen, above if down else below))
            pictures.append(x if left else {name: -value for name, value in x.items()})
    narrowest = min(pictures, key=lambda x: max(x.values()) - min(x.values()))
    for number, x in enumerate(pictures):
        side: Callable[[Iterable[float]], float] = min if number % 2 == 0 else max
        shift = side(narrowest.values()) - side(x.values())
        pictures[number] = {name: value + shift for name, value in x.items()}
    return {name: median(x[name] for x in pictures) for name in narrowest}


def _trunk(graph: nx.DiGraph[Name], above: Links, below: Links) -> tuple[Links, Links]:
    """The links that are to be straight: where ways part, the longest one; connections that pass give way to layers."""
    left: dict[Hashable, int] = {}
    for name in reversed(list(nx.topological_sort(graph))):
        left[name] = 1 + max((left[after] for after in graph.successors(name)), default=-1)

    def chosen(links: Sequence[Hashable]) -> list[Hashable]:
        longest = max((left.get(name, -1) for name in links), default=-1)
        return [name for name in links if left.get(name, -1) == longest]

    layers = {name: [other for other in links if not isinstance(other, Bend)] or links for name, links in above.items()}
    followed = {name: chosen(links) for name, links in below.items()}
    up = {name: [other for other in links if name in followed[other]] for name, links in layers.items()}
    down = {name: [other for other in links if name in up[other]] for name, links in followed.items()}
    return up, down


def _aligned(rows: Rows, before: Links) -> dict[Hashable, Hashable]:
    """For each the first of the column that it stands in: that of the one in the middle of those that lead to it."""
    column: dict[Hashable, Hashable] = {name: name for row in rows for name in row}
    for upper, lower in pairwise(rows):
        place = {name: number for number, name in enumerate(upper)}
        last = -1
        for name in lower:
            linked = sorted(place[other] for other in before[name])
            for number in dict.fromkeys((linked[(len(linked) - 1) // 2], linked[len(linked) // 2])) if linked else ():
                if number > last:
                    column[name] = column[upper[number]]
                    last = number
                    break
    return column


def _compact(rows: Sequence[Sequence[Hashable]], column: dict[Hashable, Hashable]) -> dict[Hashable, float]:
    """Each column as far on the left as those beside it allow, then as far to the right as costs no width."""
    beside: nx.DiGraph[Hashable] = nx.DiGraph()
    beside.add_nodes_from(column.values())
    for row in rows:
        for one, other in pairwise(row):
            ends = (column[one], column[other])
            apart = _room(one) + _room(other)
            if not beside.has_edge(*ends) or beside.edges[ends]["apart"] < apart:
                beside.add_edge(*ends, apart=apart)
    order = list(nx.topological_sort(beside))
    x: dict[Hashable, float] = {}
    for one in order:
        x[one] = max((x[other] + edge["apart"] for other, edge in beside.pred[one].items()), default=0.0)
    for one in reversed(order):
        furthest = min((x[other] - edge["apart"] for other, edge in beside.succ[one].items()), default=x[one])
        x[one] = max(x[one], furthest)
    return {name: x[top] for name, top in column.items()}


def _room(name: Hashable) -> float:
    return (LANE if isinstance(name, Bend) else WIDTH) / 2
