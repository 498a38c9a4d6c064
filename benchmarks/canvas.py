"""Edit to painted badge: from the key that takes an edit back to the changed badge on the screen, through the real app.

Prints a line each for 10, 100 and 500 layers: the median in milliseconds, and its ratio to that for 10.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from builder.edits import AddLayer, apply
from builder.graph import Graph
from runtime.store import Store
from tests.browser.server import Server, chromium

SIZES = (10, 100, 500)
ROUNDS = 15
BREATH = 400  # milliseconds between two edits, as of a person who is quick
# Undo and redo take away and bring back a layer without input, whose badge says so.
MEASURE = """async () => {
    const host = [...document.querySelectorAll('*')].find(element => element.shadowRoot?.querySelector('.workplace'));
    const root = host.shadowRoot;
    const badges = () => [...root.querySelectorAll('.badge')].map(b => b.getAttribute('aria-label')).join();
    const before = badges(), began = performance.now();
    document.body.dispatchEvent(new KeyboardEvent('keydown', {key: window.way, ctrlKey: true, bubbles: true}));
    while (badges() === before) {
        if (performance.now() - began > 20000) throw new Error("The badge did not change.");
        await new Promise(requestAnimationFrame);
    }
    await new Promise(requestAnimationFrame);
    return performance.now() - began;
}"""


def main() -> None:
    """Start the app, measure each size, print."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home, Server(Path(home)) as server:
        _report(server.url, Store(f"sqlite:///{home}/projects.sqlite"))


def _report(url: str, store: Store) -> None:
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        base = 0.0
        for size in SIZES:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            median = _measure(page, url, store, size)
            base = base or median
            print(
                f"edit to painted badge, {size} layers: {median:.0f} ms, {median / base:.2f} of 10 layers", flush=True
            )
            page.close()
        browser.close()


def _measure(page: Page, url: str, store: Store, size: int) -> float:
    project = store.create(f"{size} layers", _chain(size))
    store.edit(project.id, [AddLayer(layer="Dense", id="loose", x=260, y=260)])  # in view, however long the network is
    page.goto(f"{url}/build?project={project.id}")
    page.locator(".layer").first.wait_for(timeout=60_000)
    page.locator(".totals", has_text="parameters").wait_for(timeout=120_000)
    page.locator(".react-flow__pane").click(position={"x": 10, "y": 10})
    times = []
    for turn in range(2 * ROUNDS):
        page.evaluate("way => { window.way = way; }", "z" if turn % 2 == 0 else "y")
        times.append(float(page.evaluate(MEASURE)))
        page.wait_for_timeout(BREATH)
    return statistics.median(times[2:])


def _chain(size: int) -> Graph:
    graph = apply(Graph(), AddLayer(layer="Input", id="image", values={"shape": [16]}))
    before = "image"
    for number in range(size - 1):
        name = "dense" if number == 0 else f"dense_{number}"
        graph = apply(graph, AddLayer(layer="Dense", id=name, values={"units": 16}, after=before))
        before = name
    return graph


if __name__ == "__main__":
    main()
