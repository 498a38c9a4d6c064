"""The canvas in a real browser, driven with real mouse and key events; what it did is read from the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from builder.edits import AddLayer, Configure, Edit, apply
from builder.graph import Graph
from runtime.store import Project, Store

pytestmark = pytest.mark.browser

CHAIN: tuple[Edit, ...] = (
    AddLayer(layer="Input", id="image", values={"shape": [8, 8, 1]}),
    AddLayer(layer="Conv2D", id="conv", values={"filters": 4}, after="image"),
    AddLayer(layer="Flatten", id="flatten", after="conv"),
    AddLayer(layer="Dense", id="scores", values={"units": 10, "activation": "softmax"}, after="flatten"),
)


def network(*edits: Edit) -> Graph:
    """What these edits make of nothing."""
    graph = Graph()
    for edit in edits:
        graph = apply(graph, edit)
    return graph


class Canvas:
    """A tab with the Build page of one project."""

    def __init__(self, page: Page, url: str, store: Store, project: Project) -> None:
        self.page, self.store, self.id = page, store, project.id
        page.goto(f"{url}/build?project={project.id}")
        page.locator(".workplace").wait_for()
        page.locator("[data-entry=Input]").wait_for()
        if project.graph.nodes:
            page.locator(".layer").first.wait_for()

    @property
    def graph(self) -> Graph:
        """The document, once Python has everything that was done here."""
        self.page.locator(".workplace[data-pending='0']").wait_for()
        project = self.store.project(self.id)
        assert project is not None
        return project.graph

    @property
    def ids(self) -> set[str]:
        return {node.id for node in self.graph.nodes}

    @property
    def edges(self) -> set[str]:
        return {f"{edge.source}>{edge.target}.{edge.port}" for edge in self.graph.edges}

    def node(self, name: str) -> Locator:
        return self.page.locator(f"[data-layer='{name}']")

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the network's area, in pixels from its corner."""
        box = self.page.locator(".network").bounding_box()
        assert box is not None
        return box["x"] + x, box["y"] + y

    def drag(self, start: Locator | tuple[float, float], end: Locator | tuple[float, float]) -> None:
        """Press, move as a hand does, and let go."""
        mouse = self.page.mouse
        x, y = middle(start)
        mouse.move(x, y)
        mouse.down()
        to_x, to_y = middle(end)
        mouse.move(to_x, to_y, steps=12)
        mouse.move(to_x, to_y)
        mouse.up()

    def entry(self, layer: str) -> Locator:
        found = self.page.locator(f"[data-entry={layer}]")
        found.scroll_into_view_if_needed()
        return found

    def port(self, name: str, kind: str, port: str) -> Locator:
        return self.node(name).locator(f".react-flow__handle.{kind}[data-handleid='{port}']")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tool(self, word: str) -> Locator:
        return self.page.get_by_role("toolbar").get_by_role("button", name=word, exact=True)


def middle(place: Locator | tuple[float, float]) -> tuple[float, float]:
    """Its centre on the screen."""
    if isinstance(place, tuple):
        return place
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.fixture(scope="session")
def projects(app: Any) -> Store:
    """The store that the app under test works on."""
    return Store(f"sqlite:///{app.home / 'projects.sqlite'}")


@pytest.fixture
def opened(page: Page, app_url: str, projects: Store) -> Callable[..., Canvas]:
    """Opens a new project with a network that these edits make."""
    return lambda *edits: Canvas(page, app_url, projects, projects.create("Try", network(*edits)))


def test_a_network_is_dragged_together(opened: Callable[..., Canvas]) -> None:
    canvas = opened()
    expect(canvas.page.get_by_text("Drag Input here, or press Enter on a layer")).to_be_visible()
    canvas.drag(canvas.entry("Input"), canvas.at(350, 80))
    canvas.drag(canvas.entry("Conv2D"), canvas.at(350, 240))  # right below: it goes on from there
    assert canvas.edges == {"input_layer>conv2d.inputs"}
    for layer in ("Flatten", "Dense"):  # behind what is selected, which is what was added last
        canvas.entry(layer).focus()
        canvas.press("Enter")
    assert canvas.edges == {"input_layer>conv2d.inputs", "conv2d>flatten.inputs", "flatten>dense.inputs"}
    assert [node.layer.type for node in canvas.graph.nodes] == ["Input", "Conv2D", "Flatten", "Dense"]
    conv = canvas.graph.find("conv2d")
    assert conv is not None
    drawn, origin = canvas.node("conv2d"), canvas.node("input_layer")
    assert middle(drawn)[1] - middle(origin)[1] == pytest.approx(160, abs=3)
    expect(drawn).to_contain_text("32 @ 3x3")


