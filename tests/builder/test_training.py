"""Settings that suit network and data, and that say why."""

import pytest

from builder.graph import Graph
from builder.layers.activations import Softmax
from builder.layers.applications.mobilenet import MobileNetV2
from builder.layers.convolutional import Conv2D
from builder.layers.core import Activation, Dense, Input
from builder.layers.pooling import GlobalAveragePooling2D
from builder.losses import SparseCategoricalCrossentropy
from builder.program import Facts
from builder.training import Task, Training, defaults, suited_metrics
from builder.zoo import TEMPLATES
from builder.zoo.drawing import chain

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


def test_a_function_before_the_last_weights_is_not_the_end():
    graph = chain(
        a=Input(shape=(8, 8, 1)),
        b=Conv2D(filters=4, kernel_size=(3, 3), activation="relu"),
        c=Conv2D(filters=10, kernel_size=(1, 1)),
        d=GlobalAveragePooling2D(),
    )
    assert defaults(graph, DIGITS).training.loss.from_logits is True


@pytest.mark.parametrize(("activation", "logits"), [("softmax", False), ("linear", True), (None, True)])
def test_the_head_of_a_backbone_is_an_end(activation, logits):
    backbone = MobileNetV2(weights=None, classes=10, classifier_activation=activation)
    graph = chain(a=Input(shape=(224, 224, 3)), b=Activation(activation="relu"), c=backbone)
    assert defaults(graph, DIGITS).training.loss.from_logits is logits


def test_an_untrained_backbone_is_told():
    reasons = defaults(TEMPLATES["mobilenetv2"].make(), DIGITS).reasons
    assert any("imagenet" in reason for reason in reasons)
    assert not any("imagenet" in reason for reason in defaults(TEMPLATES["mlp"].make(), DIGITS).reasons)


def test_metrics_that_fit_the_labels_of_a_loss_come_first():
    names = suited_metrics(SparseCategoricalCrossentropy(), "number")
    assert names[0] == "SparseCategoricalAccuracy"
    assert "SparseTopKCategoricalAccuracy" in names
    assert "MeanAbsoluteError" not in names
    assert suited_metrics(SparseCategoricalCrossentropy(), None) == ()
