"""A run that was interrupted ends with the bits of one that never was; a branch learns what its script learns."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from builder.graph import Edge, Graph, Node
from builder.layers import LAYERS
from builder.training import Training
from runtime import branching, checkpoints, queue
from runtime.curves import read_curves
from runtime.run import RunError, RunSpec, create
from runtime.telemetry import Telemetry
from runtime.worker import work
from tests.runtime.test_worker import RECORDED

pytestmark = [
    pytest.mark.keras,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
ROOT = Path(__file__).parents[2]
# Everything that changes while a network trains: augmentation, dropout, running means, a schedule, averaged weights.
LAYERS_IN_ORDER = (
    ("pixels", "Input", {"shape": (8, 8, 1)}),
    ("shift", "RandomTranslation", {"height_factor": 0.1, "width_factor": 0.1}),
    ("conv", "Conv2D", {"filters": 4, "kernel_size": (3, 3), "activation": "relu"}),
    ("norm", "BatchNormalization", {}),
    ("flat", "Flatten", {}),
    ("drop", "Dropout", {"rate": 0.3}),
    ("digit", "Dense", {"units": 10, "activation": "softmax"}),
)
GRAPH = Graph(
    nodes=tuple(Node(id=name, layer=LAYERS[kind](**values)) for name, kind, values in LAYERS_IN_ORDER),
    edges=tuple(Edge(source=a[0], target=b[0]) for a, b in pairwise(LAYERS_IN_ORDER)),
)
SCHEDULE = {"type": "ExponentialDecay", "initial_learning_rate": 0.01, "decay_steps": 20, "decay_rate": 0.9}
TRAINING = Training.model_validate(
    {"optimizer": {"type": "AdamW", "learning_rate": SCHEDULE, "use_ema": True}, "epochs": 4}
)
# A worker that keeps its state after every few batches, and kills itself some batches after the first within epoch 2.
CHILD = """
import os, signal, sys
from runtime import checkpoints, keeper, loop, telemetry
keeper.BETWEEN = telemetry.TICK = 0.0
keeper.MOST_KEEPING, loop.PACE = 1e9, 0.001
write = checkpoints.write
def write_or_die(run, position, *rest):
    if position > (1, 2) and checkpoints.kept(run)[-1] > (1, 0):
        os.kill(os.getpid(), signal.SIGKILL)
    if position >= (1, 0):
        write(run, position, *rest)
