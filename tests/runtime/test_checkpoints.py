"""Checkpoints on the disk: whole or taken for none, and as many as there is room for."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.graph import Graph
from runtime import checkpoints
from runtime.checkpoints import NEWEST, DamagedError, Position
from runtime.events import BatchEnded, Failed, Paused, append, mend, read
from runtime.run import RunSpec, create

ARRAYS = {
    "dense/0": np.arange(6, dtype="float32").reshape(2, 3),
    "Optimizer/0": np.array(7),
    "Metrics/0": np.float32(0.5),
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    return create(RunSpec(graph=Graph()))


def test_what_is_read_is_what_was_written(run):
    checkpoints.write(run, Position(2, 5), ARRAYS, score=0.25)
    found = checkpoints.newest(run)
    assert (found.position, found.about.score) == (Position(2, 5), 0.25)
    assert found.arrays.keys() == ARRAYS.keys()
    assert all(np.array_equal(found.arrays[name], ARRAYS[name]) for name in ARRAYS)
    assert found.arrays["Metrics/0"].dtype == np.float32
    assert [path.name for path in checkpoints.folder(run).iterdir()] == ["00002-000000005.npz"]
    assert checkpoints.scores(run) == {Position(2, 5): 0.25}


def test_a_run_without_any_begins(run):
    assert checkpoints.newest(run) is None
    assert checkpoints.kept(run) == checkpoints.kept_epochs(run) == []


@settings(max_examples=40)
@given(data=st.data())
def test_every_changed_byte_and_every_cut_is_noticed_and_the_older_one_taken(tmp_path_factory, data):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERLOOM_HOME", str(tmp_path_factory.mktemp("home")))
        run = create(RunSpec(graph=Graph()))
        checkpoints.write(run, Position(1), ARRAYS)
        changed = {**ARRAYS, "dense/0": ARRAYS["dense/0"] + 1}
        checkpoints.write(run, Position(2), changed)
        path = checkpoints.path_of(run, Position(2))
        content = bytearray(path.read_bytes())
        if data.draw(st.booleans()):
            content = content[: data.draw(st.integers(0, len(content) - 1))]
        else:
            content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        found = checkpoints.newest(run)
        # A byte that nothing depends on, such as a time of the file, may differ; the numbers may not.
        wanted = ARRAYS if found.position == Position(1) else changed
        assert found.arrays.keys() == wanted.keys()
        assert all(np.array_equal(found.arrays[name], wanted[name]) for name in wanted)


def test_one_that_lacks_an_array_is_damaged(run):
    checkpoints.write(run, Position(1), ARRAYS)
    path = checkpoints.path_of(run, Position(1))
    with np.load(path) as arrays:
        fewer = {name: arrays[name] for name in arrays.files if name != "Optimizer/0"}
    np.savez(path, **fewer)
    with pytest.raises(DamagedError, match="lacks some"):
        checkpoints.read(path)


def test_objects_are_never_unpickled(run):
    checkpoints.folder(run).mkdir()
    np.savez(checkpoints.path_of(run, Position(1)), **{"dense/0": np.array([print], dtype=object)})
    assert checkpoints.newest(run) is None


def test_a_checkpoint_whose_past_the_log_has_lost_is_not_taken(run):
    checkpoints.write(run, Position(0, 1), ARRAYS)
    append(run.events, BatchEnded(at=1, epoch=0, step=1, logs={"loss": 1.0}))
    checkpoints.write(run, Position(0, 2), ARRAYS)
    run.events.write_bytes(run.events.read_bytes()[:-5])
    assert checkpoints.newest(run).position == Position(0, 1)


def test_what_follows_a_loss_does_not_hide_it(run):
    """As when a worker that goes on finds the disk full, and says so, before it looks for a checkpoint."""
    checkpoints.write(run, Position(0, 1), ARRAYS)
    append(run.events, BatchEnded(at=1, epoch=0, step=1, logs={"loss": 1.0}))
    checkpoints.write(run, Position(0, 2), ARRAYS)
    run.events.write_bytes(run.events.read_bytes()[:-5])
    append(run.events, Failed(at=2, message="The disk is full."))
    assert checkpoints.newest(run).position == Position(0, 1)


def test_a_log_that_has_grown_keeps_its_checkpoints(run):
    for step in range(1, 100):
        append(run.events, BatchEnded(at=1, epoch=0, step=step, logs={"loss": 1.0}))
        checkpoints.write(run, Position(0, step), ARRAYS, lasting=False)
        append(run.events, Paused(at=2))
        assert checkpoints.newest(run).position == Position(0, step)


def test_a_checkpoint_of_an_earlier_version_is_taken(run):
    append(run.events, Paused(at=1))
    checkpoints.write(run, Position(0, 1), ARRAYS)
    file = checkpoints.path_of(run, Position(0, 1))
    with np.load(file) as found:
        arrays = dict(found)
    about = checkpoints.About.model_validate_json(arrays.pop(checkpoints.ABOUT).tobytes())
    old = about.model_dump_json(exclude={"end"}).encode()
    np.savez(file, **arrays, **{checkpoints.ABOUT: np.frombuffer(old, np.uint8)})
    assert checkpoints.newest(run).about.end is None


def test_a_torn_last_line_does_not_swallow_the_next_event(run):
    append(run.events, Paused(at=1))
    with run.events.open("ab") as log:
        log.write(b'{"type":"Bat')
    mend(run.events)
    mend(run.events)
    append(run.events, Paused(at=2))
    assert [event.at for event in read(run.events)[0]] == [1, 2]


def test_a_full_disk_leaves_nothing_behind(run, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        checkpoints.write(run, Position(1), ARRAYS)
    assert not list(checkpoints.folder(run).iterdir())


@given(
    positions=st.sets(st.builds(Position, st.integers(0, 300), st.sampled_from([0, 0, 7])), max_size=60),
    scored=st.randoms(use_true_random=False),
    size=st.sampled_from([1, 40_000_000, 400_000_000]),
)
def test_the_newest_and_the_best_stay_and_no_more_than_have_room(positions, scored, size):
    scores = {one: scored.random() for one in positions if one.step == 0}
    left = sorted(set(positions) - set(checkpoints.surplus(dict.fromkeys(positions, size), scores)))
    assert left[-NEWEST:] == sorted(positions)[-NEWEST:]
    if scores:
        assert min(scores.values()) in [scores[one] for one in left if one in scores]
    assert len(left) <= checkpoints.MOST
    assert len(left) <= NEWEST + 1 or len(left) * size <= checkpoints.MOST_BYTES
    assert all(one.step == 0 for one in left[:-NEWEST])


@pytest.mark.parametrize("odd", [math.nan, -math.inf, math.inf])
@pytest.mark.parametrize("place", [1, 15])
def test_a_score_that_is_no_number_is_not_the_best(odd, place):
    sizes = {Position(epoch): 1 for epoch in range(1, 41)}
    scores = {position: 1 / position.epoch for position in sizes} | {Position(20): 0.001, Position(place): odd}
    left = sizes.keys() - set(checkpoints.surplus(sizes, scores))
    assert Position(20) in left
    without = dict(scores) | {Position(place): 1.0}
    assert left == sizes.keys() - set(checkpoints.surplus(sizes, without))


def test_what_is_no_file_is_no_checkpoint(run, tmp_path):
    """As an archive may bring it, or a person put it there."""
    checkpoints.write(run, Position(1), ARRAYS)
    (checkpoints.folder(run) / "00002-000000000.npz" / "within").mkdir(parents=True)
    os.mkfifo(checkpoints.path_of(run, Position(3)))
    checkpoints.path_of(run, Position(4)).symlink_to(tmp_path)
    assert checkpoints.kept(run) == [Position(1)]
    assert checkpoints.newest(run).position == Position(1)
    checkpoints.tidy(run, {})
    assert checkpoints.scores(run).keys() == {Position(1)}
