"""The export page: code, notebook, document, model."""

import ast
import os
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.edits import AddLayer, Connect, apply
from builder.graph import Edge, Graph
from builder.training import Training
from runtime.exports import FORMATS
from runtime.exports.base import Comparison
from runtime.exports.job import State, file_of, stamp, write_state
from runtime.process import Worker
from runtime.run import DataSpec, RunError, RunSpec, create
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


def test_the_run_that_one_comes_from_is_chosen():
    project = store().create("Mine", MLP)
    older, newer = (create(RunSpec(graph=MLP), name=name, project=project.id) for name in ("older", "newer"))
    for run in (older, newer):
        run.model.write_bytes(b"weights")
    app = AppTest.from_file(PAGE, default_timeout=120)
    app.query_params.update(project=project.id, run=older.id)
    app.run()
    assert not app.exception
    assert app.selectbox[0].value == older.id
    assert "Model of older (.keras)" in downloads(app)
    app.selectbox[0].set_value("").run()
    assert "run" not in app.query_params
    app.selectbox[0].set_value(newer.id).run()
    assert app.query_params["run"] in (newer.id, [newer.id])
    assert "Model of newer (.keras)" in downloads(app)


def test_the_model_of_a_run_can_be_had_once_it_is_there():
    app, project = opened()
    run = create(RunSpec(graph=MLP), name="first try", project=project.id)
    app.run()
    assert sorted(downloads(app)) == ["Download", "Network (.json)"]

    run.model.write_bytes(b"weights")
    app.run()
    assert {"Model of first try (.keras)", "Model card (.md)"} <= set(downloads(app))


def test_without_a_project_the_page_is_empty():
    app = AppTest.from_file(PAGE, default_timeout=120).run()
    assert not app.exception
    assert not app.code


LSTM = network(
    AddLayer(layer="Input", id="steps", values={"shape": [8, 1]}),
    AddLayer(layer="LSTM", id="memory", values={"units": 2}, after="steps"),
)
FOUND = Comparison(samples=64, largest=2.1e-7, scale=0.5, note="It is slow.")


def on_tab(tab, graph=MLP, trained=True):
    """The page with a tab open, of a project with a run that has saved a model."""
    app, project = opened(graph)
    run = create(RunSpec(graph=graph), name="first try", project=project.id)
    if trained:
        run.model.write_bytes(b"weights")
        (run.folder / "exports").mkdir()
    app.session_state["export-tab"] = tab
    return app.run(), run


def state(run, stage, **more):
    return State(stage=stage, made_from=stamp(run), began=time.time(), worker=Worker.of(os.getpid()), **more)


def words(elements):
    return " ".join(element.value for element in elements)


def test_every_format_says_what_it_is_for_and_can_be_made(monkeypatch):
    asked = []
    monkeypatch.setattr("pages.parts.exports.make", lambda run, name: asked.append((run.id, name)))
    app, run = on_tab("Trained model")
    assert not app.exception
    assert not app.code
    for name, export in FORMATS.items():
        assert export.about in words(app.markdown)
        app.button(key=f"make-{name}").click().run()
    assert asked == [(run.id, name) for name in FORMATS]


def test_what_a_format_cannot_hold_is_said_before():
    app, _ = on_tab("Trained model", LSTM)
    assert "8-bit LiteRT cannot hold LSTM" in words(app.caption)
    assert "one example at a time" in words(app.caption)
    keys = [button.key for button in app.button]
    assert "make-litert" in keys
    assert "make-litert-int8" not in keys


def test_an_export_goes_on_and_is_then_offered():
    app, run = on_tab("Trained model")
    write_state(run, "onnx", state(run, "comparing"))
    with (run.folder / "exports" / "onnx.log").open("w"):  # as its process does
        app.run()
    assert "Opening the file again and comparing" in words(app.markdown)
    assert app.button(key="stop-onnx").label == "Stop"
    assert "Download (3 kB)" not in downloads(app)

    file_of(run, "onnx").write_bytes(b"0" * 3000)
    write_state(run, "onnx", state(run, "done", comparison=FOUND))
    app.run()
    assert "compared with the model on 64 test examples: largest difference 2.1e-07" in words(app.caption)
    assert "It is slow." in words(app.caption)
    assert "Download (3 kB)" in downloads(app)


def test_why_an_export_failed():
    app, run = on_tab("Trained model")
    write_state(run, "onnx", state(run, "failed", error="ONNX has no such operation."))
    app.run()
    assert "ONNX has no such operation." in words(app.error)
    assert app.button(key="make-onnx").label == "Try again"


def test_why_an_export_does_not_begin(monkeypatch):
    def refuse(run, name):
        raise RunError("Other exports are being made just now.")

    monkeypatch.setattr("pages.parts.exports.make", refuse)
    app, _ = on_tab("Trained model")
    app.button(key="make-onnx").click().run()
    assert words(app.warning) == "Other exports are being made just now."
    app.run()
    assert not app.warning


def test_without_a_trained_model_there_is_nothing_to_convert():
    app, _ = on_tab("Trained model", trained=False)
    assert "No model has been trained yet" in words(app.info)
    assert not [button for button in app.button if button.key.startswith("make-")]


def test_the_picture_can_be_taken_as_svg_and_png():
    app, _ = on_tab("Picture")
    assert not app.exception
    assert {"Download SVG", "Download PNG"} <= set(downloads(app))


def test_an_empty_network_has_no_picture():
    app, _ = on_tab("Picture", Graph())
    assert "nothing to draw" in words(app.info)
