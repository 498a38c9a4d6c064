"""The Train page while 30 runs train and wait, against the same page when nothing does: time to answer a click, and to open."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}

from benchmarks.queued import digits_cnn
from runtime.launchers import local
from runtime.run import OVER, create
from runtime.store import Project, store
from tests.browser.server import Server, chromium

RUNS = int(os.environ.get("RUNS", 30))
ROUNDS = 15
OWNERS = ("anna", "ben", "carla")


def main() -> None:
    """Print one line."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home,
        Server(Path(home)) as server,
        sync_playwright() as playwright,
    ):
        os.environ["LAYERLOOM_HOME"] = home
        browser = chromium(playwright)
        spec = digits_cnn()
        project = store().create("Class", spec.graph)
        store().settings(project.id, data=spec.data, training=spec.training)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        _opened(page, f"{server.url}/train?project={project.id}")
        local.ready(timeout=120)
        idle = _measured(page, project)
        began = time.monotonic()
        runs = [create(spec, owner=OWNERS[number % len(OWNERS)]) for number in range(RUNS)]
        for run in runs:
            local.launch(run)
        busy = _measured(page, project)
        meanwhile = sum(run.status() in OVER for run in runs)
        for run in runs:
            local.wait(run, timeout=600)
        took = time.monotonic() - began
        finished = sum(run.status() == "finished" for run in runs)
        local.close()
        browser.close()
    print(
        f"Train page while {RUNS} runs train and wait: a click answered in {busy[0] * 1000:.0f} ms, {busy[0] / idle[0]:.2f} of "
        f"the idle page's; opened in {busy[1]:.2f} s, {busy[1] / idle[1]:.2f} of it ({meanwhile} were over by then); "
        f"{finished} of {RUNS} finished in {took:.0f} s"
    )


def _measured(page: Page, project: Project) -> tuple[float, float]:
    """Seconds from a click to the settings that it has changed, and from opening the page to its button: medians."""
    more = page.get_by_test_id("stNumberInputStepUp").first
    clicks = [_until_changed(project, more) for _ in range(ROUNDS)]
    opened = [_opened(page, page.url) for _ in range(5)]
    return statistics.median(clicks), statistics.median(opened)


def _until_changed(project: Project, button: Locator) -> float:
    before = _epochs(project)
    began = time.monotonic()
    button.dispatch_event("click")
    while _epochs(project) == before:
        time.sleep(0.002)
    return time.monotonic() - began


def _epochs(project: Project) -> int | None:
    found = store().project(project.id)
    return found.training.epochs if found and found.training else None


def _opened(page: Page, url: str) -> float:
    began = time.monotonic()
    page.goto(url)
    page.get_by_role("button", name="Train", exact=True).first.wait_for(timeout=60_000)
    page.get_by_test_id("stNumberInputStepUp").first.wait_for(timeout=60_000)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
