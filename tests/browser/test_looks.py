"""How the canvas shows a network: from left to right, around layers, on a projector, as a picture, beside folded panels."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from builder.edits import AddLayer, Connect
from builder.graph import Edge
from runtime.store import Store
from tests.browser.server import Server
from tests.browser.test_canvas import CHAIN, Canvas, middle, network

pytestmark = pytest.mark.browser

# A connection past two layers.
SKIP = (
    *CHAIN,
    AddLayer(layer="Concatenate", id="both", after="scores"),
    AddLayer(layer="Flatten", id="flat", x=400, y=0),
    Connect(edge=Edge(source="image", target="both", port="inputs")),
)
ON_THE_WAY = """path => {
    const root = path.getRootNode(), length = path.getTotalLength(), place = path.getScreenCTM();
    const boxes = [...root.querySelectorAll('.layer')].map(one => [one.dataset.layer, one.getBoundingClientRect()]);
    const over = new Set();
    for (let at = 0; at <= length; at += 3) {
        const {x, y} = path.getPointAtLength(at).matrixTransform(place);
        for (const [name, b] of boxes) if (x > b.left && x < b.right && y > b.top + 8 && y < b.bottom - 8) over.add(name);
    }
    return [...over];
}"""


@pytest.fixture
def canvas(page: Page, app: Server, app_url: str) -> Canvas:
    """The network with a connection that passes layers."""
    store = Store(f"sqlite:///{app.home}/projects.sqlite")
    return Canvas(page, app_url, store, store.create("Looks", network(*SKIP)))


def test_turned_the_network_is_the_same_and_its_connections_lead_around_layers(canvas: Canvas) -> None:
    canvas.tool("Fit").click()
    skip = canvas.page.locator("[data-id='image 0 both inputs'] .react-flow__edge-path")
    places = [(node.x, node.y) for node in canvas.graph.nodes]
    for _way in ("down", "right"):
        expect(skip).to_be_attached()
        assert set(skip.evaluate(ON_THE_WAY)) <= {"image", "both"}
        canvas.tool("Turn").click()
        expect(canvas.page.locator(".moving")).to_have_count(0)
    canvas.tool("Turn").click()
    canvas.page.reload()
    canvas.node("conv").wait_for()
    assert middle(canvas.node("conv"))[0] > middle(canvas.node("image"))[0]
    canvas.drag(canvas.node("flat"), canvas.at(300, 400))
    assert [(node.x, node.y) for node in canvas.graph.nodes if node.id != "flat"] == places[:-1]


def test_presenting_shows_nothing_but_the_network_until_escape(canvas: Canvas) -> None:
    canvas.tool("Present").click()
    expect(canvas.page.locator(".workplace.presenting")).to_be_visible()
    expect(canvas.tool("Present")).to_be_hidden()
    expect(canvas.node("image")).to_be_in_viewport()
    canvas.page.keyboard.press("Escape")
    expect(canvas.tool("Present")).to_be_visible()


def test_pictures_hold_all_layers(canvas: Canvas, tmp_path: Path) -> None:
    saved = {}
    for kind in ("SVG", "PNG"):
        canvas.page.locator(".pictures summary").click()
        with canvas.page.expect_download() as download:
            canvas.page.get_by_role("button", name=f"Picture of the whole network, {kind}").click()
        saved[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[kind])
    drawing = ElementTree.parse(saved["SVG"]).getroot()
    words = {text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")}
    assert {node.id for node in canvas.graph.nodes} <= words
    with Image.open(saved["PNG"]) as picture:
        assert picture.size == (2 * int(drawing.attrib["width"]), 2 * int(drawing.attrib["height"]))
        assert len(picture.convert("RGB").getcolors(2**24)) > 50


def test_folded_panels_stay_folded(canvas: Canvas) -> None:
    side = canvas.page.locator(".st-key-side")
    expect(side).to_be_visible()
    for panel in ("Settings", "Layers"):
        canvas.tool(panel).click()
    expect(side).to_be_hidden()
    canvas.page.reload()
    canvas.node("conv").wait_for()
    expect(side).to_be_hidden()
    expect(canvas.page.locator("[data-entry=Input]")).to_have_count(0)
    canvas.tool("Settings").click()
    expect(side).to_be_visible()
