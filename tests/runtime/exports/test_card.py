"""The model card tells what happened, and nothing in a name is taken for Markdown."""

import pytest

from builder.program import Facts
from builder.training import Training
from builder.zoo import TEMPLATES
from runtime.events import EpochEnded, Finished, Started, Stopped, append
from runtime.exports.card import card
from runtime.run import DataSpec, RunSpec, create


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))


def run(name="Run 1", data="digits", template="lenet5", epochs=2, seed=7):
    spec = RunSpec(
        graph=TEMPLATES[template].make(), data=DataSpec(name=data), training=Training(epochs=epochs), seed=seed
    )
    return create(spec, name=name)


def trained(made, loss, val_loss, ended):
    append(made.events, Started(at=1, device="cpu", epochs=2, steps=1, batch_size=32, examples=100, parameters=61706))
    for epoch in range(2):
        logs = {"loss": loss / (epoch + 1), "val_loss": val_loss / (epoch + 1), "accuracy": 0.9}
        append(made.events, EpochEnded(at=10 + epoch, epoch=epoch, seconds=1, logs=logs))
    append(made.events, ended)
    return made


def test_a_finished_run():
    made = trained(run(), 0.5, 0.6, Finished(at=20, test={"loss": 0.31, "accuracy": 0.925}))
    text = card(made, {"c1": Facts(shapes=((None, 28, 28, 6),), parameters=156)})
    for part in (
        "# Run 1\n",
        "10 classes",
        "61,706 parameters",
        "Handwritten digits",
        "1,437 training examples; 360 kept for the test",
        "| c1 | Conv2D 6 @ 5x5, tanh | 28 x 28 x 6 | 156 |",
        "- loss: `keras.losses.SparseCategoricalCrossentropy()`",
        "2 epochs done in 19 seconds on cpu",
        "| loss | 0.25 | 0.3 | 0.31 |",
        "| accuracy | 0.9 |  | 0.925 |",
        "one seed (7)",
        f"- keras {made.versions['keras']}",
    ):
        assert part in text
    assert "overfits" not in text
    assert "was stopped" not in text
    assert "not measured on test examples" not in text


def test_its_limits_are_those_of_the_run():
    text = card(trained(run(), 0.2, 0.9, Stopped(at=20)), {})
    assert "overfits: the loss is 4.5 times higher" in text
    assert "stopped after 2 of 2 epochs" in text
    assert "was not measured on test examples" in text


def test_a_run_that_has_only_been_made():
    text = card(run(data="sine", template="lstm"), {})
    assert "predicts 1 number for an example of shape 32 x 1" in text
    assert "Nothing has been measured yet." in text
    assert "training is waiting" in text


def test_names_from_outside_are_no_markdown():
    text = card(run(name="<b>*best*</b> [run](javascript:x) | #1"), {})
    assert text.startswith("# \\<b\\>\\*best\\*\\</b\\> \\[run\\](javascript:x) \\| \\#1\n")


def test_a_data_set_that_is_gone():
    assert "`gone`, which is not known here" in card(run(data="gone"), {})
