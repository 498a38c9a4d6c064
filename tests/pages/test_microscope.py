"""The Microscope: which pictures it shows of a run, and what it says where there are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.zoo import TEMPLATES
from runtime.events import Event, Finished, Started, append
from runtime.run import Run, RunSpec, Watch, create
from runtime.store import Project, store

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
