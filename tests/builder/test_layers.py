"""The palette: what holds for every layer, without Keras."""

import inspect
import re

import pytest
from pydantic import TypeAdapter, ValidationError

from builder.call import Spec
from builder.layers import FAMILIES, LAYERS, Layer, example, family_labels, palette
from builder.layers.base import LayerSpec, Setting, Weighted
from builder.layers.rnn import Wrapper

LAYER = TypeAdapter(Layer)
every_layer = pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)


def new(layer_type: str, **values: object) -> LayerSpec:
    return LAYERS[layer_type].model_validate({**dict(example(layer_type)), **values})


@every_layer
def test_it_is_documented(layer: type[LayerSpec]) -> None:
    text = inspect.getdoc(layer) or ""
    assert layer.tooltip().endswith(".")
    assert re.search(r"^Shapes:\n    \w", text, re.MULTILINE)
    for name, field in layer.model_fields.items():
        assert name == "type" or (field.description and field.description.endswith((".", ")"))), name


@every_layer
def test_what_keras_requires_has_an_example_and_all_examples_fit(layer: type[LayerSpec]) -> None:
    for name, field in layer.model_fields.items():
        assert field.examples or not field.is_required(), name
        for value in field.examples or ():
            layer.model_validate({**dict(layer.example()), name: value})


@every_layer
def test_it_survives_json(layer: type[LayerSpec]) -> None:
    assert LAYER.validate_json(layer.example().model_dump_json()) == layer.example()


@every_layer
def test_it_refuses_what_it_does_not_know(layer: type[LayerSpec]) -> None:
    with pytest.raises(ValidationError):
        LAYER.validate_python({**layer.example().model_dump(), "colour": "red"})


@every_layer
def test_trainable_is_the_last_field_of_a_layer_with_weights(layer: type[LayerSpec]) -> None:
    fields = list(layer.model_fields)
    assert fields[0] == "type"
    assert ("trainable" in fields) == issubclass(layer, Weighted)
    assert "trainable" not in fields[:-1] or fields[-2:] == ["trainable", "trainable_layers"]


@every_layer
def test_its_family_is_on_the_palette(layer: type[LayerSpec]) -> None:
    assert layer.family() in family_labels()


def test_the_palette_shows_every_layer_by_family() -> None:
    families = [family.__name__.rpartition(".")[2] for family in FAMILIES]
    shown = palette()
    assert [entry["type"] for entry in shown] == list(LAYERS)
    assert [entry["family"] for entry in shown] == sorted((entry["family"] for entry in shown), key=families.index)
    assert all(label and label[0].isupper() for label in family_labels().values())


@pytest.mark.parametrize(
    ("layer", "shown"),
    [
        (new("Input", shape=(None, 28, 1)), "?x28x1"),
        (new("Dense", units=10, activation="softmax"), "10, softmax"),
        (new("Dense", units=10, activation="linear"), "10"),
        (new("Activation"), "relu"),
        (new("Embedding"), "1000 to 64"),
        (new("Conv2D", activation="relu"), "32 @ 3x3, relu"),
        (new("Conv2D", strides=(2, 2)), "32 @ 3x3, step 2x2"),
        (new("Conv1D", filters=8, kernel_size=5, strides=2), "8 @ 5, step 2"),
        (new("DepthwiseConv2D", activation="relu"), "3x3, relu"),
        (new("MaxPooling2D"), "2x2"),
        (new("MaxPooling2D", pool_size=(3, 3), strides=(2, 2)), "3x3, step 2x2"),
        (new("AveragePooling1D", strides=2), "2"),
        (new("GlobalAveragePooling2D"), ""),
        (new("BatchNormalization"), ""),
        (new("Dropout"), "rate 0.5"),
        (new("SpatialDropout2D"), "rate 0.2"),
        (new("GaussianNoise"), "stddev 0.1"),
        (new("Reshape"), "8x8x1"),
        (new("ZeroPadding2D"), "1x1"),
        (new("ZeroPadding2D", padding=((0, 1), (0, 1))), "0+1 x 0+1"),
        (new("UpSampling2D"), "2x2"),
        (new("ZeroPadding1D"), "1"),
        (new("Cropping1D", cropping=(0, 2)), "0+2"),
        (new("Cropping3D", cropping=(1, 2, 3)), "1x2x3"),
        (new("Conv3D"), "32 @ 3x3x3"),
        (new("ConvLSTM2D", return_sequences=True), "32 @ 3x3, sequences"),
        (new("Permute", dims=(2, 1)), "2, 1"),
        (new("ActivityRegularization", l1=0.01), "l1 0.01"),
        (new("ReversibleEmbedding", reverse=True), "64 to 1000"),
        (new("GroupQueryAttention"), "4 heads of 16, 2 answering"),
        (new("Rescaling", scale=2, offset=-1), "x 2 - 1"),
        (new("LSTM", return_sequences=True), "64, sequences"),
        (new("GRU", return_state=True), "64, state"),
        (new("Bidirectional"), "LSTM 64"),
        (new("TimeDistributed", layer={"type": "Flatten"}), "Flatten"),
        (new("MultiHeadAttention"), "4 heads of 16"),
        (new("MultiHeadAttention", num_heads=1), "1 head of 16"),
        (new("ReLU", max_value=6), "up to 6"),
        (new("LeakyReLU"), "slope 0.3"),
        (new("Softmax", axis=1), "axis 1"),
        (new("MobileNetV2", trainable=False), "random weights, avg, frozen"),
        (new("MobileNetV2", weights="imagenet", include_top=True, alpha=0.5), "imagenet, alpha 0.5, 1000 classes"),
    ],
    ids=lambda value: value.type if isinstance(value, LayerSpec) else "",
)
def test_a_node_shows_what_matters(layer: LayerSpec, shown: str) -> None:
    assert layer.summary() == shown


