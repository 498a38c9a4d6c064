"""What every check reads: the graph with its connections looked up once, and what is known beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from builder.bridging import enabled
from builder.edits import AddLayer
from builder.edits.connecting import followers
from builder.edits.room import STEP
from builder.flat import flat
from builder.graph import FAR, Edge, Graph, Node
from builder.layers.blocks import BlockInput
from builder.layers.core import Input
from builder.problem import Problem
from builder.program import Facts, Program, lower
from builder.training import Task, Training

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Network:
    """A graph prepared for the checks: a network, or the inside of a block. `facts` is empty while shapes are still coming.

    Args:
        drawn: what stands on the canvas, with the disabled nodes.
    """

    drawn: Graph
    facts: Mapping[str, Facts] = field(default_factory=dict)
    task: Task | None = None
    training: Training | None = None
    inside: bool = False

    @cached_property
    def graph(self) -> Graph:
        """The network that is checked, without the disabled nodes."""
        return enabled(self.drawn)

    @cached_property
    def names(self) -> frozenset[str]:
        """All names that are taken, those of disabled nodes too."""
        return frozenset(node.id for node in self.drawn.nodes)

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """The first bearer of each name, in the order of the document."""
        nodes: dict[str, Node] = {}
        for node in self.graph.nodes:
            nodes.setdefault(node.id, node)
        return nodes

    @cached_property
    def counts(self) -> Counter[str]:
        """How many nodes bear each name."""
        return Counter(node.id for node in self.graph.nodes)

    @cached_property
    def inputs(self) -> tuple[Node, ...]:
        """Where examples enter: the Input nodes, inside a block its own inputs."""
        kind = BlockInput if self.inside else Input
        return tuple(node for node in self.nodes.values() if isinstance(node.layer, kind))

    @cached_property
    def has_input(self) -> bool:
        """Whether there is any Input, even one whose name is used twice."""
        return any(isinstance(node.layer, BlockInput if self.inside else Input) for node in self.graph.nodes)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The edges whose two ends are there, each once."""
        there = (edge for edge in self.graph.edges if edge.source in self.nodes and edge.target in self.nodes)
        return tuple(dict.fromkeys(there))

    @cached_property
    def into(self) -> dict[str, list[Edge]]:
        """The edges that end at each node."""
        return _grouped(self.nodes, self.edges, lambda edge: edge.target)

    @cached_property
    def out(self) -> dict[str, list[Edge]]:
        """The edges that begin at each node."""
        return _grouped(self.nodes, self.edges, lambda edge: edge.source)

    @cached_property
    def taken(self) -> set[tuple[str, str]]:
        """Node and port of every input at which a connection ends, even one that begins nowhere."""
        return {(edge.target, edge.port) for edge in self.graph.edges}

    @cached_property
    def ends(self) -> tuple[Node, ...]:
        """Nodes that nothing follows."""
        return tuple(node for node in self.nodes.values() if not self.out[node.id])

    @cached_property
    def program(self) -> Program:
        """The network as it is computed."""
        return lower(self.drawn, self.inside)

    @cached_property
    def unwritten(self) -> frozenset[str]:
        """The nodes that are missing once the blocks are written out."""
        return frozenset(flat(self.program).program.missing)

    @cached_property
    def depth(self) -> dict[str, int]:
        """How many layers lie before each node that can be computed, by the longest way."""
        depth: dict[str, int] = {}
        for step in self.program.steps:
            depth[step.id] = 1 + max((depth[ref.step] for ref in step.refs()), default=-1)
        return depth

    @cached_property
    def starts(self) -> tuple[Node, ...]:
        """Layers that need an input and have no edge at all coming in."""
        reached = {edge.target for edge in self.graph.edges}
        return tuple(node for node in self.nodes.values() if self.needed(node) and node.id not in reached)

    def ports(self, node: Node) -> tuple[str, ...]:
        """The inputs of a node."""
        return self.graph.signature(node).ports

    def needed(self, node: Node) -> tuple[str, ...]:
        """The inputs of a node that must be connected."""
        return self.graph.signature(node).needed

    def outputs(self, node: Node) -> int:
        """How many tensors a node gives."""
        return len(self.graph.signature(node).outputs)

    def shape(self, edge: Edge) -> Shape | None:
        """The shape that comes along an edge, batch axis first; None while it is unknown."""
        shapes = self.facts[edge.source].shapes if edge.source in self.facts else ()
        return shapes[edge.output] if edge.output < len(shapes) else None

    def dtype(self, edge: Edge) -> str | None:
        """The type of the numbers that come along an edge; None while it is unknown."""
        dtypes = self.facts[edge.source].dtypes if edge.source in self.facts else ()
        return dtypes[edge.output] if edge.output < len(dtypes) else None

    def followers(self, node_id: str) -> set[str]:
        """All nodes that can be reached from a node, itself included."""
        return followers(self.drawn, node_id)


Check = Callable[[Network], Iterator[Problem]]


def insertion(net: Network, edge: Edge, layer: str, values: dict[str, Any] | None = None) -> AddLayer:
    """The edit that puts a layer into a connection, below the node that the connection begins at."""
    source = net.nodes[edge.source]
    return AddLayer(layer=layer, values=values or {}, edge=edge, x=source.x, y=min(source.y + STEP, FAR))


def shape_text(shape: Shape) -> str:
    """A shape without its batch axis, as people write it: `28x28x1`; `?` where a size is open."""
    return "x".join("?" if size is None else str(size) for size in shape[1:]) or "a single number"


def listed(names: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *first, end = list(names) or ["nothing"]
    return f"{', '.join(first)} {last} {end}" if first else end


def _grouped(names: Iterable[str], edges: Iterable[Edge], end: Callable[[Edge], str]) -> dict[str, list[Edge]]:
    groups: dict[str, list[Edge]] = {name: [] for name in names}
    for edge in edges:
        groups[end(edge)].append(edge)
    return groups
