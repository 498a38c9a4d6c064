"""Where in a network a person is: at its top, or inside one of its blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from builder.edits import Edit
from builder.graph import Graph
from builder.layers.blocks import Instance

DEEPEST = 50  # blocks within blocks that can be opened


@dataclass(frozen=True, slots=True)
class Place:
    """What is shown of a network: `graph` is the network, or the inside of `block`, reached through the instances in `path`."""

    graph: Graph
    path: tuple[tuple[str, str], ...] = ()  # instance and block, from the outermost

    @property
    def block(self) -> str | None:
        """The name of the block that is open; None at the top."""
        return self.path[-1][1] if self.path else None

    @property
    def instances(self) -> tuple[str, ...]:
        """The instances that were opened on the way."""
        return tuple(instance for instance, _ in self.path)

    def edits(self, *edits: Edit) -> list[Edit]:
        """The edits, done here."""
        return [edit.model_copy(update={"inside": self.block}) for edit in edits]


def place(network: Graph, instances: Sequence[str]) -> Place:
    """Where these instances lead, as far as they are there."""
    here = Place(network)
    for name in instances[:DEEPEST]:
        node = here.graph.find(name)
        if node is None or not isinstance(node.layer, Instance) or network.block(node.layer.block) is None:
            break
        here = Place(network.inside(node.layer.block), (*here.path, (name, node.layer.block)))
    return here
