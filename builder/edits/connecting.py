"""Which connections there can be: the rule that the canvas shows while one is drawn (assets/canvas/src/refusal.ts)."""

from __future__ import annotations

from builder.edits.checking import EditError, changed, need
from builder.graph import Edge, Graph


def connect(graph: Graph, edge: Edge) -> Graph:
    """Add an edge; a port that takes one tensor gives up the edge that it had."""
    source, target = need(graph, edge.source), need(graph, edge.target)
    signature = graph.signature(target)
    if edge.port not in signature.ports:
        has = f"its inputs are {', '.join(signature.ports)}" if signature.ports else "it has no input"
        raise EditError(f"{target.id} ({target.layer.type}) has no input called {edge.port!r}; {has}.")
    if edge.output >= len(graph.signature(source).outputs):
        raise EditError(f"{source.id} ({source.layer.type}) has no output number {edge.output + 1}.")
    if source.id == target.id:
        raise EditError(f"{source.id} cannot be connected with itself: it would wait for its own output.")
    if edge in graph.edges:
        return graph
    if source.id in followers(graph, target.id):
        raise EditError(
            f"{target.id} leads to {source.id} already: with this connection the network would run in a circle, "
            "and each layer in it would wait for itself."
        )
    one = edge.port not in signature.lists
    kept = tuple(e for e in graph.edges if not (one and (e.target, e.port) == (edge.target, edge.port)))
    return changed(graph, edges=(*kept, edge))


def followers(graph: Graph, start: str) -> set[str]:
    """All nodes that the edges lead to from a node, itself included."""
    after: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        if edge.source in after and edge.target in after:
            after[edge.source].append(edge.target)
    found, ahead = {start}, [start]
    while ahead:
        further = [name for name in after[ahead.pop()] if name not in found]
        found.update(further)
        ahead += further
    return found
