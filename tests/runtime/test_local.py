"""Starting, queueing and steering runs, with a small process in the place of the worker that imports Keras."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from builder.graph import Graph
from runtime.events import Failed, Finished, Stopped, append, last, read
from runtime.launchers import local
from runtime.process import Worker
from runtime.run import RunError, RunSpec, create

SPEC = RunSpec(graph=Graph())
POPEN = subprocess.Popen

# What the real worker does as seen from here: ends when asked to stop, and counts its starts.
WORKER = """
import sys, time
from pathlib import Path
from runtime.events import Finished, Stopped, append
from runtime.run import open_run
if sys.argv[1] == "--spare":
    print("ready", flush=True)
    name = sys.stdin.readline().strip()
    if not name:
        sys.exit(0)
else:
    name = sys.argv[1]
run = open_run(Path(name).name)
(run.folder / "starts").open("a").write("start ")
while not (run.folder / "end").exists():
    if run.control.exists() and run.control.read_text() == "stop":
        append(run.events, Stopped(at=1))
        sys.exit(0)
    time.sleep(0.02)
append(run.events, Finished(at=1))
"""


def until(condition):
    while not condition():
        time.sleep(0.02)


def starts(run):
    path = run.folder / "starts"
    return path.read_text().count("start") if path.exists() else 0


@pytest.fixture(autouse=True)
def workers(tmp_path, monkeypatch):
    """Every process that a test starts, ended after it."""
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    for name, value in {"_waiting": [], "_children": [], "_over": set(), "_spare": None, "_thread": None}.items():
        monkeypatch.setattr(local, name, value)
    begun = []

    def small(command, **kwargs):
        begun.append(POPEN([sys.executable, "-c", WORKER, command[-1]], **kwargs))
        return begun[-1]

    monkeypatch.setattr(local.subprocess, "Popen", small)
    yield begun
    with local._lock:
        local._waiting.clear()
    for process in begun:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


def end(run):
    (run.folder / "end").touch()
    assert local.wait(run, timeout=60) == "finished"


def test_a_started_run_trains_in_its_own_process():
    run = create(SPEC)
    local.start(run)
    assert run.status() == "running"
    assert run.worker().pid != os.getpid()
    assert os.getsid(run.worker().pid) != os.getsid(0)  # the server's end does not end it
    end(run)
    assert starts(run) == 1


def test_a_run_is_started_once():
    run = create(SPEC)
    for _ in range(3):
        local.start(run)
        local.launch(run)
    end(run)
    until(lambda: not local._waiting)
    assert starts(run) == 1


def test_two_servers_start_a_run_once():
    """Servers that find the same waiting run at the same moment: one file decides."""
    run = create(SPEC)
    code = (
        "import sys; from runtime.launchers import local; from runtime.run import open_run; "
        f"run = open_run({run.id!r}); sys.stdin.readline(); print(local._claim(run))"
    )
    environment = {**os.environ, "PYTHONPATH": str(local.ROOT)}
    pipes = {"stdin": -1, "stdout": -1, "text": True, "env": environment}
    servers = [POPEN([sys.executable, "-c", code], **pipes) for _ in range(3)]
    for server in servers:
        server.stdin.write("go\n")
        server.stdin.flush()
    assert sorted(server.communicate()[0].strip() for server in servers) == ["False", "False", "True"]


def test_runs_wait_for_a_free_core():
    free = local.devices()[0].threads
    made = [create(SPEC) for _ in range(free + 2)]
    for run in made:
        local.launch(run)
    until(lambda: sum(starts(run) for run in made) == free)
    assert [run.status() for run in made] == ["running"] * free + ["waiting"] * 2
    end(made[0])
    until(lambda: starts(made[free]) == 1)
    assert made[-1].status() == "waiting"
    local.stop(made[-1])
    assert made[-1].status() == "stopped"
    for run in made[1:-1]:
        end(run)
    until(lambda: local._thread is None)
    assert starts(made[-1]) == 0


def test_a_run_removed_while_it_waits_is_passed_over():
    from runtime.run import delete

    run, other = create(SPEC), create(SPEC)
    with local._lock:  # the queue cannot move meanwhile
        local.launch(run)
        local.launch(other)
        delete(run)
    until(lambda: starts(other) == 1)
    end(other)


def test_waiting_runs_go_on_when_a_server_starts():
    run, ended = create(SPEC), create(SPEC)
    append(ended.events, Stopped(at=1))
    local.prepare()
    until(lambda: starts(run) == 1)
    end(run)
    assert starts(ended) == 0


def test_a_stopped_run_has_ended():
    run = create(SPEC)
    local.start(run)
    local.stop(run)
    assert local.wait(run, timeout=60) == "stopped"
    for ask in (local.stop, local.pause, local.resume):
        with pytest.raises(RunError, match="is over"):
            ask(run)


def test_a_run_that_waits_can_be_stopped_but_not_paused():
    run = create(SPEC)
    with pytest.raises(RunError, match="has not begun yet"):
        local.pause(run)
    local.stop(run)
    assert isinstance(last(run.events), Stopped)
    local.start(run)
    assert starts(run) == 0
    assert len(read(run.events)[0]) == 1


def test_a_device_that_is_not_there_fails_in_words():
    run = create(SPEC.model_copy(update={"device": "gpu:99"}))
    local.start(run)
    assert isinstance(last(run.events), Failed)
    assert "no device called 'gpu:99'" in last(run.events).message
    assert run.status() == "failed"


def test_a_process_that_cannot_be_made_fails_in_words(monkeypatch):
    def full(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(local.subprocess, "Popen", full)
    run = create(SPEC)
    local.launch(run)
    assert local.wait(run, timeout=60) == "failed"
    assert "could not be started" in last(run.events).message


def test_the_spare_takes_the_run(workers):
    local.prepare()
    assert local.ready(timeout=60)
    run = create(SPEC)
    local.start(run)
    assert run.worker().pid == workers[0].pid
    end(run)
    until(lambda: len(workers) == 2)  # a new spare stands ready


def test_a_spare_that_has_died_is_not_used(workers):
    local.prepare()
    assert local.ready(timeout=60)
    workers[0].kill()
    workers[0].wait()
    run = create(SPEC)
    local.start(run)
    assert run.worker().pid == workers[1].pid
    end(run)


def test_a_spare_that_dies_while_it_is_given_a_run(workers, monkeypatch):
    local.prepare()
    assert local.ready(timeout=60)
    workers[0].kill()
    workers[0].wait()
    monkeypatch.setattr(workers[0], "poll", lambda: None)  # it lived a moment ago
    run = create(SPEC)
    local.start(run)
    assert run.worker().pid == workers[1].pid
    end(run)


def test_close_ends_the_spare_and_not_the_runs(workers):
    local.prepare()
    assert local.ready(timeout=60)
    run = create(SPEC)
    local.start(run)
    local._warm_up()
    local.close()
    assert workers[-1].wait(timeout=60) == 0
    assert run.status() == "running"
    end(run)


def test_the_spare_ends_with_its_server():
    """A server that is killed says no goodbye: the end of the spare's input must do."""
    code = (
        "import subprocess, sys\n"
        "from runtime.launchers import local\n"
        f"popen, worker = subprocess.Popen, {WORKER!r}\n"
        "subprocess.Popen = lambda command, **kw: popen([sys.executable, '-c', worker, command[-1]], **kw)\n"
        "local.prepare(); assert local.ready(60)\n"
        "print(local._spare.process.pid, flush=True); sys.stdin.read()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(local.ROOT)}
    server = POPEN([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True, env=environment)
    spare = psutil.Process(int(server.stdout.readline()))
    os.kill(server.pid, signal.SIGKILL)
    server.communicate()
    spare.wait(timeout=60)


def test_many_finished_runs_are_looked_at_once(monkeypatch):
    for _ in range(20):
        append(create(SPEC).events, Finished(at=1))
    assert local._running() == 0
    looked = []
    monkeypatch.setattr("runtime.run.last", lambda path: looked.append(path))
    assert local._running() == 0
    assert looked == []


def test_the_claim_names_a_living_process():
    run = create(SPEC)
    assert local._claim(run)
    assert run.worker() == Worker.of(os.getpid())
    assert not local._claim(run)
