"""The one traversal: `lower` turns a graph into a Program; code, shapes and model are readings of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import networkx as nx
from pydantic import BaseModel, ConfigDict

from builder.bridging import blocking, enabled, left_by
from builder.call import Call
from builder.graph import Block, Edge, Graph, Node
from builder.layers.base import LayerSpec, Setting, Signature, layer_call
from builder.layers.blocks import BlockInput, Instance
from builder.layers.core import Input


@dataclass(frozen=True, slots=True)
class Ref:
    """A tensor: what a step returns, or one part of it when it returns several."""

    step: str
    part: int | None = None

    def __repr__(self) -> str:
        """As Python writes it: `conv2d`, or `lstm[1]`."""
        return self.step if self.part is None else f"{self.step}[{self.part}]"


@dataclass(frozen=True, slots=True)
class Argument:
    """What a layer is called with at one port; `port` is None when it is passed by position, `refs` is one list if `many`."""

    port: str | None
    refs: tuple[Ref, ...]
    many: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One layer under its name, called with `arguments` and `options`; an Input has no arguments.

    `made_as` is the name that the layer itself bears: the id, or that of the node whose layer is used once more.
    """

    id: str
    layer: LayerSpec
    arguments: tuple[Argument, ...]
    outputs: int = 1
    made_as: str = ""
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def call(self) -> Call:
        """The call that makes the layer, with its name."""
        return layer_call(self.layer, self.made_as)

    @property
    def settings(self) -> tuple[Setting, ...]:
        """What is set on the layer after it is made."""
        return self.layer.settings()

    def refs(self) -> tuple[Ref, ...]:
        """Every tensor that the step needs, in order."""
        return tuple(ref for argument in self.arguments for ref in argument.refs)


@dataclass(frozen=True, slots=True)
class Program:
    """A network in the order in which it is computed.

    `missing` holds the nodes that cannot be computed yet (a port without edge, a cycle, a name used twice): shapes are
    read of the rest; code and model are made only when nothing is missing. Steps whose layer is a Block are instances
    of one of `blocks`, each after those that it uses; `builder.flat` puts their layers in their place.
    """

    steps: tuple[Step, ...]
    inputs: tuple[str, ...]
    outputs: tuple[Ref, ...]
    missing: tuple[str, ...] = ()
    blocks: tuple[BlockProgram, ...] = ()

    def block(self, name: str) -> BlockProgram:
        """The block of this name."""
        return next(block for block in self.blocks if block.name == name)

    def chain(self) -> bool:
        """Whether this is a sequence of layers with one input and one output, so that keras.Sequential can hold it.

        A program with blocks is none before `builder.flat` has written them out.
        """
        if len(self.inputs) != 1 or len(self.outputs) != 1 or self.missing:
            return False
        if any(isinstance(step.layer, Instance) for step in self.steps):
            return False
        return len({step.made_as for step in self.steps}) == len(self.steps) and all(
            step.outputs == 1 and not step.options and step.arguments == (Argument(None, (Ref(before.id),)),)
            for before, step in pairwise(self.steps)
        )


@dataclass(frozen=True, slots=True)
class BlockProgram:
    """A block, and its inside as it is computed."""

    block: Block
    body: Program

    @property
    def name(self) -> str:
        """The block's name."""
        return self.block.name


