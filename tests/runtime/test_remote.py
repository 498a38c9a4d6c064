"""Runs that a cluster trains whose nodes share no path with the server: small processes, a small head of Ray, and a folder
in the place of a storage."""

from __future__ import annotations

import sys

import pytest

from builder.graph import Graph
from runtime import nodes, queue, tickets
from runtime.cluster import ADDRESS, TOKEN
from runtime.events import read
from runtime.launchers import cluster, local, mirrors, starter
from runtime.mirror.words import ORDERS
from runtime.run import RunSpec, create
from runtime.storage import STORAGE
from tests.ray_head import KEY, RayHead
from tests.small import FORKSERVER, TRAINING, WORK, python, until

SPEC = RunSpec(graph=Graph(), device="cluster")
# Each epoch the sum of all before; kept, so that one that goes on elsewhere comes to the same sums.
COUNTING = """
import os, time
import numpy as np
from runtime import checkpoints, tickets, worker
from runtime.events import EpochEnded, Finished, Started, append

def train(run):
    found = checkpoints.newest(run)
    first, total = (found.position.epoch, found.arrays["sum"]) if found else (0, np.zeros(1))
    append(run.events, Started(at=1, device="cluster", epochs=20, steps=1, batch_size=1, examples=1, parameters=1, epoch=first))
    tickets.drop(run.id)
    for epoch in range(first, 20):
        total = total + epoch
        append(run.events, EpochEnded(at=1, epoch=epoch, seconds=0, logs={"loss": float(total[0])}))
        checkpoints.write(run, checkpoints.Position(epoch + 1), {"sum": total}, lasting=False)
        while epoch == 9 and not found and not (run.folder / "go").exists():
            time.sleep(0.02)
    run.model.write_text(str(sorted(os.environ)))
    return Finished(at=1)

worker.train = train
"""
JOB = """
import sys
from runtime.launchers import remote
remote.WORKER, remote.BEAT, remote.BETWEEN_FILES, remote.RETRY = {worker!r}, 0.05, 0.05, 0.1
sys.exit(remote.main(sys.argv[-1]))
"""


@pytest.fixture(autouse=True)
def head(tmp_path, monkeypatch):
    """A cluster of two nodes that each train one run at a time, with a folder for a storage."""
    opened = RayHead(tmp_path)
    (tmp_path / "storage").mkdir()
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "server"))
    monkeypatch.setenv(STORAGE, f"file://{tmp_path}/storage/")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nobody-may-read-this")
    monkeypatch.setenv(ADDRESS, opened.url)
    monkeypatch.setenv(TOKEN, KEY)
    monkeypatch.setattr(cluster, "LOOK", 0.05)
    for name in ("TICK", "BETWEEN", "RETRY"):
        monkeypatch.setattr(mirrors, name, 0.05)
    monkeypatch.setattr(starter, "FORKSERVER", python(FORKSERVER))
    trains(opened, TRAINING)
    yield opened
    opened.close()


def trains(head, training):
    (head.path / "code").write_text(JOB.format(worker=(sys.executable, "-c", training + WORK)))


def queued():
    run = create(SPEC)
    queue.join(run)
    return run


def there(tmp_path, run):
    """The run's folder on the node; both nodes are this machine."""
    return tmp_path / "server" / "node" / "runs" / run.id


def test_it_is_steered_as_one_here_and_leaves_nothing_behind(serve, head, tmp_path):
    run = queued()
    serve()
    until(lambda: run.status() == "running" and tickets.find(run.id) is None)
    (asked,) = head.submitted
    variables = asked["runtime_env"]["env_vars"]
    assert variables[STORAGE] == f"file://{tmp_path}/storage"
    assert not {"LAYERLOOM_HOME", "AWS_SECRET_ACCESS_KEY", TOKEN} & set(variables)
    assert run.worker().job == asked["submission_id"]
    local.pause(run)
    until(lambda: run.status() == "paused")
    local.stop(run)
    assert local.wait(run, timeout=60) == "stopped"
    until(lambda: not nodes.seen().jobs and not head.jobs)
    until(lambda: [path.name for path in (tmp_path / "storage" / run.id).iterdir()] == [ORDERS])
    assert not there(tmp_path, run).exists()


def test_one_whose_node_seems_dead_comes_elsewhere_to_the_same_end(serve, head, tmp_path):
    """The node lives on all the same: its worker is killed when the run has been given to another, and is not heard."""
    trains(head, COUNTING)
    run = queued()
    serve()
    until(lambda: len(read(run.events)[0]) == 11 and (run.folder / "checkpoints" / "00010-000000000.npz").exists())
    until(lambda: nodes.seen().jobs.get(run.id))
    (first,) = head.jobs.values()
    first.lost = True
    assert local.wait(run, timeout=60) == "finished", run.log_end()
    assert first.process.wait() == 3
    events = read(run.events)[0]
    assert [event.epoch for event in events if event.type == "Started"] == [0, 10]
    sums = [sum(range(epoch + 1)) for epoch in range(20)]
    assert [event.logs["loss"] for event in events if event.type == "EpochEnded"] == sums
    assert STORAGE not in run.model.read_text()
    assert "AWS_SECRET" not in run.model.read_text()


def test_while_the_storage_is_away_everybody_is_told_and_the_run_goes_on(serve, head, tmp_path):
    trains(head, COUNTING)
    run = queued()
    serve()
    until(lambda: len(read(run.events)[0]) == 11)
    (tmp_path / "storage").rename(tmp_path / "away")
    until(lambda: "is not there. Make it, or mount it" in nodes.seen().troubles.get(run.id, "") or local.pause(run))
    (there(tmp_path, run) / "go").touch()
    until(lambda: "Finished" in (there(tmp_path, run) / "events.jsonl").read_text())
    assert run.status() == "running"
    (tmp_path / "away").rename(tmp_path / "storage")
    assert local.wait(run, timeout=60) == "finished"
    assert len(read(run.events)[0]) == 22


def test_a_storage_that_cannot_be_used_is_told_and_nothing_is_sent(serve, head, monkeypatch):
    monkeypatch.setenv(STORAGE, "gs://bucket/class")
    run = queued()
    serve()
    until(lambda: "the package gcsfs" in nodes.seen().error)
    assert run.status() == "waiting"
    assert not head.submitted
