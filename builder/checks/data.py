"""What the data ask of the Input, of the loss and of the metrics."""

from __future__ import annotations

from collections.abc import Iterator

from builder.checks.network import Check, Network, Shape, listed, shape_text
from builder.checks.outputs import asked, suits
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
    return [node for node in net.inputs if net.out[node.id]][:1]


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


def loss_for_data(net: Network) -> Iterator[Problem]:
    """`loss_for_data`: the loss measures something that the data do not ask for."""
    if net.task and net.training and not suits(net.training.loss.type, net.task):
        best = "MeanSquaredError" if net.task.kind == "values" else "SparseCategoricalCrossentropy"
        yield Problem(
            code="loss_for_data",
            node=None,
            message=f"{asked(net.task)}; the loss {net.training.loss.type} does not measure that.",
            remedy=f"Choose another loss on the Train page, such as {best}.",
        )


SEVERAL_OUTPUTS = ("SparseCategoricalAccuracy", "SparseTopKCategoricalAccuracy")
ONE_OUTPUT = ("BinaryAccuracy", "AUC")
VALUES = ("MeanAbsoluteError", "MeanSquaredError", "RootMeanSquaredError", "R2Score")


def metric_for_data(net: Network) -> Iterator[Problem]:
    """`metric_for_data`: a metric measures something else than the loss makes small."""
    if not net.task or not net.training or not suits(net.training.loss.type, net.task):
        return
    binary = net.training.loss.type == "BinaryCrossentropy"
    fitting = VALUES if net.task.kind == "values" else ONE_OUTPUT if binary else SEVERAL_OUTPUTS
    unfit = [metric.type for metric in net.training.metrics if metric.type not in fitting]
    if unfit:
        yield Problem(
            code="metric_for_data",
            node=None,
            message=f"{listed(unfit)} {'does' if len(unfit) == 1 else 'do'} not go with the loss {net.training.loss.type}.",
            remedy=f"On the Train page take {listed(fitting, 'or')} instead.",
        )


CHECKS: tuple[Check, ...] = (input_shape, input_dtype, loss_for_data, metric_for_data)
