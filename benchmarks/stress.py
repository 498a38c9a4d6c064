"""A network of a thousand layers on the canvas against React Flow's own stress example with as many nodes, in one run.

The same gestures of a real mouse on both: panning, zooming, dragging a node, selecting 200 by a box and dragging these.
Prints a line each: the mean time of a frame and the 95th percentile, ours and theirs in milliseconds, and the ratio of the means
(1 is as fluid, less is more).
"""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}

from builder.graph import Graph
from builder.importer.applications import application_graph
from runtime.store import Store
from tests.browser.server import Server, chromium

ASSETS = Path(__file__).parents[1] / "assets" / "canvas"
WINDOW = {"width": 1440, "height": 900}
STEPS = 30  # movements of the mouse in a gesture
SELECTED = 200
# Our canvas lies in a shadow root, theirs in the page itself.
ROOT = """() => {
    const host = [...document.querySelectorAll('*')].find(one => one.shadowRoot?.querySelector('.react-flow'));
    return host ? host.shadowRoot : document;
}"""
WATCH = """() => {
    window.frames_ = [];
    let last = performance.now();
    const frame = now => { frames_.push(now - last); last = now; if (window.watching) requestAnimationFrame(frame); };
    window.watching = true;
    requestAnimationFrame(now => { last = now; requestAnimationFrame(frame); });
}"""
NODES = f"""() => {{
    const root = ({ROOT})(), pane = root.querySelector('.react-flow').getBoundingClientRect();
    const boxes = [...root.querySelectorAll('.react-flow__node')].map(one => one.getBoundingClientRect());
    const inside = boxes.filter(b => b.left > pane.left && b.right < pane.right && b.top > pane.top && b.bottom < pane.bottom);
    return inside.map(b => [b.x, b.y, b.width, b.height]);
}}"""
PANE = f"""() => {{
    const b = ({ROOT})().querySelector('.react-flow').getBoundingClientRect();
    return [b.x, b.y, b.width, b.height];
}}"""
CHOSEN = f"() => ({ROOT})().querySelectorAll('.react-flow__node.selected').length"


def main() -> None:
    """Start the app with NASNetLarge, and a page with the stress example; measure both, gesture by gesture; print."""
    network = application_graph("NASNetLarge")
    # What the app has started in the background may still write there when it has ended.
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home,
        Server(Path(home)) as server,
        sync_playwright() as playwright,
    ):
        browser = chromium(playwright)
        project = Store(f"sqlite:///{home}/projects.sqlite").create("NASNetLarge", network)
        with _ours(browser, f"{server.url}/build?project={project.id}") as ours:
            field = ours.evaluate(PANE)
            with _theirs(browser, Path(home), network, field) as theirs:
                for (gesture, mine), (_, other) in zip(_measured(ours), _measured(theirs), strict=True):
                    print(
                        f"{gesture}, {len(network.nodes):,} nodes: {_words(mine)}; stress example {_words(other)}; "
                        f"ratio {statistics.mean(mine) / statistics.mean(other):.2f}",
                        flush=True,
                    )
        browser.close()


def _words(frames: list[float]) -> str:
    return f"{statistics.mean(frames):.0f} ms a frame (95 %: {statistics.quantiles(frames, n=20)[-1]:.0f})"


@contextmanager
def _ours(browser: Browser, url: str) -> Iterator[Page]:
    page = browser.new_page(viewport=WINDOW)
    page.goto(url)
    page.locator(".react-flow__node").first.wait_for(timeout=60_000)
    page.locator(".totals", has_text="parameters").wait_for(timeout=60_000)
    yield page
    page.close()


@contextmanager
def _theirs(browser: Browser, home: Path, network: Graph, field: list[float]) -> Iterator[Page]:
    """The example on a field as large as ours."""
    out = home / "stress"
    vite = [ASSETS / "node_modules" / ".bin" / "vite", "build", "--config", "stress/vite.config.mjs", "--outDir", out]
    subprocess.run(vite, cwd=ASSETS, check=True, capture_output=True)
    page = browser.new_page(viewport=WINDOW)
    size = "position: absolute; left: {}px; top: {}px; width: {}px; height: {}px".format(*field)
    page.set_content(f"<div id=place data-count={len(network.nodes)} style='{size}'></div>")
    page.add_style_tag(path=out / "stress.css")
    page.add_script_tag(path=out / "stress.js")
    page.locator(".react-flow__node").nth(len(network.nodes) - 1).wait_for(timeout=60_000)
    yield page
    page.close()


