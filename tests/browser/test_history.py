"""The History page in a real browser: the tree, the two networks side by side, and the way back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from builder.edits import AddLayer, Configure
from builder.zoo import TEMPLATES
from runtime.store import Store

pytestmark = pytest.mark.browser


def test_a_state_is_compared_and_gone_back_to(page: Page, app_url: str, app: Any) -> None:
    projects = Store(f"sqlite:///{app.home / 'projects.sqlite'}")
    project = projects.create("LeNet", TEMPLATES["lenet5"].make())
    projects.edit(project.id, [Configure(id="c1", values={"filters": 8})])
    projects.undo(project.id)
    projects.edit(project.id, [AddLayer(layer="Dropout", id="drop", after="f6")])

    page.goto(f"{app_url}/history?project={project.id}")
    sides = page.locator(".compared section")
    expect(sides.nth(1).locator(".marked.added [data-layer=drop]")).to_be_visible()
    expect(sides.nth(0).locator(".marked")).to_have_count(0)

    page.locator(".js-plotly-plot .points path").nth(1).click(force=True)  # the branch that was undone
    expect(page.get_by_text("c1: filters 8 → 6")).to_be_visible()
    expect(sides.nth(0).locator(".marked.changed [data-layer=c1]")).to_be_visible()
    page.get_by_role("button", name="Go back to this state").click()
    expect(page.get_by_text("Undo takes that back")).to_be_visible()
    now = projects.project(project.id)
    assert now is not None
    assert now.graph == projects.graph(project.id, 1)
    assert projects.undo(project.id).graph == projects.graph(project.id, 2)
