"""What comes out of the network, against what the data and the loss ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from builder.checks import recurrent
from builder.checks.ends import main_output
from builder.checks.network import Check, Network, Shape, insertion, listed, shape_text
from builder.edits import AddLayer, Configure, Edit, Remove
from builder.graph import Node
from builder.losses import Labels
from builder.names import fresh_id
from builder.problem import Fix, Problem
from builder.training import Task, gives_back, labels_taken

FUNCTIONS = {"Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu"}  # layers that are one function
WHY = {
    "softmax": "softmax turns scores into probabilities that add up to 1",
    "sigmoid": "sigmoid turns a score into one probability",
    "linear": "linear, that is no function, lets any number come out",
    "tanh": "tanh keeps a score between -1 and 1",
    "softplus": "softplus lets only numbers above 0 come out",
    "exponential": "exponential lets only numbers above 0 come out",
    "relu": "relu lets no number below 0 come out",
}

Wanted = tuple[int, str]  # units and activation of an output


@dataclass(frozen=True)
class Output:
    """What comes out of a network: the last layer, the Dense that makes its numbers, and the function applied last."""

    net: Network
    node: Node
    shape: Shape

    @cached_property
    def tail(self) -> tuple[Node, ...]:
        """From the last layer back to the one that makes the numbers: through layers that keep the shape."""
        tail = [self.node]
        while not hasattr(tail[-1].layer, "units"):
            edges = self.net.into[tail[-1].id]
            if len(edges) != 1 or self.net.shape(edges[0]) != self.shape or not self.net.into[edges[0].source]:
                break
            tail.append(self.net.nodes[edges[0].source])
        return tuple(tail)

    @property
    def head(self) -> Node | None:
        """The Dense whose units are the numbers that come out, if it is one."""
        return self.tail[-1] if self.tail[-1].layer.type == "Dense" else None

    @property
    def activation(self) -> str:
        """The function applied last; "linear" if there is none."""
        return next((name for node in self.tail if (name := _function_of(node)) != "linear"), "linear")

    def set_to(self, units: int, activation: str) -> Fix:
        """Sets number and function of what comes out together; adds a Dense where there is none."""
        values: dict[str, object] = {"units": units, "activation": None if activation == "linear" else activation}
        label = f"{units} {'unit' if units == 1 else 'units'}, {activation}"
        if self.head is None:
            return Fix(label=f"Add Dense: {label}", edits=tuple(self._appended(values)))
        if activation == self.activation:
            values = {"units": units}
        edits: list[Edit] = [Configure(id=self.head.id, values=values)]
        functions = tuple(node.id for node in self.tail[:-1] if _function_of(node) != "linear")
        if functions and activation != self.activation:
            edits.append(Remove(ids=functions, heal=True))
        return Fix(label=f"Set {self.head.id} to {label}", edits=tuple(edits))

    def _appended(self, values: dict[str, object]) -> Iterator[Edit]:
        last = self.node.id
        if len(self.shape) > 2:
            flatten = fresh_id("Flatten", self.net.names)
            yield AddLayer(layer="Flatten", id=flatten, after=last)
            last = flatten
        yield AddLayer(layer="Dense", values=values, after=last)


def _function_of(node: Node) -> str:
    return FUNCTIONS.get(node.layer.type) or node.layer.activation_name() or "linear"


def output_of(net: Network) -> Output | None:
    """The output of a finished network, once its shape is known."""
    ends = [net.nodes[ref.step] for ref in net.program.outputs]
    if not ends or net.program.missing:
        return None
    node = main_output(net, ends)
    shapes = net.facts[node.id].shapes if node.id in net.facts else ()
    return Output(net, node, shapes[0]) if shapes else None


def no_output(net: Network) -> Iterator[Problem]:
    """`no_output`: there are only Inputs."""
    if net.inputs and len(net.inputs) == len(net.nodes):
        first = net.inputs[0]
        smallest = Output(net, first, (None, *getattr(first.layer, "shape", ())))
        yield Problem(
            code="no_output",
            node=first.id,
            message="The network has an Input, but no layer yet.",
            remedy="Add the first layer: select the Input and press Enter on a layer of the palette, or drag one in.",
            fixes=(smallest.set_to(*wanted_by(net.task, net)[0]),) if net.task else (),
        )


def output(net: Network) -> Iterator[Problem]:
    """`output_axes`, `output_steps`, `output_shape`, `output_units`, `output_activation`: what comes out is no answer to what is asked.

    Only the first that applies: its fix sets units and activation together.
    """
    out = output_of(net)
    if out is None:
        return
    if net.task is None:
        if out.shape[1:] == (1,) and out.activation == "softmax":
            yield _wrong_function(net, out, [(1, "sigmoid"), (1, "linear")])
        return
    if net.task.answer_shape is not None:
        yield from _wrong_shape(out, net.task.answer_shape)
        return
    if net.training is None and gives_back(net.graph, net.task, net.facts):
        return  # an autoencoder, until somebody says something else
    wanted = wanted_by(net.task, net)
    if len(out.shape) != (2 if net.task.steps is None else 3):
        yield from _wrong_axes(out, net.task, wanted)
    elif labels_of(net) == "embedding":
        return  # a point in a space of any size
    elif net.task.steps not in (None, out.shape[1]):
        yield _wrong_steps(out, net.task)
    elif out.shape[-1] not in dict(wanted):
        yield _wrong_units(out, net.task, wanted)
    elif (out.shape[-1], out.activation) not in wanted:
        yield _wrong_function(net, out, [pair for pair in wanted if pair[0] == out.shape[-1]])


def wanted_by(task: Task, net: Network) -> list[Wanted]:
    """What may come out: the best first. Without a loss that suits the data, all that some loss could take."""
    many, labels = len(task.classes), labels_of(net)
    if net.training is None or labels is None:
        one = [(1, "sigmoid"), (1, "linear")] if many == 2 else []
        return [(many, "softmax"), *one, (many, "linear")] if many else [(task.targets, "linear")]
    loss = net.training.loss
    units = 1 if labels == "binary" else many or task.targets
    functions = ("linear",) if getattr(loss, "from_logits", False) else loss.ends or ("linear",)
    return [(units, function) for function in functions]


def labels_of(net: Network) -> Labels | None:
    """In which form the loss takes the labels of the data; None without either, and if the loss does not suit the data."""
    return labels_taken(net.training.loss, net.task) if net.training and net.task else None


def asked(task: Task) -> str:
    """`digits has 10 classes`."""
    if task.kind == "classes":
        return f"{task.data} has {len(task.classes)} classes"
    return f"{task.data} asks for {task.targets} {'number' if task.targets == 1 else 'numbers'}"


def _wrong_axes(out: Output, task: Task, wanted: list[Wanted]) -> Iterator[Problem]:
    if any(on_map(out.net, step.id) for step in out.net.program.steps):
        return  # `dense_on_map` speaks for it, where it begins
    if task.steps is not None:
        yield _wrong_steps(out, task)
        return
    best = out.set_to(*wanted[0])
    edges = out.net.into[out.head.id] if out.head else []
    fixes = [Fix(label=best.label, edits=best.edits)] if not edges else []
    for edge in edges:
        if reader := recurrent.behind(out.net, edge):
            edits = (recurrent.give_sequences(reader, False), *best.edits)
            fixes.append(Fix(label=f"Take the last step of {reader.id}; {best.label}", edits=edits))
        flat = (insertion(out.net, edge, "Flatten"), *best.edits)
        fixes.append(Fix(label=f"Insert Flatten; {best.label}", edits=flat))
    yield Problem(
        code="output_axes",
        node=out.node.id,
        message=f"{asked(task)}, so one row of numbers must come out; {out.node.id} gives {shape_text(out.shape)}.",
        remedy="Put Flatten before the last Dense, or let a recurrent layer give its last step only.",
        fixes=tuple(fixes),
    )


def _wrong_shape(out: Output, wanted: Shape) -> Iterator[Problem]:
    if out.shape[1:] != wanted:
        yield Problem(
            code="output_shape",
            node=out.node.id,
            message=(
                f"The network is to give back its input, {shape_text((None, *wanted))}; "
                f"{out.node.id} gives {shape_text(out.shape)}."
            ),
            remedy="Let it end in that shape, for example by Reshape, or set the target to labels on the Train page.",
        )


def _wrong_steps(out: Output, task: Task) -> Problem:
    return Problem(
        code="output_steps",
        node=out.node.id,
        message=(
            f"{task.data} asks for one of {len(task.classes)} classes for each of {task.steps} steps; "
            f"{out.node.id} gives {shape_text(out.shape)}."
        ),
        remedy="Let the last recurrent layer return its whole sequence (return_sequences), with a Dense behind it.",
    )


def on_map(net: Network, name: str) -> bool:
    """Whether a node is a Dense into which a feature map comes."""
    edges = net.into[name]
    return net.nodes[name].layer.type == "Dense" and bool(edges) and len(net.shape(edges[0]) or ()) > 3


def _wrong_units(out: Output, task: Task, wanted: list[Wanted]) -> Problem:
    given = shape_text(out.shape)
    spare = (
        task.kind == "classes" and (out.shape[-1] or 0) > len(task.classes) and labels_of(out.net) in ("number", None)
    )
    needed = listed((str(units) for units in dict(wanted)), "or")
    return Problem(
        code="output_units",
        node=out.node.id,
        severity="warning" if spare else "error",
        message=f"{asked(task)}, but {out.node.id} gives {given} {'number' if given == '1' else 'numbers'}.",
        remedy=f"The last layer needs {needed} {'unit' if needed == '1' else 'units'}.",
        fixes=(out.set_to(*wanted[0]),),
    )


def _wrong_function(net: Network, out: Output, wanted: list[Wanted]) -> Problem:
    names = listed((activation for _, activation in wanted), "or")
    if out.activation == "softmax" and out.shape[-1] == 1:
        message = f"{out.node.id} applies softmax to a single number: the result is always 1."
    elif net.training and labels_of(net):
        message = f"{out.node.id} ends in {out.activation}, but the loss {net.training.loss.type} expects {names}."
    else:
        message = f"{out.node.id} ends in {out.activation}; for such data {names} is meant."
    return Problem(
        code="output_activation",
        node=out.node.id,
        severity="warning",
        message=message,
        remedy=f"Set its activation: {'; '.join(WHY[activation] for _, activation in wanted)}.",
        fixes=tuple(out.set_to(units, activation) for units, activation in wanted),
    )


CHECKS: tuple[Check, ...] = (no_output, output)
