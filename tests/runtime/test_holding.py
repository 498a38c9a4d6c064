"""A pause in the middle of a step: the process stops, and goes on when something else is asked of it."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from builder.graph import Graph
from runtime import holding
from runtime.launchers import local
from runtime.run import RunSpec, create
from tests.processes import has_ended
from tests.small import python, until

# A worker in the middle of a step that never ends.
BUSY = """
import os, sys
from runtime.events import Paused, Resumed, append
from runtime.holding import held_at_once, stop_here
from runtime.process import Worker, take, write_atomically
from runtime.run import open_run

run = open_run(sys.argv[1])
heard = ""

def hold():
    global heard
    heard = run.wish()
    if heard == "pause":
        append(run.events, Paused(at=1))
        stop_here(run.control)
        heard = run.wish()
        append(run.events, Resumed(at=1))

with take(run.lock), held_at_once(lambda: run.wish() if run.wish() not in ("", heard) else None, hold):
    write_atomically(run.worker_file, Worker.of(os.getpid()).model_dump_json())
    while heard != "stop":
        sum(range(1000))
"""


@pytest.fixture
def busy(tmp_path, monkeypatch):
    """A run whose worker is in the middle of a step, and its process."""
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setattr(local, "ensure", lambda: None)
    run = create(RunSpec(graph=Graph()))
    process = subprocess.Popen([*python(BUSY), run.id])
    until(lambda: run.worker() is not None)
    yield run, psutil.Process(process.pid)
    process.kill()
    process.wait()


def stopped(process):
    return process.status() == psutil.STATUS_STOPPED


def test_a_pause_stops_the_process_and_resume_lets_it_go_on(busy):
    run, process = busy
    for _ in range(2):
        local.pause(run)
        until(lambda: stopped(process))
        assert run.status() == "paused"
        local.resume(run)
        until(lambda: run.status() == "running")
        assert not stopped(process)


def test_one_that_is_stopped_hears_that_it_shall_end(busy):
    run, process = busy
    local.pause(run)
    until(lambda: stopped(process))
    local.stop(run)
    process.wait()


def test_one_that_is_killed_leaves_no_waker(busy):
    run, process = busy
    local.pause(run)
    until(lambda: stopped(process))
    (waker,) = process.children()
    process.kill()
    until(lambda: has_ended(waker))


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels tell nobody of the end of a pipe")
def test_one_whose_waker_is_killed_goes_on(busy):
    """Then the training itself holds the pause when its step is done."""
    run, process = busy
    local.pause(run)
    until(lambda: stopped(process))
    (waker,) = process.children()
    waker.kill()
    until(lambda: not stopped(process))
    local.stop(run)
    process.wait()


def test_one_that_nothing_could_wake_is_not_stopped(tmp_path, monkeypatch):
    """The training itself holds the pause here too."""

    def full(*args, **kwargs):
        raise BlockingIOError

    monkeypatch.setattr(holding.subprocess, "Popen", full)
    holding.stop_here(tmp_path / "control")


def test_a_wish_that_the_training_hears_in_time_stops_nothing():
    """A step that ends soon holds the pause by itself."""
    wishes, held = iter(["pause", "pause", None, "pause"]), []
    looked = []

    def unheard():
        looked.append(next(wishes, None))
        return looked[-1]

    with holding.held_at_once(unheard, lambda: held.append(1)):
        until(lambda: len(looked) > 5)
    assert held == []
