"""The frame of every page."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.graph import Graph, Node
from builder.layers import example
from runtime.store import store

ROOT = Path(__file__).parents[2]
SHELL = ROOT / "pages" / "shell.py"
GRAPH = Graph(nodes=(Node(id="dense", layer=example("Dense")),))


class Service:
    """Keras, still starting."""

    state, message = "starting", "Keras is starting; shapes are coming."

    def shapes(self, graph, wait=0.0, inside=()):
        return None


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setattr("runtime.service.service", Service)


@pytest.fixture
def app():
    return AppTest.from_file(SHELL, default_timeout=120).run()


def written(app):
    return " ".join(element.proto.body for element in app.get("html"))


def test_the_first_page_is_the_start_page(app):
    assert not app.exception
    assert app.title[0].value == "Begin with a network"
    assert "<header" not in written(app)


def test_a_page_shows_the_name_of_the_project_and_keeps_its_id_in_the_url(app):
    project = store().create("<i>Mine</i>", GRAPH, "iris")
    app.query_params["project"] = project.id
    app.run().switch_page("data.py").run()
    assert not app.exception
    assert "&lt;i&gt;Mine&lt;/i&gt;" in written(app)
    assert "data: iris" in written(app)
    app.query_params.clear()  # as the navigation does
    app.run()
    assert app.query_params["project"] == project.id


def test_a_page_without_a_project_leads_to_the_start_page(app):
    app.switch_page("data.py").run()
    assert not app.exception
    assert app.title[0].value == "Begin with a network"
    assert app.warning[0].value == "Data shows a network: begin one here, or open one of yours."


@pytest.mark.parametrize("given", ["0" * 32, "nonsense", "../../x", "%00"])
def test_an_id_that_leads_nowhere_ends_on_the_start_page_with_a_word(app, given):
    app.query_params["project"] = given
    app.switch_page("export.py").run()
    assert not app.exception
    assert app.title[0].value == "Begin with a network"
    assert "leads to no project" in app.warning[0].value


def test_the_pages_have_names_of_no_other_module():
    """Streamlit puts the folder of the shell on the path: a page called `inspect` would stand before Python's own."""
    import sys

    pages = {path.stem for path in (ROOT / "pages").glob("*.py")} - {"__init__"}
    assert pages & set(sys.stdlib_module_names) == set()
