"""Deleted runs come back within an hour, and their files are gone after it."""

from __future__ import annotations

import os
import tempfile
import time

import pytest

from builder.graph import Graph
from runtime import deleted, tickets
from runtime.process import Worker, take
from runtime.run import RunError, RunSpec, create, damaged, open_run, runs

SPEC = RunSpec(graph=Graph())


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    return tmp_path


def aside(home):
    return [path.name for path in (home / "runs" / deleted.FOLDER).iterdir()]


def test_a_deleted_run_is_gone_and_comes_back_as_it_was():
    run, other = create(SPEC), create(SPEC)
    tickets.put(tickets.Ticket(run=run.id, owner="", device="cpu"))
    run.events.write_text("{}")
    deleted.delete(run)
    assert not run.folder.exists()
    assert runs() == [other]
    assert tickets.find(run.id) is None
    deleted.delete(run)  # twice does no harm
    assert run.status() == "waiting"
    assert deleted.restore(run.id) == run
    assert run.events.read_text() == "{}"


def test_one_that_was_removed_for_good_does_not_come_back(home):
    run = create(SPEC)
    deleted.delete(run)
    deleted.forget(run.id)
    deleted.forget(run.id)
    assert aside(home) == []
    with pytest.raises(RunError, match="for good"):
        deleted.restore(run.id)


def test_after_an_hour_the_files_are_removed(home):
    old, new = create(SPEC), create(SPEC)
    os.utime(old.folder, (0, 0))  # an hour of being deleted, not of having been made
    for run in (old, new):
        deleted.delete(run)
    (home / "runs" / deleted.FOLDER / "mine").mkdir()
    deleted.clear()
    assert sorted(aside(home)) == sorted([old.id, new.id, "mine"])
    for name in (old.id, "mine"):
        os.utime(home / "runs" / deleted.FOLDER / name, (0, time.time() - deleted.KEPT - 1))
    deleted.clear()
    assert sorted(aside(home)) == sorted([new.id, "mine"])  # what is no run is not ours


def test_half_a_run_does_not_come_back(home, monkeypatch):
    run = create(SPEC)
    deleted.delete(run)

    def killed(folder):
        next(folder.iterdir()).unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(deleted.shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            deleted.forget(run.id)
    with pytest.raises(RunError, match="for good"):
        deleted.restore(run.id)
    assert len(aside(home)) == 1
    deleted.clear()
    assert aside(home) == []


def test_one_that_came_back_as_an_archive_is_not_overwritten(home):
    run = create(SPEC)
    deleted.delete(run)
    (run.folder / "maps").mkdir(parents=True)
    with pytest.raises(RunError, match="here again already"):
        deleted.restore(run.id)
    (run.folder / "maps").rmdir()
    run.folder.rmdir()
    deleted.restore(run.id)
    deleted.delete(open_run(run.id))
    deleted.restore(run.id)


def test_one_that_was_deleted_before_makes_room_for_the_newer(home):
    run = create(SPEC)
    record = (run.folder / "run.json").read_bytes()
    deleted.delete(run)
    run.folder.mkdir()
    (run.folder / "run.json").write_bytes(record)
    (run.folder / "newer").touch()
    deleted.delete(open_run(run.id))
    assert (deleted.restore(run.id).folder / "newer").exists()


@pytest.mark.parametrize("name", ["..", "20260101-000000-abcde/..", ""])
def test_nothing_else_is_touched(name):
    for act in (deleted.restore, deleted.forget):
        with pytest.raises(RunError, match="no run"):
            act(name)


def test_a_run_that_trains_is_not_deleted():
    run = create(SPEC)
    with take(run.lock):
        run.worker_file.write_text(Worker.of(os.getpid()).model_dump_json())
        with pytest.raises(RunError, match="stop it first"):
            deleted.delete(run)
    assert run.folder.exists()


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="there is no other disk")
def test_runs_may_lie_on_another_disk(home):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        (home / "runs").symlink_to(other)
        run = create(SPEC)
        deleted.delete(run)
        assert (runs(), damaged()) == ([], {})
        assert deleted.restore(run.id) == run
        deleted.delete(run)
        deleted.forget(run.id)
        assert aside(home) == []


def test_a_link_to_the_runs_of_another_home_is_not_followed(home):
    theirs = home / "theirs" / "20260101-000000-aaaaaa"
    theirs.mkdir(parents=True)
    os.utime(theirs, (0, 0))
    run = create(SPEC)
    (home / "runs" / deleted.FOLDER).symlink_to(theirs.parent)
    deleted.clear()
    assert theirs.exists()
    with pytest.raises(RunError, match="is a link"):
        deleted.delete(run)
    with pytest.raises(RunError, match="is a link"):
        deleted.restore(theirs.name)
    assert run.folder.exists()


def test_a_folder_that_cannot_be_listed_ends_nobody(home):
    create(SPEC)
    (home / "runs" / deleted.FOLDER).symlink_to("/not/mounted")
    deleted.clear()
