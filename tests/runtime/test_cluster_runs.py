"""Runs that a cluster trains, with a small head of Ray and small workers: they are steered and survive as those here do."""

from __future__ import annotations

import threading

import pytest

from builder.graph import Graph
from runtime import nodes, provisions, queue, supervisor, tickets
from runtime.cluster import ADDRESS, TOKEN
from runtime.events import last, read
from runtime.home import home
from runtime.launchers import cluster, local, starter
from runtime.run import RunSpec, create
from runtime.strategies import PUBLIC
from tests.ray_head import KEY, RayHead
from tests.small import FORKSERVER, python, starts, until

SPEC = RunSpec(graph=Graph(), device="cluster")


@pytest.fixture(autouse=True)
def head(tmp_path, monkeypatch):
    """A cluster of two nodes that each train one run at a time."""
    opened = RayHead(tmp_path)
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setenv(ADDRESS, opened.url)
    monkeypatch.setenv(TOKEN, KEY)
    monkeypatch.setattr(cluster, "LOOK", 0.05)
    monkeypatch.setattr(starter, "FORKSERVER", python(FORKSERVER))
    yield opened
    opened.close()


def queued(count=1, spec=SPEC):
    made = [create(spec) for _ in range(count)]
    for run in made:
        queue.join(run)
    return made


def train(run, times=1):
    until(lambda: starts(run) == times and tickets.find(run.id) is None and run.status() == "running")


def end(*made):
    for run in made:
        (run.folder / "end").touch()
    for run in made:
        assert local.wait(run, timeout=60) == "finished", run.log_end()


def address_of(run):
    """The node that trains it, as told to everybody."""
    (node,) = until(lambda: nodes.seen().jobs.get(run.id))
    return node.removeprefix("id-")


def test_a_run_goes_out_with_what_it_asks_and_its_folder(serve, head):
    (run,) = queued(spec=SPEC.model_copy(update={"device": "cluster:cpus=1:gpus=1"}))
    serve()
    train(run)
    (asked,) = head.submitted
    assert (asked["entrypoint_num_cpus"], asked["entrypoint_num_gpus"]) == (1, 1)
    there = asked["runtime_env"]["env_vars"]
    assert (there["LAYERLOOM_HOME"], there["OMP_NUM_THREADS"]) == (str(home()), "1")
    assert TOKEN not in there
    assert run.worker().job == asked["submission_id"] == f"layerloom-{run.id}-1"
    assert run.worker().process() is None  # its number belongs to another machine
    end(run)
    until(lambda: not head.jobs)  # the cluster keeps no list of what has been


def test_it_is_sent_when_what_it_takes_along_lies_where_nodes_find_it(serve, head, monkeypatch):
    laid_out = threading.Event()
    monkeypatch.setattr(provisions, "lay_out", lambda _: laid_out.wait(60))
    (run,) = queued()
    serve()
    until(lambda: nodes.seen().packing == (run.id,))
    assert not head.submitted
    laid_out.set()
    train(run)
    until(lambda: nodes.seen().packing == ())
    end(run)


def test_pause_and_stop_reach_it(serve):
    (run,) = queued()
    serve()
    train(run)
    local.pause(run)
    until(lambda: run.status() == "paused")
    local.stop(run)
    assert local.wait(run, timeout=60) == "stopped"
    until(lambda: not run.worker().lives(run.lock))


def test_a_run_whose_node_dies_goes_on_elsewhere(serve, head):
    (run,) = queued()
    serve()
    train(run)
    with run.events.open("a") as log:
        log.write('{"type": "BatchEn')  # as it may die in the middle of a line
    head.kill(address_of(run))
    train(run, times=2)
    assert run.worker().job == f"layerloom-{run.id}-2"
    end(run)
    assert starts(run) == 2
    assert [event.type for event in read(run.events)[0]] == ["Finished"]


