"""Files of weights on their way into a run."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from builder.graph import Graph
from runtime.run import RunSpec, create
from runtime.spec import Start
from runtime.starts import StartError, bring, folder, place

KERNEL, BIAS = np.ones((3, 2), "float32"), np.zeros(2, "float32")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "home"))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.npz"
    np.savez(path, **{"dense/0": KERNEL, "dense/1": BIAS})
    return path


def test_a_file_is_kept_by_what_it_holds(file):
    start = bring(file)
    assert start.title == "mine.npz"
    assert place(start).read_bytes() == file.read_bytes()
    assert bring(file) == start
    assert [path.name for path in folder().iterdir()] == [start.file]


def test_a_run_takes_its_weights_along(file):
    start = bring(file)
    run = create(RunSpec(graph=Graph(), start=start))
    place(start).unlink()
    assert run.start.read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.npz", b"nothing", "no .npz file"),
        ("a.npz", pickle.dumps({"dense/0": 1}), "no .npz file"),
        ("a.keras", b"nothing", "a.keras"),
        ("missing.npz", None, "cannot be read"),
    ],
)
def test_what_holds_no_weights_is_refused(tmp_path, monkeypatch, name, content, told):
    def refused(data):
        from runtime.child import ServiceError

        raise ServiceError("This is no model file.")

    monkeypatch.setattr("runtime.imports.import_model", refused)
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(StartError, match=told):
        bring(tmp_path / name)
    assert not list(folder().iterdir())


def test_arrays_of_no_layer_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", something=KERNEL)
    with pytest.raises(StartError, match="there is one called 'something'"):
        bring(tmp_path / "a.npz")
    np.savez(tmp_path / "b.npz")
    with pytest.raises(StartError, match="there is none"):
        bring(tmp_path / "b.npz")


@pytest.mark.parametrize("file", ["../../etc/passwd", "a.npz", f"{'a' * 64}.pkl", f"../{'a' * 64}.npz"])
def test_a_name_leads_nowhere_else(file):
    with pytest.raises(ValueError, match="pattern"):
        Start(file=file, title="x")
