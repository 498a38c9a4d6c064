"""What the data and the network ask of the loss and of the metrics."""

from __future__ import annotations

from collections.abc import Iterator

from builder.checks.network import Check, Network, listed
from builder.checks.outputs import asked, labels_of, output_of
from builder.metrics import Metric
from builder.problem import Fix, Problem
from builder.training import Training, defaults, usual_metrics

# Functions whose results lie between 0 and 1, and those whose results are not below 0.
PROBABILITIES = frozenset({"hard_sigmoid", "sigmoid", "softmax", "sparse_sigmoid", "sparsemax"})
POSITIVE = PROBABILITIES | {"exponential", "relu", "relu6", "softplus", "sparse_plus", "squareplus"}


def loss_for_data(net: Network) -> Iterator[Problem]:
    """`loss_for_data`: the loss measures something that the data do not ask for."""
    if net.task and net.training and labels_of(net) is None:
        best = defaults(net.graph, net.task).training
        changed = net.training.model_copy(update={"loss": best.loss, "metrics": best.metrics})
        yield Problem(
            code="loss_for_data",
            node=None,
            message=f"{asked(net.task)}; the loss {net.training.loss.type} does not measure that.",
            remedy=f"Choose another loss on the Train page, such as {best.loss.type}.",
            fixes=(Fix(label=f"Take {best.loss.type}", training=changed),),
        )


def metric_for_data(net: Network) -> Iterator[Problem]:
    """`metric_for_data`: a metric takes labels in another form than the loss."""
    labels = labels_of(net)
    if not net.task or not net.training or not labels:
        return
    single = labels == "values" and net.task.targets == 1
    kept = tuple(one for one in net.training.metrics if labels in one.takes and not (single and one.rows))
    unfit = [one.type for one in net.training.metrics if one not in kept]
    if not unfit:
        return
    usual = tuple(one for one in usual_metrics(net.training.loss, labels) if one.type not in {k.type for k in kept})
    instead = f"take {usual[0].type} instead" if usual else f"take out {listed(unfit)}"
    yield Problem(
        code="metric_for_data",
        node=None,
        message=f"{listed(unfit)} {'does' if len(unfit) == 1 else 'do'} not go with the loss {net.training.loss.type}.",
        remedy=f"On the Train page {instead}.",
        fixes=(Fix(label=f"T{instead[1:]}", training=_with(net.training, (*usual, *kept))),),
    )


def metric_classes(net: Network) -> Iterator[Problem]:
    """`metric_classes`: a metric counts other classes than the data have."""
    if not net.task or not net.training or net.task.kind != "classes":
        return
    many = len(net.task.classes)
    for metric in net.training.metrics:
        said = getattr(metric, "num_classes", many)
        if said != many:
            right = metric.model_copy(update={"num_classes": many})
            fitting = max(getattr(metric, "target_class_ids", (0,))) < many
            changed = tuple(right if one is metric else one for one in net.training.metrics)
            yield Problem(
                code="metric_classes",
                node=None,
                message=f"{asked(net.task)}, but the metric {metric.type} counts {said}.",
                remedy=f"Set its num_classes to {many} on the Train page.",
                fixes=(Fix(label=f"Set it to {many}", training=_with(net.training, changed)),) if fitting else (),
            )
        number = getattr(metric, "class_id", None)
        if number is not None and number >= many:
            yield Problem(
                code="metric_classes",
                node=None,
                message=f"{asked(net.task)}, numbered from 0 to {many - 1}; the metric {metric.type} looks at class {number}.",
                remedy="Set its class_id to one of them, or to nothing, on the Train page.",
            )


def metric_for_output(net: Network) -> Iterator[Problem]:
    """`metric_for_output`: a metric reads the outputs as probabilities, as logits or as counts, and they are not."""
    out, labels = output_of(net), labels_of(net)
    if out is None or net.training is None or labels is None:
        return
    for metric in net.training.metrics:
        if labels in metric.takes and (needed := _needed(metric, out.activation)):
            yield Problem(
                code="metric_for_output",
                node=out.node.id,
                severity="warning",
                message=f"The metric {metric.type} expects {needed}, but {out.node.id} ends in {out.activation}.",
                remedy="What it shows means nothing: switch its from_logits, or take it out, on the Train page."
                if hasattr(metric, "from_logits")
                else "What it shows means nothing: take it out on the Train page.",
                fixes=tuple(_without_doubt(net.training, metric)),
            )


def _needed(metric: Metric, activation: str) -> str | None:
    """What a metric expects of the outputs, if that is not what comes out."""
    if getattr(metric, "from_logits", False):
        return "logits, that is numbers before softmax or sigmoid" if activation in PROBABILITIES else None
    if metric.probabilities and activation not in PROBABILITIES:
        return "outputs between 0 and 1"
    return "outputs above 0" if metric.type == "Poisson" and activation not in POSITIVE else None


def _without_doubt(training: Training, metric: Metric) -> Iterator[Fix]:
    if hasattr(metric, "from_logits"):
        switched = metric.model_copy(update={"from_logits": not metric.from_logits})
        changed = tuple(switched if one is metric else one for one in training.metrics)
        yield Fix(
            label=f"Switch from_logits {'on' if switched.from_logits else 'off'}", training=_with(training, changed)
        )
    rest = tuple(one for one in training.metrics if one is not metric)
    yield Fix(label=f"Take out {metric.type}", training=_with(training, rest))


def _with(training: Training, metrics: tuple[Metric, ...]) -> Training:
    return training.model_copy(update={"metrics": metrics})


CHECKS: tuple[Check, ...] = (loss_for_data, metric_for_data, metric_classes, metric_for_output)
