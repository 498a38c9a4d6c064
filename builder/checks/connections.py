"""What the graph alone tells of its connections: ends that are not there, inputs with too many or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from builder.checks.network import Check, Network, listed
from builder.edits import Connect, Disconnect, Edit, Remove
from builder.graph import Edge, Node
from builder.problem import Fix, Problem

MANY = 50  # layers without a connection; then nobody reads offers of what to connect with what


def dangling_edge(net: Network) -> Iterator[Problem]:
    """`dangling_edge`: a connection begins or ends at a node that is not there."""
    lost: dict[str, list[Edge]] = {}
    for edge in net.graph.edges:
        for name in dict.fromkeys((edge.source, edge.target)):
            if name not in net.nodes:
                lost.setdefault(name, []).append(edge)
    for name, edges in lost.items():
        ends = [end for edge in edges for end in (edge.source, edge.target) if end in net.nodes]
        yield Problem(
            code="dangling_edge",
            node=ends[0] if ends else None,
            message=f"A connection leads to or from {name}, a layer that is not there.",
            remedy="Remove the connection, or add the layer again.",
            fixes=(Fix(label="Remove the connection", edits=(Disconnect(edges=tuple(edges)),)),),
        )


def edge_twice(net: Network) -> Iterator[Problem]:
    """`edge_twice`: the same connection is written down several times."""
    for edge, count in Counter(net.graph.edges).items():
        if count > 1 and edge.source in net.nodes and edge.target in net.nodes:
            again: tuple[Edit, ...] = (Connect(edge=edge),) if _fits(net, edge) else ()
            yield Problem(
                code="edge_twice",
                node=edge.target,
                message=f"The connection from {edge.source} to {edge.target} is there {count} times.",
                remedy="Keep it once.",
                fixes=(Fix(label="Keep it once" if again else "Remove it", edits=(Disconnect(edges=(edge,)), *again)),),
            )


def _fits(net: Network, edge: Edge) -> bool:
    source, target = net.nodes[edge.source], net.nodes[edge.target]
    loops = edge.source in net.followers(edge.target)
    return edge.port in net.ports(target) and edge.output < net.outputs(source) and not loops


def misplaced_edge(net: Network) -> Iterator[Problem]:
    """`unknown_port`, `unknown_output`: a connection ends or begins where its layer has nothing."""
    outputs = {name: net.outputs(node) for name, node in net.nodes.items()}
    for edge in net.edges:
        target = net.nodes[edge.target]
        if edge.port not in net.ports(target):
            has = f"its inputs are {listed(net.ports(target))}" if net.ports(target) else "it takes no input"
            yield Problem(
                code="unknown_port",
                node=edge.target,
                message=f"{edge.source} leads to an input called {edge.port!r}, which {edge.target} does not have; {has}.",
                remedy="Remove the connection, or draw it to an input that is there.",
                fixes=(*_to_ports(net, edge, target), _removed(edge)),
            )
        if edge.output >= outputs[edge.source]:
            yield Problem(
                code="unknown_output",
                node=edge.source,
                message=f"{edge.target} takes output number {edge.output + 1} of {edge.source}, which gives only {outputs[edge.source]}.",
                remedy="Remove the connection and draw it anew.",
                fixes=(_removed(edge),),
            )


def _removed(edge: Edge) -> Fix:
    return Fix(label="Remove the connection", edits=(Disconnect(edges=(edge,)),))


def _to_ports(net: Network, edge: Edge, target: Node) -> Iterator[Fix]:
    if edge.source not in net.followers(edge.target):
        yield from (_to_port(net, edge, port) for port in _free_ports(net, target))


def _to_port(net: Network, edge: Edge, port: str) -> Fix:
    output = edge.output if edge.output < net.outputs(net.nodes[edge.source]) else 0
    there = Edge(source=edge.source, output=output, target=edge.target, port=port)
    return Fix(label=f"Connect it to {port}", edits=(Disconnect(edges=(edge,)), Connect(edge=there)))


def _free_ports(net: Network, node: Node) -> list[str]:
    return [port for port in net.needed(node) if (node.id, port) not in net.taken]


def port_taken(net: Network) -> Iterator[Problem]:
    """`port_taken`: several connections end at an input that takes one."""
    for node in net.nodes.values():
        signature = net.graph.signature(node)
        for port in signature.ports:
            edges = [edge for edge in net.into[node.id] if edge.port == port]
            if len(edges) > 1 and port not in signature.lists:
                yield Problem(
                    code="port_taken",
                    node=node.id,
                    message=f"{len(edges)} connections end at {node.id}, which takes one: from {listed(e.source for e in edges[:8])}.",
                    remedy="Keep one of them, or join them first with Add or Concatenate.",
                    fixes=tuple(
                        Fix(
                            label=f"Keep {kept.source}",
                            edits=(Disconnect(edges=tuple(edge for edge in edges if edge != kept)),),
                        )
                        for kept in edges[:3]
                    ),
                )


def unconnected(net: Network) -> Iterator[Problem]:
    """`unconnected`: an input of a layer has no connection. Without any Input, `no_input` speaks for the first layers."""
    misplaced = {edge.target for edge in net.edges if edge.port not in net.ports(net.nodes[edge.target])}
    starts = () if net.has_input else {node.id for node in net.starts}
    told = misplaced.union(starts)
    free_ports = {name: free for name, node in net.nodes.items() if (free := _free_ports(net, node))}
    for name, free in free_ports.items():
        node = net.nodes[name]
        if name not in told:
            which = "" if len(net.ports(node)) == 1 else f" at {listed(free)}"
            yield Problem(
                code="unconnected",
                node=node.id,
                message=f"Nothing comes into {node.id}{which}.",
                remedy="Draw a connection to it from the layer before it, or remove it.",
                fixes=(
                    *(_sources(net, node, free) if len(free_ports) < MANY else ()),
                    Fix(label=f"Remove {node.id}", edits=(Remove(ids=(node.id,), heal=True),)),
                ),
            )


def lone_merge(net: Network) -> Iterator[Problem]:
    """`lone_merge`: a layer that joins several has only one coming in."""
    lone = [node for node in net.nodes.values() if node.layer.ports is None and len(net.into[node.id]) == 1]
    for node in lone:
        yield Problem(
            code="lone_merge",
            node=node.id,
            severity="warning",
            message=f"{node.id} joins layers, but only {net.into[node.id][0].source} comes in.",
            remedy="Connect a second layer to it, or remove it.",
            fixes=(
                *(_sources(net, node, ["inputs"]) if len(lone) < MANY else ()),
                Fix(label=f"Remove {node.id}", edits=(Remove(ids=(node.id,), heal=True),)),
            ),
        )


def _sources(net: Network, node: Node, free: list[str]) -> Iterator[Fix]:
    """Offers of what to connect: layers that nothing follows, the nearest first; else the Input."""
    behind = net.followers(node.id) | {edge.source for edge in net.into[node.id]}
    ends = [end for end in net.ends if end.id not in behind] or [end for end in net.inputs[:1] if end.id not in behind]
    for end in sorted(ends, key=lambda end: abs(end.x - node.x) + abs(end.y - node.y))[:2]:
        edges = (Edge(source=end.id, target=node.id, port=port) for port in free)
        yield Fix(label=f"Connect {end.id} to {node.id}", edits=tuple(Connect(edge=edge) for edge in edges))


CHECKS: tuple[Check, ...] = (dangling_edge, edge_twice, misplaced_edge, port_taken, unconnected, lone_merge)
