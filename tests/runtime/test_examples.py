"""Maps for any test example: asked of the Keras service once, kept within bounds, made anew for a newer model."""

from __future__ import annotations

import os

import numpy as np
import pytest

from builder.graph import Graph
from runtime.maps import examples, read_maps
from runtime.maps.examples import KEPT, example_file, example_maps, keep
from runtime.run import RunSpec, create


class Service:
    """Keeps maps that tell the example's number."""

    def __init__(self, run):
        self.run, self.asked = run, []

    def call(self, method, params, timeout):
        assert (method, params["run"]) == ("maps", self.run.id)
        self.asked.append(params["sample"])
        keep(self.run, params["sample"], {"c1/features": np.full((2, 2, 1), params["sample"], np.float32)})


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    made = create(RunSpec(graph=Graph()))
    made.model.write_bytes(b"a model")
    return made


@pytest.fixture
def service(run, monkeypatch):
    fake = Service(run)
    monkeypatch.setattr(examples, "service", lambda: fake)
    return fake


def test_maps_are_made_once(run, service):
    for _ in range(2):
        assert read_maps(example_maps(run, 3), "c1").features[0, 0, 0] == 3
    assert service.asked == [3]


def test_a_newer_model_is_looked_at_anew(run, service):
    made = example_maps(run, 3).stat().st_mtime
    os.utime(run.model, (made + 10, made + 10))
    example_maps(run, 3)
    assert service.asked == [3, 3]


def test_the_oldest_files_go(run, service):
    for sample in range(KEPT + 3):
        file = example_maps(run, sample)
        os.utime(file, (1e9 + sample, 1e9 + sample))
    os.utime(run.model, (1e9, 1e9))
    kept = {file.name for file in run.maps.glob("example-*.npz")}
    assert len(kept) == KEPT
    assert example_file(run, KEPT + 2).name in kept
    assert example_file(run, 0).name not in kept
