"""What the data ask of the Input."""

from __future__ import annotations

from collections.abc import Iterator

from builder.checks.network import Check, Network, Shape, shape_text
from builder.checks.structure import input_values
from builder.edits import Configure
from builder.graph import Node
from builder.problem import Fix, Problem


def input_shape(net: Network) -> Iterator[Problem]:
    """`input_shape`: the Input takes examples of another shape than the data have."""
    for node in _used_inputs(net):
        shape, task = getattr(node.layer, "shape", ()), net.task
        if task and not _takes(shape, task.input_shape):
            wanted = shape_text((None, *task.input_shape))
            yield Problem(
                code="input_shape",
                node=node.id,
                message=f"{node.id} takes {shape_text((None, *shape))}, but an example of {task.data} is {wanted}.",
                remedy=f"Set its shape to {wanted}, or choose other data.",
                fixes=(Fix(label=f"Set it to {wanted}", edits=(Configure(id=node.id, values=input_values(task)),)),),
            )


def _used_inputs(net: Network) -> list[Node]:
    used = [node for node in net.inputs if net.out[node.id] and node.shares is None]
    return used[: net.task.inputs if net.task else 1]


def _takes(shape: Shape, example: Shape) -> bool:
    return len(shape) == len(example) and all(a in (None, b) for a, b in zip(shape, example, strict=True))


def input_dtype(net: Network) -> Iterator[Problem]:
    """`input_dtype`: the Input takes whole numbers and the data are measurements, or the other way round."""
    for node in _used_inputs(net):
        dtype = getattr(node.layer, "dtype", None) or "float32"
        if net.task and dtype != net.task.input_dtype:
            whole = net.task.input_dtype == "int32"
            kind = "whole numbers, such as those of words" if whole else "measurements with decimals"
            yield Problem(
                code="input_dtype",
                node=node.id,
                severity="warning" if whole else "error",
                message=f"{net.task.data} holds {kind}, but {node.id} takes numbers of type {dtype}.",
                remedy=f"Set its dtype to {net.task.input_dtype}.",
                fixes=(
                    Fix(
                        label=f"Set it to {net.task.input_dtype}",
                        edits=(Configure(id=node.id, values={"dtype": input_values(net.task)["dtype"]}),),
                    ),
                ),
            )


CHECKS: tuple[Check, ...] = (input_shape, input_dtype)
