"""What a text computes between layers, what it reads from data and what it does only while training."""

from textwrap import dedent

import pytest

from builder.reading import CodeReadError, read_code

HEAD = """
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
"""


def kinds(text: str) -> list[str]:
    """The layers of a text behind its inputs, in order."""
    nodes = read_code(HEAD + dedent(text)).graph.nodes
    return [f"{node.layer.type} {node.layer.summary()}".strip() for node in nodes if node.layer.type != "Input"]


@pytest.mark.parametrize(
    ("written", "layers"),
    [
        ("x[:, -1, :]", ["Pick -1 of axis 1"]),
        ("x[:, :4, 0]", ["Slice :4 of axis 1", "Pick 0 of axis 2"]),
        ("x[:, tf.newaxis]", ["ExpandDims 1"]),
        ("x[..., None]", ["ExpandDims 3"]),
        ("tf.reduce_mean(x, axis=1)", ["Reduce mean over 1"]),
        ("keras.ops.max(x, axis=-1, keepdims=True)", ["Reduce max over -1"]),
        ("tf.keras.backend.sum(x, axis=1)", ["Reduce sum over 1"]),
        ("x / tf.exp(x)", ["Activation exponential", "Divide"]),
        ("1 - x ** 2", ["Elementwise square", "Rescaling x -1 + 1"]),
        ("abs(-x)", ["Rescaling x -1", "Elementwise abs"]),
        ("tf.matmul(x, x, transpose_b=True)", ["MatMul second transposed"]),
        ("x @ tf.transpose(x, [0, 2, 1])", ["Permute 2, 1", "MatMul"]),
        ("tf.stack(tf.split(x, 2, axis=-1), axis=1)", ["Slice 0:2 of axis -1", "Slice 2: of axis -1", "Stack"]),
        ("tf.reshape(x, (-1, 20))", ["Reshape 20"]),
        ("tf.clip_by_value(x, 0.0, 1.0)", ["Clip from 0 to 1"]),
        ("layers.Lambda(lambda t: tf.expand_dims(t, -1))(x)", ["ExpandDims -1"]),
        ("layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)])(x)", ["LSTM 3, sequences", "GRU 2"]),
        ("layers.Bidirectional(layers.RNN(layers.GRUCell(3)))(x)", ["Bidirectional GRU 3"]),
    ],
)
def test_operations_are_layers(written: str, layers: list[str]) -> None:
    assert kinds(f"x = keras.Input((5, 4))\nmodel = keras.Model(x, {written})\n") == layers


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        ("(x, y), _ = keras.datasets.cifar10.load_data()", "x.shape[1:]"),
        ("(x, y), _ = keras.datasets.mnist.load_data()\nx = x.reshape(-1, 32, 32, 3)", "x.shape[1:]"),
        ("(x, y), _ = keras.datasets.cifar10.load_data()\nx = x[:100].astype('float32') / 255", "x[0].shape"),
        (
            "(x, y), _ = keras.datasets.cifar10.load_data()\nx = x[..., 0]\nx = np.expand_dims(x, -1)",
            "(*x.shape[1:3], 3)",
        ),
    ],
)
def test_shapes_of_known_data(data: str, shape: str) -> None:
    text = f"{data}\nmodel = keras.Sequential([keras.Input({shape}), layers.Conv2D(8, 3)])\n"
    given = read_code(HEAD + text).graph.nodes[0].layer
    assert given.summary() in ("32x32x3", "28x28x3") if "mnist" in data else given.summary() == "32x32x3"


def test_as_many_neurons_as_the_data_has_classes() -> None:
    text = """
    (x, y), _ = keras.datasets.mnist.load_data()
    y = keras.utils.to_categorical(y)
    model = keras.Sequential([keras.Input((x.shape[1] * x.shape[2],)), layers.Dense(y.shape[1])])
    """
    assert kinds(text) == ["Dense 10"]


NETWORK = """
class Network(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(4)
        self.drop = layers.Dropout(0.5)
    def call(self, x, training=None):
        x = self.hidden(x)
        {}
        return x
model = Network()
model.build((None, 8))
"""


@pytest.mark.parametrize(
    "condition",
    [
        "x = self.drop(x, training=training)",
        "if training:\n            x = self.drop(x)",
        "if training is True:\n            x = self.drop(x)\n        else:\n            pass",
        "if not training:\n            pass\n        else:\n            x = self.drop(x)",
        "x = self.drop(x) if training else x",
    ],
)
def test_what_drops_while_it_trains(condition: str) -> None:
    assert kinds(NETWORK.format(condition)) == ["Dense 4", "Dropout rate 0.5"]


@pytest.mark.parametrize(
    "condition",
    [
        "if training:\n            x = self.hidden(x)",
        "if training:\n            x = self.drop(x)\n        else:\n            x = x * 2",
        "if training is False:\n            x = self.hidden(x)",
    ],
)
def test_what_is_computed_only_while_it_trains_is_told_with_its_line(condition: str) -> None:
    with pytest.raises(CodeReadError) as error:
        read_code(HEAD + NETWORK.format(condition))
    assert error.value.faults[0].line in (14, 15)
    assert "train" in error.value.faults[0].words


def test_the_draw_of_a_variational_autoencoder() -> None:
    text = """
    class Sampling(layers.Layer):
        def call(self, inputs):
            z_mean, z_log_var = inputs
            epsilon = keras.backend.random_normal(shape=tf.shape(z_mean))
            return z_mean + tf.exp(0.5 * z_log_var) * epsilon
    image = keras.Input((8,))
    mean, variance = layers.Dense(2)(image), layers.Dense(2)(image)
    model = keras.Model(image, layers.Dense(8)(Sampling()([mean, variance])))
    """
    reading = read_code(HEAD + dedent(text))
    assert [node.layer.type for node in reading.graph.nodes] == ["Input", "Dense", "Dense", "Sampling", "Dense"]
    assert any("Sampling" in note.words for note in reading.notes)
