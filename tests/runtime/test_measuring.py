"""Measurements are kept while they are made, broken off without harm, and turned into expectations that runs correct."""

from __future__ import annotations

import sys
import time

import psutil
import pytest

from builder.program import Facts
from builder.training import Training
from builder.zoo import TEMPLATES
from runtime import expectation as expecting
from runtime import measuring
from runtime.events import EpochEnded, Finished, Started, append
from runtime.expectation import epoch_seconds, expectation, memory_ratio, step_seconds, took
from runtime.gpu import Build
from runtime.measure import measured, repeated
from runtime.measuring import PRODUCT, Figure, Measurement, begin, cancel, measurements
from runtime.process import Worker
from runtime.run import DataSpec, RunSpec, create

KNOWN = Measurement(
    at=0,
    machine="x",
    threads=2,
    figures=(
        Figure(what=PRODUCT, where="cpu", seconds=2.0),
        Figure(what="small", where="cpu", macs=1_000, batch=32, seconds=0.001),
        Figure(what="large", where="cpu", macs=100_000, batch=32, seconds=0.01),
        Figure(what="large", where="cpu", macs=100_000, batch=32, seconds=0.05, variant="mixed_float16"),
        Figure(what="large", where="gpu:0", macs=100_000, batch=32, error="no memory"),
    ),
)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    expecting._curves.cache_clear()


@pytest.mark.parametrize(
    ("macs", "seconds"),
    [(1_000, 0.001), (100_000, 0.01), (10_000, 0.001 * 10**0.5), (1_000_000, 0.1), (500, 0.0005), (1, 1e-4)],
)
def test_a_step_takes_what_networks_of_its_size_took(macs, seconds):
    assert step_seconds(KNOWN, "cpu", Training(), macs) == pytest.approx(seconds)


def test_a_number_format_takes_its_own_time_and_an_unknown_device_none():
    assert step_seconds(KNOWN, "cpu", Training(dtype_policy="mixed_float16"), 100_000) == pytest.approx(0.05)
    assert step_seconds(KNOWN, "cpu", Training(jit_compile=True), 100_000) == pytest.approx(0.01)
    assert step_seconds(KNOWN, "gpu:0", Training(), 100_000) is None
    assert expectation(None, "cpu", Training(), {}, 100, []) is None


@pytest.mark.parametrize(
    ("device", "seconds"),
    [("mirrored:cpu:2", 0.01), ("workers:2", 0.01), ("workers:10.0.0.1:1,10.0.0.2:1", 0.01 / 2**0.5)],
)
def test_several_devices_share_the_work_unless_they_are_one_processor(device, seconds):
    assert step_seconds(KNOWN, device, Training(), 100_000) == pytest.approx(seconds)
    known = expectation(KNOWN, device, Training(validation_split=0), {"dense": Facts(macs=100_000)}, 320, [])
    assert str(known).startswith("at best about")
    done = [finished(0.4, device)]
    assert took(KNOWN, device, done).runs == 1
    corrected = expectation(KNOWN, device, Training(validation_split=0), {"dense": Facts(macs=100_000)}, 320, done)
    assert corrected.seconds == pytest.approx(0.2)


def finished(elapsed, device="cpu", first=0, epochs=2):
    """A run of two epochs over 320 examples that took so many seconds, in twice the memory that was estimated.

    It continues a run of `first` epochs, and was to do `epochs` in all.
    """
    training = Training(epochs=epochs, validation_split=0)
    run = create(RunSpec(graph=TEMPLATES["mlp"].make(), data=DataSpec(), training=training, device=device))
    append(
        run.events,
        Started(
            at=100, device=device, epochs=epochs, steps=10, batch_size=32, examples=320, parameters=1, macs=100_000,
            expected_memory=500, epoch=first,
        ),
    )  # fmt: skip
    append(run.events, EpochEnded(at=100 + elapsed, epoch=first + 1, seconds=elapsed / 2, logs={"loss": 1.0}))
    append(run.events, Finished(at=100 + elapsed, peak_memory=1000))
    return run