class Facts(BaseModel):
    """What Keras says about one node. Shapes hold None where a size is open; the batch axis comes first.

    `parameters` and `trainable` count numbers, `macs` multiply-accumulates for one example, `activation_bytes` the
    memory of the output for one example; None where an open size leaves it unknown. Of a node that holds several layers
    `activation_bytes` is the sum of their outputs, and `largest_bytes` the largest one. `field` is the receptive field along
    each axis of the input, in pixels or steps, and `field_why` says in words why there is none. `error` is Keras's own
    reason for rejecting the node; then the shapes are empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shapes: tuple[tuple[int | None, ...], ...] = ()
    dtypes: tuple[str, ...] = ()
    parameters: int = 0
    trainable: int = 0
    macs: int | None = None
    activation_bytes: int | None = None
    largest_bytes: int | None = None
    field: tuple[float, ...] | None = None
    field_why: str = ""
    error: str | None = None


@lru_cache(maxsize=16)
def lower(graph: Graph, inside: bool = False) -> Program:
    """The program of a graph: every decision about order, ports and names is taken here, and never fails.

    Nodes stand in topological order; among those that could come next, the one that was added first does. It is kept: what
    does not fit, the settings and the totals all ask for that of the same network after each edit.

    Args:
        inside: the graph is the inside of a block, so that tensors come from BlockInput nodes and not from Input.
    """
    blocks: list[BlockProgram] = []
    for block in graph.blocks:
        body = _lower(graph.inside(block.name), tuple(blocks), Input, block)
        blocks.append(BlockProgram(block, body))
    return _lower(graph, tuple(blocks), Input if inside else BlockInput)


def _lower(
    graph: Graph, blocks: tuple[BlockProgram, ...], misplaced: type[LayerSpec], block: Block | None = None
) -> Program:
    """The program of a network, or of the inside of `block`."""
    stuck = blocking(graph, block.signature().outputs if block else ())
    graph = enabled(graph)
    nodes = {node.id: node for node in graph.nodes}
    counts = Counter(node.id for node in graph.nodes)
    place = {node_id: index for index, node_id in enumerate(nodes)}
    usable = {block.name for block in blocks if block.body.outputs and not block.body.missing}
    incoming: dict[str, list[Edge]] = {node_id: [] for node_id in nodes}
    for edge in graph.edges:
        if edge.source in nodes and edge.target in nodes:
            incoming[edge.target].append(edge)
    signatures = {node_id: graph.signature(node) for node_id, node in nodes.items()}
    outputs = {node_id: len(signature.outputs) for node_id, signature in signatures.items()}
    steps: dict[str, Step] = {}
    used: set[tuple[str, int]] = set()
    for node_id in _order(incoming, place):
        layer = shared_layer(nodes, nodes[node_id])
        if counts[node_id] != 1 or layer is None or isinstance(layer, misplaced):
            continue
        if isinstance(layer, Instance) and layer.block not in usable:
            continue
        step = _step(nodes[node_id], layer, signatures[node_id], incoming[node_id], outputs)
        if step is not None and all(edge.source in steps for edge in incoming[node_id]):
            steps[node_id] = step
            used.update((edge.source, edge.output) for edge in incoming[node_id])
    ends = tuple(ref for step in steps.values() if step.arguments for ref in _ends(step, used))
    return Program(
        steps=tuple(steps.values()),
        inputs=tuple(step.id for step in steps.values() if not step.arguments),
        outputs=ends if block is None else _returned(block, steps, ends),
        missing=(*(node_id for node_id in nodes if node_id not in steps), *stuck),
        blocks=blocks,
    )


def _returned(block: Block, steps: Mapping[str, Step], ends: tuple[Ref, ...]) -> tuple[Ref, ...]:
    """What a block returns, as its signature says: a disabled layer at its end passes on what came into it."""
    passed = left_by(block)
    if not passed:
        return ends
    returned: list[Ref] = []
    for name in block.signature().outputs:
        source, output = passed.get(name, (name, 0))
        if name not in passed:
            returned += (ref for ref in ends if ref.step == name)
        elif source in steps:
            returned.append(Ref(source, output if steps[source].outputs > 1 else None))
    return tuple(returned)


def _ends(step: Step, used: set[tuple[str, int]]) -> Iterator[Ref]:
    """What leaves the network here: the first output of a layer that nothing follows, of a block each that nothing takes."""
    free = [part for part in range(step.outputs) if (step.id, part) not in used]
    if not isinstance(step.layer, Instance):
        free = [0] if len(free) == step.outputs else []
    return (Ref(step.id, part if step.outputs > 1 else None) for part in free)


def shared_layer(nodes: Mapping[str, Node], node: Node) -> LayerSpec | None:
    """The layer that a node calls: its own, or that of the node that it shares; None where there is no such layer to share."""
    if node.shares is None:
        return node.layer
    owner = nodes.get(node.shares)
    shareable = owner is not None and owner.shares is None and owner.layer.type == node.layer.type
    return owner.layer if owner and shareable and owner.layer.shareable else None


def _order(incoming: dict[str, list[Edge]], place: dict[str, int]) -> list[str]:
    """Names in topological order, of those that could come next the first added first; a cycle and all behind it is left out."""
    network: nx.DiGraph[str] = nx.DiGraph()
    network.add_nodes_from(place)
    network.add_edges_from((edge.source, edge.target) for edges in incoming.values() for edge in edges)
    order = []
    with suppress(nx.NetworkXUnfeasible):  # told at the end, when only cycles and what is behind them are left
        for name in nx.lexicographical_topological_sort(network, key=place.__getitem__):
            order.append(name)
    return order


def _step(
    node: Node, layer: LayerSpec, signature: Signature, incoming: list[Edge], outputs: Mapping[str, int]
) -> Step | None:
    """The step of a node, or None when an edge does not fit, a port is free, or one has more than it takes."""
    refs: dict[str, list[Ref]] = {port: [] for port in signature.ports}
    for edge in incoming:
        if edge.port not in refs or edge.output >= outputs[edge.source]:
            return None
        refs[edge.port].append(Ref(edge.source, edge.output if outputs[edge.source] > 1 else None))
    for port, came in refs.items():
        if len(came) != 1 and not (port in signature.lists if came else port in signature.optional):
            return None
    return Step(
        node.id,
        layer,
        _arguments(signature, refs),
        len(signature.outputs),
        node.shares or node.id,
        node.layer.options(),
    )


def _arguments(signature: Signature, refs: Mapping[str, list[Ref]]) -> tuple[Argument, ...]:
    if signature.as_list:
        return (Argument(None, tuple(ref for came in refs.values() for ref in came), many=True),)
    return tuple(
        Argument(
            None if port == signature.first == "inputs" or signature.by_place else port,
            tuple(came),
            port in signature.lists,
        )
        for port, came in refs.items()
        if came
    )
