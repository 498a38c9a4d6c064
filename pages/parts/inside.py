"""Where in a network a person is: at its top, or inside one of its blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from builder.edits import Edit
from builder.graph import Block, Graph, Node
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

    def key(self, name: str, opened: Place) -> str:
        """A node of this place as the canvas calls it, on which `opened` is open: `name`, or `unit/name` in an unrolled block."""
        return "/".join([*self.instances[len(opened.path) :], name])

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


def valued(network: Graph, instances: Sequence[str]) -> Graph:
    """What lies inside of instances as they have it: with the values that they give to what their blocks expose."""
    here = network
    for name in instances:
        node = here.find(name)
        if node is None or not isinstance(node.layer, Instance) or (block := network.block(node.layer.block)) is None:
            break
        inside = network.inside(block.name)
        nodes = (_valued(block, one, node.layer) for one in inside.nodes)
        here = inside.model_copy(update={"nodes": tuple(nodes)})
    return here


def _valued(block: Block, node: Node, instance: Instance) -> Node:
    try:
        layer = block.valued(node.id, node.layer, instance.values)
    except ValidationError:  # told as a problem of the instance
        return node
    return node if layer is node.layer else node.model_copy(update={"layer": layer})


def chosen(network: Graph, opened: Place, keys: Sequence[str]) -> tuple[Place, list[Node]]:
    """Where the nodes lie that are selected on the canvas, and they themselves; inside a block that is shown from inside,
    they are called `unit/name`, and all lie in the same one.
    """
    within = keys[0].split("/")[:-1] if keys else []
    there = place(network, [*opened.instances, *within])
    if len(there.path) != len(opened.path) + len(within):
        return opened, []
    names = (key.rpartition("/")[2].partition("#")[0] for key in keys if key.split("/")[:-1] == within)
    return there, [node for name in names if (node := there.graph.find(name))]
