"""Real trainings in processes of their own: the same curve as the exported script, and every way to end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from builder import terminal
from builder.graph import Edge, Graph, Node
from builder.layers import LAYERS
from builder.optimizers import SGD
from builder.program import Facts
from builder.training import Training, defaults
from builder.zoo import TEMPLATES
from builder.zoo.sequences import encoder_decoder
from runtime import keras_service, starts, tickets
from runtime.__main__ import parser
from runtime.curves import read_curves
from runtime.datasets import DATASETS
from runtime.events import BatchEnded, EpochEnded, Failed, Paused, Resumed, Started, last, read
from runtime.launchers import local
from runtime.maps import read_maps
from runtime.maps.examples import example_file
from runtime.run import OVER, DataSpec, Run, RunError, RunSpec, Start, Watch, create, open_run, runs
from runtime.script import script_of
from runtime.spec import START_FILE
from runtime.worker import work

pytestmark = [pytest.mark.keras, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
EPOCHS = {
    "cnn": 3,
    "lenet5": 2,
    "mlp": 2,
    "lstm": 2,
    "separable": 2,
    "heads": 2,
    "siamese": 2,
    "reversal": 1,
    "again": 2,
    "one_hot": 2,
    "focal": 2,
    "given": 2,
}
STYLES = [*((name, "functional") for name in EPOCHS), ("cnn", "sequential"), ("cnn", "subclass")]

# Runs scripts one after the other, unchanged, and writes down what `fit` returned.
RECORDED = """
import importlib.util, json, os, runpy, sys
assert importlib.util.find_spec("builder") is None and importlib.util.find_spec("runtime") is None
import keras
fit, histories, found = keras.Model.fit, [], {}
def recorded(self, *args, **kwargs):
    history = fit(self, *args, verbose=0, **kwargs)
    histories.append(history.history)
    return history
keras.Model.fit = recorded
for path in sys.argv[2:]:
    keras.utils.clear_session()
    runpy.run_path(path, run_name="__main__")
    found[os.path.basename(path)] = histories.pop()
