"""Operations between layers, layers of ours and shared parts, from files of Keras 3: outputs are those of the original."""

import io
import json
import zipfile

import keras
import numpy as np
import pytest
from keras import layers, ops

from builder.compile import build
from builder.importer import ModelFileError, apply_weights, open_model
from builder.layers.beyond import LocalResponseNormalization, PositionEmbedding
from builder.layers.core import Input
from builder.program import lower
from builder.zoo.drawing import chain

# Saving weights with NumPy 2 warns inside Keras; that is not the matter here.
pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]


def saved(model, tmp_path, ending=".keras"):
    path = tmp_path / f"model{ending}"
    model.save(path)
    return path.read_bytes()


def assert_the_same(model, data: bytes, tolerance: float = 1e-5) -> list[str]:
    """The network of a file computes what the model does; the types of its layers."""
    opened = open_model(data)
    again = build(lower(opened.graph))
    apply_weights(again, opened.weights)
    random = np.random.default_rng(0)
    given = [random.normal(0, 1, (2, *tensor.shape[1:])).astype("float32") for tensor in model.inputs]
    given = given if len(given) > 1 else given[0]
    for ours, theirs in zip(keras.tree.flatten(again(given)), keras.tree.flatten(model(given)), strict=True):
        assert np.allclose(ours, theirs, atol=tolerance)
    return [node.layer.type for node in opened.graph.nodes]


def test_operations_between_layers(tmp_path):
    x = keras.Input((5, 4))
    left, right = ops.split(x, 2, axis=-1)
    outputs = [
        ops.concatenate([right, left], axis=-1),
        ops.sum(x, axis=1),
        ops.mean(x, axis=(1, 2)),
        ops.std(x, axis=-1, keepdims=True),
        ops.sqrt(ops.abs(x)) / (ops.exp(x) + 1),
        1 - x**3,
        ops.matmul(x, ops.transpose(x, (0, 2, 1))),
        ops.stack([x, -x], axis=1),
        ops.clip(x, -0.5, 0.5),
        x[:, -1] * 2,
        x[..., 1:3],
        x[:, None, ::2],
        ops.squeeze(ops.expand_dims(x, 1), 1),
        ops.split(x, 2, axis=-1)[0],  # the other half is not used
    ]
    kinds = assert_the_same(model := keras.Model(x, outputs), saved(model, tmp_path))
    assert {"Reduce", "Elementwise", "Power", "MatMul", "Stack", "Clip", "Pick", "Slice", "ExpandDims"} <= set(kinds)


def test_a_layer_used_twice_of_which_both_uses_are_outputs(tmp_path):
    left, right = keras.Input((4,)), keras.Input((4,))
    tower = layers.Dense(3)
    model = keras.Model([left, right], [tower(left), tower(right), layers.Add()([tower(left), tower(right)])])
    assert_the_same(model, saved(model, tmp_path))


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_model_that_stands_in_another_and_beside_it(ending, tmp_path):
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2)])
    between = keras.Input((4,))
    middle = keras.Model(between, layers.Dense(4)(inner(between)))
    left, right = keras.Input((4,)), keras.Input((4,))
    model = keras.Model([left, right], layers.Concatenate()([middle(left), inner(right)]))
    assert_the_same(model, saved(model, tmp_path, ending))


def test_a_model_that_stands_three_deep(tmp_path):
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2)])
    between = keras.Input((4,))
    middle = keras.Model(between, layers.Dense(4)(inner(between)))
    deep = keras.Sequential([keras.Input((4,)), middle, layers.Dense(2)])
    outer = keras.Input((4,))
    model = keras.Model(outer, deep(outer))
    assert_the_same(model, saved(model, tmp_path, ".h5"))


def test_attention_and_operations_at_each_step(tmp_path):
    step = keras.Input((4, 6))
    attended = layers.MultiHeadAttention(2, 3)(step, step)
    inner = keras.Model(step, layers.Dense(3)(attended[:, -1]) * 2)
    model = keras.Sequential([keras.Input((2, 4, 6)), layers.TimeDistributed(inner)])
    assert_the_same(model, saved(model, tmp_path))
    twice = layers.TimeDistributed(layers.TimeDistributed(layers.Dense(5)))
    model = keras.Sequential([keras.Input((2, 3, 4)), twice])
    assert_the_same(model, saved(model, tmp_path))


def own_layer(tmp_path) -> bytes:
    graph = chain(image=Input(shape=(6, 6, 8)), norm=LocalResponseNormalization(size=3))
    return saved(build(lower(graph)), tmp_path)


def test_a_layer_of_ours_comes_back_from_a_file(tmp_path):
    graph = chain(image=Input(shape=(6, 6, 8)), norm=LocalResponseNormalization(size=3))
    model = build(lower(graph))
    for ending in (".keras", ".h5"):
        opened = open_model(saved(model, tmp_path, ending))
        assert opened.graph.find("norm").layer == graph.find("norm").layer
        assert any("taken for Layerloom's" in note for note in opened.notes)


def test_a_layer_of_ours_without_settings_comes_back(tmp_path):
    model = build(lower(chain(steps=Input(shape=(4, 3)), places=PositionEmbedding())))
    assert assert_the_same(model, saved(model, tmp_path)) == ["Input", "PositionEmbedding"]


def test_a_class_of_the_same_name_with_other_settings_is_refused(tmp_path):
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(own_layer(tmp_path))) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "config.json":
                config = json.loads(content)
                config["config"]["layers"][1]["config"]["radius"] = 2
                content = json.dumps(config).encode()
            new.writestr(name, content)
    with pytest.raises(ModelFileError, match="author's own"):
        open_model(changed.getvalue())
