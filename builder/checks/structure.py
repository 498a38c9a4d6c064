"""What the graph alone tells of its layers: nothing there, no Input, names used twice, loops."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from builder.checks.network import Check, Network, listed
from builder.edits import AddLayer, Connect, Disconnect, Edit, Rename
from builder.edits.room import STEP
from builder.graph import FAR, Edge, Node
from builder.names import fresh_id, fresh_names
from builder.problem import Fix, Problem
from builder.training import Task

MOST_LOOPS = 20  # a document from outside can hold thousands


def empty(net: Network) -> Iterator[Problem]:
    """`empty`: there is no node at all."""
    if not net.graph.nodes:
        yield Problem(
            code="empty",
            node=None,
            message="The network is empty.",
            remedy="Begin with an Input: it is where the examples enter. Or take a network from the zoo.",
            fixes=(Fix(label="Add an Input", edits=_add_input(net, ())),),
        )


def no_input(net: Network) -> Iterator[Problem]:
    """`no_input`: there are layers, but no Input."""
    if net.graph.nodes and not net.has_input:
        starts = net.starts
        where = f" before {listed(node.id for node in starts[:3])}" if starts else ""
        remedy = (
            f"Add a BlockInput{where}." if net.inside else f"Add an Input{where}; its shape is that of one example."
        )
        yield Problem(
            code="no_input",
            node=starts[0].id if starts else None,
            message=f"The {'block has no input' if net.inside else 'network has no Input'}, so no examples can enter it.",
            remedy=remedy,
            fixes=(Fix(label=remedy.partition(";")[0].rstrip("."), edits=_add_input(net, starts)),),
        )


def _add_input(net: Network, starts: tuple[Node, ...]) -> tuple[Edit, ...]:
    name = fresh_id("Input", net.names)
    kind = "BlockInput" if net.inside else "Input"
    values = input_values(net.task) if net.task and not net.inside else {}
    x, y = (starts[0].x, max(min(node.y for node in starts) - STEP, -FAR)) if starts else (0.0, 0.0)
    return (AddLayer(layer=kind, id=name, values=values, x=x, y=y), *_connect(net, name, starts))


def _connect(net: Network, source: str, starts: tuple[Node, ...]) -> tuple[Connect, ...]:
    edges = (Edge(source=source, target=node.id, port=port) for node in starts for port in net.needed(node))
    return tuple(Connect(edge=edge) for edge in edges)


def input_values(task: Task) -> dict[str, object]:
    """What an Input needs to take the examples of a data set."""
    return {"shape": task.input_shape, "dtype": None if task.input_dtype == "float32" else task.input_dtype}


def name_twice(net: Network) -> Iterator[Problem]:
    """`name_twice`: several nodes bear one name."""
    for name, count in net.counts.items():
        if count > 1:
            others = list(fresh_names([name] * (count - 1), net.names))
            yield Problem(
                code="name_twice",
                node=name,
                message=f"{count} layers are called {name}; each needs a name of its own.",
                remedy=f"Rename the {'other' if count == 2 else 'others'} to {listed(others)}.",
                fixes=(
                    Fix(
                        label=f"Rename to {listed(others)}" if count < 4 else f"Rename {count - 1} layers",
                        edits=tuple(Rename(id=name, to=other) for other in others),
                    ),
                ),
            )


def cycle(net: Network) -> Iterator[Problem]:
    """`cycle`: a layer waits for its own output."""
    for loop in islice(_loops(net), MOST_LOOPS):
        closing = tuple(edge for edge in net.out[loop[-1]] if edge.target == loop[0])
        way = (*loop, loop[0])
        shown = " -> ".join(way if len(way) <= 10 else (*way[:5], "...", *way[-4:]))
        yield Problem(
            code="cycle",
            node=loop[0],
            message=f"The connections run in a circle: {shown}. Each of these layers waits for itself.",
            remedy=f"Remove a connection of the circle, such as the one from {loop[-1]} to {loop[0]}.",
            fixes=(Fix(label=f"Remove {loop[-1]} -> {loop[0]}", edits=(Disconnect(edges=closing),)),),
        )


def _loops(net: Network) -> Iterator[tuple[str, ...]]:
    """A loop for each connection that leads back to where a walk along the connections came from; Inputs walk first.

    Without those connections the graph has no loop.
    """
    done: set[str] = set()
    for start in sorted(net.nodes, key=lambda name: bool(net.into[name])):
        if start in done:
            continue
        way, place = [start], {start: 0}
        ahead = [iter(dict.fromkeys(edge.target for edge in net.out[start]))]
        while way:
            target = next(ahead[-1], None)
            if target is None:
                ahead.pop()
                done.add(way.pop())
            elif target in place and target not in done:
                yield tuple(way[place[target] :])
            elif target not in done:
                place[target] = len(way)
                way.append(target)
                ahead.append(iter(dict.fromkeys(edge.target for edge in net.out[target])))


CHECKS: tuple[Check, ...] = (empty, no_input, name_twice, cycle)
