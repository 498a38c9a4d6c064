"""Two logical processors and two workers learn what one device learns, to five decimals; and so do the scripts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from itertools import pairwise

import psutil
import pytest

from builder.graph import Edge, Graph, Node
from builder.layers import LAYERS
from builder.optimizers import Adam
from builder.program import lower
from builder.scripts import script
from builder.training import Training
from runtime import checkpoints
from runtime.checkpoints import Position
from runtime.curves import read_curves
from runtime.datasets import DATASETS
from runtime.events import last
from runtime.launchers import local
from runtime.process import write_atomically
from runtime.run import DataSpec, RunError, RunSpec, create
from runtime.strategies import device_code, strategy
from tests.processes import has_ended

pytestmark = [pytest.mark.keras, pytest.mark.timeout(600)]
LAYERS_OF_IT = (
    ("pixels", "Input", {"shape": (8, 8, 1)}),
    (
        "conv",
        "Conv2D",
        {"filters": 4, "kernel_size": (3, 3), "activation": "relu"},
    ),
    ("norm", "BatchNormalization", {}),
    ("pool", "MaxPooling2D", {}),
    ("flat", "Flatten", {}),
    ("digit", "Dense", {"units": 10, "activation": "softmax", "kernel_regularizer": {"type": "L2"}}),
)
NODES = tuple(Node(id=name, layer=LAYERS[kind](**values)) for name, kind, values in LAYERS_OF_IT)
NETWORK = Graph(nodes=NODES, edges=tuple(Edge(source=a.id, target=b.id) for a, b in pairwise(NODES)))
# No batch of 143 is shared evenly; of 1150 training examples the last one holds 6, of 287 for validation a single one.
SETTINGS = {"optimizer": Adam(learning_rate=0.01, global_clipnorm=0.5), "batch_size": 143}
EPOCHS = 3
GIVEN_UP = 12  # seconds without a heartbeat, after which TensorFlow by itself gives a process up
RECORDED = """
import json, runpy, sys
import keras
fit, found = keras.Model.fit, []
def recorded(self, *args, **kwargs):
    history = fit(self, *args, verbose=0, **kwargs).history
    found.append([{name: history[name][epoch] for name in history} for epoch in range(len(history["loss"]))])
keras.Model.fit = recorded
several = runpy.run_path(sys.argv[1])["history"]  # first, as it parts the processor
keras.utils.clear_session()
runpy.run_path(sys.argv[2])
json.dump([several, *found], open(sys.argv[3], "w"))
"""


def spec(device, epochs=EPOCHS):
    return RunSpec(graph=NETWORK, training=Training(epochs=epochs, **SETTINGS), device=device)


def epochs_of(run):
    curves = read_curves(run)
    return [{name: ys[epoch] for name, (_, ys) in curves.epochs_done.items()} for epoch in range(EPOCHS)]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERLOOM_HOME", str(folder))
        yield folder
        local.close()


def begun(device, epochs=EPOCHS):
    """A run that is to be suspended after its first batch."""
    run = create(spec(device, epochs))
    write_atomically(run.control, "suspend")
    local.launch(run)
    return run


def goes_on(run):
    assert local.wait(run, timeout=240) == "suspended", run.log_end()
    assert checkpoints.kept(run)[-1] == Position(0, 1)
    local.launch(run)


def goes_further(run):
    before = read_curves(run).epoch
    while read_curves(run).epoch < before + 2:
        assert run.status() in ("waiting", "running"), run.log_end()
        time.sleep(0.05)


@pytest.fixture(scope="module")
def mirrored(home):
    return begun("mirrored:cpu:2")


@pytest.fixture(scope="module")
def workers(home):
    run = begun("workers:2", epochs=10_000)
    yield run
    with suppress(RunError):
        local.stop(run)


@pytest.fixture(scope="module")
def by_scripts(home, mirrored, workers):
    """The epochs of the script for two logical processors, and of that for one device."""
    data = DATASETS["digits"].code(DataSpec())
    for name, device in (("two", "mirrored:cpu:2"), ("one", "cpu")):
        devices = device_code(strategy(device))
        (home / f"{name}.py").write_text(
            script(lower(NETWORK), Training(epochs=EPOCHS, **SETTINGS), data, 0, devices=devices)
        )
    command = [sys.executable, "-c", RECORDED, "two.py", "one.py", "found.json"]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads((home / "found.json").read_text())


def test_two_logical_processors_learn_what_one_device_learns(by_scripts, mirrored):
    of_two, of_one = by_scripts
    goes_on(mirrored)
    assert local.wait(mirrored, timeout=240) == "finished", mirrored.log_end()
    assert len(of_one) == EPOCHS
    for found in (of_two, epochs_of(mirrored)):
        assert found == [pytest.approx(expected, abs=5e-6) for expected in of_one]


def test_two_workers_learn_it_too_survive_a_long_stop_and_one_that_dies_and_end_together(by_scripts, workers):
    goes_on(workers)
    while read_curves(workers).epoch < EPOCHS:
        assert workers.status() in ("waiting", "running"), workers.log_end()
        time.sleep(0.05)
    assert epochs_of(workers) == [pytest.approx(expected, abs=5e-6) for expected in by_scripts[1]]
    processes = [workers.worker().process(), *workers.worker().process().children()]
    assert len(processes) == 2
    processes[0].suspend()  # as a pause does in the middle of a step
    time.sleep(GIVEN_UP)
    processes[0].resume()
    goes_further(workers)
    assert all(process.is_running() for process in processes)
    processes[1].kill()
    psutil.wait_procs(processes, timeout=30)
    goes_further(workers)  # by itself
    processes += [workers.worker().process(), *workers.worker().process().children()]
    local.pause(workers)
    while workers.status() != "paused":
        time.sleep(0.05)
    local.stop(workers)
    assert local.wait(workers, timeout=60) == "stopped", last(workers.events)
    assert workers.model.is_file()
    psutil.wait_procs(processes, timeout=30)
    assert all(has_ended(process) for process in processes)


@pytest.mark.parametrize(("over", "heard"), [(False, [1]), (True, [])])
def test_a_worker_that_ends_too_early_is_told(over, heard):
    from runtime.crew import watch

    ended, told = threading.Event(), []
    if over:
        ended.set()
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        watch(process, ended, told.append, 1)
    assert told == heard
