"""The start page: beginning, opening, renaming, deleting."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.graph import Graph, Node, write_graph
from builder.layers import example
from builder.zoo import TEMPLATES
from runtime.store import store

SHELL = Path(__file__).parents[2] / "pages" / "shell.py"
GRAPH = Graph(nodes=(Node(id="dense", layer=example("Dense")),))


START = [template for template in TEMPLATES.values() if template.picture]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))


@pytest.fixture(autouse=True)
def switched(monkeypatch):
    """The page that was gone to: AppTest cannot change pages itself."""
    import streamlit

    pages = []

    def switch_page(page, query_params=None):
        pages.append((page, query_params))
        streamlit.stop()

    monkeypatch.setattr(streamlit, "switch_page", switch_page)
    return pages


@pytest.fixture
def app():
    return AppTest.from_file(SHELL, default_timeout=120).run()


def test_the_first_screen_offers_every_template_with_a_sentence(app):
    assert not app.exception
    words = [element.value for element in (*app.markdown, *app.caption)]
    for template in START:
        assert any(template.title in text for text in words)
        assert template.sentence in words


@pytest.mark.parametrize("name", [template.name for template in START])
def test_a_template_becomes_a_project_and_is_opened(app, switched, name):
    app.button(key=f"begin-{name}").click().run()
    (made,) = store().projects()
    project = store().project(made.id)
    template = TEMPLATES[name]
    title = "My network" if name == "empty" else template.title
    assert (project.name, project.graph, project.data.name) == (title, template.make(), template.data)
    assert switched == [("build.py", {"project": made.id})]


def test_a_second_one_is_numbered(app):
    title = TEMPLATES["lenet5"].title
    for name in (title, f"{title} 2"):
        store().create(name, Graph())
    app.run().button(key="begin-lenet5").click().run()
    assert f"{title} 3" in [project.name for project in store().projects()]


def test_a_project_is_opened(app, switched):
    project = store().create("Mine", GRAPH)
    app.run().button(key=f"open-{project.id}").click().run()
    assert switched == [("build.py", {"project": project.id})]


def test_a_project_is_renamed(app):
    project = store().create("Mine", GRAPH)
    app.run()
    assert app.button(key=f"rename-{project.id}").disabled
    app.text_input(key=f"name-{project.id}-Mine").set_value("  Yours ").run()
    app.button(key=f"rename-{project.id}").click().run()
    assert app.button(key=f"open-{project.id}").label == "Yours"


def test_a_deletion_is_undone(app):
    project = store().create("Mine", GRAPH)
    app.run().button(key=f"delete-{project.id}").click().run()
    assert store().projects() == []
    assert "Deleted **Mine**." in [element.value for element in app.markdown]

    next(button for button in app.button if button.label == "Undo").click().run()
    assert store().project(project.id).graph == GRAPH
    assert "Deleted **Mine**." not in [element.value for element in app.markdown]


def test_what_another_tab_has_deleted_is_said(app):
    project = store().create("Mine", GRAPH)
    app.run()
    store().delete(project.id)
    app.button(key=f"delete-{project.id}").click().run()
    assert "not here any more" in app.warning[0].value


def upload(app, name, content):
    app.get("file_uploader")[0].upload(name, content, "application/json").run()


def test_a_document_is_opened_under_the_name_of_its_file(app, switched):
    upload(app, "my network.json", write_graph(GRAPH).encode())
    (made,) = store().projects()
    assert (made.name, store().project(made.id).graph) == ("my network", GRAPH)
    assert switched == [("build.py", {"project": made.id})]


DOCUMENT = json.loads(write_graph(GRAPH))


def changed(**values):
    return json.dumps({**DOCUMENT, **values}).encode()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (changed(version=99), "version: expected 1, got '99'"),
        (write_graph(GRAPH).encode()[:-30], "Was the file cut off"),
        (b"\x80\x02\xff", "cannot|can be opened"),
        (changed(nodes=[{"id": "x", "layer": {"type": "Convolution9D"}}]), "no layer is called 'Convolution9D'"),
        (changed(nodes=[{"id": 'x");import os#', "layer": {"type": "Flatten"}}]), "small letters, digits and _"),
        (
            changed(nodes=[{"id": "x", "layer": {"type": "Conv2D", "filters": 1, "kernel_size": [-3, 3]}}]),
            "greater than",
        ),
        (b'{"version": 1, "nodes": [{"id": "x", "x": NaN, "layer": {"type": "Flatten"}}]}', "finite number|NaN"),
    ],
)
def test_what_is_no_document_is_told_and_nothing_is_made(app, content, told):
    store().create("Mine", GRAPH)
    upload(app, "bad.json", content)
    assert not app.exception
    (message,) = [error.value for error in app.error]
    assert message.startswith("**bad.json could not be opened.**")
    assert any(part in message for part in told.split("|"))
    assert [project.name for project in store().projects()] == ["Mine"]


def test_an_unknown_address_leads_here_with_a_word(app):
    app = AppTest.from_file(SHELL, default_timeout=120)
    app.query_params["project"] = "0" * 32
    app.run()
    assert "leads to no project" in app.warning[0].value
    assert app.title[0].value == "Begin with a network"
