"""The outline: a network is built, changed and read with the keyboard alone; and no page keeps anybody out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from builder.edits import AddLayer, Fold
from runtime.store import Store
from tests.browser.accessibility import barriers
from tests.browser.test_canvas import CHAIN, Canvas, network, opened, projects  # noqa: F401 (pytest takes the fixtures from here)

pytestmark = pytest.mark.browser


@pytest.fixture
def store(app) -> Store:
    return Store(f"sqlite:///{app.home / 'projects.sqlite'}")


@pytest.fixture
def canvas(page: Page, app_url: str, store: Store) -> Canvas:
    tab = Canvas(page, app_url, store, store.create("Try", network(*CHAIN)))
    page.get_by_role("button", name="Outline").press("Enter")
    return tab


def item(canvas: Canvas, name: str):
    return canvas.page.get_by_role("treeitem", name=name)


def test_everything_is_done_without_a_pointer(canvas: Canvas) -> None:
    keyboard = canvas.page.keyboard
    item(canvas, "Input image").focus()
    keyboard.press("ArrowDown")
    expect(item(canvas, "Conv2D conv")).to_be_focused()
    expect(item(canvas, "Conv2D conv")).to_have_attribute("aria-selected", "true")

    keyboard.press("F2")
    keyboard.type("edges")
    keyboard.press("Enter")
    expect(item(canvas, "Conv2D edges")).to_be_focused()
    assert "image>edges.inputs" in canvas.edges

    canvas.page.get_by_label("Add a layer after edges").focus()
    keyboard.type("maxpooling2d")
    keyboard.press("Enter")
    expect(item(canvas, "MaxPooling2D max_pooling2d")).to_be_visible()
    assert {"edges>max_pooling2d.inputs", "max_pooling2d>flatten.inputs"} <= canvas.edges

    item(canvas, "Conv2D edges").focus()
    keyboard.press("Alt+ArrowDown")
    assert {"image>max_pooling2d.inputs", "max_pooling2d>edges.inputs", "edges>flatten.inputs"} <= canvas.edges

    canvas.page.get_by_label("Connect to", exact=True).select_option(label="scores")
    assert "edges>scores.inputs" in canvas.edges
    canvas.page.get_by_label("Disconnect", exact=True).select_option(label="edges → scores")
    assert "edges>scores.inputs" not in canvas.edges

    item(canvas, "Conv2D edges").focus()
    keyboard.press("f")  # the next that begins with it
    expect(item(canvas, "Flatten flatten")).to_be_focused()
    keyboard.press("Delete")
    expect(item(canvas, "Flatten flatten")).to_have_count(0)
    assert "flatten" not in canvas.ids
    expect(item(canvas, "Conv2D edges")).to_be_focused()  # the one beside it
    keyboard.press("Enter")  # to its settings, which stand outside the canvas
    expect(canvas.page.get_by_label("Name", exact=True)).to_be_focused()


def test_a_block_is_a_level_of_the_tree(canvas: Canvas) -> None:
    keyboard = canvas.page.keyboard
    item(canvas, "Conv2D conv").focus()
    keyboard.press("Space")
    keyboard.press("Control+g")
    block = item(canvas, "Block block")
    expect(block).to_have_attribute("aria-expanded", "false")
    block.focus()
    keyboard.press("ArrowRight")
    expect(item(canvas, "Conv2D conv")).to_have_attribute("aria-level", "2")
    expect(canvas.node("block/conv")).to_be_visible()  # on the canvas too
    keyboard.press("ArrowRight")
    keyboard.press("ArrowDown")
    expect(item(canvas, "Conv2D conv")).to_be_focused()
    expect(canvas.page.get_by_label("Filters", exact=True)).to_be_visible()
    keyboard.press("ArrowLeft")
    expect(block).to_be_focused()
    keyboard.press("ArrowLeft")
    expect(item(canvas, "Conv2D conv")).to_have_count(0)
    keyboard.press("Control+Enter")
    expect(item(canvas, "Conv2D conv")).to_have_attribute("aria-level", "2")
    expect(canvas.page.get_by_role("navigation", name="Open block")).to_be_visible()
    item(canvas, "Dense scores").focus()
    keyboard.press("Enter")  # out of the block, to its settings
    expect(canvas.page.get_by_role("navigation", name="Open block")).to_have_count(0)
    expect(canvas.page.get_by_label("Units", exact=True)).to_be_visible()


PAIR = (
    *CHAIN[:2],
    AddLayer(layer="Conv2D", id="second", values={"filters": 4}, after="conv"),
    *(edit.model_copy(update={"after": "second"}) if edit.id == "flatten" else edit for edit in CHAIN[2:]),
    Fold(ids=("conv", "second"), name="unit"),
)


def test_inside_a_block_all_is_done_by_key_in_its_place_and_opened(opened: Callable[..., Canvas]) -> None:  # noqa: F811
    canvas = opened(*PAIR)
    keyboard = canvas.page.keyboard
    canvas.page.get_by_role("button", name="Outline").press("Enter")
    item(canvas, "Block unit").focus()
    keyboard.press("ArrowRight")
    expect(item(canvas, "Conv2D second")).to_be_visible()

    def inside() -> set[str]:
        block = canvas.graph.block("unit")
        assert block is not None
        return {node.id for node in block.nodes if node.layer.type != "BlockInput"}

    def command(words: str) -> None:
        keyboard.press("Control+k")
        keyboard.type(words)
        keyboard.press("Enter")

    def stand_at(name: str) -> None:
        item(canvas, name).focus()
        keyboard.press("Space")
        expect(item(canvas, name)).to_have_attribute("aria-selected", "true")

    stand_at("Conv2D second")
    keyboard.press("Control+d")
    expect(item(canvas, "Conv2D second_1")).to_be_focused()
    assert inside() == {"conv", "second", "second_1"}
    keyboard.press("Delete")
    expect(item(canvas, "Conv2D second_1")).to_have_count(0)
    assert inside() == {"conv", "second"}
    stand_at("Conv2D second")
    keyboard.press("Alt+ArrowUp")
    expect(item(canvas, "Conv2D second")).to_be_focused()  # though it has another place
    command("switch off")
    expect(item(canvas, "Conv2D second")).to_be_focused()
    keyboard.press("Control+Shift+ArrowRight")
    command("add gaussian noise")
    expect(item(canvas, "GaussianNoise gaussian_noise")).to_be_focused()
    command("replace by another")
    canvas.page.get_by_role("dialog", name="Replace by").wait_for()
    keyboard.type("spatialdropout2d")
    keyboard.press("Enter")
    keyboard.press("F2")
    keyboard.type("quiet")
    keyboard.press("Enter")
    expect(item(canvas, "SpatialDropout2D quiet")).to_be_focused()
    keyboard.press("Control+g")
    expect(item(canvas, "Block block")).to_be_focused()
    command("repeat the block once more")
    keyboard.press("Control+Shift+g")
    expect(item(canvas, "SpatialDropout2D block_2_quiet")).to_be_visible()
    assert inside() == {"conv", "second", "block_1_quiet", "block_2_quiet"}
    block = canvas.graph.block("unit")
    assert block is not None
    second = next(node for node in block.nodes if node.id == "second")
    assert (second.x, second.disabled) == (20, True)
    keyboard.press("?")
    expect(canvas.page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    keyboard.press("Escape")

    stand_at("Block unit")
    keyboard.press("Control+Enter")
    expect(canvas.page.get_by_role("navigation", name="Open block")).to_be_visible()
    stand_at("SpatialDropout2D block_2_quiet")
    keyboard.press("Delete")
    assert inside() == {"conv", "second", "block_1_quiet"}
    keyboard.press("Escape")
    keyboard.press("Escape")
    expect(canvas.page.get_by_role("navigation", name="Open block")).to_have_count(0)


def test_nobody_is_kept_out_of_the_canvas_in_the_dark_and_in_a_small_window(canvas: Canvas) -> None:
    canvas.page.emulate_media(color_scheme="dark")
    canvas.page.set_viewport_size({"width": 1024, "height": 768})
    item(canvas, "Conv2D conv").focus()
    canvas.page.keyboard.press("Space")
    expect(canvas.page.get_by_label("Filters", exact=True)).to_be_visible()
    canvas.page.get_by_label("Colour by").select_option("Parameters")
    expect(canvas.page.get_by_role("img", name="Parameters from")).to_be_visible(timeout=90_000)
    assert barriers(canvas.page) == []
    item(canvas, "Conv2D conv").focus()
    for keys, opens in (("?", "Shortcuts"), ("Control+k", "Commands")):
        canvas.press(keys)
        expect(canvas.page.get_by_role("dialog", name=opens)).to_be_visible()
        assert barriers(canvas.page) == []
        canvas.press("Escape")


@pytest.mark.parametrize("address", ["zoo", "reference?layer=Conv2D"])
def test_nobody_is_kept_out_of_the_pages_beside(page: Page, app_url: str, settled, address: str) -> None:
    page.goto(f"{app_url}/{address}")
    settled(page)
    assert barriers(page) == []
