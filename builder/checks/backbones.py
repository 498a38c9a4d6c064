"""What learned weights ask of the images that come in."""

from __future__ import annotations

from collections.abc import Iterator

from builder.checks.network import Check, Network, insertion
from builder.graph import Node
from builder.layers.applications import Backbone, PreprocessInput
from builder.layers.base import Weighted
from builder.layers.preprocessing import Normalization, Rescaling
from builder.problem import Fix, Problem

RESCALE_THEMSELVES = frozenset({"convnext", "efficientnet", "efficientnet_v2", "mobilenet_v3"})  # from 0..255
CHANGES_VALUES = (PreprocessInput, Rescaling, Normalization, Weighted)


def unprocessed(net: Network) -> Iterator[Problem]:
    """`unprocessed`: weights learned on ImageNet get images as they are, though they know them in another form."""
    for node in net.nodes.values():
        layer = node.layer
        if not isinstance(layer, Backbone) or getattr(layer, "weights", None) != "imagenet" or not net.into[node.id]:
            continue
        if net.task is None and layer.network in RESCALE_THEMSELVES:
            continue  # bytes are what it wants, and nothing says that others come
        if any(isinstance(before.layer, CHANGES_VALUES) for before in _before(net, node)):
            continue
        largest = 255 if net.task is None else 1  # the images of the app's data sets go from 0 to 1
        values = {"network": layer.network, "largest": largest}
        yield Problem(
            code="unprocessed",
            node=node.id,
            severity="warning",
            message=f"The weights of {node.id} were learned on images in another form than those that come in.",
            remedy=f"Put PreprocessInput for {layer.network} before it.",
            fixes=(
                Fix(
                    label="Put PreprocessInput before it",
                    edits=(insertion(net, net.into[node.id][0], "PreprocessInput", values),),
                ),
            ),
        )


def _before(net: Network, node: Node) -> Iterator[Node]:
    """The nodes from which anything comes to a node."""
    found, open_ends = {node.id}, [node.id]
    while open_ends:
        further = {edge.source for edge in net.into[open_ends.pop()]} - found
        found |= further
        open_ends += further
        yield from (net.nodes[source] for source in further)


CHECKS: tuple[Check, ...] = (unprocessed,)
