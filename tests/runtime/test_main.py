"""The command line of runs: what it prints, and what it answers to input that cannot be used."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from builder import terminal
from builder.graph import Graph, write_graph
from builder.zoo import TEMPLATES
from runtime import queue
from runtime.__main__ import parser
from runtime.datasets import DATASETS
from runtime.deleted import delete
from runtime.events import BatchEnded, EpochEnded, Failed, Finished, MapsSaved, Started, append
from runtime.launchers import local
from runtime.maps import pack, read_maps, save
from runtime.run import RunSpec, create, open_run, runs
from runtime.starts import place
from tests.processes import play_worker

GRAPH = TEMPLATES["mlp"].make()
NODE = GRAPH.nodes[-1].id
GRAPH_MAP = np.array([1, 2], np.float32)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def network(tmp_path):
    path = tmp_path / "network.json"
    path.write_text(write_graph(GRAPH))
    return str(path)


@pytest.fixture
def answer(capsys):
    """Runs a command; its exit status, output and error output."""

    def answer(*arguments):
        status = terminal.run(parser(), [str(argument) for argument in arguments])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return status, told.out, told.err

    return answer


@pytest.fixture
def run():
    """A run of two epochs, the second one half done, by this very process."""
    made = create(RunSpec(graph=GRAPH), name="try")
    held = play_worker(made)
    for event in (
        Started(at=1, device="cpu", epochs=3, steps=10, batch_size=4, examples=40, parameters=5),
        EpochEnded(at=2, epoch=0, seconds=1, logs={"loss": 0.5, "val_loss": float("nan")}),
        BatchEnded(at=3, epoch=1, step=5, logs={"loss": 0.25}),
    ):
        append(made.events, event)
    with held:
        yield made


def test_devices(answer):
    status, out, err = answer("devices", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out)[0]["name"] == "cpu"
    assert answer("devices")[1].startswith("cpu")


def test_spec_with_the_apps_defaults(answer, network):
    status, out, _ = answer(
        "spec", network, "--data", "digits",
        "--set", "training.epochs=5", "--set", "training.optimizer=SGD", "--set", "seed=3",
        "--set", "data.test_fraction=0.5", "--set", "device=gpu:1",
    )  # fmt: skip
    spec = RunSpec.model_validate_json(out)
    assert status == 0
    assert (spec.graph, spec.seed, spec.device, spec.data.test_fraction) == (GRAPH, 3, "gpu:1", 0.5)
    assert (spec.training.epochs, spec.training.optimizer.type) == (5, "SGD")
    assert spec.training.batch_size == 32


def test_spec_into_a_file(answer, network, tmp_path):
    assert answer("spec", network, "--data", "digits", "-o", tmp_path / "run.json") == (0, "", "")
    assert RunSpec.model_validate_json((tmp_path / "run.json").read_bytes()).graph == GRAPH


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("training.epochs", "Write training.epochs=5"),
        ("training.epoch=5", "epochs"),
        ("epochs=5", "no setting"),
        ("training.epochs.more=5", "no setting"),
        ("=5", "no setting"),
        ("training.epochs=many", "epochs"),
        ("training.epochs=0", "epochs"),
        ("training.epochs=" + "9" * 5000, "epochs"),
        ("training.optimizer=Nothing", "optimizer"),
        ("training.optimizer.learning_rate=NaN", "learning_rate"),
        ("data.name=../x", "name"),
        ("training.metrics=" + "[" * 50_000, "metrics"),
    ],
)
def test_settings_that_are_none(answer, network, assignment, words):
    status, out, err = answer("spec", network, "--data", "digits", "--set", assignment)
    assert (status, out) == (2, "")
    assert words in err


def test_spec_of_unusable_input(answer, network, tmp_path):
    status, out, err = answer("spec", network, "--data", "nothing")
    assert (status, out) == (2, "")
    assert "digits" in err.splitlines()[0]
    for name, content in {"none": None, "broken": "{", "list": "[]"}.items():
        path = tmp_path / name
        if content is not None:
            path.write_text(content)
        status, out, err = answer("spec", path, "--data", "digits")
        assert (status, out) == (2, ""), name
        assert err


def test_a_file_that_cannot_be_written(answer, network, run):
    for arguments in (
        ("spec", network, "--data", "digits", "-o", "/nowhere/run.json"),
        ("script", run.id, "-o", "/nowhere/train.py"),
    ):
        status, _, err = answer(*arguments)
        assert status == 2
        assert err.startswith("/nowhere/")


def test_train_starts_and_prints_the_id(answer, tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(local, "launch", started.append)
    (tmp_path / "run.json").write_text(RunSpec(graph=GRAPH).model_dump_json())
    status, out, err = answer("train", tmp_path / "run.json", "--device", "cpu")
    assert (status, err) == (0, "")
    assert started == [open_run(out.strip())]


def test_train_says_why_it_failed(answer, tmp_path, monkeypatch):
    def fail(run):
        append(run.events, Failed(at=1, message="Too large.\nMake it smaller."))

    monkeypatch.setattr(local, "launch", fail)
    (tmp_path / "run.json").write_text(RunSpec(graph=GRAPH).model_dump_json())
    status, out, err = answer("train", tmp_path / "run.json", "--wait", "--json")
    assert status == 1
    assert json.loads(out)["status"] == "failed"
    assert err == "Too large.\nMake it smaller.\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "describes no run"),
        ("[]", "describes no run"),
        ("{}", "graph"),
        ('{"graph": {}, "device": "gpu:77"}', "No device is called"),
        ('{"graph": {}, "device": "mirrored:cpu:999"}', "from 2 to"),
        ('{"graph": {}, "device": "mirrored:cpu:2", "training": {"batch_size": 1}}', "cannot be shared"),
        ('{"graph": {}, "device": "workers:8.8.8.8:4000,1.1.1.1:4000"}', "LAYERLOOM_PUBLIC_WORKERS"),
        ('{"graph": {}, "data": {"name": "nothing"}}', "No data set is called"),
        ('{"graph": {}, "training": {"epochs": NaN}}', "epochs"),
        (" " * 11_000_000, "larger than"),
    ],
    ids=["half", "list", "no graph", "device", "replicas", "batch", "public", "data", "nan", "huge"],
)
def test_train_refuses_what_is_no_run(answer, tmp_path, content, words):
    (tmp_path / "run.json").write_text(content)
    status, out, err = answer("train", tmp_path / "run.json", "--json")
    assert (status, out) == (2, "")
    assert words in err
    assert runs() == []


def test_show(answer, run):
    status, out, err = answer("show", run.id, "--json")
    told = json.loads(out)
    assert (status, err) == (0, "")
    assert (told["id"], told["name"], told["status"], told["device"]) == (run.id, "try", "running", "cpu")
    assert (told["pid"], told["epoch"], told["step"]) == (os.getpid(), 2, 5)
    assert told["curves"] == {"loss": [0.5], "val_loss": ["NaN"]}
    text = answer("show", run.id)[1]
    assert "epoch 2 of 3, step 5 of 10" in text
    assert "0.5000" in text


def test_show_before_and_after(answer, run):
    fresh = create(RunSpec(graph=Graph()))
    told = json.loads(answer("show", fresh.id, "--json")[1])
    assert (told["status"], told["epoch"], told["step"], told["pid"]) == ("waiting", 0, 0, None)
    append(run.events, EpochEnded(at=4, epoch=2, seconds=1, logs={"loss": 0.1}))
    append(run.events, Finished(at=5, test={"loss": 0.2}))
    told = json.loads(answer("show", run.id, "--json")[1])
    assert (told["status"], told["epoch"], told["step"], told["test"]) == ("finished", 3, 10, {"loss": 0.2})


def test_list(answer, run):
    other = create(RunSpec(graph=Graph()), name="other")
    assert [row["id"] for row in json.loads(answer("list", "--json")[1])] == [other.id, run.id]
    assert len(answer("list")[1].splitlines()) == 2


def test_a_run_that_cannot_be_read_is_told_beside_the_list(answer, run):
    other = create(RunSpec(graph=Graph()), name="other")
    (other.folder / "run.json").write_text("{")
    status, out, err = answer("list", "--json")
    assert (status, [row["id"] for row in json.loads(out)]) == (0, [run.id])
    assert err.startswith(f"The file run.json of run {other.id} cannot be read: ")
    assert err.count("\n") == 1


def test_an_empty_list(answer):
    assert answer("list", "--json") == (0, "[]\n", "")
    assert answer("list") == (0, "", "")


@pytest.mark.parametrize("command", ["pause", "resume", "stop"])
def test_steering(answer, run, command):
    status, out, err = answer(command, run.id, "--json")
    assert (status, err) == (0, "")
    assert json.loads(out)["asked"] == command
    assert run.control.read_text() == command
    append(run.events, Finished(at=9))
    status, out, err = answer(command, run.id)
    assert (status, out) == (1, "")
    assert "is over (finished)" in err


def test_what_waits_can_only_be_stopped(answer):
    waiting = create(RunSpec(graph=GRAPH))
    assert answer("pause", waiting.id)[0] == 1
    assert answer("stop", waiting.id)[0] == 0
    assert waiting.status() == "stopped"


@pytest.mark.parametrize("command", ["show", "stop", "pause", "resume", "script"])
def test_an_unknown_run(answer, command):
    for run_id, words in (("20260101-000000-abcdef", "There is no run"), ("../..", "is no run's id")):
        status, out, err = answer(command, run_id)
        assert (status, out) == (2, "")
        assert words in err


def test_maps(answer, run, tmp_path):
    output = tmp_path / "maps.npz"
    assert answer("maps", run.id, NODE, "-o", output)[0] == 1
    save(run.maps / "00001-000.npz", pack({}, {NODE: GRAPH_MAP, "other": GRAPH_MAP}))
    append(run.events, MapsSaved(at=4, epoch=1, file="00001-000.npz"))
    assert answer("maps", run.id, NODE, "-o", output) == (0, "", "")
    assert read_maps(output, NODE).features.tolist() == [1, 2]
    assert read_maps(output, "other").features is None
    status, _, err = answer("maps", run.id, "nothing", "-o", output)
    assert status == 2
    assert NODE in err
    assert answer("maps", run.id, NODE, "-o", "/nowhere/maps.npz")[0] == 2


def test_script_and_notebook(answer, run):
    status, out, _ = answer("script", run.id)
    assert status == 0
    compile(out, "train.py", "exec")
    assert "builder" not in out
    book = json.loads(answer("script", run.id, "--notebook")[1])
    assert book["nbformat"] == 4


@pytest.mark.parametrize("arguments", [(), ("nothing",), ("show",), ("export", "x", "--to", "y", "-o", "z")])
def test_wrong_arguments(answer, arguments):
    with pytest.raises(SystemExit) as ended:
        answer(*arguments)
    assert ended.value.code == 2


def test_a_home_that_cannot_be_used(answer, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "file" / "home"))
    status, out, err = answer("list")
    assert (status, out) == (2, "")
    assert err.startswith(str(tmp_path / "file"))


def test_every_data_set_can_be_trained_on(answer, network):
    for name in DATASETS:
        assert answer("spec", network, "--data", name)[0] == 0


def test_a_run_is_archived_and_adopted(answer, run, tmp_path):
    file = tmp_path / "moved.zip"
    status, _, said = answer("archive", run.id, "-o", file)
    assert (status, "not ended" in said) == (terminal.NO, True)
    append(run.events, Finished(at=5))
    assert answer("archive", run.id, "-o", tmp_path / "nowhere" / "x.zip")[0] == terminal.UNUSABLE
    assert answer("archive", run.id, "-o", file)[0] == terminal.DONE
    assert answer("adopt", file)[0] == terminal.NO  # it is here already
    delete(run)
    assert answer("adopt", file, "--project", "nonsense")[0] == terminal.NO
    assert answer("adopt", file)[1].strip() == run.id
    assert open_run(run.id).status() == "finished"
    assert answer("adopt", tmp_path / "gone.zip")[0] == terminal.UNUSABLE
    (tmp_path / "x.zip").write_text("nonsense")
    assert answer("adopt", tmp_path / "x.zip")[0] == terminal.UNUSABLE


def test_a_run_can_be_given_weights(answer, network, tmp_path):
    np.savez(tmp_path / "mine.npz", **{"dense/0": np.ones((2, 2))})
    code, out, _ = answer("spec", network, "--data", "digits", "--weights", str(tmp_path / "mine.npz"))
    assert code == 0
    start = RunSpec.model_validate_json(out).start
    assert start.title == "mine.npz"
    assert place(start).is_file()
    code, _, err = answer("spec", network, "--data", "digits", "--weights", str(tmp_path / "none.npz"))
    assert code == 2
    assert "none.npz cannot be read" in err


def test_the_queue_is_shown_and_changed(answer):
    assert answer("queue")[1] == "Nothing waits.\n"
    runs = [create(RunSpec(graph=Graph()), owner="anna") for _ in range(3)]
    for run in runs:
        queue.join(run)
    assert [line["run"] for line in json.loads(answer("queue", "--json")[1])] == [run.id for run in runs]
    answer("queue", "--first", runs[2].id)
    answer("queue", "--last", runs[0].id)
    _, shown, _ = answer("queue", "--cancel", runs[1].id)
    lines = [line.split() for line in shown.splitlines()]
    assert [(*line[:2], "anna" in line) for line in lines[1:]] == [("1", runs[2].id, True), ("2", runs[0].id, True)]
    status, _, told = answer("queue", "--cancel", runs[1].id)
    assert (status, "does not wait: it is stopped" in told) == (1, True)
