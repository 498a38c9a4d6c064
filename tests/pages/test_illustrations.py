"""Drawings of settings: the curves are those of Keras, and every one is well-formed."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from typing import get_args

import pytest

from builder.activations import ActivationName
from builder.layers import LAYERS
from pages.parts.illustrations import FORMULAS, OF_SEVERAL, Drawing, drawings, illustrations, padding


def test_every_activation_has_a_curve() -> None:
    assert set(FORMULAS) == set(get_args(ActivationName))
    assert len(drawings(LAYERS["Dense"], "activation")) == len(FORMULAS) - 1  # linear needs none


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


def test_padding_says_how_many_come_out() -> None:
    drawn = drawings(LAYERS["Conv1D"], "padding")
    assert [drawn[option].note for option in ("valid", "same", "causal")] == ["5 → 3", "5 → 5", "5 → 5"]
    assert "2 zeros at the rim" in drawn["causal"].said
    assert padding("same", 2).note == "5x5 → 5x5"


def test_a_picture_can_be_the_label_of_a_choice() -> None:
    drawn: Drawing = drawings(LAYERS["Dense"], "activation")["relu"]
    assert drawn.markdown.startswith("![relu: from -1 to 4](data:image/svg+xml;base64,")
    assert drawn.markdown.endswith(") relu")


def test_words_are_enough_elsewhere() -> None:
    assert drawings(LAYERS["ZeroPadding2D"], "padding") == {}
    assert drawings(LAYERS["Dense"], "units") == {}
    assert None not in drawings(LAYERS["Dense"], "activation")
