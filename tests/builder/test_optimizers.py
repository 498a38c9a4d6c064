"""Optimizers, schedules, losses and metrics are those of Keras: names, defaults, and each can be made."""

import inspect
from typing import Any, get_args

import pytest

from builder.call import Spec
from builder.losses import Loss
from builder.metrics import Metric
from builder.optimizers import Optimizer, Schedule

pytestmark = pytest.mark.keras

NOT_OURS = {
    "axis": "the classes are on the last axis of every network that the app trains",
    "class_aggregation": "one output is scored as a whole",
    "class_id": "needs one-hot labels",
    "clipvalue": "clipnorm keeps the gradient's direction",
    "curve": "ROC is what courses show",
    "dtype": "a network computes in one precision",
    "ema_momentum": "with use_ema",
    "ema_overwrite_frequency": "with use_ema",
    "from_sorted_ids": "outputs are scores, never ids",
    "gradient_accumulation_steps": "to come with strategies",
    "ignore_class": "no data set of the app has a void label",
    "label_weights": "one output",
    "loss_scale_factor": "to come with mixed precision",
    "multi_label": "one label an example",
    "name": "Keras's own",
    "num_labels": "one label an example",
    "num_regressors": "the adjusted score is not shown",
    "num_thresholds": "200 are precise enough",
    "reduction": "the mean over a batch, as fit expects",
    "summation_method": "how the curve is interpolated between 200 thresholds",
    "thresholds": "chosen by num_thresholds",
    "use_ema": "to come with checkpoints",
}


def choices(union: Any) -> tuple[type[Spec], ...]:
    return get_args(get_args(union)[0])


ALL = [*choices(Optimizer), *choices(Schedule), *choices(Loss), *choices(Metric)]


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: f"{spec.namespace}.{spec.__name__}")
def test_names_and_defaults_are_those_of_keras(spec: type[Spec]):
    from tests.builder.keras_signature import parameters

    theirs = {name: parameter for name, parameter in parameters(spec).items() if name not in NOT_OURS}
    ours = {name: field for name, field in spec.model_fields.items() if name != "type"}
    assert set(ours) == set(theirs)
    for name, field in ours.items():
        assert field.is_required() == (theirs[name].default is inspect.Parameter.empty), name
        if not field.is_required():
            assert field.default == theirs[name].default, name
    required = [name for name, parameter in theirs.items() if parameter.default is inspect.Parameter.empty]
    assert [name for name, field in ours.items() if field.is_required()] == required


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: f"{spec.namespace}.{spec.__name__}")
def test_it_can_be_made(spec: type[Spec]):
    from builder.compile import make

    chosen = spec(**{name: field.examples[0] for name, field in spec.model_fields.items() if field.is_required()})
    assert type(make(chosen.call())).__name__ == spec.__name__


def test_a_schedule_stands_in_the_optimizers_place():
    from builder.compile import make
    from builder.optimizers import SGD, CosineDecay

    optimizer = SGD(learning_rate=CosineDecay(initial_learning_rate=0.1, decay_steps=100), momentum=0.9)
    written = "keras.optimizers.SGD(learning_rate=keras.optimizers.schedules.CosineDecay(0.1, 100), momentum=0.9)"
    assert repr(optimizer.call()) == written
    assert float(make(optimizer.call()).learning_rate) == pytest.approx(0.1)
