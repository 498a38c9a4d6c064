"""Layers and operations of files that several layers of the graph compute together: the results stay the same."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import old_keras
from tests.builder.test_importer import assert_same, built, draw, numbers, outputs

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file"),
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword"),
]


def stacked_cells():
    """An RNN of three cells that starts with states and tells them."""
    import keras
    from keras import layers

    steps, h, c, start = keras.Input((7, 3)), keras.Input((5,)), keras.Input((5,)), keras.Input((4,))
    cells = [layers.LSTMCell(5), layers.GRUCell(4, reset_after=False), layers.GRUCell(4)]
    whole = layers.RNN(cells, return_sequences=True, return_state=True, go_backwards=True)
    last = layers.RNN([layers.LSTMCell(2), layers.SimpleRNNCell(3)])
    told = keras.tree.flatten(whole(steps, initial_state=[[h, c], start, start]))
    return keras.Model([steps, h, c, start], [last(told[0]), *told])


def a_model_at_each_step():
    """A TimeDistributed around a model with branches, a nested model that is called twice, and operations."""
    import keras
    from keras import layers

    image = keras.Input((6, 6, 1))
    inner = keras.Sequential([keras.Input((4, 4, 3)), layers.BatchNormalization(), layers.LeakyReLU()])
    maps = layers.Conv2D(3, 3, activation="relu")(image)
    both = layers.Concatenate(axis=1)([inner(maps), inner(maps * 0.5)])
    model = keras.Model(image, layers.Dense(2)(keras.ops.mean(both, axis=(1, 2))))
    film = keras.Input((4, 6, 6, 1))
    words = layers.TimeDistributed(layers.Bidirectional(layers.LSTM(2)))(layers.Reshape((4, 6, 6))(film))
    return keras.Model(film, [layers.TimeDistributed(model)(film), words])


def slices():
    """Steps, columns and parts that are taken out of tensors."""
    import keras

    steps, image = keras.Input((8, 6)), keras.Input((5, 4, 3))
    return keras.Model([steps, image], [steps[:, -1, :], steps[:, 2:5], steps[:, :-1, :], image[:, 1], image[:, :, 2]])


@pytest.mark.parametrize("make", [stacked_cells, a_model_at_each_step, slices])
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_what_several_layers_compute(make, suffix, tmp_path):
    from builder.importer import open_model

    model = make()
    for layer in model.layers:
        layer.set_weights([draw.uniform(0.1, 0.6, array.shape) for array in layer.get_weights()])
    model.save(file := tmp_path / f"model{suffix}")
    assert_same(model, open_model(file.read_bytes()))


def test_models_at_hand_with_cells_and_steps():
    from builder.importer import graph_of

    for make in (stacked_cells, a_model_at_each_step):
        assert_same(model := make(), graph_of(model))


def test_the_gate_of_a_highway_and_the_greatest_of_maxout():
    from builder.importer import open_model

    gate, through, bias, pieces = numbers(4, 4), numbers(4, 4), numbers(4), numbers(3, 4, 2)
    weights = {
        "highway_1": {"W": through, "W_carry": gate, "b": bias, "b_carry": bias + 1},
        "maxoutdense_2": {"W": pieces, "b": (offsets := numbers(3, 2))},
    }
    config = old_keras.sequential(
        ("Highway", {"activation": "hard_sigmoid", "init": "uniform", "bias": True, "input_dim": 4}),
        ("MaxoutDense", {"output_dim": 2, "nb_feature": 3, "init": "uniform", "bias": True}),
    )
    opened = open_model(old_keras.h5(config, weights, keras_version="1.2.2", backend="tensorflow"))
    x = numbers(5, 4)
    opening = 1 / (1 + np.exp(-(x @ gate + bias + 1)))
    mixed = opening * old_keras.hard_sigmoid(x @ through + bias) + (1 - opening) * x
    expected = (np.einsum("bi,nio->bno", mixed, pieces) + offsets).max(axis=1)
    assert np.allclose(outputs(built(opened), [x])[0], expected, atol=1e-5)
    assert any("a gate that mixes" in note for note in opened.notes)


def test_augmentation_that_notes_its_training_and_a_frozen_base_are_opened():
    import keras

    from builder.importer import graph_of

    image = keras.Input((4, 4, 3))
    base = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Conv2D(2, 3)], name="base")
    base.trainable = False
    model = keras.Model(image, base(keras.layers.RandomFlip()(image), training=False))
    opened = graph_of(model)
    assert [node.layer.type for node in opened.graph.nodes] == ["Input", "RandomFlip", "Conv2D"]
    assert opened.graph.nodes[-1].layer.trainable is False


def test_the_older_file_of_a_spectral_normalization(tmp_path):
    import keras

    from builder.importer import open_model

    inner = keras.layers.Dense(2, bias_initializer="ones")
    model = keras.Sequential([keras.Input((3,)), keras.layers.SpectralNormalization(inner)])
    model.save(file := tmp_path / "model.h5")
    assert_same(model, open_model(file.read_bytes()))


def test_cells_and_places_that_no_layer_has_are_refused_by_name():
    from builder.importer import ModelFileError, open_model

    cell = {"class_name": "StackedRNNCells", "config": {"cells": [{"class_name": "MyCell", "config": {}}]}}
    config = old_keras.sequential(
        ("RNN", {"cell": cell, "batch_input_shape": [None, 3, 2]}), ("LocallyConnected1D", {"filters": 2})
    )
    with pytest.raises(ModelFileError, match=r"(?s)cell \[MyCell\].*weights of its own at every place"):
        open_model(old_keras.h5(config, {}))
