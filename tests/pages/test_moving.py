"""Runs that are taken to another server, and those that come from one, on the page."""

import pytest
from streamlit.testing.v1 import AppTest

from builder.zoo import TEMPLATES
from runtime.archive import archive
from runtime.deleted import delete
from runtime.events import Finished, append
from runtime.run import RunSpec, create, open_run
from runtime.store import store


def script(project_id):
    from pages.parts import moving
    from runtime.run import runs
    from runtime.store import store

    project = store().project(project_id)
    for run in runs(project.id):
        moving.give(run)
    moving.take(project)


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "home"))
    return store().create("Mine", TEMPLATES["mlp"].make())


@pytest.fixture
def app(project):
    return AppTest.from_function(script, args=(project.id,), default_timeout=60)


@pytest.fixture
def file(tmp_path, project):
    run = create(RunSpec(graph=project.graph), name="Moved", project="a" * 32)
    append(run.events, Finished(at=1.0))
    path = tmp_path / "moved.zip"
    archive(run, path)
    delete(run)
    return run.id, path


def test_the_run_of_an_archive_comes_into_the_open_project(app, project, file):
    run_id, path = file
    app.run().file_uploader[0].upload("moved.zip", path.read_bytes(), "application/zip").run()
    assert not app.exception
    assert open_run(run_id).project == project.id
    assert app.get("download_button")[0].proto.label == "Take it as one file"


def test_what_is_no_archive_is_told(app, project):
    app.run().file_uploader[0].upload("x.zip", b"nonsense", "application/zip").run()
    assert "no archive of a run" in app.error[0].value


def test_a_run_that_goes_on_cannot_be_taken(app, project):
    create(RunSpec(graph=project.graph), project=project.id)
    assert "once it has ended" in app.run().caption[0].value
