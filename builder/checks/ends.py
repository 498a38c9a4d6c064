"""Where the network begins and ends: an Input that nothing follows, and which of several ends is the output."""

from __future__ import annotations

from collections.abc import Iterator

from builder.checks.network import Check, Network
from builder.edits import Remove
from builder.graph import Node
from builder.problem import Fix, Problem


def unused_input(net: Network) -> Iterator[Problem]:
    """`unused_input`: nothing follows an Input. While layers wait for an input, `unconnected` speaks for both."""
    if net.starts or len(net.inputs) == len(net.nodes):
        return
    for node in net.inputs:
        if not net.out[node.id]:
            yield Problem(
                code="unused_input",
                node=node.id,
                message=f"{node.id} leads nowhere: no layer takes its examples.",
                remedy="Connect it to a layer, or remove it.",
                fixes=(Fix(label=f"Remove {node.id}", edits=(Remove(ids=(node.id,)),)),),
            )


def main_output(net: Network, ends: list[Node]) -> Node:
    """Of several ends the one that most people mean: the deepest, of equally deep ones the one added first."""
    return max(ends, key=lambda node: net.depth[node.id])


CHECKS: tuple[Check, ...] = (unused_input,)