checkpoints.write = write_or_die
from runtime.run import open_run
from runtime.worker import work
sys.exit(work(open_run(sys.argv[1])))
"""


def made(**changes):
    return create(RunSpec(graph=GRAPH, training=TRAINING, seed=3, **changes))


def same_bits(one, other):
    first, second = (checkpoints.newest(run) for run in (one, other))
    assert first.position == second.position == (4, 0)
    assert first.arrays.keys() == second.arrays.keys()
    for name, array in first.arrays.items():
        assert np.array_equal(array, second.arrays[name]), name
    assert read_curves(one).epochs_done == read_curves(other).epochs_done
    assert read_curves(one).test == read_curves(other).test


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERLOOM_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="module")
def undisturbed(home):
    run = made()
    assert work(run) == 0
    return run


def test_killed_in_the_middle_of_an_epoch_a_run_ends_with_the_same_bits(undisturbed):
    run = made()
    command = [sys.executable, "-c", CHILD, run.id]
    with run.log.open("ab") as log:
        assert subprocess.run(command, cwd=ROOT, stdout=log, stderr=log).returncode == -signal.SIGKILL, run.log_end()
    assert checkpoints.kept(run)[-1].step
    newest = checkpoints.kept(run)[-1]
    damaged = checkpoints.path_of(run, newest)
    damaged.write_bytes(damaged.read_bytes()[:-100])  # as a machine leaves it that loses its power
    assert work(run) == 0
    same_bits(undisturbed, run)
    xs = read_curves(run).batches["loss"][0]
    assert list(xs) == sorted(set(xs))


def test_a_suspended_run_goes_on_with_the_same_bits(undisturbed):
    run = made()
    run.control.write_text("suspend")
    assert work(run) == 0
    assert run.status() == "suspended"
    assert branching.goes_on_from(run) < (4, 0)
    assert run.model.is_file()
    run.control.unlink()
    assert work(run) == 0
    assert run.status() == "finished"
    same_bits(undisturbed, run)
    with pytest.raises(RunError):
        branching.resume(run)


def test_a_worker_that_is_to_end_with_the_machine_says_nothing_and_the_run_goes_on_by_itself(undisturbed, monkeypatch):
    run = made()
    queue.join(run)
    begin = Telemetry.begin_epoch

    def begin_second(telemetry, epoch, step=0):
        begin(telemetry, epoch, step)
        if epoch == 1:
            os.kill(os.getpid(), signal.SIGTERM)

    with monkeypatch.context() as patched, queue.claim(run):
        patched.setattr(Telemetry, "begin_epoch", begin_second)
        assert work(run) == 0
    run.worker_file.write_text(run.worker().model_copy(update={"started": 0.0}).model_dump_json())  # it has ended
    assert run.status() == "waiting"
    assert checkpoints.kept(run)[-1] >= (1, 0)
    assert work(run) == 0
    same_bits(undisturbed, run)


def test_a_stopped_run_keeps_its_model_and_may_go_on(undisturbed):
    run = made()
    run.control.write_text("stop")
    assert work(run) == 0
    assert (run.status(), run.model.is_file()) == ("stopped", True)
    run.control.unlink()
    assert work(run) == 0
    same_bits(undisturbed, run)


def test_a_branch_counts_on_from_its_epoch_and_learns_what_its_script_learns(undisturbed, tmp_path):
    longer = TRAINING.model_copy(update={"epochs": 6, "batch_size": 64})
    epoch = checkpoints.kept_epochs(undisturbed)[-1]
    run = create(branching.branch(undisturbed, epoch, longer))
    assert (run.spec.start.run, run.spec.start.epoch) == (undisturbed.id, epoch) == (undisturbed.id, 4)
    assert run.spec.start.optimizer
    assert work(run) == 0
    curves = read_curves(run)
    assert curves.epochs_done["loss"][0] == (5, 6)
    assert curves.anew == ()
    for file in (run.script, run.start):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "LAYERLOOM_HOME")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", RECORDED, "found.json", "train.py"],
        env=clean | {"TF_CPP_MIN_LOG_LEVEL": "3"}, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    reported = json.loads((tmp_path / "found.json").read_text())["train.py"]
    assert {name: list(ys) for name, (_, ys) in curves.epochs_done.items()} == {
        name: pytest.approx(values, abs=1e-6) for name, values in reported.items()
    }


def test_a_branch_asks_for_an_epoch_that_was_kept_and_for_more_epochs(undisturbed):
    with pytest.raises(RunError, match="kept no state after epoch 77"):
        branching.branch(undisturbed, 77, TRAINING)
    with pytest.raises(RunError, match="more than 4 epochs"):
        branching.branch(undisturbed, 4, TRAINING)


def test_a_branch_leaves_out_what_has_no_name(tmp_path, monkeypatch):
    """No worker writes such an array; an archive from elsewhere may hold one."""
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    run = create(RunSpec(graph=GRAPH, training=TRAINING))
    checkpoints.write(run, checkpoints.Position(2), {"": np.zeros(3), "digit/0": np.ones(3)})
    continued = create(branching.branch(run, 2, TRAINING))
    with np.load(continued.start) as weights:
        assert weights.files == ["digit/0"]


@pytest.mark.parametrize(
    ("optimizer", "goes_on"),
    [
        ({"learning_rate": SCHEDULE | {"decay_rate": 0.5}, "weight_decay": 0.01, "beta_1": 0.8}, True),
        ({"learning_rate": 0.01}, False),
        ({"learning_rate": SCHEDULE, "use_ema": False}, False),
        ({"learning_rate": SCHEDULE, "amsgrad": True}, False),
        ({"type": "Adam", "learning_rate": SCHEDULE}, False),
    ],
)
def test_an_optimizer_goes_on_where_only_its_numbers_are_others(optimizer, goes_on):
    changed = Training.model_validate({"optimizer": {"type": "AdamW", "use_ema": True} | optimizer, "epochs": 4})
    assert branching.optimizer_goes_on(TRAINING, changed) is goes_on


def test_momentum_is_a_variable_only_where_there_is_some():
    with_momentum, faster, without = (
        Training.model_validate({"optimizer": {"type": "SGD", "momentum": momentum}}) for momentum in (0.9, 0.5, 0)
    )
    assert branching.optimizer_goes_on(with_momentum, faster)
    assert not branching.optimizer_goes_on(with_momentum, without)
