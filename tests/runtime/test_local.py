"""Launching and steering runs, with a real supervisor whose workers are small processes."""

from __future__ import annotations

import os
import subprocess
import threading

import pytest

from builder.graph import Graph
from runtime import queue, tickets
from runtime.events import Finished, Stopped, append, last
from runtime.launchers import local
from runtime.process import take
from runtime.run import RunError, RunSpec, create
from tests.small import FORKSERVER, python, starts, until

SPEC = RunSpec(graph=Graph())
POPEN = subprocess.Popen
SUPERVISOR = (
    "import sys\n"
    "from runtime.launchers import starter\n"
    f"starter.FORKSERVER = (sys.executable, '-c', {FORKSERVER!r})\n"
    "from runtime import supervisor\n"
    "supervisor.main()"
)


@pytest.fixture(autouse=True)
def begun(tmp_path, monkeypatch):
    """The supervisors that a test starts, ended after it."""
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setattr(local, "_started", None)
    monkeypatch.setattr(local, "_attends", None)
    monkeypatch.setattr(threading.Thread, "start", lambda thread: None)  # nobody cares for ever
    processes = []

    def noted(command, **kwargs):
        processes.append(POPEN(command, **kwargs))
        return processes[-1]

    monkeypatch.setattr(local.subprocess, "Popen", noted)
    monkeypatch.setattr(local, "SUPERVISOR", python(SUPERVISOR))
    yield processes
    local.close()
    for process in processes:
        process.wait()
    if local._attends:
        local._attends.close()


def train(run):
    until(lambda: starts(run) and tickets.find(run.id) is None)


def end(run):
    (run.folder / "end").touch()
    assert local.wait(run, timeout=60) == "finished"


def test_a_launched_run_trains_once_and_survives_the_supervisor(begun):
    run = create(SPEC)
    for _ in range(3):
        local.launch(run)
    train(run)
    assert len(begun) == 1
    assert os.getsid(begun[0].pid) == begun[0].pid
    begun[0].kill()
    begun[0].wait()
    assert run.status() == "running"
    local.ensure()
    until(lambda: queue.board().pid == begun[1].pid)
    end(run)
    assert starts(run) == 1


def test_a_server_makes_all_ready_and_goes_on_with_what_was_left(begun):
    left, ended = create(SPEC), create(SPEC)
    append(ended.events, Stopped(at=1))
    local.prepare()
    local.prepare()
    assert local.ready(timeout=60)
    assert len(begun) == 1
    train(left)
    end(left)
    assert starts(ended) == 0


def test_waiting_for_a_run_cares_for_its_supervisor(begun, monkeypatch):
    monkeypatch.setattr(local, "CARE", 0.1)
    run = create(SPEC)
    queue.join(run)
    (run.folder / "end").touch()
    assert local.wait(run, timeout=60) == "finished"
    assert len(begun) == 1


def test_without_a_supervisor_nothing_is_ready():
    assert not local.ready(timeout=0)
    local.close()


def test_a_stopped_run_has_ended():
    run = create(SPEC)
    local.launch(run)
    train(run)
    local.stop(run)
    assert local.wait(run, timeout=60) == "stopped"
    for ask in (local.stop, local.pause, local.resume):
        with pytest.raises(RunError, match="is over"):
            ask(run)


def test_a_run_that_waits_can_be_stopped_but_not_paused():
    run = create(SPEC)
    queue.join(run)
    with pytest.raises(RunError, match="has not begun yet"):
        local.pause(run)
    local.stop(run)
    assert isinstance(last(run.events), Stopped)
    assert tickets.find(run.id) is None


def test_a_run_that_begins_at_this_moment_finds_the_wish_to_stop():
    run = create(SPEC)
    queue.join(run)
    with take(run.folder / "lock"):
        local.stop(run)
    local.ensure()
    assert local.wait(run, timeout=60) == "stopped"


def test_a_wait_ends_in_time():
    run = create(SPEC)
    assert local.wait(run, timeout=0) == "waiting"
    append(run.events, Finished(at=1))
    assert local.wait(run) == "finished"
