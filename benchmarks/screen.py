"""First paint of the app against an empty Streamlit app, and the memory of the screen process and of each further session."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.server import Server, chromium

ROUNDS = 5
SESSIONS = 10
SEEN = "() => performance.now()"


def main() -> None:
    """Print a line for the first paint and one for memory."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder) / "empty.py"
        empty.write_text('import streamlit as st\nst.title("Begin with a network")\n')
        browser = chromium(playwright)
        with Server(Path(folder), empty) as server:
            plain = _first_paint(browser, server.url)
        with Server(Path(folder)) as server:
            ours = _first_paint(browser, server.url)
            print(f"first paint: {ours:.2f} s, {ours / plain:.2f} of an empty Streamlit app's")
            first = _megabytes(server.process)
            pages = [browser.new_page() for _ in range(SESSIONS)]
            for page in pages:
                _begin_lenet5(page, server.url)
            each = (_megabytes(server.process) - first) / SESSIONS
            print(
                f"memory of the screen process: {first:.0f} MB, and {each:.1f} MB for each further session on the canvas"
            )
        browser.close()


def _first_paint(browser: Browser, url: str) -> float:
    """Seconds from the request to the title, in a browser that has seen nothing yet; the first visit warms the server."""
    times = []
    for _ in range(ROUNDS + 1):
        context = browser.new_context()
        page = context.new_page()
        page.goto(url, wait_until="commit")
        page.get_by_text("Begin with a network").first.wait_for(timeout=60_000)
        times.append(page.evaluate(SEEN) / 1000)
        context.close()
    return statistics.median(times[1:])


def _begin_lenet5(page: Page, url: str) -> None:
    page.goto(url)
    page.locator(".st-key-begin-lenet5 button").click()
    page.locator(".react-flow__node").first.wait_for(timeout=60_000)


def _megabytes(process: psutil.Process) -> float:
    return process.memory_info().rss / 1e6


if __name__ == "__main__":
    main()
