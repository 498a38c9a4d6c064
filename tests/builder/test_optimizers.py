"""Optimizers and schedules as code, and a step with each. That they are those of Keras is tested with the exclusions."""

import pytest
from pydantic import ValidationError

from builder.call import Spec
from builder.optimizers import SGD, Adam, GradientStep, LossScaleOptimizer, Optimizer
from builder.schedules import CosineDecay, PiecewiseConstantDecay, Schedule, ScheduleSpec
from tests.builder.keras_choices import choices, example


def test_a_schedule_stands_in_the_optimizers_place():
    optimizer = SGD(learning_rate=CosineDecay(initial_learning_rate=0.1, decay_steps=100), momentum=0.9)
    written = "keras.optimizers.SGD(learning_rate=keras.optimizers.schedules.CosineDecay(0.1, 100), momentum=0.9)"
    assert repr(optimizer.call()) == written


def test_an_optimizer_stands_in_another():
    optimizer = LossScaleOptimizer(inner_optimizer=Adam(clipnorm=1.0, beta_1=0.5))
    inner = "keras.optimizers.Adam(beta_1=0.5, clipnorm=1.0)"
    assert repr(optimizer.call()) == f"keras.optimizers.LossScaleOptimizer({inner})"


@pytest.mark.parametrize(
    ("choice", "values", "said"),
    [
        (Adam, {"clipnorm": 1, "clipvalue": 1}, "Only one of"),
        (LossScaleOptimizer, {"inner_optimizer": SGD(loss_scale_factor=2)}, "leave the inner loss_scale_factor empty"),
        (
            LossScaleOptimizer,
            {"inner_optimizer": {"type": "LossScaleOptimizer"}},
            "does not match any of the expected tags",
        ),
        (PiecewiseConstantDecay, {"boundaries": (5, 5), "values": (1, 2, 3)}, "have to rise"),
        (PiecewiseConstantDecay, {"boundaries": (5,), "values": (1, 2, 3)}, "have to be 2 values"),
    ],
)
def test_what_keras_would_refuse_is_said(choice: type[Spec], values: dict[str, object], said: str):
    with pytest.raises(ValidationError, match=said):
        choice.model_validate(values)


@pytest.mark.keras
@pytest.mark.parametrize("choice", choices(Optimizer), ids=lambda choice: choice.__name__)
def test_a_step_goes_against_the_gradient(choice: type[Spec]):
    import keras

    from builder.compile import make

    made = make(example(choice).call())
    weights = keras.Variable([[1.0, 2.0], [3.0, 4.0]])
    for _ in range(3):
        made.apply([keras.ops.convert_to_tensor([[1.0, 2.0], [3.0, 4.5]])], [weights])
    assert float(keras.ops.sum(weights)) < 10


@pytest.mark.keras
@pytest.mark.parametrize("name", ["clipvalue", "use_ema", "gradient_accumulation_steps", "loss_scale_factor"])
def test_the_settings_of_all_optimizers_reach_keras(name: str):
    from builder.compile import make

    chosen = {"clipvalue": 0.5, "use_ema": True, "gradient_accumulation_steps": 4, "loss_scale_factor": 8.0}[name]
    for choice in choices(Optimizer):
        if issubclass(choice, GradientStep):
            assert getattr(make(choice.model_validate({name: chosen}).call()), name) == chosen


@pytest.mark.keras
@pytest.mark.parametrize("choice", choices(Schedule), ids=lambda choice: choice.__name__)
def test_a_schedule_begins_at_its_first_rate(choice: type[ScheduleSpec]):
    from builder.compile import make

    assert float(make(example(choice).call())(0)) == pytest.approx(0.01)
