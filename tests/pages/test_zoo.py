"""The zoo in Streamlit's own test harness: filters, what is chosen, and how it becomes a project."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.graph import write_graph
from builder.zoo import TEMPLATES
from builder.zoo.gallery import rows
from pages.parts import gallery
from runtime.child import ServiceError
from runtime.store import store

PAGE = Path(__file__).parents[2] / "pages" / "zoo.py"


class FakeService:
    answer: object = None

    def call(self, method: str, params: dict[str, str], timeout: float) -> object:
        assert method == "application"
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture(autouse=True)
def switched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    import streamlit

    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    pages: list[str] = []

    def switch_page(page: str, query_params: object = None) -> None:
        pages.append(page)
        streamlit.stop()

    monkeypatch.setattr("streamlit.switch_page", switch_page)
    return pages


def shown(name: str) -> AppTest:
    """The details of one network, as the page shows them once it is chosen."""

    def details(name: str) -> None:
        from builder.zoo.gallery import rows
        from pages.parts.gallery import details

        details(next(row for row in rows() if row.name == name))

    return AppTest.from_function(details, args=(name,), default_timeout=60).run()


def test_the_page_shows_all_and_narrows_down() -> None:
    page = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert not page.exception
    assert len(page.dataframe[0].value) == len(rows())
    page.text_input[0].set_value("residual he").run()
    names = set(page.dataframe[0].value["name"])
    assert "ResNet-152 (2015)" in names
    assert "VGG16" not in names
    page.text_input[0].set_value("resnet 50").run()
    assert {"ResNet-50 (2015)", "ResNet50", "ResNet50V2"} <= set(page.dataframe[0].value["name"])
    page.text_input[0].set_value("squeeze-net").run()
    assert "SqueezeNet" in page.subheader[0].value
    page.text_input[0].set_value("nothing is called so").run()
    assert not page.exception
    assert "Ask for less" in page.info[0].value


def test_points_have_the_names_of_networks_with_published_figures() -> None:
    found = gallery.with_figures(rows(), "top5")
    figure = gallery.bubbles(found, "macs", "top5")
    names = {point[0] for trace in figure.data for point in trace.customdata}
    assert names == {row.name for row in found}
    assert all(row.top5 for row in found)


def test_an_architecture_is_opened_with_its_blocks(switched: list[str]) -> None:
    page = shown("resnet50")
    assert not page.exception
    page.button[0].click().run()
    (made,) = store().projects()
    project = store().project(made.id)
    assert project is not None
    assert project.graph == TEMPLATES["resnet50"].make()
    assert switched == ["build.py"]


def test_a_trained_network_becomes_one_layer_with_a_new_head() -> None:
    page = shown("MobileNetV2")
    page.toggle[0].set_value(True).run()
    page.button[0].click().run()
    (made,) = store().projects()
    project = store().project(made.id)
    assert project is not None
    backbone = project.graph.find("backbone")
    assert backbone is not None
    assert (backbone.layer.weights, backbone.layer.trainable, project.data.name) == ("imagenet", False, "cifar10")


def test_a_trained_network_is_opened_layer_by_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = TEMPLATES["mlp"].make()
    monkeypatch.setattr(FakeService, "answer", write_graph(graph))
    monkeypatch.setattr("pages.parts.gallery.service", FakeService)
    shown("VGG16").button[1].click().run()
    (made,) = store().projects()
    project = store().project(made.id)
    assert project is not None
    assert project.graph == graph


def test_what_keras_cannot_do_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeService, "answer", ServiceError("Keras is being started again."))
    monkeypatch.setattr("pages.parts.gallery.service", FakeService)
    page = shown("VGG16")
    page.button[1].click().run()
    assert not page.exception
    assert page.error[0].value == "Keras is being started again."
    assert store().projects() == []
