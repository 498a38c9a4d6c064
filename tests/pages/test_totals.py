"""What the line below the canvas says."""

from __future__ import annotations

import pytest

from builder.edits import AddLayer, apply
from builder.graph import Graph
from builder.program import Facts
from builder.training import Training
from pages.parts.totals import totals
from runtime.store import Project, store


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    return store().create("Try", apply(Graph(), AddLayer(layer="Dense", id="b")))


def said(project: Project, facts: dict[str, Facts] | None) -> list[str]:
    return [figure["text"] for figure in totals(project, facts)]


def test_only_the_layers_are_counted_while_the_rest_is_not_known(project: Project) -> None:
    assert said(project, None) == ["1 layer"]


def test_parameters_work_and_memory(project: Project) -> None:
    facts = {"b": Facts(parameters=10_000_000, trainable=10_000_000, macs=2000)}
    layers, parameters, work, memory = said(project, facts)
    assert (layers, parameters, work) == ("1 layer", "10,000,000 parameters", "2,000 multiply-adds")
    assert memory.endswith(f" at batch size {Training().batch_size}")
    assert "weights" in totals(project, facts)[-1]["hint"]


def test_frozen_parameters_are_told_apart(project: Project) -> None:
    assert said(project, {"b": Facts(parameters=1000, trainable=400)})[1] == "1,000 parameters, 600 frozen"


def test_the_batch_size_is_that_of_the_training(project: Project) -> None:
    store().settings(project.id, training=Training(batch_size=512))
    changed = store().project(project.id)
    assert changed is not None
    assert said(changed, {"b": Facts(parameters=1)})[-1].endswith("at batch size 512")
