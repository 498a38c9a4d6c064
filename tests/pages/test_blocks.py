"""The blocks of a network beside its canvas."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.graph import Graph
from runtime.store import Project, store
from tests.builder.networks import staged
from tests.pages.test_build import FakeService, opened


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setattr("pages.parts.canvas.service", FakeService)


@pytest.fixture
def project() -> Project:
    return store().create("Staged", staged())


@pytest.fixture
def page(project: Project) -> AppTest:
    return opened(project)


def graph(project: Project) -> Graph:
    found = store().project(project.id)
    assert found is not None
    return found.graph


def test_one_more_instance_is_one_click(project: Project, page: AppTest) -> None:
    page.button(key="instance.unit").click().run()
    added = graph(project).find("unit")
    assert added is not None
    assert added.layer.block == "unit"
    assert added.y > max(node.y for node in graph(project).nodes if node.id != "unit")


def test_a_block_is_renamed(project: Project, page: AppTest) -> None:
    page.text_input(key=f"block.{project.id}.unit").set_value("residual").run()
    page.button(key="reblock.unit").click().run()
    assert [block.name for block in graph(project).blocks] == ["residual", "stage"]


def test_a_name_that_is_none_changes_nothing(project: Project, page: AppTest) -> None:
    page.text_input(key=f"block.{project.id}.unit").set_value('x");import os#').run()
    page.button(key="reblock.unit").click().run()
    assert not page.exception
    assert graph(project) == staged()


def test_a_block_in_use_is_not_deleted(project: Project, page: AppTest) -> None:
    page.button(key="unblock.unit").click().run()
    assert not page.exception
    assert graph(project) == staged()