def _measured(page: Page) -> Iterator[tuple[str, list[float]]]:
    """Each gesture, with the times of all its frames in milliseconds."""
    x, y, width, height = page.evaluate(PANE)
    middle = (x + width / 2, y + height / 2)
    page.locator(".react-flow__controls-fitview").click()
    page.wait_for_function(f"count => ({NODES})().length >= count", arg=2 * SELECTED)
    yield "panning, all in view", _watched(page, lambda: _drag(page, (x + 20, y + 60), (x + 220, y + 160)))
    yield "zooming", _watched(page, lambda: _zoom(page, middle))
    _until_in_view(page, middle, 2 * SELECTED)
    yield "panning, close", _watched(page, lambda: _drag(page, _free(page), (middle[0], middle[1] + 150)))
    node = _centre(_nearest(page, middle))
    yield "dragging a node", _watched(page, lambda: _drag(page, node, (node[0] + 150, node[1] + 90)))
    yield "selecting by a box", _watched(page, lambda: _select(page))
    node = _centre(_nearest(page, middle))
    yield "dragging a selection", _watched(page, lambda: _drag(page, node, (node[0] + 120, node[1] + 80)))


def _watched(page: Page, gesture: Callable[[], None]) -> list[float]:
    page.evaluate(WATCH)
    gesture()
    frames: list[float] = page.evaluate("() => { window.watching = false; return frames_; }")
    return frames


def _drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=STEPS)
    page.mouse.move(*start, steps=STEPS)
    page.mouse.up()


def _zoom(page: Page, at: tuple[float, float]) -> None:
    page.mouse.move(*at)
    for turn in range(STEPS):
        page.mouse.wheel(0, -60 if turn < STEPS / 2 else 60)


def _until_in_view(page: Page, at: tuple[float, float], count: int) -> None:
    """Zoom in until no more than so many nodes are in view."""
    page.mouse.move(*at)
    while len(page.evaluate(NODES)) > count:
        page.mouse.wheel(0, -40)
        page.evaluate("() => new Promise(requestAnimationFrame)")


def _select(page: Page) -> None:
    """Drag a box around the nodes in the upper part of the field, as many as are wanted."""
    x, y, width, _height = page.evaluate(PANE)
    lower = sorted(top + tall for _left, top, _wide, tall in page.evaluate(NODES))
    page.keyboard.down("Shift")
    page.mouse.move(x + 4, y + 4)
    page.mouse.down()
    page.mouse.move(x + width - 4, lower[min(SELECTED, len(lower)) - 1] + 1, steps=10)
    page.mouse.up()
    page.keyboard.up("Shift")
    page.wait_for_function(f"() => ({CHOSEN})() > {SELECTED / 2}")


def _nearest(page: Page, at: tuple[float, float]) -> list[float]:
    """The node that lies nearest to a point."""
    boxes: list[list[float]] = page.evaluate(NODES)
    return min(boxes, key=lambda box: math.dist(_centre(box), at))


def _centre(box: list[float]) -> tuple[float, float]:
    left, top, wide, tall = box
    return left + wide / 2, top + tall / 2


def _free(page: Page) -> tuple[float, float]:
    """A point of the field that no node covers, nor a control."""
    x, y, width, height = page.evaluate(PANE)
    found: list[float] = page.evaluate(
        f"""([x, y, width, height]) => {{
            const root = ({ROOT})();
            for (let down = 0.1; down < 0.9; down += 0.01) for (let across = 0.1; across < 0.6; across += 0.01) {{
                const at = [x + width * across, y + height * down];
                if (root.elementFromPoint(...at)?.classList.contains('react-flow__pane')) return at;
            }}
        }}""",
        [x, y, width, height],
    )
    return found[0], found[1]


if __name__ == "__main__":
    main()
