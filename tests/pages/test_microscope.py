"""The Microscope: which pictures it shows of a run, and what it says where there are none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from builder.edits import AddLayer
from builder.zoo import TEMPLATES
from runtime.events import Event, Finished, MapsSaved, Started, append
from runtime.maps import examples, pack, save
from runtime.maps.examples import keep
from runtime.run import Run, RunSpec, Watch, create
from runtime.service import ServiceError
from runtime.store import Project, store
from tests.builder.networks import staged
from tests.processes import play_worker

PAGE = Path(__file__).parents[2] / "pages" / "microscope.py"
STARTED = Started(at=1000.0, device="cpu", epochs=2, steps=10, batch_size=32, examples=320, parameters=7)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    return store().create("LeNet", TEMPLATES["lenet5"].make())


def made(project: Project, *events: Event, watch: Watch | None = None) -> Run:
    run = create(RunSpec(graph=project.graph, watch=watch or Watch()), name="Run 1", project=project.id)
    for event in events:
        append(run.events, event)
    return run


def show(project: Project) -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=60)
    app.query_params["project"] = project.id
    app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    return "\n".join(str(element.value) for kind in ("info", "markdown", "caption") for element in app.get(kind))


def test_without_a_run_it_sends_to_train(project: Project) -> None:
    app = show(project)
    assert "Train it first" in texts(app)
    assert app.button[0].label == "Go to Train"


def test_a_run_that_recorded_nothing_is_explained(project: Project) -> None:
    made(project, STARTED, Finished(at=1001.0))
    assert "ended before any pictures" in texts(show(project))


def test_a_run_that_was_not_to_record_says_how_to(project: Project) -> None:
    made(project, STARTED, Finished(at=1001.0), watch=Watch(maps=False))
    assert "Record filters and maps" in texts(show(project))


def record(run: Run, epoch: int) -> None:
    """Two filters and two maps of the first convolution, as a worker saves them; all values are the epoch's number plus one."""
    node = next(node.id for node in run.spec.graph.nodes if node.layer.type == "Conv2D")
    file = run.maps / f"{epoch:05}-000.npz"
    value = np.float32(epoch + 1)
    save(file, pack({node: np.full((5, 5, 1, 2), value)}, {node: np.full((4, 4, 2), value)}))
    append(run.events, MapsSaved(at=1000.0 + epoch, epoch=epoch, file=file.name))


def labels(app: AppTest) -> list[str]:
    (grid,) = [one for one in app.get("bidi_component") if one.proto.component_name == "layerloom_pictures"]
    found: list[str] = json.loads(grid.proto.json)["labels"]
    return found


def test_the_filters_of_the_first_convolution_are_shown_after_the_last_epoch(project: Project) -> None:
    run = made(project, STARTED)
    record(run, 0)
    record(run, 1)
    append(run.events, Finished(at=1010.0))
    app = show(project)
    assert labels(app) == ["filter 1: 2 to 2", "filter 2: 2 to 2"]
    app.select_slider[0].set_value(0).run()
    assert labels(app) == ["filter 1: 1 to 1", "filter 2: 1 to 1"]
    assert "before training" in texts(app)


def test_a_layer_of_which_nothing_was_recorded_says_so_and_a_broken_file_is_told(project: Project) -> None:
    run = made(project, STARTED)
    record(run, 0)
    append(run.events, Finished(at=1010.0))
    app = show(project)
    app.selectbox(key=f"layer-{run.id}").select_index(-1).run()
    assert "Nothing was recorded" in texts(app)
    (run.maps / "00000-000.npz").write_bytes(b"nothing")
    app.run()
    assert not app.exception
    assert "cannot be read" in app.warning[0].value


def test_another_example_is_shown_to_the_trained_network(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made(project, STARTED)
    record(run, 0)
    append(run.events, Finished(at=1010.0))
    run.model.write_bytes(b"a model")
    node = next(node.id for node in run.spec.graph.nodes if node.layer.type == "Conv2D")

    class Service:
        def call(self, method: str, params: dict[str, object], timeout: float) -> None:
            sample = params["sample"]
            assert isinstance(sample, int)
            if sample == 8:
                raise ServiceError("Keras did not answer.")
            keep(run, sample, pack({node: np.full((5, 5, 1, 2), np.float32(sample))}, {}))

    monkeypatch.setattr(examples, "service", Service)
    app = show(project)
    example = app.number_input[0]
    assert (example.value, example.max) == (1, 360)
    assert app.select_slider or "Before training" in texts(app)
    example.set_value(6).run()
    assert labels(app) == ["filter 1: 5 to 5", "filter 2: 5 to 5"]
    assert "Only example 1 was watched" in texts(app)
    app.number_input[0].set_value(9).run()
    assert app.warning[0].value == "Keras did not answer."
    assert not app.exception


def test_the_answer_is_read_where_the_network_ends_not_where_the_document_does(project: Project) -> None:
    edits = store().edit(project.id, [AddLayer(layer="Dropout", id="late", after="c1")])
    run = made(edits, STARTED)
    assert run.spec.graph.nodes[-1].id == "late"
    shares = np.eye(10, dtype=np.float32)[3]
    save(run.maps / "00000-000.npz", pack({}, {"digit": shares, "late": np.zeros((4, 4, 2), np.float32)}))
    append(run.events, MapsSaved(at=1000.0, epoch=0, file="00000-000.npz"))
    append(run.events, Finished(at=1010.0))
    assert "The network says **3**" in texts(show(project))


def test_the_layers_inside_blocks_can_be_looked_at_too(project: Project) -> None:
    run = made(store().create("Staged", staged()), STARTED)
    save(run.maps / "00000-000.npz", pack({}, {}))
    append(run.events, MapsSaved(at=1000.0, epoch=0, file="00000-000.npz"))
    append(run.events, Finished(at=1010.0))
    app = AppTest.from_file(PAGE, default_timeout=60)
    app.query_params["project"] = run.project
    offered = app.run().selectbox(key=f"layer-{run.id}").options
    assert "stage1_unit_1_conv1 (Conv2D)" in offered
    assert not [name for name in offered if name.endswith("(Block)")]


def test_while_it_trains_only_the_watched_example_is_offered(project: Project) -> None:
    run = made(project, STARTED)
    record(run, 0)
    with play_worker(run):
        app = show(project)
    assert not app.number_input
    assert "Test example 1" in texts(app)
