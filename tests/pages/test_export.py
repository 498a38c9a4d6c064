"""The export page: code, notebook, document, model."""

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.edits import AddLayer, Connect, apply
from builder.graph import Edge, Graph
from builder.training import Training
from runtime.run import DataSpec, RunSpec, create
from runtime.store import store

PAGE = Path(__file__).parents[2] / "pages" / "export.py"


class Service:
    """Keras, still starting."""

    def shapes(self, graph, wait=0.0, inside=()):
        return None


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setattr("runtime.service.service", Service)


def network(*edits):
    graph = Graph()
    for edit in edits:
        graph = apply(graph, edit)
    return graph


MLP = network(
    AddLayer(layer="Input", id="image", values={"shape": [8, 8, 1]}),
    AddLayer(layer="Flatten", id="flatten", after="image"),
    AddLayer(layer="Dense", id="scores", values={"units": 10, "activation": "softmax"}, after="flatten"),
)
BRANCHED = apply(
    apply(MLP, AddLayer(layer="Dense", id="other", values={"units": 3})),
    Connect(edge=Edge(source="flatten", target="other")),
)


def opened(graph=MLP, **more):
    project = store().create("My LeNet: 5%", graph, **more)
    app = AppTest.from_file(PAGE, default_timeout=120)
    app.query_params["project"] = project.id
    return app.run(), project


def downloads(app):
    return {button.label: button for button in app.get("download_button")}


@pytest.mark.parametrize("style", ["functional", "sequential", "subclass"])
def test_the_model_in_each_style(style):
    app, _ = opened()
    app.radio(key="export-what").set_value("The model alone")
    app.radio(key="export-style").set_value(style).run()
    assert not app.exception
    (code,) = app.code
    ast.parse(code.value)
    expected = {"functional": "keras.Model(", "sequential": "keras.Sequential(", "subclass": "(keras.Model):"}
    assert expected[style] in code.value
    assert "**my_lenet_5_model.py**" in [element.value for element in app.markdown]


def test_the_whole_script_has_the_settings_of_the_project():
    app, project = opened(data=DataSpec(name="digits", seed=7))
    store().settings(project.id, training=Training(epochs=3, batch_size=17))
    app.run()
    (code,) = app.code
    ast.parse(code.value)
    assert "load_digits" in code.value
    assert "epochs=3" in code.value
    assert "17" in code.value
    assert "**my_lenet_5.py**" in [element.value for element in app.markdown]


def test_a_notebook_is_shown_in_its_cells():
    app, _ = opened()
    app.radio(key="export-what").set_value("A notebook").run()
    assert not app.exception
    assert len(app.code) > 3
    for cell in app.code:
        ast.parse(cell.value)


def test_why_a_network_is_not_sequential():
    app, _ = opened(BRANCHED)
    app.radio(key="export-style").set_value("sequential").run()
    assert [element.value for element in app.code] == []
    assert "sequential model has one output" in app.info[0].value
    app.radio(key="export-style").set_value("functional").run()
    assert app.code


def test_an_unfinished_network_is_said_and_its_document_can_still_be_had():
    app, _ = opened(network(AddLayer(layer="Dense", id="alone")))
    assert not app.exception
    assert "unfinished" in app.info[0].value
    assert list(downloads(app)) == ["Network (.json)"]


def test_a_data_set_that_is_not_here_is_said():
    app, _ = opened(data=DataSpec(name="gone"))
    assert "'gone'" in app.info[0].value


def test_a_run_is_exported_as_it_was_started():
    app, project = opened()
    spec = RunSpec(graph=BRANCHED, training=Training(epochs=99), seed=41)
    run = create(spec, name="first try", project=project.id)
    create(spec, name="of another project", project="0" * 32)
    app.run()
    assert list(app.selectbox[0].options) == ["The network as it is now", "first try (waiting)"]

    app.selectbox[0].set_value(run.id).run()
    assert "epochs=99" in app.code[0].value
    assert "SEED = 41" in app.code[0].value
    assert "other" in app.code[0].value


def test_the_model_of_a_run_can_be_had_once_it_is_there():
    app, project = opened()
    run = create(RunSpec(graph=MLP), name="first try", project=project.id)
    app.run()
    assert sorted(downloads(app)) == ["Download", "Network (.json)"]

    run.model.write_bytes(b"weights")
    app.run()
    assert "Model of first try (.keras)" in downloads(app)


def test_without_a_project_the_page_is_empty():
    app = AppTest.from_file(PAGE, default_timeout=120).run()
    assert not app.exception
    assert not app.code
