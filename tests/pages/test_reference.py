"""The page that explains layers, as a person opens and searches it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.layers import LAYERS

SHELL = Path(__file__).parents[2] / "pages" / "shell.py"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))


def opened(layer: str | None = None) -> AppTest:
    app = AppTest.from_file(str(SHELL), default_timeout=120).run()
    if layer is not None:
        app.query_params["layer"] = layer
    app.switch_page("reference.py").run()
    assert not app.exception
    return app


def test_the_address_names_the_layer_in_any_capitals() -> None:
    app = opened("conv2d")
    assert app.title[0].value == "Conv2D"
    assert app.markdown[0].value == LAYERS["Conv2D"].tooltip()
    assert "height' = ceil" in app.code[0].value
    assert "layers.Conv2D(" in app.code[1].value
    assert any("<https://doi.org/10.1109/5.726791>" in text.value for text in app.markdown)


def test_a_name_that_no_layer_has_is_told_with_what_is_meant_perhaps() -> None:
    app = opened("Conv22<script>")
    assert "no layer called" in app.warning[0].value


def test_a_search_finds_by_what_a_layer_does() -> None:
    app = opened()
    assert f"All {len(LAYERS)} layers" in app.markdown[0].value
    app.text_input[0].set_value("xyzzy").run()
    assert any("No layer has all of these words" in caption.value for caption in app.caption)
