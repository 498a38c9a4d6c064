"""Settings that suit network and data, and that say why."""

import pytest

from builder.graph import Graph
from builder.layers.activations import Softmax
from builder.layers.core import Dense, Input
from builder.program import Facts
from builder.training import Task, Training, defaults
from builder.zoo import TEMPLATES
from builder.zoo.chain import chain

DIGITS = Task(data="digits", input_shape=(8, 8, 1), kind="classes", classes=tuple("0123456789"), examples=1437)
MOONS = Task(data="moons", input_shape=(2,), kind="classes", classes=("0", "1"), examples=800)
SINE = Task(data="sine", input_shape=(32, 1), kind="values", examples=1500)


def network(units: int, activation: str | None) -> Graph:
    return chain(a=Input(shape=(4,)), b=Dense(units=units, activation=activation))


@pytest.mark.parametrize(
    ("graph", "task", "loss", "logits", "metric"),
    [
        (TEMPLATES["lenet5"].make(), DIGITS, "SparseCategoricalCrossentropy", False, "SparseCategoricalAccuracy"),
        (network(10, None), DIGITS, "SparseCategoricalCrossentropy", True, "SparseCategoricalAccuracy"),
        (network(1, "sigmoid"), MOONS, "BinaryCrossentropy", False, "BinaryAccuracy"),
        (network(1, None), MOONS, "BinaryCrossentropy", True, "BinaryAccuracy"),
        (network(2, "softmax"), MOONS, "SparseCategoricalCrossentropy", False, "SparseCategoricalAccuracy"),
        (network(1, None), SINE, "MeanSquaredError", None, "MeanAbsoluteError"),
    ],
)
def test_loss_and_metric_follow_from_the_end_and_the_data(graph, task, loss, logits, metric):
    chosen = defaults(graph, task)
    assert chosen.training.loss.type == loss
    assert getattr(chosen.training.loss, "from_logits", None) is logits
    assert [m.type for m in chosen.training.metrics] == [metric]
    assert any(task.data in reason for reason in chosen.reasons)


def test_a_softmax_layer_of_its_own_is_seen():
    graph = chain(a=Input(shape=(4,)), b=Dense(units=10), c=Softmax())
    assert defaults(graph, DIGITS).training.loss.from_logits is False


def test_logits_of_one_output_count_from_zero():
    assert defaults(network(1, None), MOONS).training.metrics[0].threshold == 0


def test_a_network_that_takes_long_gets_fewer_epochs():
    light = defaults(network(10, "softmax"), DIGITS)
    heavy = defaults(network(10, "softmax"), DIGITS, {"b": Facts(macs=300_000_000)})
    assert 1 <= heavy.training.epochs < light.training.epochs
    assert any(str(heavy.training.epochs) in reason for reason in heavy.reasons)


def test_an_unfinished_network_has_defaults_too():
    assert isinstance(defaults(Graph(), DIGITS).training, Training)
