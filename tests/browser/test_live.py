"""The live chart in a real browser: what is written to a run's log is painted, and the reader's view stays as it is."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from builder.zoo import TEMPLATES
from runtime.events import BatchEnded, EpochEnded, Finished, Started, append
from runtime.run import Run, RunSpec, create
from runtime.store import Project, store
from tests.processes import play_worker

pytestmark = pytest.mark.browser

STEPS = 10
LOSS = "figure[data-quantity=loss] .js-plotly-plot"


@pytest.fixture
def project(app: Any, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("LAYERLOOM_HOME", str(app.home))
    return store().create("Live", TEMPLATES["lenet5"].make())


@pytest.fixture
def run(project: Project) -> Iterator[Run]:
    """A run that goes on for as long as the test: this process plays its worker."""
    made = create(RunSpec(graph=project.graph), name="Synthetic", project=project.id)
    held = play_worker(made)
    append(
        made.events,
        Started(at=time.time(), device="cpu", epochs=5, steps=STEPS, batch_size=32, examples=320, parameters=7),
    )
    with held:
        yield made
    append(made.events, Finished(at=time.time()))


def batch(run: Run, epoch: int, step: int, loss: float) -> None:
    append(run.events, BatchEnded(at=time.time(), epoch=epoch, step=step, logs={"loss": loss}))


def epoch_end(run: Run, epoch: int, loss: float) -> None:
    logs = {"loss": loss, "val_loss": loss + 0.1}
    append(run.events, EpochEnded(at=time.time(), epoch=epoch, seconds=1.0, logs=logs))


def wait_for_points(page: Page, trace: int, count: int) -> None:
    """Wait until a trace of the loss (0 batches, 1 training, 2 validation, 3 what is no number) has so many points."""
    page.wait_for_function(
        "([chart, trace, count]) => document.querySelector(chart)?.data?.[trace]?.x.length === count",
        arg=[LOSS, trace, count],
    )


def open_train(page: Page, app_url: str, project: Project, run: Run) -> None:
    page.goto(f"{app_url}/train?project={project.id}&run={run.id}")
    wait_for_points(page, 0, 1)


@pytest.fixture
def watched(page: Page, app_url: str, project: Project, run: Run) -> Page:
    batch(run, 0, 1, 2.3)
    open_train(page, app_url, project, run)
    return page


def test_what_is_written_is_painted(watched: Page, run: Run) -> None:
    batch(run, 0, 5, 1.5)
    wait_for_points(watched, 0, 2)
    epoch_end(run, 0, 1.2)
    wait_for_points(watched, 1, 1)
    wait_for_points(watched, 2, 1)
    expect(watched.locator(".ll-status")).to_contain_text("epoch 1 of 5")
    batch(run, 1, 4, 1.0)
    expect(watched.locator(".ll-status")).to_contain_text("epoch 2 of 5 · batch 4 of 10")
    append(run.events, Finished(at=time.time(), test={"loss": 1.25}))
    expect(watched.locator(".ll-status")).to_contain_text("Finished")
    expect(watched.get_by_text("On the test examples")).to_be_visible()


def test_the_readers_zoom_survives_new_points_and_reruns(watched: Page, run: Run) -> None:
    for step in range(2, 10):
        batch(run, 0, step, 2.3 - step / 10)
    wait_for_points(watched, 0, 9)
    plot = watched.locator(f"{LOSS} .nsewdrag").first
    box = plot.bounding_box()
    assert box is not None
    watched.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    watched.mouse.down()
    watched.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.7, steps=5)
    watched.mouse.up()
    view = "chart => { const a = document.querySelector(chart)._fullLayout.xaxis; return a.autorange ? null : [...a.range]; }"
    watched.wait_for_function(f"chart => ({view})(chart) !== null", arg=LOSS)
    zoomed = watched.evaluate(view, LOSS)
    epoch_end(run, 0, 1.0)  # a new curve: drawn anew
    wait_for_points(watched, 1, 1)
    batch(run, 1, 1, 0.9)  # one more point: extended
    wait_for_points(watched, 0, 10)
    watched.get_by_role("button", name="Why these settings?").or_(
        watched.get_by_text("Why these settings?")
    ).first.click()
    assert watched.evaluate(view, LOSS) == zoomed


def test_a_loss_that_is_no_number_is_marked_and_explained_and_the_plot_lives_on(watched: Page, run: Run) -> None:
    batch(run, 0, 3, math.nan)
    wait_for_points(watched, 3, 1)
    expect(watched.locator(".ll-warning")).to_contain_text("not a number")
    batch(run, 0, 4, math.inf)
    batch(run, 0, 5, 1.0)
    wait_for_points(watched, 0, 4)
    assert watched.evaluate("chart => document.querySelector(chart).data[0].y", LOSS) == [2.3, None, None, 1]


def test_the_loss_can_be_seen_on_a_logarithmic_scale(watched: Page) -> None:
    watched.get_by_label("logarithmic loss").check()
    watched.wait_for_function("chart => document.querySelector(chart)._fullLayout.yaxis.type === 'log'", arg=LOSS)


def test_the_stream_closes_when_the_reader_leaves_the_page(
    page: Page, app_url: str, project: Project, run: Run
) -> None:
    batch(run, 0, 1, 2.3)
    with page.expect_request(lambda request: f"/live/{run.id}" in request.url) as begun:
        open_train(page, app_url, project, run)
    stream: Request = begun.value
    with page.expect_event("requestfailed", lambda request: request.url == stream.url):
        page.get_by_role("link", name="Data").click()


def test_a_reload_finds_the_run_again(watched: Page, run: Run) -> None:
    batch(run, 0, 2, 2.0)
    wait_for_points(watched, 0, 2)
    watched.reload()
    wait_for_points(watched, 0, 2)
    expect(watched.get_by_role("heading", name="Synthetic")).to_be_visible()


def test_after_a_restart_of_the_server_the_chart_goes_on(watched: Page, run: Run, app: Any) -> None:
    app.stop()  # ends although a stream is open
    batch(run, 0, 2, 2.0)
    app.start()
    wait_for_points(watched, 0, 2)
    expect(watched.locator(".ll-connection")).to_be_empty()
