"""Exports as jobs: where one stands, that it outlives what it should and counts no more once the model has changed."""

import os
import subprocess
import sys
import time

import pytest

from builder.graph import Graph
from runtime.exports import job
from runtime.exports.base import Comparison
from runtime.exports.job import TIME_LIMIT, State, end, file_of, make, place, stamp, state_of, write_state
from runtime.process import Worker
from runtime.run import RunError, RunSpec, create

FOUND = Comparison(samples=64, largest=2.1e-7, scale=0.5, same_class=63)
GONE = Worker(pid=2**22, started=0.0)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    made = create(RunSpec(graph=Graph()), name="first")
    made.model.write_bytes(b"model")
    (made.folder / "exports").mkdir()
    with (made.folder / "exports" / "onnx.log").open("w"):
        yield made


def state(run, **values):
    me = Worker.of(os.getpid())
    return State(**{"stage": "writing", "made_from": stamp(run), "began": time.time(), "worker": me} | values)


def test_nothing_has_been_asked_for(run):
    assert state_of(run, "onnx") is None


def test_what_goes_on_is_told_in_words(run):
    write_state(run, "onnx", state(run))
    now = state_of(run, "onnx")
    assert (now.over, now.words) == (False, "Writing the file …")
    assert state_of(run, "litert") is None


def test_what_is_ready_counts_as_long_as_model_and_file_are_those(run):
    write_state(run, "onnx", state(run, stage="done", comparison=FOUND, worker=GONE))
    assert state_of(run, "onnx") is None  # its file is not there
    file_of(run, "onnx").write_bytes(b"file")
    ready = state_of(run, "onnx")
    assert ready.over
    assert ready.words == (
        "Opened again and compared with the model on 64 test examples: largest difference 2.1e-07 "
        "(answers go up to 0.5). 63 of 64 get the same class."
    )
    os.utime(run.model, ns=(1, 1))
    assert state_of(run, "onnx") is None
    run.model.unlink()
    assert state_of(run, "onnx") is None


@pytest.mark.parametrize(("seconds", "words"), [(5, "broke off (writing the file)"), (TIME_LIMIT, "10 minutes")])
def test_a_process_that_died_is_told(run, seconds, words):
    write_state(run, "onnx", state(run, worker=GONE, began=time.time() - seconds))
    now = state_of(run, "onnx")
    assert now.stage == "failed"
    assert words in now.words
    assert "Take another format" in now.words


def test_a_damaged_state_counts_as_none(run):
    for text in ("", "{", '{"stage": "dancing"}'):
        (run.folder / "exports" / "onnx.json").write_text(text)
        assert state_of(run, "onnx") is None


def test_without_a_model_nothing_is_made(run):
    run.model.unlink()
    with pytest.raises(RunError, match="has saved no model yet"):
        make(run, "onnx")


def test_only_so_many_are_made_at_once(run, monkeypatch):
    monkeypatch.setattr(job, "_children", [Waiting()] * 64)
    with pytest.raises(RunError, match="Other exports"):
        make(run, "onnx")


def test_what_is_being_made_is_not_begun_twice(run, monkeypatch):
    monkeypatch.setattr(job, "_start", lambda *_: pytest.fail("begun twice"))
    write_state(run, "onnx", state(run))
    make(run, "onnx")


def test_an_export_can_be_broken_off(run):
    with (
        (run.folder / "exports" / "onnx.log").open("w") as log,
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=log) as process,
    ):
        write_state(run, "onnx", state(run, worker=Worker.of(process.pid)))
        assert not state_of(run, "onnx").over
        end(run, "onnx")
        assert process.wait(timeout=60) < 0
    assert state_of(run, "onnx") is None


def test_a_process_that_is_only_written_down_is_left_alone(run):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        write_state(run, "onnx", state(run, worker=Worker.of(process.pid)))
        assert state_of(run, "onnx").stage == "failed"
        end(run, "onnx")
        process.communicate(b"\n")
        assert process.returncode == 0


def test_a_saved_model_becomes_a_folder_or_stays_a_zip(run, tmp_path):
    import zipfile

    with zipfile.ZipFile(file_of(run, "savedmodel"), "w") as file:
        file.writestr("saved_model.pb", "graph")
    place(run, "savedmodel", tmp_path / "folder")
    assert (tmp_path / "folder" / "saved_model.pb").read_text() == "graph"
    place(run, "savedmodel", tmp_path / "model.zip")
    assert (tmp_path / "model.zip").read_bytes() == file_of(run, "savedmodel").read_bytes()


class Waiting:
    """A child that goes on."""

    def poll(self):
        return None
