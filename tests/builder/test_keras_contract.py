"""The contract with Keras: our classes name what Keras 3.15.1 has, and a change in Keras shows up here."""

import re

import keras
import pytest

from builder.compile import make
from builder.layers import LAYERS
from builder.layers.applications import Backbone
from builder.layers.base import LayerSpec, Weighted
from builder.layers.excluded import EXCLUDED
from builder.names import RESERVED, base_name, fresh_names
from tests.builder.keras_signature import NOT_OURS, assert_same_signature, parameters, public_classes

pytestmark = pytest.mark.keras
every_layer = pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)

# What comes into a layer with so many axes in its name, and into every other.
INCOMING = {"1D": (2, 8, 6), "2D": (2, 8, 8, 3), "3D": (2, 4, 8, 8, 3), "": (2, 8, 6)}
# What an example needs to have weights, and to fit.
VALUES = {"Attention": {"use_scale": True}, "GroupNormalization": {"groups": 2}}


@every_layer
def test_the_signature_is_that_of_keras(layer: type[LayerSpec]) -> None:
    assert_same_signature(layer)


def test_nothing_is_left_out_that_keras_does_not_have() -> None:
    for name, reasons in NOT_OURS.items():
        layers = [layer for layer in LAYERS.values() if name in ("*", layer.namespace, layer.__name__)]
        known = {parameter for layer in layers for parameter in parameters(layer)}
        assert set(reasons) <= known, name


def test_every_layer_of_keras_is_offered_or_has_a_reason() -> None:
    theirs = public_classes(keras.layers) | {"Input"}
    ours = {name for name, layer in LAYERS.items() if layer.namespace in ("keras", "keras.layers")}
    assert theirs - ours == set(EXCLUDED)
    assert ours <= theirs
    assert all(EXCLUDED.values())


@pytest.mark.parametrize(
    "layer", [layer for layer in LAYERS.values() if issubclass(layer, Weighted) and not issubclass(layer, Backbone)]
)
def test_trainable_reaches_every_weight(layer: type[LayerSpec]) -> None:
    example = layer.example().model_copy(update={**VALUES.get(layer.__name__, {}), "trainable": False})
    axes = re.search(r"\dD", layer.__name__)
    shape = INCOMING[axes[0] if axes else ""]
    if "ConvLSTM" in layer.__name__:
        shape = (2, 5, *shape[1:])
    with keras.StatelessScope(initialize_variables=False):
        made = make(example.call())
        for setting in example.settings():
            setting.put(made)
        made.build([shape] * 2) if layer.as_list else made.build(*[shape] * (2 if layer.optional_ports else 1))
    keras.utils.clear_session(free_memory=False)
    assert made.weights
    assert not made.trainable_weights


@pytest.mark.parametrize("layer", [layer for layer in LAYERS.values() if layer.namespace == "keras.layers"])
def test_names_are_those_of_keras(layer: type[LayerSpec]) -> None:
    keras.utils.clear_session(free_memory=False)
    call = layer.example().call()
    assert [make(call).name for _ in range(3)] == list(fresh_names([base_name(layer.__name__)] * 3, ()))


def test_the_name_of_an_input_is_that_of_keras() -> None:
    keras.utils.clear_session(free_memory=False)
    tensor = keras.Input((1,))
    assert keras.Model(tensor, keras.layers.Flatten()(tensor)).layers[0].name == base_name("Input")


def test_no_node_can_hide_an_attribute_of_a_model() -> None:
    keras.utils.clear_session(free_memory=False)
    tensor = keras.Input((1,))
    model = keras.Model(tensor, keras.layers.Dense(1)(tensor))
    model.compile(loss="mse")
    attributes = {name for name in (*dir(keras.Model), *dir(model)) if re.fullmatch(r"[a-z][a-z0-9_]*", name)}
    assert attributes <= RESERVED