def test_what_runs_took_corrects_the_expectation_and_is_said():
    facts = {"dense": Facts(macs=100_000)}
    training = Training(validation_split=0)
    alone = expectation(KNOWN, "cpu", training, facts, 320, [])
    assert alone.seconds == pytest.approx(0.1) == epoch_seconds(KNOWN, "cpu", training, 100_000, 320, 0)
    assert "no run has finished there yet" in str(alone)
    done = [finished(0.4), finished(0.6), finished(0.8), finished(9.0, device="gpu:0")]
    ratio = took(KNOWN, "cpu", done)
    assert (ratio.value, ratio.runs) == (pytest.approx(3.0), 3)
    corrected = expectation(KNOWN, "cpu", training, facts, 320, done)
    assert corrected.seconds == pytest.approx(0.3)
    assert "the last 3 runs took 3 times what the measurement says" in str(corrected)
    assert memory_ratio("cpu", done).value == pytest.approx(2.0)
    assert memory_ratio("gpu:1", done) is None


@pytest.mark.parametrize(("first", "epochs"), [(0, 2), (7, 9), (0, 50), (7, 50)])
def test_only_the_epochs_that_a_run_did_itself_are_counted(first, epochs):
    """Not those of a run that it continues, nor those left out by early stopping."""
    ratio = took(KNOWN, "cpu", [finished(0.4, first=first, epochs=epochs)])
    assert ratio.value == pytest.approx(2.0)


def test_a_figure_that_fails_holds_up_nothing(monkeypatch):
    def fail():
        raise MemoryError("too large")

    build = Build(tensorflow="2", cuda_build=False)
    monkeypatch.setattr("runtime.measure.asked", lambda: build)
    plan = [("first", Figure(what="a", where="cpu"), fail), ("second", Figure(what="b", where="cpu"), lambda: 0.5)]
    first, second, last = measured(Measurement(at=0, machine="x", threads=1), lambda _: plan)
    assert (first.doing, first.done, first.total, first.build) == ("first", 0, 2, build)
    assert second.done == 1
    assert last.doing == ""
    assert [(one.what, one.seconds, one.error) for one in last.figures] == [
        ("a", 0.0, "MemoryError: too large"),
        ("b", 0.5, ""),
    ]
    assert last.figure("a", "cpu") is None


def test_the_first_time_is_not_counted(monkeypatch):
    now = iter(range(100))
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(now)))
    ran = []
    assert repeated(lambda: ran.append(1)) == 1.0
    assert len(ran) == 4


def test_one_measures_at_a_time_and_is_broken_off(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/sleep")  # takes "-m" for no time, and ends at once
    begin()
    for child in measuring._children:
        child.wait()
    (broken,) = measurements()
    assert broken.broken_off
    cancel()
    assert measurements() == []  # there was no figure to keep

    running = KNOWN.model_copy(update={"doing": "something", "worker": Worker.of(psutil.Process().pid), "at": 1.0})
    file = measuring._folder() / "20260101-000000.json"
    measuring.write(file, running)
    assert not running.goes_on  # a process that is only written down
    with measuring._log().open("a"):
        begin()
        assert measurements() == [running]
        assert running.goes_on
    cancel()
    measuring.write(file, running)
    measuring.write(file, running.model_copy(update={"worker": Worker(pid=2**31 - 1, started=0)}))
    cancel()
    (kept,) = measurements()
    assert (kept.doing, kept.error, len(kept.figures)) == ("", "It was broken off.", 5)


def test_of_two_tabs_that_begin_at_once_one_measures(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/sleep")
    monkeypatch.setattr(measuring, "_children", [])
    real = measuring.devices

    def meanwhile():
        monkeypatch.setattr(measuring, "devices", real)
        begin()  # the other tab, between our look and our start
        return real()

    monkeypatch.setattr(measuring, "devices", meanwhile)
    begin()
    (child,) = measuring._children
    child.wait()


def test_a_damaged_file_is_left_out():
    (measuring._folder() / "20260101-000000.json").write_text("{")
    assert measurements() == []
