"""Losses and metrics against data and network: told in words, with settings that are right."""

import pytest

from builder.call import Spec
from builder.graph import Edge, Graph, Node
from builder.labels import form
from builder.layers.core import Dense, Input
from builder.losses import Loss, LossSpec
from builder.metrics import Metric
from builder.metrics.base import MetricSpec
from builder.program import Facts
from builder.training import Task, Training, labels_taken, usual_metrics
from builder.validate import Problem, problems
from tests.builder.keras_choices import choices, example

DIGITS = Task(data="digits", input_shape=(4,), kind="classes", classes=tuple("0123456789"))
CANCER = Task(data="cancer", input_shape=(4,), kind="classes", classes=("malignant", "benign"))
PRICE = Task(data="price", input_shape=(4,), kind="values")
PLACE = Task(data="place", input_shape=(4,), kind="values", targets=2)
TASKS = (DIGITS, CANCER, PRICE, PLACE)


def told(training: Training, task: Task, units: int = 10, activation: str | None = "softmax") -> tuple[Problem, ...]:
    nodes = Node(id="first", layer=Input(shape=(4,))), Node(id="last", layer=Dense(units=units, activation=activation))
    graph = Graph(nodes=nodes, edges=(Edge(source="first", target="last"),))
    facts = {"first": Facts(shapes=((None, 4),), dtypes=("float32",)), "last": Facts(shapes=((None, units),))}
    return problems(graph, facts=facts, task=task, training=training)


def mended(problem: Problem, *rest: object) -> None:
    """Every fix of the settings leaves nothing to say about the settings, and changes only loss and metrics."""
    assert problem.fixes
    for fix in problem.fixes:
        assert fix.training is not None
        left = {one.code for one in told(fix.training, *rest)}
        assert not left & {"loss_for_data", "metric_for_data", "metric_classes", "metric_for_output"}
        assert fix.training.epochs == 3


def training(loss: LossSpec | dict[str, object], *metrics: MetricSpec | dict[str, object]) -> Training:
    return Training.model_validate({"loss": loss, "metrics": metrics, "epochs": 3})


@pytest.mark.parametrize("loss", choices(Loss), ids=lambda loss: loss.__name__)
def test_every_loss_suits_some_data_and_is_told_where_it_does_not(loss: type[LossSpec]) -> None:
    chosen = example(loss)
    suited = [task for task in TASKS if labels_taken(chosen, task)]
    assert suited
    assert len(suited) < len(TASKS)
    for task in TASKS:
        codes = [problem.code for problem in told(training(chosen), task)]
        assert ("loss_for_data" in codes) == (task not in suited)


@pytest.mark.parametrize("loss", choices(Loss), ids=lambda loss: loss.__name__)
def test_the_output_that_a_loss_asks_for_is_set_and_then_nothing_is_left(loss: type[LossSpec]) -> None:
    chosen = example(loss)
    for task in TASKS:
        if labels := labels_taken(chosen, task):
            setting = training(chosen, *usual_metrics(chosen, labels))
            wrong = told(setting, task, units=7, activation="sigmoid")
            if labels == "embedding":
                assert wrong == ()
                continue
            [problem] = wrong
            assert problem.code == "output_units"
            values = problem.fixes[0].edits[0].values
            assert told(setting, task, values["units"], values.get("activation", "sigmoid")) == ()


@pytest.mark.parametrize("metric", choices(Metric), ids=lambda metric: metric.__name__)
def test_every_metric_goes_with_some_loss_and_is_told_beside_another(metric: type[Spec]) -> None:
    chosen, fitting = example(metric), 0
    for task in TASKS:
        for loss in map(example, choices(Loss)):
            if labels_taken(loss, task) is None:
                continue
            found = [p for p in told(training(loss, chosen), task) if p.code == "metric_for_data"]
            fitting += not found
            for problem in found:
                assert chosen.type in problem.message
                mended(problem, task)
    assert fitting


