"""What a worker tells while it trains, how it listens, and how often it looks."""

from __future__ import annotations

import itertools
import math
import os
import threading
from types import SimpleNamespace

import pytest

from builder.graph import Graph
from builder.training import Training
from runtime.events import BatchEnded, EpochEnded, MapsSaved, Paused, Resumed, read
from runtime.process import write_atomically
from runtime.run import RunSpec, create

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
STEPS = 4


class Clock:
    """Time that passes only when told."""

    now = 1_000.0

    def monotonic(self):
        return self.now

    def time(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        self.asleep(seconds)

    def asleep(self, seconds):
        pytest.fail("nobody has asked for a pause")


@pytest.fixture
def clock(monkeypatch):
    import runtime.telemetry

    clock = Clock()
    monkeypatch.setattr(runtime.telemetry, "time", clock)
    return clock


@pytest.fixture
def telemetry(tmp_path, monkeypatch, clock):
    import keras

    from runtime.telemetry import Telemetry

    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    run = create(RunSpec(graph=Graph(), training=Training(epochs=6)))

    def look():
        clock.now += 0.01
        return {}

    return Telemetry(run, keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]), STEPS, look)


def told(telemetry, kind):
    return [event for event in read(telemetry.run.events)[0] if isinstance(event, kind)]


def epoch(telemetry, clock, number, seconds, steps=STEPS, **logs):
    telemetry.begin_epoch(number)
    for step in range(1, steps + 1):
        clock.now += seconds / STEPS
        telemetry.end_batches(step, {"loss": 1.0})
    if steps == STEPS:
        telemetry.end_epoch(logs or {"loss": 0.5})


def test_batches_are_told_now_and_then_and_epochs_always(telemetry, clock):
    epoch(telemetry, clock, 0, seconds=0.2)
    epoch(telemetry, clock, 1, seconds=4)
    assert [(event.epoch, event.step) for event in told(telemetry, BatchEnded)] == [
        (0, 1),
        (1, 1),
        (1, 2),
        (1, 3),
        (1, 4),
    ]
    assert [event.seconds for event in told(telemetry, EpochEnded)] == [
        pytest.approx(0.2),
        pytest.approx(4.02, abs=0.03),
    ]


def test_looks_take_a_small_share_of_the_time(telemetry, clock):
    telemetry.take_first_maps()
    for number in range(6):
        epoch(telemetry, clock, number, seconds=0.8)
    telemetry.end_training()
    looked = [event.epoch for event in told(telemetry, MapsSaved)]
    assert looked == [0, 1, 4, 6]  # a look takes 0.01 s, so that they stand 2 s apart, but for the first and the last
    assert {path.name for path in telemetry.run.maps.iterdir()} == {event.file for event in told(telemetry, MapsSaved)}


def test_a_look_that_fails_ends_itself_and_not_the_training(telemetry, capsys):
    def look():
        raise AttributeError("a layer without kernels")

    telemetry.look = look
    telemetry.take_first_maps()
    assert telemetry.look is None
    assert "the training goes on" in capsys.readouterr().err
    telemetry.end_training()
    assert told(telemetry, MapsSaved) == []


def test_the_last_look_is_taken_where_training_ends(telemetry, clock):
    telemetry.take_first_maps()
    epoch(telemetry, clock, 0, seconds=1)
    epoch(telemetry, clock, 1, seconds=1, steps=2)
    telemetry.end_training()
    assert [event.epoch for event in told(telemetry, MapsSaved)] == [0, 1, 1.5]
    assert len(told(telemetry, EpochEnded)) == 1  # half an epoch has no result


def test_long_epochs_are_looked_into(telemetry, clock):
    telemetry.take_first_maps()
    epoch(telemetry, clock, 0, seconds=10)
    assert [event.epoch for event in told(telemetry, MapsSaved)] == [0, 0.25, 0.5, 0.75, 1]