def test_shapes_parameters_and_totals_come_from_keras(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN)
    expect(canvas.node("conv")).to_contain_text("6x6x4", timeout=90_000)
    expect(canvas.node("conv")).to_contain_text("40 parameters")
    expect(canvas.node("scores")).to_contain_text("1,450 parameters")
    expect(canvas.page.get_by_role("status")).to_contain_text("4 layers")
    expect(canvas.page.get_by_role("status")).to_contain_text("1,490 parameters")


def test_a_layer_dropped_on_a_connection_is_put_into_it(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN)
    first, second = middle(canvas.port("conv", "source", "0")), middle(canvas.port("flatten", "target", "inputs"))
    canvas.drag(canvas.entry("MaxPooling2D"), ((first[0] + second[0]) / 2, (first[1] + second[1]) / 2))
    assert {"conv>max_pooling2d.inputs", "max_pooling2d>flatten.inputs"} <= canvas.edges
    assert "conv>flatten.inputs" not in canvas.edges


def test_a_free_layer_is_dragged_into_a_connection(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN, AddLayer(layer="Dropout", id="dropout", x=320, y=150))
    first, second = middle(canvas.port("image", "source", "0")), middle(canvas.port("conv", "target", "inputs"))
    canvas.drag(canvas.node("dropout"), ((first[0] + second[0]) / 2, (first[1] + second[1]) / 2))
    assert {"image>dropout.inputs", "dropout>conv.inputs"} <= canvas.edges


def test_named_ports_take_one_tensor_and_list_ports_many(opened: Callable[..., Canvas]) -> None:
    canvas = opened(
        AddLayer(layer="Input", id="left", values={"shape": [8, 4]}),
        AddLayer(layer="Input", id="right", values={"shape": [8, 4]}, x=300),
        AddLayer(layer="MultiHeadAttention", id="attention", y=200),
        AddLayer(layer="Add", id="add", x=300, y=200),
    )
    for source, target, port in (
        ("left", "attention", "query"),
        ("right", "attention", "value"),
        ("left", "add", "inputs"),
        ("right", "add", "inputs"),
    ):
        canvas.drag(canvas.port(source, "source", "0"), canvas.port(target, "target", port))
    wanted = {"left>attention.query", "right>attention.value", "left>add.inputs", "right>add.inputs"}
    assert canvas.edges == wanted
    canvas.drag(canvas.port("right", "source", "0"), canvas.port("attention", "target", "query"))
    assert canvas.edges == wanted - {"left>attention.query"} | {"right>attention.query"}


def test_move_delete_undo_and_redo_are_one_step_each(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN)
    x, y = middle(canvas.node("conv"))
    canvas.drag((x, y), (x + 150, y + 10))
    moved = canvas.graph.find("conv")
    assert moved is not None
    assert moved.x > 100
    canvas.press("Delete")
    assert canvas.ids == {"image", "flatten", "scores"}
    assert "image>flatten.inputs" in canvas.edges  # the chain closes over the gap
    canvas.press("Control+z")
    expect(canvas.node("conv")).to_be_visible()
    assert canvas.graph.find("conv") == moved
    canvas.press("Control+z")
    assert canvas.graph == network(*CHAIN)
    canvas.press("Control+Shift+z", "Control+y")
    assert canvas.ids == {"image", "flatten", "scores"}
    expect(canvas.node("conv")).to_have_count(0)


