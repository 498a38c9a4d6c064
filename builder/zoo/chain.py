"""A graph of layers in a row."""

from __future__ import annotations

from itertools import pairwise

from builder.edits.room import STEP
from builder.graph import Edge, Graph, Node
from builder.layers.base import LayerSpec


def chain(**layers: LayerSpec) -> Graph:
    """Each layer connected with the one before, from top to bottom; the keywords are the names."""
    names = list(layers)
    return Graph(
        nodes=tuple(Node(id=name, layer=layer, y=STEP * row) for row, (name, layer) in enumerate(layers.items())),
        edges=tuple(Edge(source=before, target=after) for before, after in pairwise(names)),
    )
