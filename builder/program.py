"""The one traversal: `lower` turns a graph into a Program; code, shapes and model are readings of it."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
from pydantic import BaseModel, ConfigDict

from builder.call import Call
from builder.graph import Edge, Graph, Node
from builder.layers.base import layer_call


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
    """One layer, made by `call` (which holds its name) and called with `arguments`; an Input has none."""

    id: str
    call: Call
    arguments: tuple[Argument, ...]
    attributes: tuple[tuple[str, bool], ...] = ()
    outputs: int = 1

    def refs(self) -> tuple[Ref, ...]:
        """Every tensor that the step needs, in order."""
        return tuple(ref for argument in self.arguments for ref in argument.refs)


@dataclass(frozen=True, slots=True)
class Program:
    """A network in the order in which it is computed.

    `missing` holds the nodes that cannot be computed yet (a port without edge, a cycle, a name used twice): shapes are
    read of the rest; code and model are made only when nothing is missing.
    """

    steps: tuple[Step, ...]
    inputs: tuple[str, ...]
    outputs: tuple[Ref, ...]
    missing: tuple[str, ...] = ()

    def chain(self) -> bool:
        """Whether this is a sequence of layers with one input, so that keras.Sequential can hold it."""
        one_way = len(self.inputs) == 1 and len(self.outputs) == 1 and not self.missing
        previous = [step.id for step in self.steps]
        return one_way and all(
            len(step.arguments) == 1 and not step.arguments[0].many and step.refs() == (Ref(before),)
            for before, step in zip(previous, self.steps[1:], strict=False)
        )


class Facts(BaseModel):
    """What Keras says about one node. Shapes hold None where a size is open; the batch axis comes first.

    `parameters` and `trainable` count numbers, `macs` multiply-accumulates for one example, `activation_bytes` the
    memory of the output for one example; None where an open size leaves it unknown. `error` is Keras's own reason for
    rejecting the node; then the shapes are empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shapes: tuple[tuple[int | None, ...], ...] = ()
    dtypes: tuple[str, ...] = ()
    parameters: int = 0
    trainable: int = 0
    macs: int | None = None
    activation_bytes: int | None = None
    error: str | None = None


def lower(graph: Graph) -> Program:
    """The program of a graph: every decision about order, ports and names is taken here, and never fails.

    Nodes stand in topological order; among those that could come next, the one that was added first does.
    """
    nodes = {node.id: node for node in graph.nodes}
    twice: set[str] = set()
    seen: set[str] = set()
    for node in graph.nodes:
        (twice if node.id in seen else seen).add(node.id)
    place = {node_id: index for index, node_id in enumerate(nodes)}
    incoming: dict[str, list[Edge]] = {node_id: [] for node_id in nodes}
    for edge in graph.edges:
        if edge.source in nodes and edge.target in nodes:
            incoming[edge.target].append(edge)
    steps: dict[str, Step] = {}
    for node_id in _order(incoming, place):
        step = None if node_id in twice else _step(nodes[node_id], incoming[node_id], nodes)
        if step is not None and all(ref.step in steps for ref in step.refs()):
            steps[node_id] = step
    used = {ref.step for step in steps.values() for ref in step.refs()}
    sinks = [step for step in steps.values() if step.id not in used and step.arguments]
    return Program(
        steps=tuple(steps.values()),
        inputs=tuple(step.id for step in steps.values() if not step.arguments),
        outputs=tuple(_ref(step.id, 0, nodes) for step in sinks),
        missing=tuple(node_id for node_id in nodes if node_id not in steps),
    )


def _order(incoming: dict[str, list[Edge]], place: dict[str, int]) -> list[str]:
    network: nx.DiGraph[str] = nx.DiGraph()
    network.add_nodes_from(place)
    network.add_edges_from((edge.source, edge.target) for edges in incoming.values() for edge in edges)
    in_cycle = {node for part in nx.strongly_connected_components(network) if len(part) > 1 for node in part}
    in_cycle |= {node for node in network if network.has_edge(node, node)}
    network.remove_nodes_from(in_cycle)
    return list(nx.lexicographical_topological_sort(network, key=place.__getitem__))


def _ref(node_id: str, output: int, nodes: dict[str, Node]) -> Ref:
    return Ref(node_id, output if len(nodes[node_id].layer.outputs()) > 1 else None)


def _step(node: Node, incoming: list[Edge], nodes: dict[str, Node]) -> Step | None:
    layer = node.layer
    if any(edge.output >= len(nodes[edge.source].layer.outputs()) for edge in incoming):
        return None
    ports = ("inputs",) if layer.ports is None else layer.ports
    by_port = {port: tuple(_ref(e.source, e.output, nodes) for e in incoming if e.port == port) for port in ports}
    if sum(len(refs) for refs in by_port.values()) != len(incoming):
        return None  # an edge at a port that this layer does not have
    arguments = []
    for port, refs in by_port.items():
        if not refs and port in layer.optional_ports:
            continue
        if not refs or (len(refs) > 1 and layer.ports is not None):
            return None
        arguments.append(Argument(None if len(ports) == 1 else port, refs, many=layer.ports is None))
    return Step(node.id, layer_call(layer, node.id), tuple(arguments), layer.attributes(), len(layer.outputs()))
