"""How a network is trained: the settings, what a data set asks of a network, and settings that suit both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from pydantic import Field

from builder.graph import Frozen, Graph
from builder.labels import form
from builder.layers.applications import Backbone
from builder.layers.base import LayerSpec, Weighted
from builder.losses import BinaryCrossentropy, Labels, Loss, LossSpec, MeanSquaredError, SparseCategoricalCrossentropy
from builder.metrics import Metric
from builder.metrics.base import MetricSpec
from builder.metrics.classes import BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy
from builder.metrics.values import MeanAbsoluteError as MeanAbsoluteErrorMetric
from builder.names import NodeId
from builder.optimizers import Adam, Optimizer
from builder.program import Facts, lower


class Task(Frozen):
    """What a data set asks of a network: the shape of one example, and what is to be predicted.

    `kind` "classes": one of `classes` (labels are their numbers); "values": `targets` real numbers an example. With
    `steps` it asks for one class for each of so many steps. An example with several `inputs`, all of the same shape,
    enters the network at as many places: in arrays they lie along the first axis behind the examples. With
    `answer_shape` the real numbers of an answer come in that shape.
    """

    data: str
    input_shape: tuple[int | None, ...]
    input_dtype: Literal["float32", "int32"] = "float32"
    kind: Literal["classes", "values"]
    classes: tuple[str, ...] = ()
    targets: int = Field(1, ge=1)
    inputs: int = Field(1, ge=1)
    steps: int | None = Field(None, ge=1)
    answer_shape: tuple[int | None, ...] | None = None
    examples: int = Field(0, ge=0, description="Number of training examples.")

    def given_back(self) -> Task:
        """What the same data ask of an autoencoder: the example itself."""
        changed = {"kind": "values", "classes": (), "steps": None, "answer_shape": self.input_shape}
        return self.model_copy(update=changed)


MOST_EPOCHS = 10_000
BESIDE = 0.3  # weight of the loss of outputs beside the main one


class Head(Frozen):
    """How one of several outputs learns; all of them predict the same. What is empty is that of the whole training."""

    output: NodeId = Field(description="The layer whose output it is.")
    weight: float = Field(1.0, ge=0, le=1000, description="How much its loss counts beside that of the others.")
    loss: Loss | None = None
    metrics: tuple[Metric, ...] | None = Field(None, max_length=10)


class Training(Frozen):
    """The settings of a training run."""

    optimizer: Optimizer = Field(Adam(), description="The rule that turns gradients into weight changes.")
    loss: Loss = Field(SparseCategoricalCrossentropy(), description="What training makes small.")
    metrics: tuple[Metric, ...] = Field(
        (SparseCategoricalAccuracy(),), max_length=10, description="What is measured beside the loss."
    )
    epochs: int = Field(10, ge=1, le=MOST_EPOCHS, description="Passes over all training examples.")
    batch_size: int = Field(32, ge=1, le=65_536, description="Examples a step.")
    validation_split: float = Field(0.2, ge=0, le=0.9, description="Share of the training examples for validation.")
    target: Literal["labels", "input"] = Field(
        "labels", description="What the network learns to give: the labels, or its input again (an autoencoder)."
    )
    heads: tuple[Head, ...] = Field(
        (), max_length=20, description="How outputs learn of which there are several; the others learn as the whole."
    )
    dtype_policy: Literal["float32", "mixed_float16", "mixed_bfloat16"] = Field(
        "float32",
        description="Numbers that layers compute with; weights stay float32. The mixed ones take half the memory and "
        "are fast on GPUs with tensor cores; the Devices page measures it. Float16 is scaled so that small gradients survive.",
    )
    jit_compile: Literal["auto", True, False] = Field(
        "auto",
        description="Whether XLA compiles the training step: it joins small operations, and takes seconds to begin. "
        "auto: on GPUs, where the network allows it.",
    )

    def head(self, output: str) -> Head:
        """How this output learns, with nothing left empty."""
        found = next((head for head in self.heads if head.output == output), Head(output=output))
        return Head(
            output=output,
            weight=found.weight,
            loss=found.loss or self.loss,
            metrics=self.metrics if found.metrics is None else found.metrics,
        )

    def compiled(self, outputs: Sequence[str]) -> tuple[tuple[str, Any], ...]:
        """What `model.compile` takes for a network with these outputs: names, and Calls or lists of them."""
        heads = [self.head(output) for output in outputs]
        loss = [head.loss.call() for head in heads if head.loss]
        metrics = [[metric.call() for metric in head.metrics or ()] for head in heads]
        weights = [head.weight for head in heads]
        given: list[tuple[str, Any]] = [
            ("optimizer", self.optimizer.call()),
            ("loss", loss if len(heads) > 1 else loss[0]),
        ]
        if weights != [1.0] * len(heads):
            given.append(("loss_weights", weights))
        given.append(("metrics", metrics if len(heads) > 1 else metrics[0]))
        return (*given, ("jit_compile", self.jit_compile)) if self.jit_compile != "auto" else tuple(given)


def labels_taken(loss: LossSpec, task: Task) -> Labels | None:
    """In which form a loss takes the labels of a task; None if it does not measure what the task asks for."""
    return form(loss, len(task.classes), task.targets)


def usual_metrics(loss: LossSpec, labels: Labels) -> tuple[Metric, ...]:
    """What most people look at beside a loss; nothing where an output has no right or wrong."""
    logits = getattr(loss, "from_logits", False) or "sigmoid" not in loss.ends
    usual: dict[Labels, tuple[Metric, ...]] = {
        "number": (SparseCategoricalAccuracy(),),
        "one_hot": (CategoricalAccuracy(),),
        "binary": (BinaryAccuracy(threshold=0.0 if logits else 0.5),),
        "values": (MeanAbsoluteErrorMetric(),),
    }
    return usual.get(labels, ())


def suited_metrics(loss: LossSpec, labels: Labels | None) -> tuple[str, ...]:
    """The metrics that can be measured on the same labels as the loss, by name, the usual ones first."""
    usual = [metric.type for metric in usual_metrics(loss, labels)] if labels else []
    every: tuple[type[MetricSpec], ...] = get_args(get_args(Metric)[0])
    return tuple(dict.fromkeys([*usual, *(one.__name__ for one in every if labels in one.takes)]))


class Defaults(Frozen):
    """Settings chosen for a network and a data set, and for each choice why."""

    training: Training
    reasons: tuple[str, ...]


def defaults(graph: Graph, task: Task, facts: Mapping[str, Facts] | None = None) -> Defaults:
    """Settings that suit a network and a data set, each with its reason in words.

    Args:
        facts: what Keras says of the nodes, if it is known yet; a large network gets fewer epochs.
    """
    target: Literal["labels", "input"] = "input" if gives_back(graph, task, facts or {}) else "labels"
    if target == "input":
        task = task.given_back()
    activation, units = _ending(graph)
    loss, why_loss = _loss(task, activation, units)
    labels = labels_taken(loss, task)
    metrics = usual_metrics(loss, labels) if labels else ()
    batch_size = 32 if task.examples <= 20_000 else 128
    parameters = sum(fact.trainable for fact in (facts or {}).values())
    macs = sum(fact.macs or 0 for fact in (facts or {}).values())
    epochs, why_epochs = _epochs(task.examples, macs)
    why_rate = "Adam with a learning rate of 0.001 works for most networks without tuning."
    if parameters > 20_000_000:
        why_rate += " With this many parameters watch the validation loss: it may overfit."
    main, *beside = _outputs(graph) or [""]
    heads = tuple(Head(output=output, weight=BESIDE) for output in beside[:20])
    return Defaults(
        training=Training(loss=loss, metrics=metrics, epochs=epochs, batch_size=batch_size, target=target, heads=heads),
        reasons=(
            why_loss,
            why_rate,
            why_epochs,
            f"Batches of {batch_size}: small enough to learn quickly from {task.examples:,} examples, "
            "large enough to use the processor well.",
            "A fifth of the training examples is kept for validation, to see whether the network overfits.",
            *(
                [f"The loss of {', '.join(beside)} counts {BESIDE} beside that of {main}, as in GoogLeNet."]
                if beside
                else []
            ),
            *_untrained(graph),
        ),
    )


def gives_back(graph: Graph, task: Task, facts: Mapping[str, Facts]) -> bool:
    """Whether a network gives something of the shape of its input, where a class is asked for."""
    main = next(iter(_outputs(graph)), None)
    shapes = facts[main].shapes if main is not None and main in facts else ()
    labels = (*(() if task.steps is None else (task.steps,)), len(task.classes))
    fits = bool(shapes) and shapes[0][1:] == task.input_shape != labels
    return fits and task.kind == "classes" and task.inputs == 1


def _untrained(graph: Graph) -> list[str]:
    return [
        f"{node.id} starts with random weights, and its batch normalization averages over some thousand batches: the "
        "validation stays poor for the first epochs while the training already improves. With weights set to imagenet "
        "(a download) and trainable switched off, only the new head learns, and at once."
        for node in graph.nodes
        if isinstance(node.layer, Backbone) and node.layer.trainable and getattr(node.layer, "weights", None) is None
    ]


def _outputs(graph: Graph) -> list[str]:
    """The nodes at which answers leave the network, the one with most layers before it first."""
    program, depth = lower(graph), dict[str, int]()
    for step in program.steps:
        depth[step.id] = 1 + max((depth[ref.step] for ref in step.refs()), default=0)
    return sorted(dict.fromkeys(ref.step for ref in program.outputs), key=lambda name: -depth[name])


def _ending(graph: Graph) -> tuple[str, int | None]:
    """Activation and units that the network ends in: of the last layer with weights, or of a function behind it."""
    outputs = _outputs(graph)
    activation = None
    node = graph.find(outputs[0]) if outputs else None
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


def _loss(task: Task, activation: str, units: int | None) -> tuple[Loss, str]:
    if task.answer_shape is not None:
        why = "The network gives back something like its input, so it learns to give the input itself: an autoencoder."
        return MeanSquaredError(), why
    if task.kind == "values":
        why = f"{task.data} asks for numbers, so the loss is the mean squared error; the mean absolute error is easier to read."
        return MeanSquaredError(), why
    if len(task.classes) == 2 and units == 1:
        logits = activation != "sigmoid"
        why = f"{task.data} has two classes and the network one output, so the loss is binary crossentropy" + (
            " from logits, as no sigmoid stands at the end." if logits else "."
        )
        return BinaryCrossentropy(from_logits=logits), why
    logits = activation == "linear"
    why = f"{task.data} has {len(task.classes)} classes with numbers as labels, so the loss is sparse categorical crossentropy"
    why += " from logits, as no softmax stands at the end." if logits else "."
    return SparseCategoricalCrossentropy(from_logits=logits), why


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
