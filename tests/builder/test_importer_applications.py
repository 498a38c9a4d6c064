"""Networks of keras.applications opened into their layers: as many parameters, equal outputs."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.keras


# With operations between layers, with Normalization inside, with layers that Keras keeps to itself, plain.
@pytest.mark.parametrize("name", ["MobileNetV3Small", "EfficientNetB0", "ConvNeXtTiny", "Xception"])
def test_opened_networks_compute_the_same(name):
    import keras

    from builder.compile import build
    from builder.importer import apply_weights, graph_of
    from builder.program import lower

    side = 71 if name == "Xception" else 32
    model = getattr(keras.applications, name)(weights=None, classes=5, input_shape=(side, side, 3))
    opened = graph_of(model)
    again = build(lower(opened.graph))
    apply_weights(again, opened.weights)
    images = np.random.default_rng(0).uniform(0, 255, (1, side, side, 3)).astype("float32")
    assert again.count_params() == model.count_params()
    assert np.allclose(model(images), again(images), atol=1e-5)