json.dump(found, open(sys.argv[1], "w"))
"""


def chain(*layers):
    nodes = tuple(Node(id=name, layer=LAYERS[kind](**values)) for name, kind, values in layers)
    edges = tuple(Edge(source=a.id, target=b.id) for a, b in pairwise(nodes))
    return Graph(nodes=nodes, edges=edges)


CNN = chain(
    ("pixels", "Input", {"shape": (8, 8, 1)}),
    ("conv", "Conv2D", {"filters": 8, "kernel_size": (3, 3), "activation": "relu"}),
    ("norm", "BatchNormalization", {}),
    ("pool", "MaxPooling2D", {}),
    ("flat", "Flatten", {}),
    ("drop", "Dropout", {"rate": 0.3}),
    ("digit", "Dense", {"units": 10, "activation": "softmax"}),
)


HEADS = Graph(
    nodes=(*CNN.nodes, Node(id="beside", layer=LAYERS["Dense"](units=10, activation="softmax"))),
    edges=(*CNN.edges, Edge(source="flat", target="beside")),
)
SIAMESE = Graph(
    nodes=tuple(
        Node(id=name, layer=LAYERS[kind](**values), shares=shares)
        for name, kind, values, shares in (
            ("first", "Input", {"shape": (8, 8, 1)}, None),
            ("second", "Input", {"shape": (8, 8, 1)}, None),
            ("flat", "Flatten", {}, None),
            ("flat_too", "Flatten", {}, None),
            ("twin", "Dense", {"units": 16, "activation": "relu"}, None),
            ("other_twin", "Dense", {"units": 16, "activation": "relu"}, "twin"),
            ("both", "Multiply", {}, None),
            ("same", "Dense", {"units": 1, "activation": "sigmoid"}, None),
        )
    ),
    edges=tuple(
        Edge(source=source, target=target)
        for source, target in (
            ("first", "flat"), ("second", "flat_too"), ("flat", "twin"), ("flat_too", "other_twin"),
            ("twin", "both"), ("other_twin", "both"), ("both", "same"),
        )
    ),
)  # fmt: skip
AGAIN = chain(
    ("pixels", "Input", {"shape": (8, 8, 1)}),
    ("flat", "Flatten", {}),
    ("code", "Dense", {"units": 8, "activation": "relu"}),
    ("wide", "Dense", {"units": 64, "activation": "sigmoid"}),
    ("picture", "Reshape", {"target_shape": (8, 8, 1)}),
)
SEPARABLE = chain(
    ("pixels", "Input", {"shape": (8, 8, 1)}),
    ("wide", "SeparableConv2D", {"filters": 8, "kernel_size": (3, 3), "padding": "same", "use_bias": False}),
    ("norm", "BatchNormalization", {"momentum": 0.9}),
    ("cut", "ReLU", {"max_value": 6.0}),
    ("each", "DepthwiseConv2D", {"kernel_size": (3, 3), "strides": (2, 2)}),
    ("mean", "GlobalAveragePooling2D", {}),
    ("digit", "Dense", {"units": 10, "activation": "softmax"}),
)
MADE = {
    "cnn": (CNN, "digits"),
    "separable": (SEPARABLE, "digits"),
    "heads": (HEADS, "digits"),
    "siamese": (SIAMESE, "pairs"),
    "reversal": (encoder_decoder(), "reversal"),
    "again": (AGAIN, "digits"),
    "one_hot": (CNN, "digits"),
    "focal": (CNN, "digits"),
    "given": (CNN, "digits"),
}
# What is changed in the settings that suit network and data.
SETTINGS = {
    "one_hot": {
        "optimizer": {
            "type": "AdamW",
            "learning_rate": {
                "type": "PiecewiseConstantDecay",
                "boundaries": [20, 50],
                "values": [0.01, 0.001, 0.0001],
            },
            "use_ema": True,
        },
        "loss": {"type": "CategoricalCrossentropy", "label_smoothing": 0.1},
        "metrics": [{"type": "CategoricalAccuracy"}, {"type": "F1Score", "average": "macro"}, {"type": "AUC"}],
    },
    "focal": {
        "optimizer": {"type": "LossScaleOptimizer", "inner_optimizer": {"type": "SGD", "global_clipnorm": 1}},
        "loss": {"type": "CategoricalFocalCrossentropy", "reduction": "sum"},
        "metrics": [{"type": "OneHotMeanIoU", "num_classes": 10}, {"type": "Precision", "class_id": 3}],
    },
}


def spec_of(name):
    graph, data_name = MADE[name] if name in MADE else (TEMPLATES[name].make(), TEMPLATES[name].data)
    data = DataSpec(name=data_name)
    facts = {"picture": Facts(shapes=((None, 8, 8, 1),))} if name == "again" else {}
    training = defaults(graph, DATASETS[data.name].task(data), facts).training
    changed = SETTINGS.get(name, {}) | {"epochs": EPOCHS.get(name, 1)}
    start = Start(file=f"{'a' * 64}.npz", title="model.keras") if name == "given" else None
    training = Training.model_validate(training.model_dump() | changed)
    return RunSpec(graph=graph, data=data, training=training, seed=7, start=start)


def write_given():
    """Weights for the network of that name: those of `conv` and `norm`, and of a last layer that has another shape."""
    draw, shapes = (
        np.random.default_rng(0),
        {"conv": [(3, 3, 1, 8), (8,)], "norm": [(8,)] * 4, "digit": [(72, 3), (3,)]},
    )
    arrays = {
        f"{name}/{n}": draw.random(shape, "float32") for name, own in shapes.items() for n, shape in enumerate(own)
    }
    np.savez(starts.place(spec_of("given").start), **arrays)
    return arrays


def long_spec():
    spec = spec_of("mlp")
    return spec.model_copy(update={"training": spec.training.model_copy(update={"epochs": 10_000})})


def curve(run):
    """What the run told of its epochs, by the name of what was measured."""
    return {name: list(ys) for name, (_, ys) in read_curves(run).epochs_done.items()}


def started(spec, tries=0):
    """A run in the queue; `tries` as if so many workers of it had died before they began."""
    run = create(spec)
    tickets.put(tickets.Ticket(run=run.id, tries=tries))
    local.ensure()
    return run


def begins(run):
    """Wait until its worker has built the network."""
    while run.status() == "waiting":
        time.sleep(0.02)
    return run


def until(run, kind):
    """Wait for an event of this kind, and give all events up to then."""
    while True:
        events, _ = read(run.events)
        if any(isinstance(event, kind) for event in events):
            return events
        assert run.status() not in OVER, (run.status(), read_curves(run).message, run.log_end())
        time.sleep(0.02)


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERLOOM_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("temporary")))
        patch.setenv("CUDA_VISIBLE_DEVICES", "-1")
        yield
        local.close()
        for run in runs():
            process = run.worker() and run.worker().process()
            if process is not None:
                process.kill()


@pytest.fixture(scope="module")
def trained(home) -> dict[str, Run]:
    """A finished run of each network, started together: what finds no free core waits for one."""
    write_given()
    made = {name: started(spec_of(name)) for name in EPOCHS}
    for name, run in made.items():
        assert local.wait(run, timeout=500) == "finished", (name, read_curves(run).message, run.log_end())
    return made


@pytest.fixture(scope="module")
def histories(home, tmp_path_factory):
    """What the exported scripts report, run in a clean process that cannot import Layerloom."""
    folder = tmp_path_factory.mktemp("scripts")
    paths = []
    for name, style in STYLES:
        spec = spec_of(name)
        paths.append(folder / f"{name}-{style}")
        paths[-1].write_text(script_of(spec, style))
    np.savez(folder / START_FILE, **write_given())
    clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "LAYERLOOM_HOME")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", RECORDED, str(folder / "found.json"), *map(str, paths)],
        env=clean | {"TF_CPP_MIN_LOG_LEVEL": "3"}, cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads((folder / "found.json").read_text())


@pytest.mark.parametrize(("name", "style"), STYLES)
def test_the_exported_script_gives_the_same_curve(trained, histories, name, style):
    told, reported = curve(trained[name]), histories[f"{name}-{style}"]
    assert told.keys() == reported.keys()
    assert "val_loss" in told
    for measured, values in told.items():
        assert len(values) == EPOCHS[name]
        assert values == pytest.approx(reported[measured], abs=1e-5), measured


def test_forked_workers_leave_no_temporary_files(trained):
    assert not list(Path(os.environ["TMPDIR"]).glob("__autograph*"))


def test_a_layer_that_its_weights_do_not_fit_begins_with_random_ones_and_is_named(trained):
    assert read_curves(trained["given"]).anew == ("digit",)
    assert curve(trained["given"]) != curve(trained["cnn"])


def test_each_output_has_its_curves_and_its_weight(trained):
    curves = curve(trained["heads"])
    assert {"beside_loss", "digit_loss", "beside_sparse_categorical_accuracy", "val_digit_loss"} <= curves.keys()
    for loss, main, beside in zip(curves["loss"], curves["digit_loss"], curves["beside_loss"], strict=True):
        assert loss == pytest.approx(main + 0.3 * beside, rel=0.01)  # the smaller last batch counts differently in them


def test_maps_of_a_network_with_two_inputs_are_taken(trained):
    file = trained["siamese"].maps / read_curves(trained["siamese"]).maps[-1][1]
    first, second = (read_maps(file, name).features for name in ("first", "second"))
    assert first.shape == second.shape == (8, 8, 1)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("name", EPOCHS)
def test_the_folder_holds_the_script_of_the_run(trained, name):
    spec = spec_of(name)
    assert trained[name].script.read_text() == script_of(spec)


def test_a_finished_run_tells_everything(trained):
    run = trained["cnn"]
    curves = read_curves(run)
    assert (curves.status, run.status()) == ("finished", "finished")
    assert (curves.epochs, curves.epoch, curves.step) == (3, 2, curves.steps)
    assert curves.test["loss"] > 0
    assert curves.parameters == 80 + 32 + 730
    assert run.model.is_file()
    assert curves.batches["loss"][1]


def test_maps_form_before_and_while_training(trained):
    run = trained["cnn"]
    maps = read_curves(run).maps
    assert maps[0][0] == 0
    assert maps[-1][0] == 3
    assert {file for _, file in maps} == {path.name for path in run.maps.iterdir()}
    looks = [read_maps(run.maps / file, "conv") for _, file in maps]
    for before, after in pairwise(looks):
        assert before.kernels.shape == (3, 3, 1, 8)
        assert before.features.shape == (6, 6, 8)
        assert not np.array_equal(before.kernels, after.kernels)
        assert not np.array_equal(before.features, after.features)
    assert read_maps(run.maps / maps[0][1], "digit").features.sum() == pytest.approx(1, abs=1e-5)


def test_neither_a_plain_start_nor_watching_changes_a_bit(trained):
    run = started(
        spec_of("cnn").model_copy(update={"watch": Watch(maps=False)}), tries=1
    )  # what died once is not forked
    assert local.wait(run, timeout=120) == "finished", run.log_end()
    assert not list(run.maps.iterdir())
    assert curve(run) == curve(trained["cnn"])


def test_a_pause_holds_and_changes_nothing(trained):
    run = begins(started(spec_of("cnn")))
    local.pause(run)
    until(run, Paused)
    assert run.status() == "paused"
    local.resume(run)
    assert local.wait(run, timeout=120) == "finished", run.log_end()
    events = read(run.events)[0]
    where = next(index for index, event in enumerate(events) if isinstance(event, Paused))
    assert isinstance(events[where + 1], Resumed)
    assert curve(run) == curve(trained["cnn"])


def test_stopping_keeps_the_model(tmp_path, capsys):
    run = started(long_spec())
    until(run, EpochEnded)
    local.stop(run)
    assert local.wait(run, timeout=120) == "stopped", run.log_end()
    curves = read_curves(run)
    assert 1 <= len(curves.epochs_done["loss"][0]) < 10_000
    assert curves.test["loss"] > 0
    node = run.spec.graph.nodes[1].id
    assert terminal.run(parser(), ["maps", run.id, node, "--sample", "3", "-o", str(tmp_path / "maps.npz")]) == 0
    assert capsys.readouterr() == ("", "")
    assert read_maps(tmp_path / "maps.npz", node).features is not None
    assert terminal.run(parser(), ["maps", run.id, node, "--sample", "100000", "-o", str(tmp_path / "more.npz")]) == 1
    assert capsys.readouterr().err.startswith("There is no test example 100000")


def test_the_keras_service_keeps_maps_of_any_example(trained):
    run = trained["cnn"]
    for sample in (3, 5):
        keras_service.maps({"run": run.id, "sample": sample}, lambda done, total: None)
    shown = [read_maps(example_file(run, sample), run.spec.graph.nodes[0].id).features for sample in (3, 5)]
    examples = DATASETS[run.spec.data.name].load(run.spec.data).x_test
    assert [array.tolist() for array in shown] == [examples[3].tolist(), examples[5].tolist()]
    with pytest.raises(RunError, match="There is no test example 100000"):
        keras_service.maps({"run": run.id, "sample": 100_000}, lambda done, total: None)


def test_a_run_whose_worker_is_killed_goes_on_by_itself():
    run = started(long_spec())
    until(run, BatchEnded)
    killed = run.worker()
    os.kill(killed.pid, signal.SIGKILL)
    while run.worker() == killed or run.status() == "waiting":
        time.sleep(0.02)
    assert run.worker().again == 1
    local.stop(run)
    assert local.wait(run, timeout=60) == "stopped"
    assert sum(isinstance(event, Started) for event in read(run.events)[0]) == 2


def test_weights_that_run_away_are_told_in_words():
    graph = chain(
        ("numbers", "Input", {"shape": (10,)}), ("hidden", "Dense", {"units": 8}), ("progress", "Dense", {"units": 1})
    )
    training = defaults(graph, DATASETS["diabetes"].task(DataSpec(name="diabetes"))).training
    training = training.model_copy(update={"optimizer": SGD(learning_rate=100)})
    spec = RunSpec(graph=graph, data=DataSpec(name="diabetes"), training=training)
    run = started(spec)
    assert local.wait(run, timeout=120) == "failed"
    curves = read_curves(run)
    assert curves.diverged == 0
    assert "Lower the learning rate" in curves.message
    assert isinstance(last(run.events), Failed)
    assert not np.isfinite(curves.epochs_done["loss"][1][-1])


def test_the_command_line_waits_and_answers_with_one_document(tmp_path):
    path = tmp_path / "run.json"
    path.write_text(spec_of("mlp").model_dump_json())
    done = subprocess.run(
        [sys.executable, "-m", "runtime", "train", str(path), "--wait", "--json"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["status"], told["epoch"]) == ("finished", 2)
    assert told["curves"] == curve(open_run(told["id"]))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_weights_that_fit_no_layer_are_refused_with_the_shapes():
    start = Start(file=f"{'c' * 64}.npz", title="other.keras")
    np.savez(starts.place(start), **{"conv/0": np.zeros((5, 5, 1, 8), "float32"), "elsewhere/0": np.zeros(3)})
    run = create(spec_of("cnn").model_copy(update={"start": start}))
    assert work(run) == 1
    message = last(run.events).message
    assert "conv: expected [(3, 3, 1, 8), (8,)], got [(5, 5, 1, 8)]" in message
    assert "digit: expected [(72, 10), (10,)], got none of this name" in message


WRONG = {
    "an unknown data set": ({"data": DataSpec(name="nothing")}, "no data set called 'nothing'"),
    "an unknown device": ({"device": "gpu:99"}, "no device called 'gpu:99'"),
    "a network without layers": ({"graph": Graph()}, "cannot be trained"),
    "weights that are not here": (
        {"start": Start(file=f"{'b' * 64}.npz", title="lost.keras")},
        "weights of lost.keras",
    ),
    "a network for other data": ({"data": DataSpec(name="iris")}, "cannot be trained"),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_trained_fails_in_words(wrong):
    changes, words = WRONG[wrong]
    run = create(spec_of("cnn").model_copy(update=changes))
    assert work(run) == 1
    failed = last(run.events)
    assert isinstance(failed, Failed)
    assert words in failed.message
    assert "Traceback" not in failed.message
    assert run.status() == "failed"
