"""Beside the canvas: several layers in one form, what a change does, and the way to the layer's page."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.edits import AddLayer, Configure
from builder.graph import Graph
from builder.layers import example
from builder.program import Facts
from pages.parts.effects import effect_text
from pages.parts.layer_forms import differences
from runtime.store import Project, store
from tests.pages.test_build import PAGE, FakeService, project

CONVOLUTIONS = (
    AddLayer(layer="Conv2D", id="a", values={"filters": 8}),
    AddLayer(layer="Conv2D", id="b", values={"filters": 16}, after="a"),
    AddLayer(layer="Dense", id="c", after="b"),
)


class Service(FakeService):
    state, message = "ready", ""

    def shapes(self, graph: Graph, wait: float = 0, inside: tuple[str, ...] = ()) -> dict[str, Facts]:  # type: ignore[override]
        filters = {node.id: getattr(node.layer, "filters", 1) for node in graph.nodes}
        return {name: Facts(shapes=((None, 4, 4, many),), parameters=10 * many) for name, many in filters.items()}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setattr("pages.parts.sight.service", Service)
    monkeypatch.setattr("pages.parts.exchange.service", Service)


def selected(of: Project, *names: str) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.query_params["project"] = of.id
    page.run()
    page.session_state[f"layerloom.kept.canvas.{of.id}"].selected = names
    page.run()
    assert not page.exception
    return page


def layers(of: Project) -> dict[str, object]:
    now = store().project(of.id)
    assert now is not None
    return {node.id: node.layer for node in now.graph.nodes}


def captions(page: AppTest) -> list[str]:
    return [caption.value for caption in page.caption]


def test_several_layers_of_a_type_are_changed_in_one_form_and_one_step() -> None:
    made = project(*CONVOLUTIONS)
    page = selected(made, "a", "b")
    assert page.subheader[0].value == "2 x Conv2D"
    assert "Filters: 8, 16" in captions(page)
    steps = len(store().history(made.id))
    [padding] = [one for one in page.radio if one.label == "Padding"]
    padding.set_value("same").run()
    assert [layers(made)[name].padding for name in "ab"] == ["same", "same"]  # type: ignore[attr-defined]
    assert [layers(made)[name].filters for name in "ab"] == [8, 16]  # type: ignore[attr-defined]
    assert len(store().history(made.id)) == steps + 1
    [same] = [button for button in page.button if button.label == "Make it 8 everywhere"]
    same.click().run()
    assert [layers(made)[name].filters for name in "ab"] == [8, 8]  # type: ignore[attr-defined]
    assert not page.exception


def test_an_activation_is_chosen_by_its_curve_or_by_its_name() -> None:
    made = project(*CONVOLUTIONS)
    page = selected(made, "a")
    for kind, wanted in (("radio", "tanh"), ("selectbox", "elu"), ("radio", "none"), ("radio", "relu")):
        [activation] = [one for one in getattr(page, kind) if one.label == "Activation"]
        activation.set_value(wanted).run()
        assert str(layers(made)["a"].activation).lower() == wanted  # type: ignore[attr-defined]
        assert [box.value for box in page.selectbox if box.label == "Activation"] == [wanted]
    assert not page.exception


def test_layers_of_different_types_have_no_form() -> None:
    page = selected(project(*CONVOLUTIONS), "a", "c")
    assert any("2 layers are selected" in caption for caption in captions(page))


def test_what_a_change_does_is_said_before_and_after() -> None:
    made = project(*CONVOLUTIONS)
    page = selected(made, "a")
    assert "Output 4x4x8 · parameters 80" in captions(page)
    [filters] = [box for box in page.number_input if box.label == "Filters"]
    filters.set_value(12).run()
    assert "Output 4x4x8 → **4x4x12** · parameters 80 → **120**" in captions(page)
    page.run()
    store().edit(made.id, [Configure(id="a", values={"filters": 8})])  # as undo does
    page.run()
    assert "Output 4x4x12 → **4x4x8** · parameters 120 → **80**" in captions(page)


def test_what_does_not_fit_is_no_figure() -> None:
    was = Facts(shapes=((None, 4),), parameters=1)
    assert "does not fit" in effect_text(was, Facts(error="no"))
    assert effect_text(Facts(error="no"), was) == "Output 4 · parameters 1"


def test_differences_are_named_with_their_values() -> None:
    one, two = example("Dense"), type(example("Dense")).model_validate({"units": 3, "activation": "relu"})
    assert [name for name, *_ in differences([one, two])] == ["units", "activation"]
    assert differences([one, one]) == []
