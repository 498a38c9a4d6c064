"""What names of strategies mean, what is refused before the start, and scripts that hold a strategy."""

from __future__ import annotations

import ast

import pytest

from builder.codegen import CodeError
from builder.graph import Node
from builder.layers import LAYERS
from builder.layers.core import Dense, Input
from builder.losses import Dice, SparseCategoricalCrossentropy
from builder.optimizers import SGD, Adam
from builder.program import lower
from builder.scripts import DataCode, notebook, script
from builder.training import Training
from builder.zoo.drawing import chain
from runtime.devices import environment, find
from runtime.joining import join
from runtime.run import RunSpec
from runtime.strategies import (
    PUBLIC,
    Asks,
    Strategy,
    StrategyError,
    device_code,
    differences,
    name_there,
    refusals,
    strategy,
)

SMALL = chain(image=Input(shape=(3,)), dense=Dense(units=4))
DATA = DataCode(("import numpy as np",), "x_train = np.zeros((9, 3))\ny_train = x_test = y_test = x_train")
BOTH = strategy("mirrored:cpu:2")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("cpu", Strategy("one", 1, ("cpu",))),
        ("gpu:3", Strategy("one", 1, ("gpu:3",))),
        ("mirrored:cpu:4", Strategy("mirrored", 4, ("cpu",))),
        ("mirrored:gpu:0,gpu:2", Strategy("mirrored", 2, ("gpu:0", "gpu:2"))),
        ("workers:2", Strategy("workers", 2, ("cpu",))),
        ("workers:10.0.0.5:40,b:50", Strategy("workers", 2, ("cpu",), ("10.0.0.5:40", "b:50"))),
        ("cluster", Strategy("one", 1, ("cpu",), asks=Asks())),
        ("cluster:cpus=4:gpus=1", Strategy("one", 1, ("gpu:0",), asks=Asks(4, 1))),
        ("cluster:gpus=2", Strategy("mirrored", 2, ("gpu:0", "gpu:1"), asks=Asks(1, 2))),
        ("cluster:3:cpus=2", Strategy("workers", 3, ("cpu",), asks=Asks(2))),
    ],
)
def test_a_name_means_a_strategy(name, meant):
    assert strategy(name) == meant
    assert meant.title


@pytest.mark.parametrize(
    "name",
    ["", "tpu", "gpu:", "mirrored:cpu:1", "mirrored:cpu:99", "mirrored:gpu:0", "mirrored:gpu:0,gpu:0", "workers:1",
     "workers:a:1", "workers:a:1,a:1", "workers:a:1,b:70000", "workers:a:1,b:1;rm", "mirrored:cpu:-2", "cpu\n",
     "cluster:", "cluster:1", "cluster:cpus=0", "cluster:2:gpus=2", "cluster:gpus=1:cpus=1", "cluster:99", "cluster:cpus=1;rm"],
)  # fmt: skip
def test_other_names_mean_nothing(name):
    with pytest.raises(StrategyError):
        strategy(name)
    assert find(name) is None


@pytest.mark.parametrize(
    ("workers", "asks"), [(1, Asks()), (1, Asks(4, 1)), (1, Asks(1, 3)), (3, Asks(2)), (2, Asks(1, 1))]
)
def test_what_is_asked_of_a_cluster_has_a_name(workers, asks):
    chosen = strategy(name_there(workers, asks))
    assert (chosen.processes, chosen.asks) == (workers, asks)


def test_a_strategy_is_found_with_what_its_devices_have():
    both, one = find("mirrored:cpu:2"), find("cpu")
    assert (both.memory_bytes, both.threads) == (one.memory_bytes, one.threads)
    assert "2 logical processors" in both.title
    assert environment("workers:2")["CUDA_VISIBLE_DEVICES"] == "-1"
    assert find("mirrored:gpu:98,gpu:99") is None
    with pytest.raises(ValueError, match="no device called 'mirrored:gpu:98,gpu:99'"):
        environment("mirrored:gpu:98,gpu:99")


