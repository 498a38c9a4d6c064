"""Blocks on the canvas in a real browser: folded, opened, changed inside, given values, unfolded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from builder.layers.blocks import Instance
from tests.browser.test_canvas import CHAIN, Canvas, opened, projects  # noqa: F401 (pytest takes the fixtures from here)

pytestmark = pytest.mark.browser


def test_layers_are_folded_into_a_block_opened_changed_and_unfolded(opened: Callable[..., Canvas]) -> None:  # noqa: F811
    canvas = opened(*CHAIN)
    canvas.node("conv").click()
    canvas.node("flatten").click(modifiers=["Shift"])
    canvas.press("Control+g")
    expect(canvas.node("block")).to_be_visible()
    assert canvas.ids == {"image", "block", "scores"}

    canvas.node("block").dblclick()
    path = canvas.page.get_by_role("navigation", name="Open block")
    expect(path).to_contain_text("block")
    expect(canvas.node("conv")).to_contain_text("6x6x4", timeout=90_000)
    canvas.node("conv").click()
    canvas.page.get_by_role("button", name="Make a parameter").click()
    canvas.page.get_by_role("button", name="Make it a parameter").click()
    expect(canvas.page.get_by_text("is the parameter filters of the block")).to_be_visible()

    path.get_by_role("button", name="Network").click()
    canvas.node("block").click()
    filters = canvas.page.get_by_role("spinbutton", name="Filters")
    filters.fill("7")
    filters.press("Enter")
    expect(canvas.node("block")).to_contain_text("block 7")
    instance = canvas.graph.find("block")
    assert instance is not None
    assert isinstance(instance.layer, Instance)
    assert instance.layer.values == {"filters": 7}

    canvas.node("block").click()
    canvas.press("Control+Shift+g")
    expect(canvas.node("block_conv")).to_contain_text("7 @ 3x3")
    assert canvas.ids == {"image", "block_conv", "block_flatten", "scores"}