def test_a_connection_is_selected_and_deleted(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN)
    first, second = middle(canvas.port("conv", "source", "0")), middle(canvas.port("flatten", "target", "inputs"))
    canvas.page.mouse.click((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)
    canvas.press("Backspace")
    assert canvas.edges == {"image>conv.inputs", "flatten>scores.inputs"}


def test_several_are_selected_by_shift_and_by_a_box(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN)
    canvas.node("conv").click()
    canvas.node("flatten").click(modifiers=["Shift"])
    expect(canvas.page.locator(".layer.selected")).to_have_count(2)
    expect(canvas.page.get_by_text("2 layers are selected.")).to_be_visible()
    canvas.press("Escape")
    expect(canvas.page.locator(".layer.selected")).to_have_count(0)
    top, bottom = canvas.node("image").bounding_box(), canvas.node("conv").bounding_box()
    assert top is not None
    assert bottom is not None
    canvas.page.keyboard.down("Shift")
    start = (top["x"] - 30, top["y"] - 10)
    canvas.drag(start, (bottom["x"] + bottom["width"] + 20, bottom["y"] + bottom["height"] + 10))
    canvas.page.keyboard.up("Shift")
    expect(canvas.page.locator(".layer.selected")).to_have_count(2)
    canvas.press("Delete")
    assert canvas.ids == {"flatten", "scores"}


def test_copy_cut_paste_duplicate_and_select_all(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN)
    canvas.node("conv").click()
    canvas.press("Control+c", "Control+v")
    assert canvas.ids == {"image", "conv", "flatten", "scores", "conv_1"}
    copy = canvas.graph.find("conv_1")
    assert copy is not None
    assert copy.layer == network(*CHAIN).nodes[1].layer
    canvas.press("Control+d")  # of the copy, which is selected now
    assert "conv_2" in canvas.ids
    canvas.press("Control+x")
    assert "conv_2" not in canvas.ids
    canvas.press("Control+a")
    expect(canvas.page.locator(".layer.selected")).to_have_count(5)
    canvas.press("Delete")
    assert canvas.ids == set()
    canvas.press("Control+v")
    assert canvas.ids == {"conv_2"}


def test_foreign_text_in_the_clipboard_is_refused_in_words(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN)
    evil = '{"nodes": [{"id": "x\\");import os#", "layer": {"type": "Dense", "units": -1}}]}'
    canvas.page.locator(".react-flow__pane").click(position={"x": 20, "y": 20})
    paste(canvas.page, evil)
    expect(canvas.page.locator(".notice")).to_contain_text("That cannot be done")
    assert canvas.graph == network(*CHAIN)
    expect(canvas.page.locator(".layer")).to_have_count(4)
    paste(canvas.page, "just words")
    assert canvas.graph == network(*CHAIN)


def paste(page: Page, text: str) -> None:
    """A paste event with this text, as Ctrl+V makes one."""
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def test_sixty_quick_edits_all_arrive(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN)
    entry = canvas.entry("Dropout")
    entry.focus()
    canvas.press(*["Enter"] * 60)
    assert len(canvas.graph.nodes) == 64
    assert len(canvas.edges) == 63
    canvas.press("Control+z")
    assert len(canvas.graph.nodes) == 63


def test_a_reload_keeps_everything(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN)
    canvas.entry("Dropout").focus()
    canvas.press(*["Enter"] * 5)
    canvas.page.reload()
    canvas.node("image").wait_for()
    assert len(canvas.graph.nodes) == 9
    assert canvas.id in canvas.page.url


def test_two_tabs_of_one_project_converge(opened: Callable[..., Canvas], app_url: str, projects: Store) -> None:
    canvas = opened(*CHAIN)
    project = projects.project(canvas.id)
    assert project is not None
    other = Canvas(canvas.page.context.new_page(), app_url, projects, project)
    canvas.page.bring_to_front()
    canvas.node("scores").click()
    canvas.press("Delete")
    assert canvas.ids == {"image", "conv", "flatten"}
    other.page.bring_to_front()
    expect(other.node("scores")).to_have_count(0)
    other.entry("Dropout").focus()
    other.press("Enter")
    assert other.ids == {"image", "conv", "flatten", "dropout"}
    canvas.page.bring_to_front()
    expect(canvas.node("dropout")).to_be_visible()

    # Each sees what the other points at and has selected, until their tab is closed.
    canvas.page.emulate_media(reduced_motion="reduce")
    expect(canvas.page.locator(".present")).to_contain_text("is here too")
    other.page.mouse.move(*middle(other.node("conv")))
    other.node("conv").click()
    expect(canvas.page.locator(".other-ring")).to_have_count(1)
    expect(canvas.page.locator(".other-pointer")).to_contain_text("Guest")
    pointer, conv = canvas.page.locator(".other-pointer").bounding_box(), canvas.node("conv").bounding_box()
    assert pointer is not None
    assert conv is not None
    assert conv["x"] < pointer["x"] < conv["x"] + conv["width"]
    other.page.close()
    expect(canvas.page.locator(".present")).to_have_count(0, timeout=20_000)


def test_form_and_canvas_change_together(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN)
    canvas.node("scores").click()
    units = canvas.page.get_by_label("Units", exact=True)
    units.fill("12")
    units.press("Enter")
    x, y = middle(canvas.node("conv"))
    canvas.drag((x, y), (x + 140, y))
    expect(canvas.node("scores")).to_contain_text("12, softmax")
    scores, conv = canvas.graph.find("scores"), canvas.graph.find("conv")
    assert scores is not None
    assert conv is not None
    assert scores.layer == apply(network(*CHAIN), Configure(id="scores", values={"units": 12})).nodes[3].layer
    assert conv.x > 100


def test_a_layer_is_renamed_and_a_bad_name_explained(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN)
    canvas.node("scores").click()
    name = canvas.page.get_by_label("Name", exact=True)
    name.fill("class")
    name.press("Enter")
    expect(canvas.page.get_by_text("is a name that Python or Keras uses itself")).to_be_visible()
    name.fill("answer")
    name.press("Enter")
    expect(canvas.node("answer")).to_be_visible()
    assert "flatten>answer.inputs" in canvas.edges


def test_a_problem_leads_to_its_layer_and_a_fix_solves_it(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN, AddLayer(layer="Dense", id="lonely", x=400, y=400))
    badge = canvas.node("lonely").locator(".badge")
    badge.focus()
    expect(badge.get_by_role("tooltip")).to_be_visible()
    side = canvas.page.locator(".st-key-side")
    side.get_by_role("button", name="lonely").first.click()
    expect(canvas.page.locator(".layer.selected")).to_have_attribute("data-layer", "lonely")
    fix = side.locator("[class*=st-key-fix-] button").first
    fix.click()
    expect(canvas.tool("Undo")).to_be_enabled()
    assert canvas.graph != network(*CHAIN, AddLayer(layer="Dense", id="lonely", x=400, y=400))


def test_the_palette_is_searched_and_folded(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN)
    search = canvas.page.get_by_label("Search layers")
    search.fill("pool 2d max")
    found = ["MaxPooling2D", "GlobalMaxPooling2D", "AdaptiveMaxPooling2D"]
    expect(canvas.page.locator("[data-entry]")).to_have_text(found)
    search.press("Enter")
    assert len(canvas.graph.nodes) == 5
    search.fill("nothing like it")
    expect(canvas.page.get_by_text("No layer is called")).to_be_visible()
    canvas.tool("Layers").click()
    expect(search).to_have_count(0)


def test_tidy_and_fit(opened: Callable[..., Canvas]) -> None:
    far = AddLayer(layer="Dense", id="far", x=9000, y=9000)
    canvas = opened(*CHAIN, far)
    canvas.tool("Tidy").click()
    expect(canvas.tool("Undo")).to_be_enabled()
    tidy = list(canvas.graph.nodes)
    assert max(abs(node.x) for node in tidy) < 1000
    assert [node.id for node in sorted(tidy[:4], key=lambda node: node.y)] == ["image", "conv", "flatten", "scores"]
    canvas.tool("Fit").click()
    expect(canvas.node("far")).to_be_in_viewport()


def test_arrow_keys_move_what_is_selected(opened: Callable[..., Canvas]) -> None:
    canvas = opened(*CHAIN)
    canvas.node("conv").click()
    before = canvas.graph.find("conv")
    canvas.press(*["ArrowRight"] * 4)
    expect(canvas.tool("Undo")).to_be_enabled()
    after = canvas.graph.find("conv")
    assert before is not None
    assert after is not None
    assert after.x > before.x
    assert after.y == before.y
