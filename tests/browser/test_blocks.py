"""Blocks on the canvas in a real browser: folded, opened, changed inside, given values, unfolded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, expect

from builder.layers.blocks import BlockInput, Instance
from tests.browser.test_canvas import CHAIN, Canvas, middle, opened, projects  # noqa: F401 (pytest takes the fixtures from here)

pytestmark = pytest.mark.browser


def test_layers_are_folded_into_a_block_opened_changed_and_unfolded(opened: Callable[..., Canvas], settled) -> None:  # noqa: F811
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
    make = canvas.page.get_by_role("button", name="Make a parameter")
    make.wait_for()
    settled(canvas.page)  # a popover stays where its button was when it opened, though the form above still grows
    make.click()
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


def standing(canvas: Canvas, *names: str) -> list[FloatRect]:
    """Where nodes are on the screen, once nothing moves any more."""
    before: list[FloatRect | None] = []
    while True:
        found = [canvas.node(name).bounding_box() for name in names]
        if found == before and None not in found:
            return [box for box in found if box]
        before = found
        canvas.page.evaluate("async () => { for (let n = 0; n < 3; n++) await new Promise(requestAnimationFrame); }")


def test_a_block_is_shown_from_inside_in_its_place(opened: Callable[..., Canvas]) -> None:  # noqa: F811
    canvas = opened(*CHAIN)
    canvas.node("conv").click()
    canvas.node("flatten").click(modifiers=["Shift"])
    canvas.press("Control+g")
    canvas.node("block").get_by_role("button", name="Show what is inside").click()
    expect(canvas.node("block/conv")).to_contain_text("6x6x4", timeout=90_000)
    canvas.tool("Fit").click()
    expect(canvas.node("scores")).to_be_in_viewport()
    inner, frame, below = standing(canvas, "block/flatten", "block", "scores")
    assert frame["y"] < inner["y"] < inner["y"] + inner["height"] < frame["y"] + frame["height"] < below["y"]
    for line in ("block/x 0 block/conv inputs", "block/conv 0 block/flatten inputs"):
        expect(
            canvas.page.locator(f"[data-id='{line.replace('block/x', 'block/' + _input(canvas))}']")
        ).to_be_attached()

    canvas.node("block/conv").click()
    filters = canvas.page.get_by_role("spinbutton", name="Filters")
    filters.fill("6")
    filters.press("Enter")
    expect(canvas.node("block/conv")).to_contain_text("6 @ 3x3")

    places = {node.id: (node.x, node.y) for node in canvas.graph.nodes}
    title = canvas.node("block").locator(".title")
    x, y = middle(title)
    canvas.drag(title, (x + 180, y))
    moved = {node.id: (node.x, node.y) for node in canvas.graph.nodes}
    assert moved["block"][0] > places["block"][0] + 100
    assert {name for name in places if moved[name] != places[name]} == {"block"}

    canvas.node("block").get_by_role("button", name="Hide what is inside").click()
    expect(canvas.node("block/conv")).to_have_count(0)
    canvas.node("block").click()
    canvas.press("i")
    canvas.node("block/conv").dblclick()
    expect(canvas.page.get_by_role("navigation", name="Open block")).to_contain_text("block")
    expect(canvas.page.locator(".layer.selected[data-layer=conv]")).to_have_count(1)


def _input(canvas: Canvas) -> str:
    [block] = canvas.graph.blocks
    return next(node.id for node in block.nodes if isinstance(node.layer, BlockInput))
