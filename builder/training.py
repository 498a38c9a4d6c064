"""How a network is trained: the settings, what a data set asks of a network, and settings that suit both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from builder.graph import Frozen, Graph
from builder.layers.applications import Backbone
from builder.layers.base import LayerSpec, Weighted
from builder.losses import BinaryCrossentropy, Loss, MeanSquaredError, SparseCategoricalCrossentropy
from builder.metrics import BinaryAccuracy, Metric, SparseCategoricalAccuracy
from builder.metrics import MeanAbsoluteError as MeanAbsoluteErrorMetric
from builder.optimizers import Adam, Optimizer
from builder.program import Facts, lower


class Task(Frozen):
    """What a data set asks of a network: the shape of one example, and what is to be predicted.

    `kind` "classes": one of `classes` (labels are their numbers); "values": `targets` real numbers an example.
    """

    data: str
    input_shape: tuple[int | None, ...]
    input_dtype: Literal["float32", "int32"] = "float32"
    kind: Literal["classes", "values"]
    classes: tuple[str, ...] = ()
    targets: int = Field(1, ge=1)
    examples: int = Field(0, ge=0, description="Number of training examples.")


class Training(Frozen):
    """The settings of a training run."""

    optimizer: Optimizer = Field(Adam(), description="The rule that turns gradients into weight changes.")
    loss: Loss = Field(SparseCategoricalCrossentropy(), description="What training makes small.")
    metrics: tuple[Metric, ...] = Field(
        (SparseCategoricalAccuracy(),), max_length=10, description="What is measured beside the loss."
    )
    epochs: int = Field(10, ge=1, le=10_000, description="Passes over all training examples.")
    batch_size: int = Field(32, ge=1, le=65_536, description="Examples a step.")
    validation_split: float = Field(0.2, ge=0, le=0.9, description="Share of the training examples for validation.")


class Defaults(Frozen):
    """Settings chosen for a network and a data set, and for each choice why."""

    training: Training
    reasons: tuple[str, ...]


def defaults(graph: Graph, task: Task, facts: Mapping[str, Facts] | None = None) -> Defaults:
    """Settings that suit a network and a data set, each with its reason in words.

    Args:
        facts: what Keras says of the nodes, if it is known yet; a large network gets fewer epochs.
    """
    activation, units = _ending(graph)
    loss, metrics, why_loss = _loss(task, activation, units)
    batch_size = 32 if task.examples <= 20_000 else 128
    parameters = sum(fact.trainable for fact in (facts or {}).values())
    macs = sum(fact.macs or 0 for fact in (facts or {}).values())
    epochs, why_epochs = _epochs(task.examples, macs)
    why_rate = "Adam with a learning rate of 0.001 works for most networks without tuning."
    if parameters > 20_000_000:
        why_rate += " With this many parameters watch the validation loss: it may overfit."
    return Defaults(
        training=Training(loss=loss, metrics=metrics, epochs=epochs, batch_size=batch_size),
        reasons=(
            why_loss,
            why_rate,
            why_epochs,
            f"Batches of {batch_size}: small enough to learn quickly from {task.examples:,} examples, "
            "large enough to use the processor well.",
            "A fifth of the training examples is kept for validation, to see whether the network overfits.",
            *_untrained(graph),
        ),
    )


def _untrained(graph: Graph) -> list[str]:
    return [
        f"{node.id} starts with random weights, and its batch normalization averages over some thousand batches: the "
        "validation stays poor for the first epochs while the training already improves. With weights set to imagenet "
        "(a download) and trainable switched off, only the new head learns, and at once."
        for node in graph.nodes
        if isinstance(node.layer, Backbone) and node.layer.trainable and getattr(node.layer, "weights", None) is None
    ]


def _ending(graph: Graph) -> tuple[str, int | None]:
    """Activation and units that the network ends in: of the last layer with weights, or of a function behind it."""
    outputs = lower(graph).outputs
    activation = None
    node = graph.find(outputs[-1].step) if outputs else None
    for _ in range(len(graph.nodes)):
        if node is None:
            break
        activation = activation or _activation(node.layer)
        units = getattr(node.layer, "units", None)
        if units is not None or isinstance(node.layer, Weighted):
            return activation or "linear", units
        before = next((edge.source for edge in graph.edges if edge.target == node.id), None)
        node = graph.find(before) if before else None
    return activation or "linear", None


def _activation(layer: LayerSpec) -> str | None:
    by_class = {"Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu"}
    return by_class.get(layer.type) or layer.activation_name()


def _loss(task: Task, activation: str, units: int | None) -> tuple[Loss, tuple[Metric, ...], str]:
    if task.kind == "values":
        why = f"{task.data} asks for numbers, so the loss is the mean squared error; the mean absolute error is easier to read."
        return MeanSquaredError(), (MeanAbsoluteErrorMetric(),), why
    if len(task.classes) == 2 and units == 1:
        logits = activation != "sigmoid"
        why = f"{task.data} has two classes and the network one output, so the loss is binary crossentropy" + (
            " from logits, as no sigmoid stands at the end." if logits else "."
        )
        return BinaryCrossentropy(from_logits=logits), (BinaryAccuracy(threshold=0.0 if logits else 0.5),), why
    logits = activation == "linear"
    why = f"{task.data} has {len(task.classes)} classes with numbers as labels, so the loss is sparse categorical crossentropy"
    why += " from logits, as no softmax stands at the end." if logits else "."
    return SparseCategoricalCrossentropy(from_logits=logits), (SparseCategoricalAccuracy(),), why


def _epochs(examples: int, macs: int) -> tuple[int, str]:
    """Epochs after which most small networks have learned, but not more than a few minutes' work for one processor."""
    wanted = 30 if examples < 1_000 else 15 if examples < 10_000 else 5
    work = 3 * macs * examples  # multiply-accumulates an epoch: forward once, backward about twice
    affordable = max(1, int(3e12 / work)) if work else wanted
    if affordable < wanted:
        return (
            affordable,
            f"{affordable} epochs: this network takes long for each on a processor; add more when it pays.",
        )
    return wanted, f"{wanted} epochs: with {examples:,} examples the curves have usually flattened by then."
