"""Networks with several inputs and outputs: what of them is trained, what is told, and what is suggested."""

from __future__ import annotations

from builder.edits import apply
from builder.graph import Graph
from builder.layers.core import Dense, Input
from builder.layers.merging import Concatenate
from builder.losses import CategoricalCrossentropy
from builder.program import Facts
from builder.training import Head, Task, Training, defaults
from builder.validate import Problem, problems
from builder.zoo.drawing import network

DIGITS = Task(data="digits", input_shape=(4,), kind="classes", classes=tuple("0123456789"))
PAIRS = Task(data="pairs", input_shape=(4,), inputs=2, kind="classes", classes=("different", "same"))
BACKWARDS = Task(data="reversal", input_shape=(8, 4), steps=8, kind="classes", classes=tuple("0123456789"))


def forked(**beside: object) -> Graph:
    """An input, a hidden layer, and two outputs."""
    return network(
        {
            "numbers": Input(shape=(4,)),
            "hidden": Dense(units=6),
            "deeper": Dense(units=6),
            "digit": Dense(units=10, activation="softmax"),
            "beside": Dense(**{"units": 10, "activation": "softmax", **beside}),
        },
        "numbers > hidden > deeper > digit",
        "hidden > beside",
    )


def said(graph: Graph) -> dict[str, Facts]:
    """What Keras would say of a chain of Dense layers."""
    sizes = {node.id: getattr(node.layer, "units", 4) for node in graph.nodes}
    return {name: Facts(shapes=((None, size),), dtypes=("float32",)) for name, size in sizes.items()}


def told(graph: Graph, task: Task, training: Training | None = None) -> list[Problem]:
    return list(problems(graph, facts=said(graph), task=task, training=training))


def test_an_end_that_answers_as_the_output_does_is_one_more_output() -> None:
    assert told(forked(), DIGITS, defaults(forked(), DIGITS).training) == []


def test_an_end_that_gives_something_else_leads_nowhere() -> None:
    for beside in ({"units": 7}, {"activation": "relu"}):
        [problem] = told(forked(**beside), DIGITS, defaults(forked(), DIGITS).training)
        assert (problem.code, problem.node, problem.severity) == ("leads_nowhere", "beside", "error")


def test_nothing_is_said_of_ends_while_shapes_are_coming() -> None:
    assert problems(forked(units=7), task=DIGITS) == ()


def test_outputs_beside_the_deepest_count_less() -> None:
    suggested = defaults(forked(), DIGITS)
    assert suggested.training.heads == (Head(output="beside", weight=0.3),)
    assert any("beside counts 0.3 beside that of digit" in reason for reason in suggested.reasons)


def test_what_a_head_leaves_empty_is_that_of_the_training() -> None:
    training = defaults(forked(), DIGITS).training
    given = dict(training.compiled(["digit", "beside"]))
    assert given["loss_weights"] == [1.0, 0.3]
    assert given["loss"] == [training.loss.call()] * 2
    assert given["metrics"] == [[training.metrics[0].call()]] * 2
    alone = dict(training.compiled(["digit"]))
    assert alone == {
        "optimizer": training.optimizer.call(),
        "loss": training.loss.call(),
        "metrics": [training.metrics[0].call()],
    }


def test_a_head_with_other_labels_than_the_training_is_told() -> None:
    training = defaults(forked(), DIGITS).training
    other = training.model_copy(update={"heads": (Head(output="beside", loss=CategoricalCrossentropy()),)})
    [problem] = told(forked(), DIGITS, other)
    assert (problem.code, problem.node) == ("loss_of_head", "beside")
    assert problem.fixes[0].training is not None
    assert told(forked(), DIGITS, problem.fixes[0].training) == []


def siamese(inputs: int) -> Graph:
    entries = {f"part_{number}": Input(shape=(4,)) for number in range(inputs)}
    rest = {"both": Concatenate(), "same": Dense(units=1, activation="sigmoid")}
    return network({**entries, **rest}, *(f"{name} > both" for name in entries), "both > same")


def test_each_part_of_an_example_has_its_input() -> None:
    training = defaults(siamese(2), PAIRS).training
    assert told(siamese(2), PAIRS, training) == []
    assert [problem.code for problem in told(siamese(3), PAIRS, training)] == ["several_inputs"]
    [problem] = [one for one in told(siamese(1), PAIRS, training) if one.code == "too_few_inputs"]
    assert problem.node == "part_0"
    graph = siamese(1)
    for edit in problem.fixes[0].edits:
        graph = apply(graph, edit)
    assert "too_few_inputs" not in [left.code for left in told(graph, PAIRS, training)]


def test_a_class_for_each_step_needs_an_output_for_each_step() -> None:
    graph = network({"steps": Input(shape=(8, 4)), "digit": Dense(units=10, activation="softmax")}, "steps > digit")
    training = defaults(graph, BACKWARDS).training
    facts = {"steps": Facts(shapes=((None, 8, 4),)), "digit": Facts(shapes=((None, 8, 10),))}
    assert problems(graph, facts=facts, task=BACKWARDS, training=training) == ()
    for shape in ((None, 10), (None, 7, 10)):
        [problem] = problems(graph, facts={**facts, "digit": Facts(shapes=(shape,))}, task=BACKWARDS, training=training)
        assert (problem.code, problem.node) == ("output_steps", "digit")


def test_an_autoencoder_learns_to_give_back_its_input() -> None:
    graph = network(
        {"numbers": Input(shape=(4,)), "code": Dense(units=2), "again": Dense(units=4)}, "numbers > code > again"
    )
    suggested = defaults(graph, DIGITS, said(graph))
    assert (suggested.training.target, suggested.training.loss.type) == ("input", "MeanSquaredError")
    assert told(graph, DIGITS) == told(graph, DIGITS, suggested.training) == []
    labels = suggested.training.model_copy(update={"target": "labels"})
    assert {problem.code for problem in told(graph, DIGITS, labels)} == {"loss_for_data", "output_units"}
    narrow = network({"numbers": Input(shape=(4,)), "code": Dense(units=2)}, "numbers > code")
    assert [problem.code for problem in told(narrow, DIGITS, suggested.training)] == ["output_shape"]
    assert defaults(forked(), DIGITS, said(forked())).training.target == "labels"