def test_a_backbone_is_frozen_by_an_attribute_since_it_takes_no_such_argument() -> None:
    frozen = new("MobileNetV2", trainable=False)
    assert frozen.settings() == (Setting("trainable", False),)
    assert repr(frozen.call()) == "keras.applications.MobileNetV2(include_top=False, weights=None, pooling='avg')"
    assert new("MobileNetV2").settings() == ()
    assert new("MobileNetV2", trainable_layers=5).settings() == (Setting("trainable", False, last=5),)


def test_what_comes_out_of_a_recurrent_layer() -> None:
    lstm = {"type": "LSTM", "units": 3, "return_state": True}
    assert new("LSTM").outputs() == ("output",)
    assert new("LSTM", return_state=True).outputs() == ("output", "state", "cell")
    assert new("GRU", return_state=True).outputs() == ("output", "state")
    assert new("Bidirectional", merge_mode=None).outputs() == ("forward", "backward")
    assert new("Bidirectional", layer=lstm).outputs() == (
        "output", "forward_state", "forward_cell", "backward_state", "backward_cell",
    )  # fmt: skip


@pytest.mark.parametrize("wrapper", [name for name, layer in LAYERS.items() if issubclass(layer, Wrapper)])
def test_no_wrapper_in_a_wrapper_but_both_ways_at_each_step(wrapper: str) -> None:
    inside = example(wrapper).model_dump()
    for outer in ("TimeDistributed", "SpectralNormalization"):
        if (outer, wrapper) == ("TimeDistributed", "Bidirectional"):
            assert new(outer, layer=inside).summary() == "Bidirectional LSTM 64"
        else:
            with pytest.raises(ValidationError):
                new(outer, layer=inside)


@pytest.mark.parametrize(
    ("layer_type", "field", "value"),
    [
        ("Conv2D", "kernel_size", (-3, 3)),
        ("Conv2D", "filters", 10**9),
        ("Conv2D", "kernel_size", (3, 3, 3)),
        ("Dense", "activation", "rleu"),
        ("Dense", "kernel_initializer", {"type": "Nothing"}),
        ("Dropout", "rate", 1.0),
        ("Dropout", "rate", float("nan")),
        ("Input", "shape", (28,) * 7),
        ("Input", "shape", (0,)),
        ("MobileNetV2", "weights", "/etc/passwd"),
        ("Reshape", "target_shape", (-2,)),
        ("TimeDistributed", "layer", {"type": "Input", "shape": (1,)}),
    ],
)
def test_what_no_layer_can_be_is_refused(layer_type: str, field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        new(layer_type, **{field: value})


def test_choices_are_specs_too() -> None:
    dense = new("Dense", kernel_regularizer={"type": "L2", "l2": 0.1}, kernel_initializer={"type": "HeNormal"})
    assert repr(dense.call()) == (
        "layers.Dense(64, kernel_initializer=keras.initializers.HeNormal(), "
        "kernel_regularizer=keras.regularizers.L2(l2=0.1))"
    )
    assert all(isinstance(choice, Spec) for choice in (dense.kernel_initializer, dense.kernel_regularizer))
