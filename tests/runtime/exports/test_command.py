"""`python -m runtime export`, with real conversions in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from builder import terminal
from builder.graph import Graph
from builder.layers import LAYERS
from builder.zoo.drawing import network
from runtime.__main__ import parser
from runtime.exports import EXPORTS, job
from runtime.exports.job import state_of
from runtime.run import Run, RunSpec, create

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
LAYERS_OF_DIGITS = {
    "image": LAYERS["Input"](shape=(8, 8, 1)),
    "flat": LAYERS["Flatten"](),
    "digit": LAYERS["Dense"](units=10, activation="softmax"),
}
DIGITS = network(LAYERS_OF_DIGITS)
MEMORY = network({"steps": LAYERS["Input"](shape=(8, 1)), "memory": LAYERS["LSTM"](units=2)})


@pytest.fixture
def answer(capsys):
    def ask(run: Run, name: str, path: Path):
        status = terminal.run(parser(), ["export", run.id, "--to", name, "-o", str(path)])
        return status, *capsys.readouterr()

    return ask


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "home"))
    yield
    for child in job._children:
        child.wait(timeout=60)


def run_of(graph: Graph = DIGITS, model: bytes = b"model") -> Run:
    run = create(RunSpec(graph=graph), name="first")
    if model:
        run.model.write_bytes(model)
    return run


def test_help_tells_what_each_format_is_for():
    made = subprocess.run(
        [sys.executable, "-m", "runtime", "export", "--help"],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    for name, export in EXPORTS.items():
        assert f"\n  {name:<16}{export.about}\n" in made.stdout


def test_what_a_format_cannot_hold_is_said_at_once(answer, tmp_path, monkeypatch):
    monkeypatch.setattr(job, "_start", lambda *_: pytest.fail("tried nevertheless"))
    status, out, err = answer(run_of(MEMORY), "litert-int8", tmp_path / "model.tflite")
    assert (status, out) == (1, "")
    assert err.startswith("8-bit LiteRT cannot hold LSTM")


def test_a_run_without_a_model(answer, tmp_path):
    status, out, err = answer(run_of(model=b""), "keras", tmp_path / "model.keras")
    assert (status, out) == (1, "")
    assert err.startswith("first has saved no model yet")


def test_a_folder_that_is_not_there(answer):
    for name in EXPORTS:
        status, _, err = answer(run_of(), name, Path("/nowhere/model"))
        assert status == 2
        assert "there is no folder /nowhere" in err


@pytest.mark.keras
def test_a_model_is_converted_compared_and_kept(answer, tmp_path, monkeypatch):
    from builder.compile import build
    from builder.program import lower

    run = run_of(model=b"")
    build(lower(DIGITS)).save(run.model)
    status, out, err = answer(run, "onnx", tmp_path / "model.onnx")
    assert (status, err) == (0, "It holds how to compute answers, not the layers: no training goes on from it.\n")
    assert "compared with the model on 64 test examples: largest difference" in out
    assert (tmp_path / "model.onnx").stat().st_size > 1000
    assert state_of(run, "onnx").comparison.same_class == 64

    monkeypatch.setattr(job, "_start", lambda *_: pytest.fail("made twice"))
    again, out_again, _ = answer(run, "onnx", tmp_path / "again.onnx")
    assert (again, out_again.partition(": ")[2]) == (0, out.partition(": ")[2])
    assert (tmp_path / "again.onnx").read_bytes() == (tmp_path / "model.onnx").read_bytes()


@pytest.mark.keras
def test_card_and_picture_hold_the_shapes(answer, tmp_path):
    run = run_of(model=b"")
    assert answer(run, "card", tmp_path / "card.md") == (0, "", "")
    assert "| digit | Dense 10, softmax | 10 | 650 |" in (tmp_path / "card.md").read_text()
    assert answer(run, "svg", tmp_path / "network.svg") == (0, "", "")
    assert ">8 x 8 x 1<" in (tmp_path / "network.svg").read_text()
