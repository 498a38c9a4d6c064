"""What a setting would do while it is being typed."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.responses import Response

from builder.edits import AddLayer, apply
from builder.graph import Graph
from builder.program import Facts
from pages.parts import foresight
from pages.parts.foresight import Foreseen, foresee
from pages.parts.inside import place
from runtime.store import store
from tests.builder.networks import staged


class Keras:
    """Says of each layer as many channels as it has filters; a kernel above 8 does not fit."""

    def shapes(self, graph: Graph, wait: float = 0, inside: tuple[str, ...] = ()) -> dict[str, Facts]:
        said: dict[str, Facts] = {}
        for node in place(graph, inside).graph.nodes:
            many = getattr(node.layer, "filters", 1)
            wide = max(getattr(node.layer, "kernel_size", (1,)))
            said[node.id] = (
                Facts(error="Too wide.") if wide > 8 else Facts(shapes=((None, 8, 8, many),), parameters=10 * many)
            )
        return said


@pytest.fixture(autouse=True)
def _keras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foresight, "service", Keras)


def network() -> Graph:
    graph = apply(Graph(), AddLayer(layer="Input", id="image", values={"shape": [8, 8, 1]}))
    return apply(graph, AddLayer(layer="Conv2D", id="conv", values={"filters": 4}, after="image"))


def said(graph: Graph, label: str, text: str, *path: str) -> Foreseen:
    *within, name = path or ("conv",)
    here = place(graph, within)
    node = here.graph.find(name)
    assert node is not None
    return foresee(graph, here, node, label, text)


def asked(query: dict[str, str]) -> Response:
    return foresight.foresight(Request({"type": "http", "query_string": urlencode(query).encode()}))


def test_the_effect_is_told_before_anything_is_changed() -> None:
    assert said(network(), "Filters", "12").text == "Output 8x8x4 → 8x8x12 · parameters 40 → 120"
    assert said(network(), "Filters", "4") == Foreseen()
    assert said(network(), "Kernel size 2", "5").text == "Output 8x8x4 · parameters 40"
    assert said(network(), "Nothing of this name", "5") == Foreseen()


@pytest.mark.parametrize(
    ("label", "text", "words"),
    [
        ("Filters", "0", "greater than or equal to 1"),
        ("Filters", "", "A number is needed"),
        ("Filters", "many", "A whole number is needed here; got 'many'."),
        ("Kernel size", "9", "It would not fit."),
        ("Name", "image", "is taken"),
        ("Name", "No Name", "Python variable"),
    ],
)
def test_what_cannot_be_says_why(label: str, text: str, words: str) -> None:
    foreseen = said(network(), label, text)
    assert foreseen.wrong
    assert words in foreseen.text


def test_inside_of_blocks_and_for_the_values_of_an_instance() -> None:
    assert "8x8x16" in said(staged(), "Filters", "16", "stage1", "unit", "conv1").text
    assert not said(staged(), "Filters", "16", "stage1").wrong
    assert said(staged(), "Repeat", "0", "refined").wrong


@pytest.mark.parametrize(
    "query", [{}, {"project": "0" * 32, "node": "conv", "label": "Filters", "text": "3"}, {"project": "../x"}]
)
def test_nonsense_gets_no_answer(query: dict[str, Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    assert asked(query).status_code == 404


def test_the_route_answers(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    project = store().create("Try", network())
    for node, words in {"conv": "8x8x12", "image/conv": "", "nowhere": ""}.items():
        query = {"project": project.id, "node": node, "label": "Filters", "text": "12"}
        assert words in json.loads(bytes(asked(query).body))["text"]
