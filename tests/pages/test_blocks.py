"""The blocks of a network beside its canvas."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.graph import Graph
from pages.parts.inside import chosen, place
from pages.parts.sight import insides
from runtime.store import Project, store
from tests.builder.networks import staged
from tests.pages.test_build import FakeService, opened


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setattr("pages.parts.sight.service", FakeService)
    monkeypatch.setattr("pages.parts.exchange.service", FakeService)


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


def test_what_is_seen_inside_has_the_values_of_its_instance(project: Project) -> None:
    top = place(project.graph, ())
    told, complete = insides(project, top, [("stage2",), ("stage2", "unit"), ("image",), ("nothing", "there")])
    assert not complete  # nothing is known of the shapes
    assert set(told) == {"stage2", "stage2/unit"}
    wide = project.graph.find("stage2")
    assert wide is not None
    filters = {node["id"]: node["layer"].get("filters") for node in told["stage2/unit"]}
    assert filters["conv1"] == filters["conv2"] == wide.layer.values["filters"]
    around, _ = insides(project, place(project.graph, ("stage1", "unit")), [])
    assert list(around) == ["", "stage1"]


def test_a_layer_inside_is_selected_where_it_lies(project: Project) -> None:
    top = place(project.graph, ())
    there, nodes = chosen(project.graph, top, ["stage1/unit/conv1", "stage1/conv", "stage1/unit/add"])
    assert (there.block, [node.id for node in nodes]) == ("unit", ["conv1", "add"])
    assert there.key("conv3", top) == "stage1/unit/conv3"
    assert chosen(project.graph, top, ["image/conv1"]) == (top, [])
    assert chosen(project.graph, top, []) == (top, [])
