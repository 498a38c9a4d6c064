"""What the shapes tell although Keras accepts them: what is rarely meant."""

from __future__ import annotations

from collections.abc import Iterator

from builder.checks.network import Check, Network, Shape, insertion, shape_text
from builder.checks.outputs import on_map, output_of
from builder.edits import Configure, Remove
from builder.graph import Edge, Node
from builder.problem import Fix, Problem

LARGE = 4e9  # bytes of weights; few machines of students can train more


def dense_on_map(net: Network) -> Iterator[Problem]:
    """`dense_on_map`: Dense gets a feature map and connects its channels only. An error when a map comes out at the end."""
    out = output_of(net)
    spoils_output = net.task is not None and out is not None and len(out.shape) > 3
    behind: set[str] = set()
    for step in net.program.steps:
        edges = net.into[step.id]
        shape = net.shape(edges[0]) if edges else None
        if shape is None or len(shape) < 4:
            continue
        first = on_map(net, step.id) and not any(edge.source in behind for edge in edges)
        if first or any(edge.source in behind for edge in edges):
            behind.add(step.id)
        if first:
            yield Problem(
                code="dense_on_map",
                node=step.id,
                severity="error" if spoils_output else "warning",
                message=f"A feature map comes into {step.id}: {shape_text(shape)}. Dense then works on each pixel alone.",
                remedy="Put Flatten before it to connect all pixels, or GlobalAveragePooling2D to keep one number a channel.",
                fixes=tuple(_rows(net, edges[0], shape)),
            )


def _rows(net: Network, edge: Edge, shape: Shape) -> Iterator[Fix]:
    if None not in shape[1:]:
        yield Fix(label="Insert Flatten", edits=(insertion(net, edge, "Flatten"),))
    if len(shape) == 4:
        yield Fix(label="Insert GlobalAveragePooling2D", edits=(insertion(net, edge, "GlobalAveragePooling2D"),))


def not_indices(net: Network) -> Iterator[Problem]:
    """`not_indices`: Embedding looks up whole numbers, but gets measurements."""
    for node in net.nodes.values():
        edges = net.into[node.id]
        if node.layer.type != "Embedding" or len(edges) != 1 or net.dtype(edges[0]) in (None, "int32", "int64"):
            continue
        source = net.nodes[edges[0].source]
        whole = Fix(
            label=f"Make {source.id} take whole numbers", edits=(Configure(id=source.id, values={"dtype": "int32"}),)
        )
        away = Fix(label=f"Remove {node.id}", edits=(Remove(ids=(node.id,), heal=True),))
        if source in net.inputs and net.task and net.task.input_dtype == "int32":
            continue  # `input_dtype` speaks for it
        fits = source in net.inputs and net.task is None
        yield Problem(
            code="not_indices",
            node=node.id,
            severity="warning",
            message=f"{node.id} looks up a vector for each whole number, such as that of a word, but {source.id} gives other numbers.",
            remedy="Use it directly behind an Input of whole numbers (dtype int32)"
            + ("." if fits else ", or remove it."),
            fixes=(whole,) if fits else (away,),
        )


def large_layer(net: Network) -> Iterator[Problem]:
    """`large_layer`: the weights of one layer fill the memory of most machines."""
    for node in net.nodes.values():
        size = 4 * net.facts[node.id].parameters if node.id in net.facts else 0
        if size > LARGE:
            yield Problem(
                code="large_layer",
                node=node.id,
                severity="warning",
                message=f"{node.id} has {size / 4e9:.1f} billion weights: {size / 1e9:.0f} GB, and training needs about four times that.",
                remedy="Make what comes in smaller (pooling, GlobalAveragePooling2D instead of Flatten), or the layer itself.",
                fixes=tuple(_pool_instead(net, node)),
            )


def _pool_instead(net: Network, node: Node) -> Iterator[Fix]:
    for edge in net.into[node.id]:
        flatten = net.nodes[edge.source]
        before = net.into[flatten.id]
        if flatten.layer.type == "Flatten" and len(before) == 1 and len(net.shape(before[0]) or ()) == 4:
            pool = insertion(net, before[0], "GlobalAveragePooling2D")
            edits = (pool, Remove(ids=(flatten.id,), heal=True))
            yield Fix(label=f"GlobalAveragePooling2D instead of {flatten.id}", edits=edits)


CHECKS: tuple[Check, ...] = (dense_on_map, not_indices, large_layer)
