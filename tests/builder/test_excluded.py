"""Whatever Keras has, and a new release brings, is offered or stands among the exclusions with a reason."""

import inspect
from typing import get_args

import keras
import pytest

from builder.activations import ActivationName
from builder.call import Spec
from builder.compile import make
from builder.constraints import Constraint
from builder.excluded import CHOICES, PARAMETERS
from builder.initializers import Initializer
from builder.losses import Loss
from builder.metrics import Metric
from builder.optimizers import Optimizer
from builder.regularizers import Regularizer
from builder.schedules import Schedule
from tests.builder.keras_choices import choices, example
from tests.builder.keras_signature import parameters

pytestmark = pytest.mark.keras

UNIONS = (Optimizer, Schedule, Loss, Metric, Initializer, Regularizer, Constraint)
OFFERED = [choice for union in UNIONS for choice in choices(union)]
every_choice = pytest.mark.parametrize("choice", OFFERED, ids=lambda choice: f"{choice.namespace}.{choice.__name__}")

# Keras has a default that gives a number for each class, and a curve needs one.
NO_DEFAULT_HERE = {("F1Score", "average"), ("FBetaScore", "average")}
# Keras has some of its own parameters behind those that all optimizers share.
OTHER_ORDER = {"Muon"}


def place(namespace: str):
    found = keras
    for name in namespace.split(".")[1:]:
        found = getattr(found, name)
    return found


def left_out(choice: type[Spec]) -> set[str]:
    keys = (choice.namespace, f"{choice.namespace}.{choice.__name__}")
    return {name for key in keys for name in PARAMETERS.get(key, {})}


@pytest.mark.parametrize("namespace", [key for key in CHOICES if key != "keras.activations"])
def test_every_class_of_keras_is_offered_or_has_a_reason(namespace: str) -> None:
    theirs = {thing.__name__ for thing in vars(place(namespace)).values() if inspect.isclass(thing)}
    ours = {choice.__name__ for choice in OFFERED if choice.namespace == namespace}
    assert not ours & set(CHOICES[namespace])
    assert theirs == ours | set(CHOICES[namespace])


def test_every_activation_of_keras_is_offered_or_has_a_reason() -> None:
    theirs = {name for name, thing in vars(keras.activations).items() if inspect.isfunction(thing)}
    assert theirs - {"get", "serialize", "deserialize"} == {*get_args(ActivationName), *CHOICES["keras.activations"]}


@pytest.mark.parametrize("name", get_args(ActivationName))
def test_an_activation_keeps_the_shape(name: str) -> None:
    assert keras.activations.get(name)(keras.ops.ones((2, 3))).shape == (2, 3)


@every_choice
def test_names_order_and_defaults_are_those_of_keras(choice: type[Spec]) -> None:
    theirs = {name: parameter for name, parameter in parameters(choice).items() if name not in left_out(choice)}
    ours = {name: field for name, field in choice.model_fields.items() if name != "type"}
    assert sorted(ours) == sorted(theirs)
    assert list(ours) == list(theirs) or choice.__name__ in OTHER_ORDER
    for name, field in ours.items():
        required = theirs[name].default is inspect.Parameter.empty
        assert field.is_required() == (required or (choice.__name__, name) in NO_DEFAULT_HERE), name
        if not field.is_required():
            assert field.default == theirs[name].default, name
            assert type(field.default) is type(theirs[name].default), name


def test_nothing_is_left_out_that_keras_does_not_have() -> None:
    for key, reasons in PARAMETERS.items():
        mine = [choice for choice in OFFERED if key in (choice.namespace, f"{choice.namespace}.{choice.__name__}")]
        assert set(reasons) <= {name for choice in mine for name in parameters(choice)}, key


@every_choice
def test_it_is_made_and_says_what_it_is(choice: type[Spec]) -> None:
    made = make(example(choice).call())
    assert type(made).__name__ == choice.__name__
    assert choice.__doc__ is not None
    assert choice.__doc__.strip()
    config = made.get_config()
    for name, value in example(choice):
        if name in config and isinstance(value, (bool, int, float, str)) and name != "type":
            assert config[name] == pytest.approx(value), name
