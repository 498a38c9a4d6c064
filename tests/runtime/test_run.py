"""Run folders: made, opened, listed, renamed, removed; and what a run is doing."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tomllib

import pytest

from builder.graph import MAX_DOCUMENT_BYTES, Graph
from runtime.deleted import delete
from runtime.events import Failed, Finished, Paused, Resumed, Started, Stopped, append
from runtime.process import AGAIN, Worker
from runtime.record import ID, MAX_NAME
from runtime.run import RunError, RunSpec, create, damaged, open_run, rename, runs
from runtime.versions import PYPROJECT
from tests.small import until

SPEC = RunSpec(graph=Graph())
STARTED = Started(at=1, device="cpu", epochs=2, steps=3, batch_size=4, examples=12, parameters=5)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def process():
    """A process that lives until the test is over, or kills it."""
    command = [sys.executable, "-c", "lock = open(input(), 'a'); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as child:
        yield child
        child.kill()


def worked(run, process, again=0):
    worker = Worker.of(process.pid, again=again)
    run.worker_file.write_text(worker.model_dump_json())
    process.stdin.write(f"{run.lock}\n")
    process.stdin.flush()
    until(lambda: worker.lives(run.lock))
    return run


def test_a_disk_that_is_full_gets_no_folder_that_is_no_run(home, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("runtime.run.write_record", full)
    with pytest.raises(OSError, match="No space"):
        create(SPEC)
    assert list((home / "runs").iterdir()) == []


def test_a_new_run_can_be_opened():
    run = create(SPEC, name="  first\n try ", project="p1")
    assert ID.fullmatch(run.id)
    assert (run.name, run.project, run.spec) == ("first try", "p1", SPEC)
    assert run.versions["keras"]
    assert run.versions["layerloom"] == tomllib.loads(PYPROJECT.read_text())["project"]["version"]
    assert run.maps.is_dir()
    assert open_run(run.id) == run
    assert create(SPEC).name.startswith("digits ")


def test_runs_are_listed_newest_first():
    made = [create(SPEC, name=str(n), project=f"p{n % 2}") for n in range(4)]
    assert runs() == made[::-1]
    assert runs("p1") == [made[3], made[1]]
    assert runs("") == []


def test_what_is_no_run_is_passed_over(home):
    run = create(SPEC)
    (home / "runs" / "20260101-000000-abcdef").mkdir()
    (home / "runs" / "notes.txt").touch()
    (home / "runs" / ".hidden").mkdir()
    assert runs() == [run]
    assert damaged() == {}


def test_a_new_name_is_kept():
    run = rename(create(SPEC), " a  new\tname ")
    assert run.name == open_run(run.id).name == "a new name"
    assert len(rename(run, "x" * 500).name) == MAX_NAME
    with pytest.raises(RunError, match="needs a name"):
        rename(run, " \n ")
    assert not [path for path in run.folder.iterdir() if path.name.startswith(".")]


def test_a_run_that_another_tab_has_deleted_is_not_renamed():
    run = create(SPEC)
    delete(run)
    with pytest.raises(RunError, match="any more"):
        rename(run, "new")
    assert not run.folder.exists()


@pytest.mark.parametrize(
    "run_id",
    ["", ".", "..", "../../etc", "20260101-000000-abcdef/..", "20260101-000000-ABCDEF", "20260101-000000-abcdef\n", "x" * 9999, "\0"],
)  # fmt: skip
def test_only_ids_are_opened(run_id):
    create(SPEC)
    with pytest.raises(RunError, match="is no run's id"):
        open_run(run_id)


def test_a_run_that_is_not_there():
    with pytest.raises(RunError, match="There is no run"):
        open_run("20260101-000000-abcdef")


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", "{}", "\x00" * 50, "[" * 50_000, '{"id": "20260101-000000-abcdef"}'],
    ids=["empty", "half", "list", "null", "nothing", "zeros", "deep", "part"],
)
def test_a_broken_record_is_told(content):
    run = create(SPEC)
    (run.folder / "run.json").write_text(content)
    with pytest.raises(RunError, match="cannot be read") as error:
        open_run(run.id)
    assert runs() == []
    assert damaged() == {run.id: str(error.value)}
    assert "pydantic" not in damaged()[run.id]


def test_unknown_fields_are_refused():
    run = create(SPEC)
    record = json.loads((run.folder / "run.json").read_text())
    (run.folder / "run.json").write_text(json.dumps({**record, "more": 1}))
    with pytest.raises(RunError, match="cannot be read"):
        open_run(run.id)


def test_a_huge_record_is_not_read():
    run = create(SPEC)
    with (run.folder / "run.json").open("ab") as file:
        file.truncate(2 * MAX_DOCUMENT_BYTES + 1)
    with pytest.raises(RunError, match="too large"):
        open_run(run.id)


def test_another_runs_record_is_refused():
    one, other = create(SPEC), create(SPEC)
    (one.folder / "run.json").write_bytes((other.folder / "run.json").read_bytes())
    with pytest.raises(RunError, match="of another run"):
        open_run(one.id)


def test_links_are_not_followed(home, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    run = create(SPEC)
    (run.folder / "run.json").rename(outside / "run.json")
    (run.folder / "run.json").symlink_to(outside / "run.json")
    with pytest.raises(RunError, match="link"):
        open_run(run.id)
    linked = home / "runs" / "20260101-000000-abcdef"
    linked.symlink_to(outside)
    with pytest.raises(RunError, match="link"):
        open_run(linked.name)
    assert runs() == []
    assert (outside / "run.json").exists()


def test_status_while_it_lives(process):
    run = create(SPEC)
    assert run.status() == "waiting"
    worked(run, process)
    assert run.status() == "running"
    for event, status in (
        (STARTED, "running"),
        (Paused(at=2), "paused"),
        (Resumed(at=3), "running"),
    ):
        append(run.events, event)
        assert run.status() == status


def test_what_has_been_asked_is_open_until_it_is_done():
    run = create(SPEC)
    assert run.asked("running") == ""
    for wish, waits, done in (
        ("pause", "running", "paused"),
        ("resume", "paused", "running"),
        ("stop", "paused", "stopped"),
    ):
        run.control.write_text(wish)
        assert run.asked(waits) == wish
        assert run.asked(done) == ""
    run.control.write_text("dance")
    assert run.asked("running") == ""


@pytest.mark.parametrize(
    ("event", "status"),
    [(Finished(at=1), "finished"), (Stopped(at=1), "stopped"), (Failed(at=1, message="m"), "failed")],
)
def test_status_at_the_end(process, event, status):
    run = worked(create(SPEC), process)
    append(run.events, STARTED)
    append(run.events, event)
    assert run.status() == status
    process.kill()
    process.wait()
    assert run.status() == status


@pytest.mark.parametrize("again", [0, AGAIN - 1])
def test_a_run_whose_worker_has_died_without_a_word_waits_to_go_on(process, again):
    run = worked(create(SPEC), process, again)
    append(run.events, STARTED)
    process.kill()
    assert process.wait()
    assert run.status() == "waiting"


def test_a_run_that_has_gone_on_in_vain_has_crashed(process):
    run = worked(create(SPEC), process, AGAIN)
    append(run.events, STARTED)
    process.kill()
    assert process.wait()
    assert run.status() == "crashed"
    run.worker_file.unlink()
    assert run.status() == "crashed"


def test_a_zombie_is_dead(process):
    run = worked(create(SPEC), process, AGAIN)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody has asked how
    assert run.status() == "crashed"


def test_another_process_with_the_same_number_is_not_the_worker(process):
    run = create(SPEC)
    worker = Worker.of(process.pid, again=AGAIN)
    run.worker_file.write_text(worker.model_copy(update={"started": worker.started - 100}).model_dump_json())
    assert run.status() == "crashed"
    assert run.worker().process() is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        '{"pid": -1, "started": 0}',
        '{"pid": 99999999999, "started": 0}',
        '{"pid": 1, "started": 0, "memory": -5, "again": 0}',
    ],
)
def test_a_broken_note_of_the_worker_is_none(content):
    run = create(SPEC)
    run.worker_file.write_text(content)
    assert run.worker() is None
    assert run.status() == "waiting"


def test_only_what_was_sent_to_the_cluster_is_a_job_of_it():
    here, there = (create(SPEC.model_copy(update={"device": device})) for device in ("cpu", "cluster"))
    for run in (here, there):
        run.worker_file.write_text(Worker(pid=1, started=0, job="layerloom-1").model_dump_json())
    assert not here.worker().lives(here.lock)
    assert there.worker().lives(there.lock)


def test_the_end_of_the_log():
    run = create(SPEC)
    assert run.log_end() == ""
    run.log.write_bytes(b"\xff" + b"line\n" * 10_000)
    assert run.log_end(10) == "line\nline\n"
    assert run.log_end(10**9).startswith("\ufffdline")


@pytest.mark.parametrize(
    "change",
    [{"seed": -1}, {"seed": 2**31}, {"data": {"name": "../x"}}, {"data": {"test_fraction": 1}}, {"watch": {"sample": -1}}, {"x": 1}],
)  # fmt: skip
def test_specs_have_bounds(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        RunSpec.model_validate({"graph": {}, **change})
