"""Drawings of settings: the curves are those of Keras, and every one is well-formed."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from typing import get_args

import pytest

from builder.activations import ActivationName
from builder.layers import LAYERS
from pages.parts.illustrations import FORMULAS, OF_SEVERAL, all_curves, choices, illustration, illustrations, padding


def test_every_activation_has_a_curve() -> None:
    assert set(FORMULAS) == set(get_args(ActivationName))
    assert all_curves().count("<img") == len(FORMULAS) - 1  # linear needs none


@pytest.mark.keras
def test_the_curves_are_those_of_keras() -> None:
    import keras
    import numpy as np

    xs = np.linspace(-4, 4, 33, dtype=np.float32)
    for name, formula in FORMULAS.items():
        rows = np.stack([xs, np.zeros_like(xs)], axis=1) if name in OF_SEVERAL else xs
        said = np.asarray(keras.activations.get(name)(rows))
        expected = said[:, 0] if name in OF_SEVERAL else said
        np.testing.assert_allclose([formula(float(x)) for x in xs], expected, rtol=1e-4, atol=1e-5, err_msg=name)


def test_what_a_layer_shows_is_well_formed() -> None:
    for drawing in {drawing for layer in LAYERS.values() for drawing in illustrations(layer)}:
        for image in ET.fromstring(drawing).iter("img"):
            assert image.get("alt")
            ET.fromstring(base64.b64decode(str(image.get("src")).partition("base64,")[2]))


def test_padding_says_how_many_come_out_and_marks_what_is_chosen() -> None:
    drawn = illustration(LAYERS["Conv1D"], "padding", "causal")
    assert drawn is not None
    assert all(said in drawn for said in ("valid: 5 places become 3", "same: 5 places become 5", "causal: 5 places"))
    assert drawn.count("2px solid #") == 1
    assert "5x5 → 5x5" in padding("same", 2)


def test_all_activations_can_be_compared_with_the_chosen_one() -> None:
    drawn = choices("activation", "relu")
    assert drawn is not None
    assert drawn.count("2px solid #") == 1
    assert choices("units", 3) is None


def test_words_are_enough_elsewhere() -> None:
    assert illustration(LAYERS["ZeroPadding2D"], "padding", (1, 1)) is None
    assert illustration(LAYERS["Dense"], "units", 3) is None
    assert illustration(LAYERS["Dense"], "activation", None) is None
    assert "<img" in (illustration(LAYERS["Dense"], "activation", "relu") or "")
