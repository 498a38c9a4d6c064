"""First paint of the app against an empty Streamlit app, and the memory of the screen process and of each further session."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ROUNDS = 5
SESSIONS = 10
SEEN = "() => performance.now()"


def main() -> None:
    """Print a line for the first paint and one for memory."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder) / "empty.py"
        empty.write_text('import streamlit as st\nst.title("Begin with a network")\n')
        executable = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else None
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        with served(empty, folder) as (url, _):
            plain = _first_paint(browser, url)
        with served(ROOT / "app.py", folder) as (url, server):
            ours = _first_paint(browser, url)
            print(f"first paint: {ours:.2f} s, {ours / plain:.2f} of an empty Streamlit app's")
            first = _megabytes(server)
            pages = [browser.new_page() for _ in range(SESSIONS)]
            for page in pages:
                _begin_lenet5(page, url)
            each = (_megabytes(server) - first) / SESSIONS
            print(
                f"memory of the screen process: {first:.0f} MB, and {each:.1f} MB for each further session on the canvas"
            )
        browser.close()


@contextmanager
def served(script: Path, home: str) -> Iterator[tuple[str, psutil.Process]]:
    """A Streamlit server of its own; its address and its process."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment = {**os.environ, "LAYERLOOM_HOME": home, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(script),
        "--server.port",
        str(port),
        "--server.headless",
        "1",
    ]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        url = f"http://127.0.0.1:{port}"
        while not _answers(url):
            time.sleep(0.1)
        try:
            yield url, psutil.Process(server.pid)
        finally:
            server.terminate()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
            return True
    except OSError:
        return False


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
