"""The list of runs in a real browser: when one has been deleted, no menu of another one is open in its place."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from builder.zoo import TEMPLATES
from runtime.events import Finished, append
from runtime.run import RunSpec, create
from runtime.store import store

pytestmark = pytest.mark.browser


def test_the_run_below_a_deleted_one_does_not_open_its_menu(
    app: Any, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERLOOM_HOME", str(app.home))
    project = store().create("Rows", TEMPLATES["lenet5"].make())
    for name in ("Below", "Above"):
        run = create(RunSpec(graph=project.graph), name=name, project=project.id)
        append(run.events, Finished(at=1.0))
    page.goto(f"{app.url}/train?project={project.id}")
    page.locator(f".st-key-menu-{run.id} button").first.click()
    delete = page.get_by_test_id("stPopoverBody").get_by_role("button", name="Delete")
    delete.click()
    expect(page.get_by_text("Deleted Above")).to_be_visible()
    expect(delete).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Above", exact=True)).to_be_visible()
