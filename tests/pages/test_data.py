"""The data page: choosing, looking, and fitting the ends of the network."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.edits import AddLayer, apply
from builder.graph import Graph
from builder.program import Facts
from runtime.datasets import DATASETS, DataUnavailable
from runtime.run import DataSpec
from runtime.store import store

PAGE = Path(__file__).parents[2] / "pages" / "data.py"


class Service:
    """Keras as far as this page sees it."""

    message = "Keras is starting; shapes are coming."

    def __init__(self, ready):
        self.ready = ready

    def shapes(self, graph, wait=0.0, inside=()):
        facts = {node.id: Facts(shapes=((None, *_shape(node.layer)),), dtypes=("float32",)) for node in graph.nodes}
        return facts if self.ready else None


def _shape(layer):
    return getattr(layer, "shape", None) or (getattr(layer, "units", 64),)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setattr("runtime.service.service", lambda: Service(ready=False))


def network(*layers):
    graph, before = Graph(), None
    for name, values in layers:
        graph = apply(graph, AddLayer(layer=name, values=values, after=before))
        before = graph.nodes[-1].id
    return graph


MLP = network(("Input", {"shape": [8, 8, 1]}), ("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"}))


def opened(graph=MLP, data="digits"):
    project = store().create("Mine", graph, data)
    app = AppTest.from_file(PAGE, default_timeout=120)
    app.query_params["project"] = project.id
    return app.run(), project.id


def test_every_data_set_is_offered_in_groups():
    app, _ = opened()
    offered = [button.label for button in app.button if button.key and button.key.startswith("look-")]
    assert sorted(offered) == sorted(dataset.title for dataset in DATASETS.values())
    assert {"Images", "Tables", "Two dimensions", "Sequences"} <= {caption.value for caption in app.caption}


@pytest.mark.parametrize("name", [name for name, dataset in DATASETS.items() if not dataset.needs_keras])
def test_a_data_set_shows_itself_without_being_chosen(name):
    app, project_id = opened()
    app.button(key=f"look-{name}").click().run()
    dataset = DATASETS[name]
    assert not app.exception
    assert [heading.value for heading in app.subheader] == [dataset.title]
    assert store().project(project_id).data.name == "digits"
    shown = " ".join(element.proto.body for element in app.get("html"))
    assert f"{dataset.task(DataSpec(name=name)).examples:,}" in shown
    figures = len(app.get("plotly_chart"))
    assert figures == (dataset.group in ("two dimensions", "sequences")) + bool(dataset.classes)
    if dataset.group == "images":
        assert shown.count("<img") == 24
    if dataset.group == "tables":
        assert shown.count("<tr>") == 11


def test_choosing_sets_the_input_as_one_step_of_undo():
    app, project_id = opened()
    app.button(key="look-iris").click().run()
    app.button(key="use").click().run()

    project = store().project(project_id)
    assert project.data == DataSpec(name="iris")
    assert project.graph.find("input_layer").layer.shape == (4,)
    assert store().undo(project_id).graph == MLP


def test_choosing_adds_an_input_where_there_is_none():
    app, project_id = opened(network(("Dense", {"units": 3})))
    app.button(key="look-wine").click().run()
    app.button(key="use").click().run()

    graph = store().project(project_id).graph
    assert graph.find("input_layer").layer.shape == (13,)
    assert [(edge.source, edge.target) for edge in graph.edges] == [("input_layer", "dense")]


def test_what_does_not_fit_the_data_is_offered_to_be_set(monkeypatch):
    monkeypatch.setattr("runtime.service.service", lambda: Service(ready=True))
    app, project_id = opened()
    app.button(key="look-iris").click().run()
    app.button(key="use").click().run()

    offers = [button for button in app.button if button.key.startswith("fix-")]
    assert offers
    offers[0].click().run()

    output = store().project(project_id).graph.find("dense").layer
    assert (output.units, output.activation) == (3, "softmax")
    assert not [button for button in app.button if button.key.startswith("fix-")]


def test_while_shapes_are_coming_the_page_says_so():
    app, _ = opened()
    assert Service.message in [caption.value for caption in app.caption]


def test_the_split_of_the_chosen_set_is_kept_in_the_project():
    app, project_id = opened()
    key = f"form.{project_id}.digits.DataSpec.test_fraction"
    app.number_input(key=key).set_value(0.5).run()
    assert store().project(project_id).data == DataSpec(test_fraction=0.5)


def test_the_split_of_a_set_that_is_only_looked_at_waits_until_it_is_chosen():
    app, project_id = opened()
    app.button(key="look-iris").click().run()
    app.number_input(key=f"form.{project_id}.iris.DataSpec.test_fraction").set_value(0.5).run()
    assert store().project(project_id).data == DataSpec()
    app.button(key="use").click().run()
    assert store().project(project_id).data == DataSpec(name="iris", test_fraction=0.5)


def test_offline_the_page_says_so_and_offers_digits_and_another_try(monkeypatch):
    asked = []

    def offline(self, spec, progress=None):
        asked.append(spec.name)
        raise DataUnavailable("MNIST could not be had just now.")

    monkeypatch.setattr(type(DATASETS["mnist"]), "preview", offline)
    app, project_id = opened(network(("Input", {"shape": [28, 28, 1]})))
    app.button(key="look-mnist").click().run()
    assert [error.value for error in app.error] == ["MNIST could not be had just now."]
    app.run()
    assert asked == ["mnist"]  # a rerun does not wait for the network again

    next(button for button in app.button if button.label == "Try again").click().run()
    assert asked == ["mnist", "mnist"]

    next(button for button in app.button if button.label == "Use Handwritten digits instead").click().run()
    assert store().project(project_id).graph.find("input_layer").layer.shape == (8, 8, 1)
    assert not app.error


def test_a_download_tells_its_progress(monkeypatch):
    digits = DATASETS["digits"].look(DataSpec())
    told = []

    def download(self, spec, progress=None):
        progress(1_000_000, 4_000_000)
        progress(2_000_000, None)
        told.append(spec.name)
        return digits

    monkeypatch.setattr(type(DATASETS["mnist"]), "preview", download)
    app, _ = opened()
    app.button(key="look-mnist").click().run()
    assert told == ["mnist"]
    assert not app.exception
    assert not app.error


def test_a_data_set_that_is_not_here_is_said():
    app, _ = opened(data=DataSpec(name="gone"))
    assert "“gone”" in app.warning[0].value


def test_without_a_project_the_page_is_empty():
    app = AppTest.from_file(PAGE, default_timeout=120).run()
    assert not app.exception
    assert not app.button
