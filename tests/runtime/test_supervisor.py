"""The process that starts runs, with small processes in the place of workers and fork server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from builder.graph import Graph
from runtime import queue, supervisor, tickets
from runtime.admission import machine
from runtime.deleted import delete
from runtime.events import Stopped, append, last
from runtime.launchers import local, starter
from runtime.process import AGAIN, is_held, share, take
from runtime.run import RunSpec, create
from runtime.schedule import Slots
from tests.small import BROKEN, FORKSERVER, WORKER, python, starts, until

SPEC = RunSpec(graph=Graph())
LATE = tickets.Ticket(run="20260101-000000-000000")
POPEN = subprocess.Popen
ROOT = Path(__file__).parents[2]
BEGUN: dict[int, subprocess.Popen[bytes]] = {}  # by process number


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    """A home of its own, in which a worker is small, and ends with the test."""
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    BEGUN.clear()

    def noted(command, **kwargs):
        process = POPEN(command, **kwargs)
        BEGUN[process.pid] = process
        return process

    monkeypatch.setattr(starter.subprocess, "Popen", noted)
    monkeypatch.setattr(starter, "WORKER", python(WORKER))
    monkeypatch.setattr(starter, "FORKSERVER", python(FORKSERVER))
    yield
    for process in BEGUN.values():
        process.wait()


def queued(count=1, spec=SPEC, owner=""):
    made = [create(spec, owner=owner) for _ in range(count)]
    for run in made:
        queue.join(run)
    return made


def end(*made):
    for run in made:
        (run.folder / "end").touch()
    for run in made:
        assert local.wait(run, timeout=60) == "finished"


def train(run):
    until(lambda: starts(run) and tickets.find(run.id) is None)


def forked(run):
    """Whether its worker came from the fork server: it was then not begun by us."""
    return run.worker().pid not in BEGUN


def test_a_run_gets_a_process_of_its_own_forked_in_a_session_of_its_own(serve):
    (run,) = queued()
    serve()
    train(run)
    assert run.status() == "running"
    assert forked(run)
    assert os.getsid(run.worker().pid) == run.worker().pid  # nothing but its own end ends it
    end(run)
    assert starts(run) == 1


def test_only_as_many_train_as_there_are_cores_and_the_others_follow(serve):
    free = machine()["cpu"].count
    made = queued(free + 2)
    serve()
    for run in made[:free]:
        train(run)
    assert [run.status() for run in made] == ["running"] * free + ["waiting"] * 2
    until(lambda: [place.run for place in queue.board().queue] == [run.id for run in made[free:]])
    local.stop(made[-1])
    assert made[-1].status() == "stopped"
    end(made[0])
    train(made[free])
    end(*made[1:-1])
    assert [starts(run) for run in made] == [1] * (free + 1) + [0]


def test_runs_of_which_nobody_knew_what_memory_they_need_find_it_out_and_wait_for_room(serve, monkeypatch):
    # Room for four at once, if their memory allows.
    monkeypatch.setattr(supervisor, "machine", lambda: {"cpu": Slots(4, machine()["cpu"].memory)})
    large, as_large, small = made = queued(3)
    for run in (large, as_large):
        (run.folder / "needs").write_text(str(machine()["cpu"].memory * 2 // 3))
    serve()
    until(lambda: any(tickets.find(run.id) is None for run in (large, as_large)))
    until(lambda: any(ticket.memory for ticket in tickets.tickets()))
    late = next(run for run in (large, as_large) if tickets.find(run.id) is not None)
    first = large if late is as_large else as_large
    until(lambda: late.status() == "waiting")
    train(small)
    assert (first.status(), late.status(), starts(late)) == ("running", "waiting", 1)
    until(lambda: [place.memory for place in queue.board().queue] == [machine()["cpu"].memory * 2 // 3])
    end(first)
    train(late)
    assert (starts(late), forked(late), late.worker().memory) == (2, True, machine()["cpu"].memory * 2 // 3)
    end(late, small)
    assert [run.status() for run in made] == ["finished"] * 3


def test_a_paused_run_leaves_its_place_to_others(serve):
    free = machine()["cpu"].count
    made = queued(free + 1)
    serve()
    train(made[0])
    local.pause(made[0])
    train(made[-1])
    end(*made)


def test_runs_beside_each_other_have_cores_of_their_own_and_the_last_one_has_all(serve):
    all_cores = os.sched_getaffinity(0)
    made = queued(2)
    serve()
    for run in made:
        train(run)
    if len(all_cores) > 1:
        until(lambda: not set.intersection(*(os.sched_getaffinity(run.worker().pid) for run in made)))
    end(made[0])
    until(lambda: os.sched_getaffinity(made[1].worker().pid) == all_cores)
    end(made[1])


def test_owners_take_turns(serve, monkeypatch):
    monkeypatch.setattr(supervisor, "machine", lambda: {"cpu": Slots(1, 10**12)})
    anna, ben = queued(3, owner="anna"), queued(2, owner="ben")
    serve()
    for run in (anna[0], ben[0], anna[1], ben[1], anna[2]):
        train(run)
        end(run)


def test_a_run_removed_while_it_waits_is_passed_over(serve):
    run, other = queued(2)
    delete(run)
    tickets.put(tickets.Ticket(run=run.id))  # as if the folder alone had gone
    serve()
    train(other)
    until(lambda: tickets.find(run.id) is None)
    end(other)


@pytest.mark.parametrize(("deaths", "outcome"), [(1, "finished"), (2, "finished"), (3, "failed")])
def test_a_worker_that_dies_before_it_begins_is_followed_by_another_one_but_not_for_ever(serve, deaths, outcome):
    (run,) = queued()
    (run.folder / "dies").write_text(str(deaths))
    (run.folder / "end").touch()
    serve()
    assert local.wait(run, timeout=60) == outcome
    assert starts(run) == min(deaths + 1, supervisor.TRIES)
    assert not forked(run)  # the later ones have imported everything themselves
    if outcome == "failed":
        assert "could not be started" in last(run.events).message, run.log_end()


def test_a_run_that_goes_on_while_its_last_worker_still_ends_begins_as_quickly(serve):
    """That worker has trained: it is none that died before it began, after which the next one is not forked."""
    (run,) = queued()
    serve()
    train(run)
    (run.folder / "lingers").touch()
    local.stop(run)
    until(lambda: run.status() == "stopped")
    queue.join(run)
    (run.folder / "lingers").unlink()
    until(lambda: starts(run) == 2)
    train(run)
    quickly = forked(run)
    (run.folder / "end").touch()
    until(lambda: run.status() == "finished")
    assert quickly


def test_without_a_fork_server_workers_begin_plainly(serve, monkeypatch):
    monkeypatch.setattr(starter, "FORKSERVER", python(BROKEN))
    (run,) = queued()
    serve()
    train(run)
    assert not forked(run)
    end(run)


@pytest.mark.parametrize("error", [OSError("no disk"), ValueError("math domain error")])
def test_what_goes_wrong_with_one_run_ends_nothing(error, capsys):
    def fail(run):
        raise error

    assert supervisor.apart(fail, "run") is None
    assert str(error) in capsys.readouterr().err


def test_a_fork_server_that_is_killed_is_replaced(serve):
    serve()
    until(lambda: queue.board().warm)
    # This process may have children of other tests.
    (server,) = (child for child in psutil.Process().children() if starter.FORKSERVER[-1] in child.cmdline())
    server.kill()
    made = queued(2)
    end(*made)
    assert [starts(run) for run in made] == [1, 1]


def test_the_next_supervisor_finds_what_trains_and_starts_nothing_twice(serve):
    free = machine()["cpu"].count
    made = queued(free + 1)
    first = serve()
    for run in made[:free]:
        train(run)
    first.end()
    assert [run.status() for run in made] == ["running"] * free + ["waiting"]
    serve()
    until(lambda: set(queue.board().training) == {run.id for run in made[:free]})
    end(made[0])
    train(made[-1])
    end(*made)
    assert [starts(run) for run in made] == [1] * (free + 1)


def test_a_run_whose_worker_died_while_nobody_looked_goes_on(serve):
    (run,) = queued()
    first = serve()
    train(run)
    first.end()
    os.kill(run.worker().pid, signal.SIGKILL)
    until(lambda: run.status() == "waiting")
    serve()
    until(lambda: starts(run) == 2)
    train(run)
    end(run)


def test_a_run_whose_worker_dies_again_and_again_has_crashed(serve):
    (run,) = queued()
    serve()
    for begun in range(1, AGAIN + 2):
        until(lambda begun=begun: starts(run) == begun)
        train(run)
        os.kill(run.worker().pid, signal.SIGKILL)
    until(lambda: run.status() == "crashed")
    (other,) = queued()
    train(other)
    assert (run.status(), starts(run)) == ("crashed", AGAIN + 1)
    end(other)


def test_a_device_that_is_not_there_fails_in_words(serve):
    (run,) = queued(spec=SPEC.model_copy(update={"device": "gpu:99"}))
    serve()
    assert local.wait(run, timeout=60) == "failed"
    assert "no device called 'gpu:99'" in last(run.events).message


def test_a_process_that_cannot_be_made_fails_in_words(serve, monkeypatch):
    monkeypatch.setattr(starter, "FORKSERVER", python(BROKEN))

    def full(command, **kwargs):
        if command[2] == WORKER:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return POPEN(command, **kwargs)

    monkeypatch.setattr(starter.subprocess, "Popen", full)
    (run,) = queued()
    serve()
    assert local.wait(run, timeout=60) == "failed"
    assert "could not be started" in last(run.events).message


def test_it_ends_when_nothing_is_left_and_no_server_wants_it(serve, monkeypatch, tmp_path):
    monkeypatch.setattr(supervisor, "LINGER", 0.2)
    with share(tmp_path / supervisor.ATTENDED):
        serving = serve()
        (run,) = queued()
        train(run)
        end(run)
        until(lambda: not queue.board().training)
        assert serving.thread.is_alive()
    serving.thread.join()


def test_it_ends_when_its_folder_has_gone(serve, tmp_path):
    serving = serve()
    until((tmp_path / supervisor.LOCK).exists)
    (tmp_path / supervisor.LOCK).unlink()
    serving.thread.join()


def test_there_is_one_at_a_time(tmp_path):
    """A second one leaves at once; killed, the first leaves its lock to the next."""
    code = "from runtime import supervisor; supervisor.ForkServer.keep = lambda self: None; supervisor.main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with share(tmp_path / supervisor.ATTENDED):
        first = POPEN([sys.executable, "-c", code], env=environment)
        until(lambda: queue.board().pid == first.pid)
        assert POPEN([sys.executable, "-c", code], env=environment).wait(timeout=60) == 0
        first.kill()
        first.wait()
        assert not is_held(tmp_path / supervisor.LOCK)
        next_one = POPEN([sys.executable, "-c", code], env=environment)
        until(lambda: queue.board().pid == next_one.pid)
        local.close()
        assert next_one.wait(timeout=60) == 0


def test_one_that_leaves_looks_once_more_whether_somebody_has_come(tmp_path, monkeypatch):
    served = []
    monkeypatch.setattr(supervisor.signal, "signal", lambda *_: None)

    class Once:
        def __init__(self, asked):
            self.asked = asked

        def serve(self):
            served.append(take(tmp_path / supervisor.LOCK))
            if len(served) == 1:
                tickets.put(LATE)
            else:
                tickets.drop(LATE.run)

    monkeypatch.setattr(supervisor, "Supervisor", Once)
    supervisor.main()
    assert served == [None, None]  # the lock was ours both times


def test_a_run_that_was_stopped_is_not_started(serve):
    run, other = queued(2)
    append(run.events, Stopped(at=1))
    tickets.drop(run.id)
    serve()
    train(other)
    end(other)
    assert starts(run) == 0