@pytest.mark.parametrize(
    ("training", "words"),
    [
        (Training(batch_size=1), "at least 2"),
        (Training(jit_compile=True), "XLA"),
        (Training(optimizer=Adam(gradient_accumulation_steps=2)), "accumulated"),
        (Training(optimizer=SGD(use_ema=True)), "use ema"),
        (Training(loss=SparseCategoricalCrossentropy(reduction="sum")), "take the mean"),
    ],
)
def test_settings_that_replicas_cannot_follow_are_refused(training, words):
    (refusal,) = refusals(BOTH, SMALL, training)
    assert words in refusal
    assert refusals(strategy("cpu"), SMALL, training) == ()
    assert refusals(BOTH, SMALL, Training()) == ()


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("SpectralNormalization", {"layer": {"type": "Dense", "units": 2}}),
        ("BatchNormalization", {"renorm": True}),
    ],
)
def test_layers_that_replicas_would_change_apart_are_refused_by_name(kind, values):
    odd = Node(id="odd", layer=LAYERS[kind](**values))
    (refusal,) = refusals(BOTH, SMALL.model_copy(update={"nodes": (*SMALL.nodes, odd)}), Training())
    assert refusal.startswith("odd")


def test_workers_on_a_public_address_are_refused_unless_told(monkeypatch):
    away = strategy("workers:10.0.0.5:4000,8.8.8.8:4000")
    (refusal,) = refusals(away, SMALL, Training())
    assert "8.8.8.8 is no address of a private network" in refusal
    assert len(refusals(strategy("workers:gpu.example.org:1,b:2"), SMALL, Training())) == 1
    monkeypatch.setenv(PUBLIC, "1")
    assert refusals(away, SMALL, Training()) == ()


def test_what_makes_the_curve_another_is_told():
    drop = Node(id="drop", layer=LAYERS["Dropout"](rate=0.5))
    still = Node(id="still", layer=LAYERS["Dropout"](rate=0.0))
    graph = SMALL.model_copy(update={"nodes": (*SMALL.nodes, drop, still)})
    assert differences(BOTH, graph, Training()) == ("each replica draws its own random numbers in drop",)
    assert len(differences(BOTH, SMALL, Training(loss=Dice()))) == 1
    assert differences(BOTH, SMALL, Training()) == differences(strategy("cpu"), graph, Training()) == ()


@pytest.mark.parametrize("name", ["mirrored:cpu:2", "mirrored:gpu:0,gpu:1", "workers:2", "workers:a:1,b:2"])
def test_a_script_holds_its_strategy_before_anything_that_uses_it(name):
    text = script(lower(SMALL), Training(), DATA, 0, devices=device_code(strategy(name)))
    tree = ast.parse(text)
    assigned = [node for node in tree.body if isinstance(node, ast.Assign)]
    places = {node.targets[0].id: node.lineno for node in assigned if isinstance(node.targets[0], ast.Name)}
    assert places["STRATEGY"] < places["SEED"] < min(n.lineno for n in tree.body if isinstance(n, ast.With))
    assert {n.name for n in tree.body if isinstance(n, ast.FunctionDef)} >= {
        "synchronise",
        "share",
        "train_step",
        "run",
    }


def test_a_notebook_is_one_process():
    assert notebook(lower(SMALL), Training(), DATA, 0, devices=device_code(BOTH))
    with pytest.raises(CodeError, match="several processes"):
        notebook(lower(SMALL), Training(), DATA, 0, devices=device_code(strategy("workers:2")))


@pytest.mark.parametrize(
    ("device", "index", "words"),
    [
        ("cpu", 1, "not on several machines"),
        ("workers:2", 1, "not on several machines"),
        ("workers:10.0.0.5:40,10.0.0.6:50", 2, "from 1 to 1"),
        ("workers:10.0.0.5:40,10.0.0.6:50", 0, "from 1 to 1"),
        ("workers:10.0.0.5:40,8.8.8.8:50", 1, "no address of a private network"),
    ],
)
def test_a_machine_joins_only_where_it_is_asked_for(device, index, words):
    with pytest.raises(ValueError, match=words):
        join(RunSpec(graph=SMALL, device=device), index)