def test_slow_looks_take_a_small_share_of_a_long_epoch_too(telemetry, clock):
    def look():
        clock.now += 0.1
        return {}

    telemetry.look = look
    telemetry.take_first_maps()
    epoch(telemetry, clock, 0, seconds=40)
    assert [event.epoch for event in told(telemetry, MapsSaved)] == [0, 0.25, 1]


def test_two_quick_wishes_are_both_heard(telemetry, clock):
    """Pause and resume within one tick of the file system's clock."""
    control = telemetry.run.control
    write_atomically(control, "pause")
    stamp = control.stat().st_mtime_ns

    def resumed(_):
        write_atomically(control, "resume")
        os.utime(control, ns=(stamp, stamp))

    clock.asleep = resumed
    epoch(telemetry, clock, 0, seconds=1)
    assert len(told(telemetry, Paused)) == len(told(telemetry, Resumed)) == 1
    assert not telemetry.stopped


def test_a_paused_run_can_be_stopped(telemetry, clock):
    write_atomically(telemetry.run.control, "pause")
    clock.asleep = lambda _: write_atomically(telemetry.run.control, "stop")
    epoch(telemetry, clock, 0, seconds=1)
    assert telemetry.stopped
    assert telemetry.over


def test_an_unknown_wish_does_nothing(telemetry, clock):
    telemetry.run.control.write_text("explode" * 100)
    epoch(telemetry, clock, 0, seconds=1)
    assert not telemetry.stopped
    assert told(telemetry, Paused) == []


def test_a_loss_that_is_no_number_ends_the_training(telemetry, clock):
    epoch(telemetry, clock, 0, seconds=100, loss=math.nan)
    assert telemetry.diverged
    assert telemetry.over
    assert not telemetry.run.model.exists()  # the last good model is never replaced by a broken one


def test_a_model_is_saved_when_it_is_time(telemetry, clock):
    epoch(telemetry, clock, 0, seconds=1)
    assert not telemetry.run.model.exists()
    epoch(telemetry, clock, 1, seconds=20)
    assert telemetry.run.model.stat().st_size > 0
    assert telemetry.saved
    assert not list(telemetry.run.folder.glob(".model*"))


def test_a_model_that_takes_long_to_save_is_saved_less_often(telemetry, clock, monkeypatch):
    saved = []

    def save(file):
        saved.append(clock.now)
        clock.now += 0.6
        file.write_bytes(b"model")

    monkeypatch.setattr(telemetry, "model", SimpleNamespace(save=save))
    for number in range(8):
        epoch(telemetry, clock, number, seconds=21)
    assert [later - former > 120 for former, later in itertools.pairwise(saved)] == [True]


def test_a_pause_is_held_in_the_middle_of_a_step_and_nothing_is_said_meanwhile(telemetry, clock, monkeypatch):
    import runtime.telemetry

    speaks = threading.Thread(target=telemetry.end_batches, args=(1, {"loss": 1.0}))

    def stopped(control):
        speaks.start()
        write_atomically(telemetry.run.control, "resume")

    monkeypatch.setattr(runtime.telemetry, "stop_here", stopped)
    assert telemetry.unheard() is None
    write_atomically(telemetry.run.control, "pause")
    assert telemetry.unheard() is not None
    telemetry.hold()
    speaks.join()
    assert telemetry.unheard() is None
    assert [type(event) for event in read(telemetry.run.events)[0]][:3] == [Paused, Resumed, BatchEnded]


def test_only_a_pause_is_heard_in_the_middle_of_a_step(telemetry, clock, monkeypatch):
    import runtime.telemetry

    write_atomically(telemetry.run.control, "suspend")
    telemetry.hold()
    assert not telemetry.over
    monkeypatch.setattr(runtime.telemetry, "stop_here", lambda control: write_atomically(control, "stop"))
    write_atomically(telemetry.run.control, "pause")
    telemetry.hold()
    assert (telemetry.stopped, telemetry.suspended) == (True, False)  # what it was asked while it was held
