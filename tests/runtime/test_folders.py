"""Folders of runs that no worker has made: none makes anybody wait, leads elsewhere, or harms another process or run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from builder.graph import Graph
from runtime import checkpoints, queue, tickets
from runtime.checkpoints import DamagedError, Position
from runtime.curves import fold_all, read_curves
from runtime.events import BatchEnded, EpochEnded, MapsSaved, Started, append, read
from runtime.followed import Followed, share_cores
from runtime.launchers import local
from runtime.maps import MapsError, of_node
from runtime.process import Worker
from runtime.run import RunError, RunSpec, create, damaged, open_run, runs
from runtime.supervisor import LOCK

STARTED = Started(at=1, device="cpu", epochs=2, steps=3, batch_size=4, examples=12, parameters=5)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def stranger():
    """A process that has nothing to do with us."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.communicate(b"\n")
        assert process.returncode == 0


def made():
    return create(RunSpec(graph=Graph()))


@pytest.mark.parametrize("name", ["events.jsonl", "worker.json", "run.json", "control", "log", "lock", "model.keras"])
@pytest.mark.parametrize("how", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_ordinary_file_is_named_and_not_opened(name, how):
    other, run = made(), made()
    (run.folder / name).unlink(missing_ok=True)
    how(run.folder / name)
    with pytest.raises(RunError, match=name):
        open_run(run.id)
    assert runs() == [other]
    assert name in damaged()[run.id]


@pytest.mark.parametrize("name", ["maps", "checkpoints", "exports"])
def test_a_folder_that_leads_elsewhere_is_not_followed(name, tmp_path):
    run = made()
    if (run.folder / name).exists():
        (run.folder / name).rmdir()
    (run.folder / name).symlink_to(tmp_path)
    with pytest.raises(RunError, match=name):
        open_run(run.id)


@pytest.mark.parametrize("created", ["2026-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 1e300])
def test_a_time_that_cannot_be_compared_is_told(created):
    other, run = made(), made()
    file = run.folder / "run.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"created": created}))
    assert runs() == [other]
    assert "created" in damaged()[run.id]


def test_a_name_is_one_line():
    run = made()
    file = run.folder / "run.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"name": "a\n# b\u2028 c"}))
    assert open_run(run.id).name == "a # b c"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "Started", **STARTED.model_dump(), "epochs": 10**400},
        {"type": "Started", **STARTED.model_dump(), "steps": -1},
        {"type": "BatchEnded", "at": 1e300, "epoch": 0, "step": 1, "logs": {"loss": 1}},
        {"type": "BatchEnded", "at": 1, "epoch": 10**300, "step": 1, "logs": {"loss": 1}},
        {"type": "EpochEnded", "at": "NaN", "epoch": 0, "seconds": 1, "logs": {}},
        {"type": "EpochEnded", "at": 1, "epoch": -1, "seconds": 1, "logs": {}},
        {"type": "MapsSaved", "at": 1, "epoch": "Infinity", "file": "00001-000.npz"},
        {"type": "Finished", "at": 1, "test": {f"m{number}": 1 for number in range(2000)}},
    ],
)
def test_a_number_beyond_all_bounds_is_no_event(event):
    run = made()
    append(run.events, STARTED)
    with run.events.open("a") as log:
        log.write(json.dumps(event) + "\n")
    assert read(run.events)[0] == [STARTED]
    assert run.status() != "finished"


def test_curves_stay_small_and_never_go_back():
    back = [EpochEnded(at=1, epoch=epoch, seconds=1, logs={"loss": epoch}) for epoch in (0, 1, 1, 0, 2)]
    assert fold_all([STARTED, *back]).epochs_done["loss"] == ((1, 2, 3), (0, 1, 2))
    maps = [MapsSaved(at=1, epoch=number / 10, file=f"{number:05d}-000.npz") for number in range(3_000)]
    assert len(fold_all(maps).maps) <= 2_000
    names = [BatchEnded(at=1, epoch=0, step=n, logs={f"{n}_{k}": 1 for k in range(900)}) for n in range(1, 5)]
    assert len(fold_all(names).batches) == 1_000


def test_a_pipe_among_the_maps_is_no_map():
    run = made()
    os.mkfifo(run.maps / "00001-000.npz")
    with pytest.raises(MapsError, match="no ordinary file"):
        of_node(run.maps / "00001-000.npz", "conv")


def test_checkpoints_that_are_none_are_passed_over():
    run = made()
    checkpoints.write(run, Position(1), {"dense/0": np.ones(3)}, lasting=False)
    folder = checkpoints.folder(run)
    np.savez(folder / "00002-000000000.npz", x=np.array([{}], dtype=object))
    np.savez_compressed(folder / "00003-000000000.npz", x=np.zeros(10**6))
    os.mkfifo(folder / "00004-000000000.npz")
    (folder / "00005-000000000.npz").symlink_to("/dev/zero")
    (folder / "00006-000000000.npz").write_bytes((folder / "00003-000000000.npz").read_bytes().replace(b"x", b"\xff"))
    for position in checkpoints.kept(run)[1:]:
        with pytest.raises(DamagedError, match=f"{position.epoch:05d}"):
            checkpoints.read(checkpoints.path_of(run, position))
    assert list(checkpoints.scores(run)) == [Position(1)]
    assert checkpoints.newest(run).position == Position(1)
    assert checkpoints.kept(run) == [Position(1)]


def test_a_process_that_is_only_written_down_is_no_worker(stranger):
    run = made()
    append(run.events, STARTED)
    run.worker_file.write_text(Worker.of(stranger.pid).model_dump_json())
    assert run.status() == "waiting"  # its own worker has died without a word
    before = os.sched_getaffinity(stranger.pid)
    share_cores([Followed(run), Followed(made())])
    assert os.sched_getaffinity(stranger.pid) == before


def test_a_process_that_is_only_written_down_is_no_supervisor(home, stranger):
    with (home / LOCK).open("w") as lock:
        lock.write(str(stranger.pid))
    local.close()
    assert stranger.poll() is None


def test_a_board_with_strange_lines_is_put_in_order(home):
    run = made()
    queue.join(run)
    places = [{"run": run.id, "starts": float("nan")}, {"run": run.id, "starts": 1e300}, {"run": "x" * 9, "starts": -1}]
    board = {"pid": 1, "queue": places, "seconds": [float("inf"), -3]}
    (home / "queue.json").write_text(json.dumps(board))
    assert [(place.run, place.starts) for place in queue.places()] == [(run.id, 1e9)]
    os.mkfifo(tickets.folder() / "20200101-000000-aaaaaa.json")
    assert [ticket.run for ticket in tickets.tickets()] == [run.id]


def test_a_log_without_end_of_line_is_read_once():
    run = made()
    append(run.events, STARTED)
    with run.events.open("ab") as log:
        log.truncate(50_000_000)  # of zeros, in one line
    _, offset = read(run.events)
    assert offset > 49_000_000
    assert read_curves(run).epochs == 2
