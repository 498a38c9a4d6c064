"""The Build page in Streamlit's own test harness: what stands beside the canvas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.edits import AddLayer, Edit, apply
from builder.graph import Graph
from runtime.store import DatabaseError, Project, store

PAGE = Path(__file__).parents[2] / "pages" / "build.py"


class FakeService:
    state, message = "starting", "Keras is starting; shapes are coming."

    def shapes(self, graph: Graph, wait: float = 0, inside: tuple[str, ...] = ()) -> None:
        return None


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setattr("pages.parts.sight.service", FakeService)
    monkeypatch.setattr("pages.parts.exchange.service", FakeService)


def project(*edits: Edit) -> Project:
    graph = Graph()
    for edit in edits:
        graph = apply(graph, edit)
    return store().create("Try", graph)


def opened(of: Project) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.query_params["project"] = of.id
    page.run()
    assert not page.exception
    return page


def test_an_empty_network_has_one_problem_and_no_training() -> None:
    page = opened(project())
    assert "The network is empty." in page.markdown[0].value
    assert not [button for button in page.button if button.label == "Train this network"]


def test_the_network_is_renamed() -> None:
    made = project()
    page = opened(made)
    page.text_input[0].set_value("  My first\nnetwork ").run()
    renamed = store().project(made.id)
    assert renamed is not None
    assert renamed.name == "My first network"


def test_on_a_full_disk_the_canvas_stays_and_the_form_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*args: object, **kwargs: object) -> None:
        raise DatabaseError("The disk is full.")

    made = project(AddLayer(layer="Dense", id="dense"))
    page = opened(made)
    conversation = page.session_state[f"layerloom.kept.canvas.{made.id}"]
    conversation.select(["dense"])
    page.run()
    with monkeypatch.context() as full:
        full.setattr(store(), "edit", no_room)
        page.number_input[0].set_value(77).run()
        assert not page.exception
        assert unkept(page) == "The disk is full."
    page.run()  # as the canvas asks for
    assert unkept(page) is None
    assert units(made) == 77
    with monkeypatch.context() as full:
        full.setattr(store(), "edit", no_room)
        page.number_input[0].set_value(78).run()
        conversation.select([])
        page.run()
        assert unkept(page) == "The disk is full."
    page.run()
    assert (unkept(page), units(made)) == (None, 78)


def units(of: Project) -> int:
    """Those of the first layer, as they are kept."""
    kept = store().project(of.id)
    assert kept is not None
    return int(kept.graph.nodes[0].layer.model_dump()["units"])


def unkept(page: AppTest) -> str | None:
    """Why, as the canvas is told."""
    (canvas,) = [
        element for element in page.get("bidi_component") if element.proto.component_name == "layerloom_canvas"
    ]
    told: str | None = json.loads(canvas.proto.json).get("unkept")
    return told


def test_a_fix_is_one_click_and_one_step_of_undo() -> None:
    made = project(AddLayer(layer="Dense", id="lonely"))
    page = opened(made)
    fix = next(button for button in page.button if (button.key or "").startswith("fix-"))
    fix.click().run()
    after = store().project(made.id)
    assert after is not None
    assert after.graph != made.graph
    assert store().undo(made.id).graph == made.graph


def test_what_was_mended_is_shown() -> None:
    page = opened(project())
    next(button for button in page.button if button.label == "Add an Input").click().run()
    assert page.subheader[0].value == "Input"

    page = opened(project(AddLayer(layer="Dense", id="lonely")))
    next(button for button in page.button if "Add an Input" in button.label).click().run()
    assert page.subheader[0].value == "Dense"


def test_a_problem_selects_its_layer_whose_form_then_shows() -> None:
    page = opened(project(AddLayer(layer="Dense", id="lonely")))
    next(button for button in page.button if button.label == "lonely").click().run()
    assert page.subheader[0].value == "Dense"
    name = next(field for field in page.text_input if field.label == "Name")
    assert name.value == "lonely"


@pytest.mark.parametrize(
    ("name", "words"), [("class", "Python or Keras uses itself"), ("A B", "Python variable"), ("taken", "taken")]
)
def test_a_name_that_cannot_be_is_explained(name: str, words: str) -> None:
    made = project(AddLayer(layer="Dense", id="lonely"), AddLayer(layer="Dense", id="taken"))
    page = opened(made)
    next(button for button in page.button if button.label == "lonely").click().run()
    next(field for field in page.text_input if field.label == "Name").set_value(name).run()
    assert words in page.error[0].value
    unchanged = store().project(made.id)
    assert unchanged is not None
    assert unchanged.graph == made.graph


def test_a_setting_changes_the_layer() -> None:
    made = project(AddLayer(layer="Dense", id="lonely"))
    page = opened(made)
    next(button for button in page.button if button.label == "lonely").click().run()
    next(field for field in page.number_input if field.label == "Units").set_value(7).run()
    changed = store().project(made.id)
    assert changed is not None
    assert changed.graph.nodes[0].layer.model_dump()["units"] == 7


def test_a_project_that_is_deleted_meanwhile_is_told() -> None:
    made = project(AddLayer(layer="Dense", id="lonely"))
    page = opened(made)
    store().delete(made.id)
    page.run()
    assert not page.exception
