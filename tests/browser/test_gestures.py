"""Every gesture of the editor with real mouse, keyboard and touch events, all on one page; the document is read from the store."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from builder.edits import AddLayer, Connect, Edit
from builder.graph import Edge, write_graph
from runtime.store import Store
from tests.browser.conftest import EVIDENCE
from tests.browser.test_canvas import CHAIN, Canvas, middle, network, paste, projects  # noqa: F401 (a fixture)

pytestmark = pytest.mark.browser

BRANCHES: tuple[Edit, ...] = (
    *CHAIN[:2],
    AddLayer(layer="Conv2D", id="other", values={"filters": 4}, x=300, y=130),
    Connect(edge=Edge(source="image", target="other")),
    AddLayer(layer="Add", id="add", x=150, y=300),
    Connect(edge=Edge(source="conv", target="add")),
    Connect(edge=Edge(source="other", target="add")),
)


class Stage(Canvas):
    """The one canvas, which each test fills anew, by the clipboard."""

    def show(self, *edits: Edit) -> Stage:
        self.page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
        self.press("Escape", "Control+a", "Delete", "Escape")
        expect(self.page.locator(".layer")).to_have_count(0)
        if edits:
            graph = network(*edits)
            paste(self.page, write_graph(graph))
            self.press("Escape", "f")
            expect(self.page.locator(".layer")).to_have_count(len(graph.nodes))
            self.node(graph.nodes[-1].id).click(trial=True)  # waits until it has come to rest
        return self

    def select(self, *names: str) -> None:
        for number, name in enumerate(names):
            self.node(name).click(modifiers=["Shift"] if number else [])
        self.chosen(*names)

    def chosen(self, *names: str) -> None:
        expect(self.page.locator(".layer.selected")).to_have_count(len(names))
        for name in names:
            expect(self.node(name)).to_have_class(SELECTED)

    def command(self, words: str) -> None:
        self.press("Control+k")
        self.page.keyboard.type(words)
        self.press("Enter")

    def menu(self, item: str) -> Locator:
        return self.page.get_by_role("menuitem", name=item)

    def touch(self, *points: tuple[float, float], rest: bool = False) -> None:
        """A finger that comes down, moves and goes up again; with `rest` it stays until a menu opens."""
        session = self.page.context.new_cdp_session(self.page)
        down = [{"x": points[0][0], "y": points[0][1]}]
        session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": down})
        if rest:
            self.page.get_by_role("menu").wait_for()
        for (x, y), (to_x, to_y) in pairwise(points):
            for step in range(1, 9):
                at = {"x": x + (to_x - x) * step / 8, "y": y + (to_y - y) * step / 8}
                session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        session.detach()

    def place(self, name: str) -> tuple[float, float]:
        node = self.graph.find(name)
        assert node is not None
        return node.x, node.y


SELECTED = re.compile(r"\bselected\b")


@pytest.fixture(scope="module")
def page_of_all(browser: Browser, app: Any, projects: Store) -> Iterator[Stage]:  # noqa: F811
    window = browser.new_context(viewport={"width": 1440, "height": 900}, has_touch=True)
    window.grant_permissions(["clipboard-read", "clipboard-write"], origin=app.url)
    page = window.new_page()
    yield Stage(page, app.url, projects, projects.create("Gestures", network()))
    window.close()


@pytest.fixture
def stage(page_of_all: Stage, request: pytest.FixtureRequest) -> Iterator[Stage]:
    faults: list[str] = []

    def note(error: Any) -> None:
        faults.append(str(error))

    page_of_all.page.on("pageerror", note)
    yield page_of_all
    page_of_all.page.remove_listener("pageerror", note)
    if faults or request.node.rep_call.failed:
        EVIDENCE.mkdir(exist_ok=True)
        page_of_all.page.screenshot(path=EVIDENCE / f"{request.node.name}.png")
    assert not faults


def test_select_connected_by_type_and_all(stage: Stage) -> None:
    stage.show(*BRANCHES, AddLayer(layer="Dense", id="lonely", x=600, y=130))
    stage.select("conv")
    stage.press("u")
    stage.chosen("image", "conv")
    stage.select("conv")
    stage.press("d")
    stage.chosen("conv", "add")
    stage.press("w")
    stage.chosen("image", "conv", "other", "add")
    stage.select("conv")
    stage.press("s")
    stage.chosen("conv", "other")
    stage.press("Control+a")
    stage.chosen("image", "conv", "other", "add", "lonely")


def test_a_box_is_drawn_with_one_button(stage: Stage) -> None:
    stage.show(*CHAIN)
    stage.tool("Box").click()
    top, bottom = stage.node("image").bounding_box(), stage.node("conv").bounding_box()
    assert top
    assert bottom
    end = (bottom["x"] + bottom["width"] + 20, bottom["y"] + bottom["height"] + 10)
    stage.drag((top["x"] - 30, top["y"] - 10), end)
    stage.chosen("image", "conv")
    expect(stage.tool("Box")).to_have_attribute("aria-pressed", "false")
    # What has been selected so is there to be taken hold of.
    stage.node("conv").click(button="right")
    expect(stage.menu("Fold into a block")).to_be_enabled()
    stage.press("Escape")
    stage.chosen("image", "conv")
    x, y = middle(stage.node("image"))
    stage.drag((x, y), (x + 120, y))
    assert stage.place("image")[0] == stage.place("conv")[0] > 60


@pytest.mark.parametrize(("words", "axis"), [("Align left", 0), ("Align bottoms", 1)])
def test_layers_are_aligned(stage: Stage, words: str, axis: int) -> None:
    stage.show(*BRANCHES)
    stage.select("image", "other", "add")
    stage.command(words)
    assert len({stage.place(name)[axis] for name in ("image", "other", "add")}) == 1


def test_layers_are_distributed(stage: Stage) -> None:
    stage.show(*BRANCHES)
    stage.select("image", "other", "add")
    stage.command("Distribute across")
    left, centre, right = sorted(stage.place(name)[0] for name in ("image", "other", "add"))
    assert centre - left == pytest.approx(right - centre, abs=1)


def test_copies_are_connected_as_their_originals(stage: Stage) -> None:
    stage.show(*CHAIN)
    stage.select("conv", "flatten")
    stage.press("Control+d")
    stage.chosen("conv_1", "flatten_1")
    assert {"image>conv_1.inputs", "conv_1>flatten_1.inputs"} <= stage.edges


def test_a_layer_is_replaced_and_keeps_what_fits(stage: Stage) -> None:
    stage.show(*CHAIN)
    before = stage.edges
    stage.select("conv")
    stage.press("t")
    stage.page.keyboard.type("separableconv2d")
    stage.press("Enter")
    expect(stage.node("conv")).to_contain_text("SeparableConv2D")
    node = stage.graph.find("conv")
    assert node is not None
    assert (node.layer.type, node.layer.model_dump()["filters"]) == ("SeparableConv2D", 4)
    assert stage.edges == before


def test_layers_are_switched_off_and_on(stage: Stage) -> None:
    stage.show(*CHAIN)
    stage.select("conv", "flatten")
    stage.press("e")
    expect(stage.page.locator(".layer.disabled")).to_have_count(2)
    assert [node.disabled for node in stage.graph.nodes] == [False, True, True, False]
    stage.press("e")
    expect(stage.page.locator(".layer.disabled")).to_have_count(0)
    assert not any(node.disabled for node in stage.graph.nodes)


def test_a_connection_drawn_to_the_empty_canvas_offers_layers_that_fit(stage: Stage) -> None:
    stage.show(*CHAIN)
    expect(stage.node("image").locator(".shape")).to_contain_text("8x8x1", timeout=90_000)
    x, y = middle(stage.node("image"))
    stage.drag(stage.port("image", "source", "0"), (x + 260, y + 140))
    stage.page.keyboard.type("max pooling")
    stage.page.get_by_role("dialog").get_by_role("option").first.click()
    assert "image>max_pooling2d.inputs" in stage.edges
    assert stage.place("max_pooling2d")[0] > 150


def test_a_layer_is_inserted_by_the_menu_of_a_connection(stage: Stage) -> None:
    stage.show(*CHAIN)
    first, second = middle(stage.port("conv", "source", "0")), middle(stage.port("flatten", "target", "inputs"))
    point = ((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)
    stage.page.mouse.click(*point, button="right")
    stage.menu("Insert a layer here").click()
    stage.page.keyboard.type("batchnorm")
    stage.press("Enter")
    assert {"conv>batch_normalization.inputs", "batch_normalization>flatten.inputs"} <= stage.edges


@pytest.mark.parametrize(
    ("source", "target", "port", "words"),
    [
        ("flatten", "conv", "inputs", "in a circle"),
        ("conv", "conv", "inputs", "with itself"),
        ("image", "scores", "inputs", "takes the place of flatten"),
    ],
)
def test_the_pointer_says_what_a_connection_would_do(
    stage: Stage, source: str, target: str, port: str, words: str
) -> None:
    stage.show(*CHAIN)
    before = stage.edges
    stage.page.mouse.move(*middle(stage.port(source, "source", "0")))
    stage.page.mouse.down()
    x, y = middle(stage.port(target, "target", port))
    stage.page.mouse.move(x + 20, y - 20, steps=4)
    stage.page.mouse.move(x, y, steps=4)
    expect(stage.page.locator(".connection-hint")).to_contain_text(words)
    stage.page.mouse.up()
    if "place" in words:
        assert stage.edges == before - {"flatten>scores.inputs"} | {"image>scores.inputs"}
    else:
        assert stage.edges == before


def test_selected_layers_are_connected_by_a_key(stage: Stage) -> None:
    stage.show(*CHAIN, AddLayer(layer="Dense", id="lonely", x=260, y=520))
    stage.select("flatten", "lonely")
    stage.press("l")
    assert "flatten>lonely.inputs" in stage.edges


def test_layers_are_folded_repeated_and_unfolded(stage: Stage) -> None:
    stage.show(*CHAIN[:2], AddLayer(layer="Dropout", id="drop", after="conv"))
    stage.select("conv", "drop")
    stage.press("Control+g")
    block = stage.page.locator(".layer.selected", has_text="Block")
    expect(block).to_have_count(1)
    block.click(button="right")
    stage.menu("Repeat the block once more").click()
    expect(block).to_contain_text("2 times")
    stage.press("Control+Shift+g")
    assert len(stage.ids) == 5  # each of them in a row, twice
    assert len(stage.edges) == 4


def test_a_block_goes_along_into_another_project(stage: Stage, projects: Store) -> None:  # noqa: F811
    stage.show(*CHAIN[:2], AddLayer(layer="Dropout", id="drop", after="conv"))
    stage.select("conv", "drop")
    stage.press("Control+g")
    block = stage.page.locator(".layer.selected", has_text="Block")
    expect(block).to_have_count(1)
    stage.press("Control+c")
    other = projects.create("Other", network())
    url, _, _ = stage.page.url.partition("/build")
    tab = Stage(stage.page.context.new_page(), url, projects, other)
    tab.page.locator(".react-flow__pane").click(position={"x": 20, "y": 20})
    tab.press("Control+v")
    expect(tab.page.locator(".layer")).to_have_count(1)
    graph = tab.graph
    assert [{node.layer.type for node in one.nodes} for one in graph.blocks] == [{"BlockInput", "Conv2D", "Dropout"}]
    tab.page.close()
    stage.page.bring_to_front()


def test_delete_waits_for_something_to_delete(stage: Stage) -> None:
    stage.show(*CHAIN)
    expect(stage.tool("Delete")).to_be_disabled()
    stage.press("Delete")  # a key that can do nothing says why, and does not stand in the way of the next
    expect(stage.page.locator(".status-line")).to_contain_text("Delete: Select a layer or a connection first.")
    first, second = middle(stage.port("conv", "source", "0")), middle(stage.port("flatten", "target", "inputs"))
    stage.page.mouse.click((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)
    stage.tool("Delete").click()
    assert "conv>flatten.inputs" not in stage.edges
    expect(stage.tool("Delete")).to_be_disabled()


def test_menus_by_button_key_and_finger(stage: Stage) -> None:
    stage.show(*CHAIN)
    stage.node("conv").click(button="right")
    expect(stage.menu("Replace by another layer")).to_be_visible()
    stage.press("Escape")
    expect(stage.page.get_by_role("menu")).to_have_count(0)
    stage.chosen("conv")
    stage.press("Shift+F10", "ArrowDown", "ArrowDown", "Enter")
    assert "conv_1" in stage.ids
    stage.show(*CHAIN)
    stage.page.mouse.click(*stage.at(60, 300), button="right")
    stage.menu("Select all").click()
    stage.chosen("image", "conv", "flatten", "scores")
    stage.press("Escape")
    stage.touch(middle(stage.node("flatten")), rest=True)
    stage.chosen("flatten")
    stage.menu("Switch off or on").tap()
    expect(stage.node("flatten")).to_have_class(re.compile("disabled"))


def test_a_finger_moves_connects_and_draws_a_box(stage: Stage) -> None:
    stage.show(*CHAIN, AddLayer(layer="Dense", id="lonely", x=300, y=390))
    x, y = middle(stage.node("conv"))
    stage.touch((x, y), (x + 150, y))
    assert stage.place("conv")[0] > 100
    stage.touch(middle(stage.port("flatten", "source", "0")), middle(stage.port("lonely", "target", "inputs")))
    assert "flatten>lonely.inputs" in stage.edges
    stage.tool("Box").click()  # Chromium makes no click of some taps that follow a drag of made-up touches at once
    expect(stage.tool("Box")).to_have_attribute("aria-pressed", "true")
    first, last = stage.node("flatten").bounding_box(), stage.node("lonely").bounding_box()
    assert first
    assert last
    end = (last["x"] + last["width"] + 15, last["y"] + last["height"] + 15)
    stage.touch((first["x"] - 15, first["y"] - 15), end)
    stage.chosen("flatten", "scores", "lonely")


def test_a_finger_scrolls_the_palette_and_drags_nothing(stage: Stage) -> None:
    stage.show(*CHAIN)
    x, y = middle(stage.entry("Conv2D"))
    top = "all => all.map(one => one.getBoundingClientRect().top)[0]"
    before = stage.page.locator("[data-entry=Input]").evaluate_all(top)
    stage.touch((x, y), (x, y - 120))
    expect(stage.page.locator(".ghost")).to_have_count(0)
    assert stage.page.locator("[data-entry=Input]").evaluate_all(top) < before
    assert len(stage.ids) == len(CHAIN)


def test_an_edit_leaves_the_view_where_it_is(stage: Stage) -> None:
    stage.show(*CHAIN)
    view = stage.page.locator(".react-flow__viewport")
    before = view.get_attribute("style")
    stage.select("conv")
    stage.press("e", "Control+g")
    expect(stage.page.locator(".layer.selected", has_text="Block")).to_have_count(1)
    stage.press("Control+Shift+g")
    assert len(stage.ids) == len(CHAIN)
    assert view.get_attribute("style") == before


def test_a_gap_closes_behind_a_block(stage: Stage) -> None:
    stage.show(*CHAIN)
    places = {name: stage.place(name) for name in ("image", "flatten", "scores")}
    stage.select("conv", "flatten")
    stage.press("Control+g")
    expect(stage.page.locator(".layer.selected", has_text="Block")).to_have_count(1)
    assert stage.place("scores") == places["flatten"]
    assert stage.place("image") == places["image"]
    stage.press("Control+z")
    assert {name: stage.place(name) for name in places} == places


def test_on_paper_there_is_the_network_alone(stage: Stage) -> None:
    stage.show(*CHAIN)
    stage.page.emulate_media(media="print")
    expect(stage.node("conv")).to_be_visible()
    expect(stage.page.locator(".st-key-side")).to_be_hidden()
    stage.page.emulate_media(media="screen")


def test_search_goes_from_find_to_find(stage: Stage) -> None:
    stage.show(*BRANCHES)
    stage.press("Control+f")
    stage.page.keyboard.type("filters=4")
    expect(stage.page.get_by_role("search")).to_contain_text("1 of 2")
    stage.chosen("conv")
    stage.press("Enter")
    stage.chosen("other")
    stage.press("Escape")
    expect(stage.page.get_by_role("search")).to_have_count(0)


def test_the_command_palette_has_every_command_and_says_why_not(stage: Stage) -> None:
    stage.show(*CHAIN)
    stage.press("Control+k")
    palette = stage.page.get_by_role("dialog", name="Commands")
    for label in (
        "Undo",
        "Paste",
        "Replace by another layer",
        "Select all of its type",
        "Align tops",
        "Show all shortcuts",
    ):
        expect(palette.locator(".label").get_by_text(re.compile(rf"^{label}(\.\.\.)?$"))).to_have_count(1)
    fold = palette.get_by_role("option", name="Fold into a block")
    expect(fold).to_have_attribute("aria-disabled", "true")
    expect(fold).to_contain_text("Select a layer first.")
    expect(fold).to_contain_text("Ctrl+G")
    stage.page.keyboard.type("add gaussian noise")
    stage.press("Enter")
    assert "gaussian_noise" in stage.ids
    # One that asks for more opens a list of its own; and the clipboard is that of the canvas.
    stage.select("flatten")
    stage.command("replace by another")
    stage.page.get_by_role("dialog", name="Replace by").wait_for()
    stage.page.keyboard.type("globalaveragepooling2d")
    stage.press("Enter")
    expect(stage.node("flatten")).to_contain_text("GlobalAveragePooling2D")
    stage.command("cut")
    expect(stage.node("flatten")).to_have_count(0)
    stage.command("paste")
    stage.chosen("flatten")


def test_all_shortcuts_are_listed(stage: Stage) -> None:
    stage.show(*CHAIN)
    stage.press("?")
    sheet = stage.page.get_by_role("dialog", name="Shortcuts")
    for key in ("Ctrl+Z", "Ctrl+K", "Ctrl+F", "Ctrl+D", "Delete", "Shift+F10", "?"):
        expect(sheet.locator("kbd", has_text=key).first).to_be_visible()
    stage.press("Escape")
    expect(sheet).to_have_count(0)


def test_keras_code_is_pasted_as_layers(stage: Stage) -> None:
    stage.show(*CHAIN)
    stage.page.locator(".react-flow__pane").click(position={"x": 20, "y": 20})
    stage.page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
        }""",
        "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dropout(0.5)])",
    )
    stage.chosen("input_layer", "dense", "dropout")
    assert {"input_layer>dense.inputs", "dense>dropout.inputs"} <= stage.edges
    stage.press("Control+k")
    stage.page.keyboard.type("paste keras code")
    stage.press("Enter")
    stage.page.get_by_role("dialog", name="Paste Keras code").get_by_role("textbox").fill("Dense(3),\nDense(wide)")
    stage.page.get_by_role("button", name="Add its layers").click()
    expect(stage.page.locator(".notice")).to_contain_text("Line 2: `wide` is not defined")


