"""Files of Keras 1 against numpy: old names, th ordering, Theano's kernels, gates in their old order, Merge."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest

from tests.builder import old_keras

pytestmark = pytest.mark.keras

draw = np.random.default_rng(3)


def numbers(*shape):
    return draw.normal(size=shape).astype("float32")


def predicted(opened, *inputs):
    from builder.compile import build
    from builder.importer import apply_weights
    from builder.program import lower

    model = build(lower(opened.graph))
    apply_weights(model, opened.weights)
    return np.asarray(model(list(inputs) if len(inputs) > 1 else inputs[0]))


def open_model(*args, **kwargs):
    from builder.importer import open_model

    return open_model(*args, **kwargs)


CONVOLUTION = old_keras.sequential(
    (
        "Convolution2D",
        {
            "batch_input_shape": [None, 2, 6, 7], "nb_filter": 3, "nb_row": 2, "nb_col": 3, "border_mode": "valid",
            "subsample": [1, 1], "dim_ordering": "th", "init": "glorot_uniform", "activation": "linear", "bias": True,
            "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.5},
            "W_constraint": {"name": "MaxNorm", "m": 4, "axis": 0}, "b_regularizer": None, "b_constraint": None,
            "activity_regularizer": None, "input_dtype": "float32",
        },
    ),
    ("Activation", {"activation": "hard_sigmoid"}),
    ("MaxPooling2D", {"pool_size": [5, 5], "strides": [5, 5], "border_mode": "valid", "dim_ordering": "th"}),
    ("Flatten", {}),
    ("Dropout", {"p": 0.25}),
)  # fmt: skip


def test_channels_first_with_kernels_of_theano():
    kernels, bias, images = numbers(3, 2, 2, 3), numbers(3), numbers(4, 2, 6, 7)
    weights = {"convolution2d_1": {"convolution2d_1_W": kernels, "convolution2d_1_b": bias}}
    opened = open_model(old_keras.h5(CONVOLUTION, weights, keras_version="1.2.2"))
    maps = old_keras.hard_sigmoid(old_keras.theano_convolution(images, kernels) + bias[:, None, None])
    assert np.allclose(predicted(opened, images), maps.max(axis=(2, 3)), atol=1e-5)
    convolution = next(node.layer for node in opened.graph.nodes if node.layer.type == "Conv2D")
    assert convolution.kernel_size == (2, 3)
    assert convolution.kernel_regularizer.l2 == 0.5
    assert convolution.kernel_constraint.max_value == 4
    assert any("taken for Theano" in note for note in opened.notes)


def test_channels_first_of_tensorflow_keep_their_kernels():
    kernels, images = numbers(3, 2, 2, 3), numbers(1, 2, 6, 7)
    weights = {"convolution2d_1": {"convolution2d_1_W": kernels, "convolution2d_1_b": np.zeros(3, "float32")}}
    opened = open_model(old_keras.h5(CONVOLUTION, weights, keras_version="1.2.2"), backend="tensorflow")
    maps = old_keras.hard_sigmoid(old_keras.theano_convolution(images, kernels[:, :, ::-1, ::-1]))
    assert np.allclose(predicted(opened, images), maps.max(axis=(2, 3)), atol=1e-5)


def test_flatten_keeps_the_order_of_channels_first():
    config = old_keras.sequential(
        ("ZeroPadding2D", {"batch_input_shape": [None, 2, 3, 3], "padding": [1, 1], "dim_ordering": "th"}),
        ("BatchNormalization", {"axis": 1, "mode": 0, "epsilon": 0.001, "momentum": 0.99, "gamma_regularizer": None}),
        ("Flatten", {}),
    )
    name = "batchnormalization_2"
    ones, zeros = np.ones(2, "float32"), np.zeros(2, "float32")
    norm = {f"{name}_gamma": np.float32([1, 2]), f"{name}_beta": zeros, "mean": zeros, "std": ones}
    opened = open_model(old_keras.h5(config, {name: norm}, keras_version="1.2.2"))
    images = numbers(2, 2, 3, 3)
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1))) * np.float32([1, 2])[None, :, None, None] / np.sqrt(1.001)
    assert np.allclose(predicted(opened, images), padded.reshape(2, -1), atol=1e-5)


@pytest.mark.parametrize(("kind", "order", "oracle"), [("LSTM", "icfo", old_keras.lstm), ("GRU", "zrh", old_keras.gru)])
def test_recurrent_layers_with_a_weight_a_gate(kind, order, oracle):
    settings = {
        "batch_input_shape": [None, 5, 3], "output_dim": 4, "init": "glorot_uniform", "inner_init": "orthogonal",
        "activation": "tanh", "inner_activation": "hard_sigmoid", "return_sequences": False, "go_backwards": False,
        "stateful": False, "unroll": False, "consume_less": "cpu", "W_regularizer": None, "U_regularizer": None,
        "b_regularizer": None, "dropout_W": 0.0, "dropout_U": 0.0, "input_dim": 3, "input_length": None,
        **({"forget_bias_init": "one"} if kind == "LSTM" else {}),
    }  # fmt: skip
    gates = {gate: (numbers(3, 4), numbers(4, 4), numbers(4)) for gate in order}
    stored = {f"{kind}_{part}_{gate}": array for gate in order for part, array in zip("WUb", gates[gate], strict=True)}
    config = old_keras.sequential((kind, settings))
    opened = open_model(old_keras.h5(config, {f"{kind.lower()}_1": stored}, keras_version="1.1.0"))
    steps = numbers(2, 5, 3)
    assert np.allclose(predicted(opened, steps), oracle(steps, gates), atol=1e-5)
    assert any("scaled by 1.2" in note for note in opened.notes)


def test_a_sequential_that_starts_by_merging_two_others():
    branches = [
        old_keras.sequential(("Dense", {"name": f"dense_{side}", "batch_input_shape": [None, 3], "output_dim": 2}))
        for side in ("left", "right")
    ]
    config = old_keras.sequential(
        ("Merge", {"layers": branches, "mode": "concat", "concat_axis": -1, "mode_type": "raw"}),
        ("Dense", {"output_dim": 1, "activation": "linear"}),
    )
    kernels = {
        name: numbers(*shape) for name, shape in (("dense_left", (3, 2)), ("dense_right", (3, 2)), ("dense_2", (4, 1)))
    }
    biases = {name: numbers(kernel.shape[1]) for name, kernel in kernels.items()}
    weights = {name: {f"{name}_W": kernels[name], f"{name}_b": biases[name]} for name in kernels}
    opened = open_model(old_keras.h5(config, weights, keras_version="1.2.2"))
    left, right = numbers(2, 3), numbers(2, 3)
    both = [x @ kernels[n] + biases[n] for x, n in ((left, "dense_left"), (right, "dense_right"))]
    expected = np.concatenate(both, -1) @ kernels["dense_2"] + biases["dense_2"]
    assert np.allclose(predicted(opened, left, right), expected, atol=1e-5)


def test_convolutions_over_steps_in_their_first_shape():
    config = old_keras.sequential(
        (
            "Convolution1D",
            {"batch_input_shape": [None, 6, 2], "nb_filter": 3, "filter_length": 4, "border_mode": "valid"},
        )
    )
    kernel, steps = numbers(4, 1, 2, 3), numbers(1, 6, 2)
    stored = {"convolution1d_1": {"convolution1d_1_W": kernel, "convolution1d_1_b": np.zeros(3, "float32")}}
    opened = open_model(old_keras.h5(config, stored, keras_version="1.2.2"))
    expected = np.stack([np.einsum("ki,kio->o", steps[0, s : s + 4], kernel[:, 0]) for s in range(3)])
    assert np.allclose(predicted(opened, steps)[0], expected, atol=1e-5)


def test_json_with_its_weights_beside_it(tmp_path):
    config = old_keras.sequential(("Dense", {"batch_input_shape": [None, 3], "output_dim": 2, "init": "uniform"}))
    file = tmp_path / "weights.h5"
    kernel, bias = numbers(3, 2), numbers(2)
    with h5py.File(file, "w") as opened:
        old_keras.write_weights(opened, {"dense_1": {"dense_1_W": kernel, "dense_1_b": bias}})
    alone = open_model(json.dumps(config).encode())
    assert alone.weights is None
    assert alone.graph.nodes[1].layer.kernel_initializer.type == "RandomUniform"
    both = open_model(json.dumps(config).encode(), file.read_bytes())
    x = numbers(2, 3)
    assert np.allclose(predicted(both, x), x @ kernel + bias, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("Merge", {"mode": "lambda"}, "Merge with mode"),
        ("BatchNormalization", {"mode": 2}, "BatchNormalization with mode = 2"),
        ("MaxoutDense", {"nb_feature": 3}, "its description is damaged.*output_dim"),
        ("LocallyConnected1D", {"filters": 3}, "weights of its own at every place"),
    ],
)
def test_what_nothing_today_does_is_refused_by_name(kind, settings, said):
    from builder.importer import ModelFileError

    config = old_keras.sequential(("Dense", {"batch_input_shape": [None, 3], "output_dim": 2}), (kind, settings))
    with pytest.raises(ModelFileError, match=said) as refused:
        open_model(json.dumps(config).encode())
    assert f"{kind.lower()}_2" in str(refused.value)