def test_one_that_loses_its_machines_again_and_again_has_crashed(serve, head, monkeypatch):
    monkeypatch.setattr("runtime.run.AGAIN", 1)
    (run,) = queued()
    serve()
    for times in (1, 2):
        train(run, times)
        address = address_of(run)
        head.kill(address)
        head.alive[address] = True
    assert local.wait(run, timeout=60) == "crashed"
    assert "The cluster says: Job supervisor actor died" in run.log_end()
    (other,) = queued()
    train(other)
    assert starts(run) == 2
    end(other)


def test_one_that_never_begins_fails_with_what_the_cluster_says(serve, head):
    (head.path / "python").write_text("#!/bin/sh\necho this node sees no folder; exit 2\n")
    (run,) = queued()
    serve()
    assert local.wait(run, timeout=60) == "failed"
    assert "could not be started" in last(run.events).message
    assert "this node sees no folder" in last(run.events).log
    assert len(head.submitted) == supervisor.TRIES


def test_the_next_supervisor_finds_what_was_sent_and_sends_nothing_twice(serve, head):
    made = queued(3)  # one more than there are nodes
    first = serve()
    until(lambda: sum(run.status() == "running" for run in made) == 2)
    first.end()
    serve()
    begun = [run for run in made if run.status() == "running"]
    end(begun[0])
    (late,) = {run.id for run in made} - {run.id for run in begun}
    until(lambda: starts(next(run for run in made if run.id == late)) == 1)
    end(*made)
    assert [starts(run) for run in made] == [1, 1, 1]


def test_one_that_is_stopped_before_a_node_has_room_never_begins(serve, head):
    head.alive = dict.fromkeys(head.alive, False)
    head.alive["10.0.0.1"] = True
    first, second = queued(2, SPEC)
    serve()
    train(first)
    until(lambda: [place.run for place in queue.board().queue] == [second.id] or len(head.submitted) == 2)
    local.stop(second)
    assert second.status() == "stopped"
    end(first)
    until(lambda: not queue.board().training)
    assert starts(second) == 0


def test_while_the_cluster_does_not_answer_runs_wait_and_everybody_is_told_why(serve, head, tmp_path):
    port = int(head.url.rpartition(":")[2])
    head.close()
    (run,) = queued()
    serve()
    until(lambda: "cannot be reached" in nodes.seen().error)
    assert run.status() == "waiting"
    again = RayHead(tmp_path, port=port)
    try:
        train(run)
        end(run)
    finally:
        again.close()


def test_a_cluster_that_was_started_anew_is_given_its_runs_again(serve, head):
    (run,) = queued()
    serve()
    train(run)
    head.jobs.pop(run.worker().job).kill()
    train(run, times=2)
    end(run)


def test_several_workers_are_sent_as_one_job_but_not_to_public_addresses(serve, head, monkeypatch):
    monkeypatch.delenv(PUBLIC, raising=False)
    head.alive = {"10.0.0.1": True, "8.8.8.8": True}
    two = SPEC.model_copy(update={"device": "cluster:2"})
    (refused,) = queued(spec=two)
    serve()
    assert local.wait(refused, timeout=60) == "failed"
    assert "8.8.8.8 is no address of a private network" in last(refused.events).message
    assert not head.submitted
    monkeypatch.setenv(PUBLIC, "1")
    (allowed,) = queued(spec=two)
    train(allowed)
    (asked,) = head.submitted
    assert cluster.TOGETHER in asked["entrypoint"]
    assert (asked["entrypoint_num_cpus"], asked["runtime_env"]["env_vars"][PUBLIC]) == (0, "1")
    end(allowed)


def test_a_supervisor_that_does_not_know_the_cluster_makes_place_for_one_that_does(serve, monkeypatch):
    with monkeypatch.context() as without:
        without.delenv(ADDRESS)
        stranger = serve()
        until(lambda: queue.board().pid)
    monkeypatch.setattr(local, "close", lambda: stranger.end())
    monkeypatch.setattr(local, "SUPERVISOR", ("true",))
    local.ensure()
    assert not stranger.thread.is_alive()
