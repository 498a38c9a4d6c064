"""A short way to write a graph down: layers by name, connections as arrows, blocks; laid out from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from builder.edits.arranging import in_rows
from builder.edits.room import placed
from builder.graph import Block, Edge, Exposed, Graph, Node
from builder.layers.base import LayerSpec

Layers = dict[str, LayerSpec]


def network(layers: Layers, *arrows: str, blocks: Iterable[Block] = ()) -> Graph:
    """The graph of these layers and arrows.

    Args:
        layers: by name, in the order in which they are added.
        arrows: see `edges`; without any, each layer follows the one before it.
        blocks: those that the layers use, each after those that it uses itself.
    """
    drawn = edges(*arrows) if arrows else edges(" > ".join(layers))
    return Graph(nodes=laid_out(layers, drawn), edges=drawn, blocks=tuple(blocks))


def chain(**layers: LayerSpec) -> Graph:
    """Each layer connected with the one before; the keywords are the names."""
    return network(layers)


def block(name: str, layers: Layers, *arrows: str, **parameters: str) -> Block:
    """A block; each parameter names the fields that take its value: `filters="conv1.filters conv2.filters"`."""
    drawn = edges(*arrows) if arrows else edges(" > ".join(layers))
    exposes = tuple(
        Exposed(name=parameter, places=tuple(_place(field) for field in fields.split()))
        for parameter, fields in parameters.items()
    )
    return Block(name=name, nodes=laid_out(layers, drawn), edges=drawn, exposes=exposes)


def edges(*arrows: str) -> tuple[Edge, ...]:
    """Connections: `a > b > c` for a chain, `lstm[1] > decoder.initial_state` with an output's number and a port."""
    made = []
    for arrow in arrows:
        for before, after in pairwise(end.strip() for end in arrow.split(">")):
            source, _, output = before.partition(".")[0].removesuffix("]").partition("[")
            target, _, port = after.partition("[")[0].partition(".")
            made.append(Edge(source=source, output=int(output or 0), target=target, port=port or "inputs"))
    return tuple(made)


def laid_out(layers: Layers, drawn: Iterable[Edge]) -> tuple[Node, ...]:
    """Nodes in rows: each below all that leads to it, those of one row side by side around the middle."""
    places = in_rows(layers, ((edge.source, edge.target) for edge in drawn))
    return tuple(placed(Node(id=name, layer=layer), *places[name]) for name, layer in layers.items())


def _place(field: str) -> tuple[str, str]:
    node, _, name = field.partition(".")
    return node, name