@pytest.mark.parametrize("loss", ["MeanSquaredError", "BinaryCrossentropy", "Hinge", "Poisson"])
def test_other_losses_do_not_suit_ten_classes(loss: str) -> None:
    [problem] = told(training({"type": loss}), DIGITS)
    assert (problem.code, problem.node) == ("loss_for_data", None)
    assert f"digits has 10 classes; the loss {loss} does not measure that" in problem.message
    mended(problem, DIGITS)
    assert problem.fixes[0].training.loss.type == "SparseCategoricalCrossentropy"


def test_a_direction_needs_more_than_one_number() -> None:
    loss = {"type": "CosineSimilarity"}
    assert {problem.code for problem in told(training(loss), PRICE, 1, None)} == {"loss_for_data"}
    assert told(training(loss), PLACE, 2, None) == ()
    assert told(training(loss), DIGITS) == ()
    codes = [p.code for p in told(training({"type": "Huber"}, {"type": "PearsonCorrelation"}), PRICE, 1, None)]
    assert codes == ["metric_for_data"]


def test_an_accuracy_of_the_wrong_form_is_exchanged_and_the_rest_is_kept() -> None:
    metrics = ({"type": "SparseCategoricalAccuracy"}, {"type": "Precision"})
    [problem] = told(training({"type": "CategoricalCrossentropy"}, *metrics), DIGITS)
    assert "SparseCategoricalAccuracy does not go with the loss CategoricalCrossentropy" in problem.message
    assert [metric.type for metric in problem.fixes[0].training.metrics] == ["CategoricalAccuracy", "Precision"]


def test_a_spare_unit_is_an_error_where_labels_are_rows() -> None:
    [sparse] = told(training({"type": "SparseCategoricalCrossentropy"}), DIGITS, 12)
    [rows] = told(training({"type": "CategoricalCrossentropy"}), DIGITS, 12)
    assert (sparse.severity, rows.severity) == ("warning", "error")


@pytest.mark.parametrize(
    ("metric", "said", "fixable"),
    [
        ({"type": "MeanIoU", "num_classes": 3}, "counts 3", True),
        ({"type": "IoU", "num_classes": 30, "target_class_ids": (20,)}, "counts 30", False),
    ],
)
def test_a_metric_of_other_classes_is_told(metric: dict[str, object], said: str, fixable: bool) -> None:
    [problem] = told(training({"type": "SparseCategoricalCrossentropy"}, metric), DIGITS)
    assert problem.code == "metric_classes"
    assert said in problem.message
    assert bool(problem.fixes) == fixable
    if fixable:
        mended(problem, DIGITS)


def test_a_class_that_there_is_not_is_told() -> None:
    [problem] = told(training({"type": "CategoricalCrossentropy"}, {"type": "Recall", "class_id": 10}), DIGITS)
    assert problem.code == "metric_classes"
    assert "from 0 to 9" in problem.message


@pytest.mark.parametrize(
    ("loss", "metric", "task", "last", "fixes"),
    [
        ({"type": "BinaryCrossentropy", "from_logits": True}, {"type": "AUC"}, CANCER, (1, None), 2),
        ({"type": "BinaryCrossentropy"}, {"type": "AUC", "from_logits": True}, CANCER, (1, "sigmoid"), 2),
        ({"type": "Hinge"}, {"type": "Precision"}, CANCER, (1, "tanh"), 1),
        ({"type": "MeanSquaredError"}, {"type": "Poisson"}, PRICE, (1, None), 1),
    ],
)
def test_a_metric_that_misreads_the_output_is_told(loss, metric, task, last, fixes) -> None:
    [problem] = told(training(loss, metric), task, *last)
    assert (problem.code, problem.severity) == ("metric_for_output", "warning")
    assert len(problem.fixes) == fixes
    mended(problem, task, *last)


def test_labels_are_encoded_by_what_the_loss_takes() -> None:
    losses = {loss.__name__: example(loss) for loss in choices(Loss)}
    assert form(losses["CategoricalCrossentropy"], 10) == "one_hot"
    assert form(losses["BinaryCrossentropy"], 2) == "binary"
    assert form(losses["BinaryCrossentropy"], 10) is None
    assert form(losses["CosineSimilarity"], 10) == "one_hot"
    assert form(losses["CosineSimilarity"], 0, 3) == "values"
    assert form(losses["MeanSquaredError"], 0) == "values"
    assert form(losses["Circle"], 3) == "embedding"