def test_the_effect_of_a_setting_is_told_while_it_is_typed(stage: Stage) -> None:
    stage.show(*CHAIN)
    expect(stage.node("conv").locator(".shape")).to_contain_text("6x6x4", timeout=90_000)
    stage.select("conv")
    filters = stage.page.get_by_role("spinbutton", name="Filters")
    filters.fill("7")
    said = stage.page.locator(".foreseen")
    expect(said).to_have_text("Output 6x6x4 → 6x6x7 · parameters 40 → 70")
    filters.fill("0")
    expect(said).to_contain_text("greater than or equal to 1")
    assert stage.graph.find("conv").layer.filters == 4  # type: ignore[union-attr]


def test_what_the_canvas_shows_is_what_python_has(stage: Stage) -> None:
    stage.show(*BRANCHES)
    assert on_canvas(stage) == in_store(stage)


def on_canvas(stage: Stage) -> dict[str, Any]:
    """The document as the canvas copies it, whole."""
    stage.press("Escape", "Control+a")
    text = stage.page.evaluate(
        """() => {
            const clipboardData = new DataTransfer();
            document.body.dispatchEvent(new ClipboardEvent("copy", {clipboardData, bubbles: true, cancelable: true}));
            return clipboardData.getData("text/plain");
        }"""
    )
    stage.press("Escape")
    return _comparable(json.loads(text) if text else {"nodes": [], "edges": []})


def in_store(stage: Stage) -> dict[str, Any]:
    """The document as Python has it."""
    return _comparable(json.loads(write_graph(stage.graph)))


def _comparable(document: dict[str, Any]) -> dict[str, Any]:
    nodes = {node["id"]: {"x": 0, "y": 0} | node for node in document["nodes"]}
    edges = {(e["source"], e.get("output", 0), e["target"], e.get("port", "inputs")) for e in document["edges"]}
    return {"nodes": nodes, "edges": edges}
