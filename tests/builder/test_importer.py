"""Models of Keras 3 and 2 opened as graphs: what they compute stays the same, and what was translated is told."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.builder import old_keras

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file"),
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword"),
]

draw = np.random.default_rng(5)


def numbers(*shape):
    return draw.normal(size=shape).astype("float32")


def outputs(model, inputs):
    returned = model(inputs if len(inputs) > 1 else inputs[0])
    return [np.asarray(one) for one in (returned if isinstance(returned, list | tuple) else [returned])]


def built(opened):
    from builder.compile import build
    from builder.importer import apply_weights
    from builder.program import lower

    model = build(lower(opened.graph))
    apply_weights(model, opened.weights)
    return model


def assert_same(model, opened, atol=1e-5):
    """Both give the same for the same, at every output in order."""
    inputs = [numbers(2, *tensor.shape[1:]) for tensor in model.inputs]
    for before, after in zip(outputs(model, inputs), outputs(built(opened), inputs), strict=True):
        assert np.allclose(before, after, atol=atol)


def everything():
    """Nested models called twice, shared layers, operations, states passed on, two inputs, three outputs."""
    import keras
    from keras import layers

    image, start = keras.Input((4, 4, 3), name="Image"), keras.Input((5,), name="start")
    norm = layers.BatchNormalization()
    inner = keras.Sequential([keras.Input((4, 4, 3)), layers.Conv2D(4, 3, padding="same"), norm], name="inner")
    one, two = inner(image), inner(image + 3.0)
    shared = layers.LayerNormalization(name="Shared-Norm")
    steps = layers.Reshape((16, 4))(layers.Add()([shared(one), shared(1 - two)]) * (1 / 6))
    out, h, c = layers.LSTM(5, return_state=True, return_sequences=True)(steps, initial_state=[start, start])
    out = layers.MultiHeadAttention(2, 3)(out, out, use_causal_mask=True)
    out = layers.Bidirectional(layers.GRU(3, return_sequences=True))(out)
    out = layers.TimeDistributed(layers.Dense(2, activation=layers.LeakyReLU(0.1)))(out)
    model = keras.Model([image, start], [c, keras.ops.relu(out), h])
    for layer in model.layers:
        layer.set_weights([draw.uniform(0.1, 0.6, array.shape) for array in layer.get_weights()])
    return model


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_files_of_keras_3_compute_the_same(tmp_path, suffix):
    from builder.importer import open_model

    model = everything()
    model.save(file := tmp_path / f"model{suffix}")
    opened = open_model(file.read_bytes())
    assert_same(model, opened)
    nodes = {node.id: node for node in opened.graph.nodes}
    assert nodes["inner_conv2d_1"].shares == "inner_conv2d"
    assert [node.id for node in opened.graph.nodes][:2] == ["image", "start"]
    told = "\n".join(opened.notes)
    assert "Image -> image" in told
    assert "Shared-Norm -> shared_norm" in told
    assert "is the operation Multiply, expressed by Rescaling" in told


def test_json_of_keras_3_gives_the_same_graph():
    from builder.importer import graph_of, open_model

    model = everything()
    opened = open_model(model.to_json().encode())
    assert opened.weights is None
    assert opened.graph == graph_of(model).graph
    assert any("no weights" in note for note in opened.notes)


@pytest.mark.parametrize(
    ("rank", "told", "kept"), [(3, None, None), (4, None, None), (4, (1,), (1,)), (3, (1,), None), (4, (2,), (2,))]
)
def test_what_attention_has_chosen_by_itself_is_no_setting(rank, told, kept):
    import keras

    from builder.importer import graph_of, open_model

    steps = keras.Input((3,) * (rank - 1))
    model = keras.Model(steps, keras.layers.MultiHeadAttention(2, 4, attention_axes=told)(steps, steps))
    for opened in (open_model(model.to_json().encode()), graph_of(model)):
        (layer,) = [node.layer for node in opened.graph.nodes if node.layer.type == "MultiHeadAttention"]
        assert (layer.value_dim, layer.attention_axes) == (None, kept)


def test_weights_by_file(tmp_path):
    from builder.importer import graph_of, load_weights, save_weights

    weights = graph_of(everything()).weights
    with (tmp_path / "weights.npz").open("wb") as file:
        save_weights(weights, file)
    again = load_weights(tmp_path / "weights.npz")
    assert list(again) == list(weights)
    assert all(np.array_equal(a, b) for node in weights for a, b in zip(weights[node], again[node], strict=True))


def test_weights_that_do_not_fit_change_nothing():
    import keras

    from builder.importer import WeightsError, apply_weights

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="a"), keras.layers.Dense(1, name="b")])
    before = model.get_weights()
    with pytest.raises(WeightsError, match="b: expected") as wrong:
        apply_weights(model, {"a": [np.ones((2, 1)), np.ones(1)], "b": [np.ones((1, 2))], "c": []})
    assert "c: there is no such layer" in str(wrong.value)
    assert all(np.array_equal(one, two) for one, two in zip(before, model.get_weights(), strict=True))


def keras_2(layers, inputs, returned):
    config = {"name": "model", "layers": layers, "input_layers": inputs, "output_layers": returned}
    return {"class_name": "Functional", "config": config, "keras_version": "2.9.0", "backend": "tensorflow"}


def entry(kind, name, calls, **config):
    return {"class_name": kind, "name": name, "config": {"name": name, **config}, "inbound_nodes": calls}


def test_keras_2_with_a_nested_model_an_operation_and_its_hard_sigmoid():
    from builder.importer import open_model

    dense = {
        "class_name": "Dense",
        "config": {"name": "dense", "trainable": True, "units": 2, "activation": "hard_sigmoid"},
    }
    first = {"class_name": "InputLayer", "config": {"name": "first", "batch_input_shape": [None, 3]}}
    nested = entry("Sequential", "sequential", [[["x", 0, 0, {}]]], layers=[first, dense])
    layers = [
        entry("InputLayer", "x", [], batch_input_shape=[None, 3], dtype="float32"),
        nested,
        entry(
            "TFOpLambda", "tf.math.multiply", [["sequential", 1, 0, {"y": 2.0, "name": None}]], function="math.multiply"
        ),
        entry("Concatenate", "join", [[["tf.math.multiply", 0, 0, {}], ["sequential", 1, 0, {}]]], axis=-1),
    ]
    kernel, bias, x = numbers(3, 2), numbers(2), numbers(4, 3)
    stored = {"x": {}, "sequential": {"dense/kernel:0": kernel, "dense/bias:0": bias}, "join": {}}
    opened = open_model(old_keras.h5(keras_2(layers, [["x", 0, 0]], [["join", 0, 0]]), stored, keras_version="2.9.0"))
    half = old_keras.hard_sigmoid(x @ kernel + bias)
    assert np.allclose(outputs(built(opened), [x])[0], np.concatenate([2 * half, half], -1), atol=1e-5)
    assert any("steeper in Keras 1 and 2" in note for note in opened.notes)


def test_cudnn_layers_become_their_plain_form():
    import keras

    from builder.importer import open_model

    plain = keras.Sequential([keras.Input((5, 3)), keras.layers.LSTM(4, name="lstm")])
    plain.set_weights([numbers(*array.shape) for array in plain.get_weights()])
    kernel, recurrent, bias = plain.get_weights()
    stored = {
        "kernel:0": np.hstack([gate.T.reshape(gate.shape) for gate in np.hsplit(kernel, 4)]),
        "recurrent_kernel:0": np.hstack([gate.T for gate in np.hsplit(recurrent, 4)]),
        "bias:0": np.concatenate([bias, np.zeros_like(bias)]),
    }
    cell = {"class_name": "CuDNNLSTM", "config": {"name": "lstm", "units": 4, "batch_input_shape": [None, 5, 3]}}
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": [cell]}}
    opened = open_model(old_keras.h5(config, {"lstm": stored}, keras_version="2.2.4"))
    assert_same(plain, opened)


def test_old_gru_and_first_values_have_the_defaults_of_their_time():
    from builder.importer import open_model

    first = {
        "class_name": "VarianceScaling",
        "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None},
    }
    layer = {"units": 4, "batch_input_shape": [None, 5, 3], "kernel_initializer": first, "name": "gru"}
    layer |= {
        "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.25}},
        "bias_constraint": "non_neg",
    }
    layer |= {"recurrent_regularizer": {"class_name": "MyPenalty", "config": {}}}
    config = {"class_name": "Sequential", "config": [{"class_name": "GRU", "config": layer}], "keras_version": "2.1.6"}
    opened = open_model(json.dumps(config).encode())
    gru = opened.graph.nodes[1].layer
    assert not gru.reset_after
    assert gru.kernel_initializer.type == "GlorotUniform"
    assert (gru.kernel_regularizer.type, gru.kernel_regularizer.l2) == ("L2", 0.25)
    assert gru.bias_constraint.type == "NonNeg"
    assert any("'MyPenalty' is not known" in note for note in opened.notes)


def test_an_operation_that_no_layer_does_is_refused_with_all_others():
    import keras

    from builder.importer import ModelFileError, graph_of

    x = keras.Input((3,), name="x")
    model = keras.Model(x, keras.ops.cumsum(keras.ops.argsort(x), axis=1))
    with pytest.raises(ModelFileError, match="2 of its layers") as refused:
        graph_of(model)
    assert "Cumsum" in str(refused.value)
    assert "Argsort" in str(refused.value)


def test_outputs_keep_their_order_even_if_given_twice_or_used_further():
    import keras

    from builder.importer import graph_of

    first, second, shared = keras.Input((4,)), keras.Input((4,)), keras.layers.Dense(3)
    one, two = shared(first), shared(second)
    further = keras.layers.Dense(2)(one)
    model = keras.Model([second, first], [further, two, one, first, two])
    assert_same(model, graph_of(model))


def test_channels_first_computes_the_same_with_channels_last():
    import keras
    import tensorflow as tf
    from keras import layers

    from builder.importer import graph_of

    first = {"data_format": "channels_first"}
    image = keras.Input((3, 8, 8))
    conv = layers.Conv2D(4, 3, padding="same", **first)(image)
    both = layers.Concatenate(axis=1)([layers.BatchNormalization(axis=1)(conv), layers.ReLU()(conv)])
    small = layers.MaxPooling2D(2, **first)(layers.PReLU(shared_axes=[2, 3])(both))
    returned = [
        layers.Flatten()(small),
        layers.Flatten(**first)(layers.Activation("softmax")(small)),
        layers.GlobalAveragePooling2D(**first)(small),
        layers.Dense(2)(small),
        small,
    ]
    model = keras.Model(image, returned)
    for layer in model.layers:
        layer.set_weights([draw.uniform(0.1, 0.6, array.shape) for array in layer.get_weights()])
    inputs = [numbers(2, 3, 8, 8)]
    before = tf.function(model, jit_compile=True)(inputs[0])  # TensorFlow alone cannot compute it on a processor
    for expected, came in zip(before, outputs(built(graph_of(model)), inputs), strict=True):
        assert np.allclose(expected, came, atol=1e-5)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_chain_of_layers_at_each_step(tmp_path, suffix):
    import keras
    from keras import layers

    from builder.importer import graph_of, open_model

    look = keras.Sequential(
        [keras.Input((6, 6, 1)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(3)], name="look"
    )
    film = keras.Input((4, 6, 6, 1))
    model = keras.Model(film, layers.LSTM(2)(layers.TimeDistributed(look)(film)))
    model.save(file := tmp_path / f"model{suffix}")
    opened = open_model(file.read_bytes())
    assert [node.layer.type for node in opened.graph.nodes] == ["Input", *["TimeDistributed"] * 3, "LSTM"]
    assert_same(model, opened)
    assert_same(model, graph_of(model))
