"""Joining and leaving the queue, and the one worker that takes a run from it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from builder.graph import Graph
from runtime import queue, tickets
from runtime.deleted import delete
from runtime.events import Failed, Started, Stopped, append, last
from runtime.process import AGAIN, Worker, write_atomically
from runtime.run import RunSpec, create
from tests.processes import play_worker

SPEC = RunSpec(graph=Graph())
ROOT = Path(__file__).parents[2]
STARTED = Started(at=1, device="cpu", epochs=1, steps=1, batch_size=1, examples=1, parameters=1)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))


def queued(**values):
    run = create(SPEC, **values)
    queue.join(run, memory=5)
    return run


def died(run, **values):
    """As if the worker had died a moment ago."""
    gone = Worker.of(os.getpid(), **values).model_copy(update={"started": -1.0})
    write_atomically(run.worker_file, gone.model_dump_json())


def test_one_of_many_processes_becomes_the_worker():
    run = queued()
    code = (
        "import sys; from runtime import queue; from runtime.run import open_run; "
        f"run = open_run({run.id!r}); sys.stdin.readline(); held = queue.claim(run); print(held is not None, flush=True); "
        "sys.stdin.readline()"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdin": -1, "stdout": -1, "text": True, "env": environment}
    many = [subprocess.Popen([sys.executable, "-c", code], **pipes) for _ in range(3)]
    for one in many:
        one.stdin.write("go\n")
        one.stdin.flush()
    assert sorted(one.stdout.readline().strip() for one in many) == ["False", "False", "True"]
    assert run.status() == "running"
    assert run.worker().memory == 5
    assert not queue.leave(run)
    for one in many:
        one.communicate("go\n")
    assert run.status() == "waiting"  # it died before it began


def test_a_run_that_has_begun_is_not_begun_again():
    run = queued()
    with queue.claim(run):
        append(run.events, STARTED)
        tickets.drop(run.id)
    died(run, again=AGAIN)
    assert run.status() == "crashed"
    assert queue.claim(run) is None


def test_a_run_whose_worker_has_died_goes_on_before_others_but_not_for_ever():
    run, other = queued(), queued()
    with queue.claim(run):
        append(run.events, STARTED)
        tickets.drop(run.id)
    for again in range(1, AGAIN + 1):
        died(run, again=again - 1)
        assert (run.status(), tickets.find(run.id)) == ("waiting", None)
        queue.join(run)
        assert [ticket.run for ticket in tickets.tickets()] == [run.id, other.id]
        queue.claim(run).close()
        assert run.worker().again == again
        tickets.drop(run.id)
    died(run, again=AGAIN)
    assert run.status() == "crashed"
    queue.join(run)  # a person's wish
    assert tickets.find(run.id).again == 0
    assert [ticket.run for ticket in tickets.tickets()] == [other.id, run.id]


def test_a_run_that_has_saved_something_counts_as_new():
    run = queued()
    queue.claim(run).close()
    queue.gets_further(run)
    write_atomically(run.worker_file, Worker.of(os.getpid(), memory=7, again=1).model_dump_json())
    queue.gets_further(run)
    assert (run.worker().again, run.worker().memory) == (0, 7)


def test_a_run_that_would_go_on_by_itself_can_be_stopped():
    run = queued()
    append(run.events, STARTED)
    died(run)
    assert queue.leave(run)
    assert run.status() == "stopped"


def test_what_can_go_on_waits_again():
    run = queued()
    tickets.drop(run.id)
    append(run.events, STARTED)
    append(run.events, Failed(at=2, message="The disk was full."))
    died(run, memory=7)
    run.control.write_text("stop")
    queue.join(run)
    assert run.status() == "waiting"
    assert not run.control.exists()
    assert tickets.find(run.id).memory == 7
    assert queue.leave(run)
    assert run.status() == "failed"  # as it was before


def test_a_wish_outlives_a_worker_that_dies_before_it_hears_it():
    run = queued()
    append(run.events, STARTED)
    died(run)
    run.control.write_text("stop")
    queue.join(run)
    assert run.control.read_text() == "stop"


def test_a_run_that_trains_does_not_join():
    run = create(SPEC)
    with play_worker(run):
        queue.join(run)
    assert tickets.find(run.id) is None


def test_leaving_stops_a_new_run():
    run = queued()
    assert queue.leave(run)
    assert isinstance(last(run.events), Stopped)
    assert not queue.leave(run)
    assert queue.claim(run) is None


def test_a_run_that_begins_at_this_moment_cannot_leave():
    run = queued()
    with queue.take(run.folder / "lock"):
        assert not queue.leave(run)
    assert run.status() == "waiting"


def test_deleting_takes_it_from_the_queue():
    run = queued()
    delete(run)
    assert tickets.tickets() == []


def test_the_board_is_told_and_read(tmp_path):
    assert queue.board() == queue.Board()
    first, second, third, fourth = (queued(project=name) for name in "aaba")
    told = [(first, "a", 3.0), (third, "b", 4.0), (second, "a", None)]
    lines = [queue.Place(run=run.id, owner=owner, starts=starts) for run, owner, starts in told]
    queue.tell(queue.Board(pid=1, queue=(queue.Place(run="gone", owner="a"), *lines)))
    as_told = [(run.id, starts) for run, _, starts in told]
    assert [(place.run, place.starts) for place in queue.places()] == [*as_told, (fourth.id, None)]
    queue.move(second, -1)  # seen at once, whoever tells it
    assert [place.run for place in queue.places()] == [run.id for run in (second, third, first, fourth)]
    assert [place.starts for place in queue.places()] == [3, 4, None, None]
    (tmp_path / "queue.json").write_text("{")
    assert queue.board() == queue.Board()
