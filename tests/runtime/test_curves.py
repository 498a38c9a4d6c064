"""The state of a run as the fold of its events."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from builder.graph import Graph
from runtime.curves import MOST_MAPS, MOST_POINTS, Curves, fold_all, read_curves
from runtime.events import (
    BatchEnded,
    CheckpointSaved,
    Downloading,
    EpochEnded,
    Failed,
    Finished,
    MapsSaved,
    Paused,
    Resumed,
    Started,
    Stopped,
    Suspended,
    append,
)
from runtime.run import RunSpec, create

STARTED = Started(at=100, device="cpu", epochs=2, steps=10, batch_size=4, examples=38, parameters=5)


def batch(at, epoch, step, **logs):
    return BatchEnded(at=at, epoch=epoch, step=step, logs=logs or {"loss": 1.0})


def ended(at, epoch, **logs):
    return EpochEnded(at=at, epoch=epoch, seconds=1, logs=logs or {"loss": 1.0})


WHOLE = [
    STARTED,
    MapsSaved(at=100, epoch=0, file="00000-000.npz"),
    batch(105, 0, 5, loss=2.0, accuracy=0.5),
    ended(110, 0, loss=1.5, accuracy=0.75, val_loss=1.75),
    MapsSaved(at=111, epoch=1, file="00001-000.npz"),
    CheckpointSaved(at=112, epoch=1, file="model.keras"),
    batch(115, 1, 5, loss=1.0, accuracy=0.8),
    ended(120, 1, loss=0.5, accuracy=1.0, val_loss=0.75),
    Finished(at=121, test={"loss": 0.6}),
]


def test_nothing_has_happened_yet():
    assert fold_all([]) == Curves()
    assert (Curves().status, Curves().elapsed, Curves().remaining) == ("waiting", None, None)


def test_a_whole_run():
    curves = fold_all(WHOLE)
    assert curves.status == "finished"
    assert (curves.device, curves.epochs, curves.steps, curves.parameters) == ("cpu", 2, 10, 5)
    assert (curves.epoch, curves.step) == (1, 10)
    assert curves.batches == {"loss": ((0.5, 1.5), (2.0, 1.0)), "accuracy": ((0.5, 1.5), (0.5, 0.8))}
    assert curves.epochs_done["loss"] == ((1, 2), (1.5, 0.5))
    assert curves.epochs_done["val_loss"] == ((1, 2), (1.75, 0.75))
    assert curves.maps == ((0, "00000-000.npz"), (1, "00001-000.npz"))
    assert curves.test == {"loss": 0.6}
    assert (curves.elapsed, curves.remaining, curves.diverged) == (21, 0, None)


def test_events_do_not_change_the_curves_before():
    before = fold_all(WHOLE[:3])
    points = dict(before.batches)
    fold_all([WHOLE[6]], before)
    assert before.batches == points


def test_remaining_time_and_pace():
    curves = fold_all([STARTED, batch(105, 0, 5)])  # 5 of 20 steps in 5 seconds
    assert curves.remaining == pytest.approx(15)
    assert curves.examples_per_second == pytest.approx(4)
    curves = fold_all([STARTED, ended(110, 0)])
    assert curves.remaining == pytest.approx(10)
    assert curves.examples_per_second == pytest.approx(3.8)  # the last batch of an epoch is smaller


def test_pauses_do_not_count():
    events = [STARTED, batch(105, 0, 5), Paused(at=106)]
    paused = fold_all(events)
    assert (paused.status, paused.elapsed) == ("paused", 6)
    resumed = fold_all([Resumed(at=1106), batch(1108, 0, 8)], paused)
    assert (resumed.status, resumed.elapsed) == ("running", 8)
    assert resumed.remaining == pytest.approx(12)
    twice = fold_all([Paused(at=1109), Resumed(at=2109), batch(2110, 0, 10)], resumed)
    assert twice.elapsed == 10


def known(curves):
    return curves.elapsed, curves.remaining, curves.examples_per_second


def shifted(events, seconds):
    return [event.model_copy(update={"at": event.at + seconds}) for event in events]


@pytest.mark.parametrize("hours", [-1, -1000])
def test_a_clock_that_is_set_back_while_it_trains_changes_nothing(hours):
    """The time between the two events at which it happened is all that is lost."""
    long = STARTED.model_copy(update={"at": 5e6, "epochs": 4})
    events = [long, *(batch(5e6 + 10 * n, (n - 1) // 2, 5 + 5 * ((n - 1) % 2)) for n in range(1, 7))]
    for place in range(1, 7):
        before, after = events[:place], shifted(events[place:], 3600 * hours)
        whole = fold_all([*before, *shifted(after, -3600 * hours - 10)])
        assert known(fold_all([*before, *after])) == pytest.approx(known(whole))
        assert known(fold_all(after, fold_all(before))) == pytest.approx(known(whole))


@pytest.mark.parametrize("interrupted", [[], [Suspended(at=106)], [Stopped(at=106)], [Failed(at=106, message="")]])
def test_a_clock_that_is_set_back_while_it_is_interrupted_changes_nothing(interrupted):
    """Also where nothing tells of the interruption, as its worker was killed."""
    again = STARTED.model_copy(update={"step": 5})
    before, after = [STARTED, batch(105, 0, 5), *interrupted], [again, batch(105, 0, 10), ended(106, 0)]
    there = fold_all([*before, *shifted(after, 1000)])
    assert there.elapsed == (12 if interrupted else 11)
    assert known(fold_all([*before, *shifted(after, -90)])) == pytest.approx(known(there))
    assert known(fold_all([*before, Downloading(at=900, name="x", received=1), *shifted(after, 1000)])) == known(there)


def test_a_clock_that_is_set_back_in_a_pause_changes_nothing():
    paused = [STARTED, batch(105, 0, 5), Paused(at=106)]
    assert known(fold_all([*paused, Resumed(at=16), batch(18, 0, 8)])) == known(
        fold_all([*paused, Resumed(at=1106), batch(1108, 0, 8)])
    )


def test_what_ends_in_a_pause_has_not_trained_since():
    for end in (Suspended(at=1106), Stopped(at=1106), Stopped(at=16), Failed(at=1106, message="")):
        assert fold_all([STARTED, batch(105, 0, 5), Paused(at=106), end]).elapsed == 6


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_no_number_has_diverged(number):
    curves = fold_all([STARTED, ended(110, 0), batch(112, 1, 2, loss=number), ended(120, 1, loss=number)])
    assert curves.diverged == 1
    assert len(curves.epochs_done["loss"][1]) == 2
    assert fold_all([STARTED, batch(101, 0, 1, loss=1.0, accuracy=math.nan)]).diverged is None


def test_the_ways_to_end():
    stopped = fold_all([*WHOLE[:4], Stopped(at=112, test={"loss": 2})])
    assert (stopped.status, stopped.test, stopped.remaining, stopped.elapsed) == ("stopped", {"loss": 2}, None, 12)
    failed = fold_all([*WHOLE[:4], Failed(at=112, message="too large", log="Traceback")])
    assert (failed.status, failed.message, failed.log, failed.remaining) == ("failed", "too large", "Traceback", None)
    assert fold_all([Failed(at=1, message="no such data")]).elapsed is None


def test_a_new_start_begins_anew():
    again = fold_all([*WHOLE, STARTED.model_copy(update={"at": 500.0})])
    assert (again.status, again.elapsed, again.epoch, again.step) == ("running", 0, 0, 0)
    assert (again.batches, again.epochs_done, again.test, again.rested) == ({}, {}, {}, 0)


def test_what_came_behind_the_checkpoint_that_a_run_goes_on_from_is_forgotten():
    again = STARTED.model_copy(update={"at": 500.0, "epoch": 1, "step": 3})
    before = [*WHOLE[:6], batch(112, 1, 3, loss=1.25, accuracy=0.7), *WHOLE[6:8]]
    curves = fold_all([*before, again])
    assert (curves.status, curves.epoch, curves.step) == ("running", 1, 3)
    assert curves.batches["loss"] == ((0.5, 1.3), (2.0, 1.25))
    assert curves.epochs_done["loss"] == ((1,), (1.5,))
    assert curves.maps == ((0, "00000-000.npz"), (1, "00001-000.npz"))
    assert curves.elapsed == 20  # the time in which it did not run does not count
    ended_again = fold_all([*WHOLE[6:8], WHOLE[8]], curves)
    assert ended_again.epochs_done == fold_all(WHOLE).epochs_done
    assert ended_again.batches["loss"][0] == (0.5, 1.3, 1.5)


def test_a_run_that_continues_another_begins_behind_epoch_0():
    start = STARTED.model_copy(update={"epoch": 4, "epochs": 6})
    curves = fold_all([start, batch(105, 4, 5)])
    assert (curves.first, curves.epoch) == (4, 4)
    assert curves.batches["loss"][0] == (4.5,)
    assert curves.remaining == pytest.approx(15)
    assert curves.examples_per_second == pytest.approx(4)


def test_a_suspended_run_has_no_time_left():
    curves = fold_all([STARTED, batch(105, 0, 5), Suspended(at=106)])
    assert (curves.status, curves.remaining) == ("suspended", None)


def test_long_curves_are_thinned_and_keep_their_ends():
    steps = 100_000
    start = STARTED.model_copy(update={"steps": steps, "epochs": 1})
    curves = fold_all([start, *(batch(100 + n, 0, n, loss=float(n)) for n in range(1, steps + 1))])
    xs, ys = curves.batches["loss"]
    assert MOST_POINTS / 4 <= len(xs) <= MOST_POINTS
    assert (ys[0], ys[-1]) == (1, steps)
    assert list(xs) == sorted(xs)
    assert all(x == pytest.approx(y / steps) for x, y in zip(xs, ys, strict=True))
    assert max(after - before for before, after in pairwise(xs)) < 8 / MOST_POINTS


def test_epochs_are_never_thinned():
    curves = fold_all([STARTED, *(ended(200 + n, n) for n in range(2 * MOST_POINTS))])
    assert len(curves.epochs_done["loss"][0]) == 2 * MOST_POINTS


def test_odd_numbers_from_a_log_do_no_harm():
    nothing = STARTED.model_copy(update={"steps": 0, "batch_size": 0, "examples": 0, "epochs": 0})
    curves = fold_all([batch(1, 0, 1), nothing, batch(99, 0, 0), ended(99, 0), Resumed(at=99)])
    assert curves.elapsed == 0


@pytest.mark.parametrize("least", [5e-324, 1e-321, 1e-300])
def test_places_that_are_hardly_apart_are_thinned_too(least):
    here = MapsSaved(at=1, epoch=0, file="00000-000.npz")
    places = [0.0] * (MOST_MAPS - 1) + [least, 1.0]
    maps = fold_all(here.model_copy(update={"epoch": place}) for place in places).maps
    assert (maps[0][0], maps[-1][0]) == (0, 1)
    assert len(maps) <= MOST_MAPS


def test_curves_of_a_run_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    run = create(RunSpec(graph=Graph()))
    assert read_curves(run) == Curves()
    for event in WHOLE:
        append(run.events, event)
    assert read_curves(run) == fold_all(WHOLE)
