"""Recurrent layers in a chain: which one gave the last step only, and the edit that changes it."""

from __future__ import annotations

from builder.checks.network import Network
from builder.edits import Configure
from builder.graph import Edge, Node


def behind(net: Network, edge: Edge) -> Node | None:
    """The recurrent layer that an edge comes from, directly or through layers that keep the shape."""
    node = net.nodes[edge.source]
    while not _is_recurrent(node):
        before = net.into[node.id]
        # Only what can be computed has a depth: a circle has none, and would be walked forever.
        if len(before) != 1 or net.shape(before[0]) != net.shape(edge) or node.id not in net.depth:
            return None
        node = net.nodes[before[0].source]
    return node


def _is_recurrent(node: Node) -> bool:
    """Of vectors: a last step of ConvLSTM is still a picture."""
    layer = getattr(node.layer, "layer", node.layer)
    return hasattr(layer, "return_sequences") and hasattr(layer, "units")


def give_sequences(node: Node, on: bool) -> Configure:
    """Lets a recurrent layer, or the one in its wrapper, give every step or the last one only."""
    values = node.layer.model_dump()
    if "return_sequences" in values:
        return Configure(id=node.id, values={"return_sequences": on})
    inner = {name: values[name] for name in ("layer", "backward_layer") if values.get(name)}
    return Configure(id=node.id, values={name: {**layer, "return_sequences": on} for name, layer in inner.items()})
