"""The pages of the layers: every one is whole, and its example is what Keras accepts."""

from __future__ import annotations

import pytest

from builder.layers import LAYERS
from builder.program import lower
from pages.parts.layer_page import example_code, example_network, layer_page, meant, search, similar

LARGE = {name for name, layer in LAYERS.items() if layer.family() == "applications"} - {"MobileNet"}


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_has_a_page_with_shapes_and_an_example(name: str) -> None:
    page = layer_page(name)
    assert page.sentence.endswith(".")
    assert "out" in page.sections["Shapes"]
    assert set(page.sections) <= {"Shapes", "Units", "Problems", "Source"}
    code = example_code(name)
    assert f"{name}(" in code
    compile(code, name, "exec")


def test_the_sections_of_a_docstring_are_taken_apart() -> None:
    page = layer_page("Conv2D")
    assert (page.name, page.family) == ("Conv2D", "Convolution")
    assert page.sentence == "Slides small filters over an image and marks where they match."
    assert page.sections["Shapes"].startswith("in:  (batch, height, width, channels)\nout: ")
    assert "https://doi.org/10.1109/5.726791" in page.sections["Source"]
    assert layer_page("MultiHeadAttention").more.startswith("Connect one tensor to both")


def test_layers_are_found_by_name_and_by_what_they_do() -> None:
    assert search("lstm")[0] == "LSTM"
    assert {"Dropout", "SpatialDropout2D"} <= set(search("dropout"))
    assert "Conv2D" in search("filters IMAGE")
    assert search("no such words") == []
    assert len(search("")) == len(LAYERS)
    assert (meant("conv2d"), meant("Convolution")) == ("Conv2D", None)
    assert similar("Conv2")[0] == "Conv2D"
    assert similar("") == []


@pytest.mark.keras
@pytest.mark.parametrize("name", [name for name in LAYERS if name not in LARGE])
def test_keras_accepts_the_example(name: str) -> None:
    from builder.compile import shapes

    facts = shapes(lower(example_network(name)))
    assert [fact.error for fact in facts.values() if fact.error] == []
    assert all(facts[node.id].shapes for node in example_network(name).nodes)
