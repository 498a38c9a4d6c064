"""How often the state of a training is kept: all epochs of a short one, and never at more than a share of the time."""

from __future__ import annotations

import errno
import threading

import numpy as np
import pytest

import runtime.keeper
from builder.graph import Graph
from runtime import checkpoints
from runtime.checkpoints import Position
from runtime.keeper import ALLOWANCE, BETWEEN, DRAFT, LASTING, MOST_KEEPING, Keeper
from runtime.process import drafted
from runtime.run import Run, RunSpec, create

STATE = {"dense/0": np.zeros(3)}


class Clock:
    now, busy = 100.0, 0.0

    def monotonic(self) -> float:
        return self.now

    def thread_time(self) -> float:
        return self.busy


class Disk:
    """Takes `seconds` of the processor for each checkpoint, and remembers when each came and whether it was waited for."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock, self.seconds = clock, seconds
        self.written: list[tuple[float, bool]] = []

    def write(self, run: Run, position: Position, arrays: object, score: float, lasting: bool, log: int) -> None:
        self.written.append((self.clock.now, lasting))
        self.clock.busy += self.seconds


@pytest.fixture
def run(tmp_path, monkeypatch) -> Run:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    return create(RunSpec(graph=Graph()))


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(runtime.keeper, "time", clock)
    return clock


@pytest.fixture
def disk(clock, monkeypatch) -> Disk:
    disk = Disk(clock, 0.005)
    monkeypatch.setattr(checkpoints, "write", disk.write)
    return disk


def test_a_short_training_keeps_every_epoch_and_waits_for_the_disk_once_a_second(run, clock, disk):
    keeper = Keeper(run, lambda: STATE)
    for epoch in range(1, 21):
        clock.now += 0.1
        keeper.end_epoch(epoch, 1.0)
        keeper.done()
    assert len(disk.written) == 20
    waited = np.diff([at for at, lasting in disk.written if lasting])
    assert len(waited) >= 1
    assert all(waited >= LASTING)


@pytest.mark.parametrize("seconds", [0.001, 0.05, 3.0])
def test_keeping_takes_its_share_of_the_time_and_no_more(run, clock, disk, seconds):
    disk.seconds = seconds
    keeper, began = Keeper(run, lambda: STATE), clock.now
    for epoch in range(1, 20):
        for step in range(1, 1000):
            clock.now += 0.05
            if keeper.is_time():
                keeper.keep(Position(epoch, step))
                keeper.done()
        keeper.end_epoch(epoch + 1, 1.0)
        keeper.done()
    spent = seconds * len(disk.written)
    assert spent <= ALLOWANCE + MOST_KEEPING * (clock.now - began) + seconds
    assert spent >= 0.5 * min(MOST_KEEPING, seconds / BETWEEN) * (clock.now - began)


def test_a_slow_moment_of_the_machine_is_not_taken_for_the_usual(run, clock, disk):
    keeper = Keeper(run, lambda: STATE)
    disk.seconds = 0.15
    keeper.end_epoch(1, 1.0)
    keeper.done()
    disk.seconds = 0.005
    for epoch in range(2, 12):
        clock.now += 0.1
        keeper.end_epoch(epoch, 1.0)
        keeper.done()
    assert len(disk.written) > 5


def test_what_the_disk_takes_while_the_training_goes_on_costs_nothing(run, clock, monkeypatch):
    """As on a machine where everything waits for everything: 15 states in 48 seconds of LeNet-5 are none too many."""
    written = []

    def slowly(run: Run, position: Position, *rest: object) -> None:
        written.append(position)
        clock.now += 0.5

    monkeypatch.setattr(checkpoints, "write", slowly)
    keeper = Keeper(run, lambda: STATE)
    for epoch in range(6):
        clock.now += 7
        if keeper.is_time():
            keeper.keep(Position(epoch, 1))
            assert keeper._writing is not None
            keeper._writing.exception()
        clock.now += 1
        keeper.end_epoch(epoch + 1, 1.0)
        assert keeper._writing is not None
        keeper._writing.exception()
    assert written == [Position(epoch, step) for number in range(6) for epoch, step in ((number, 1), (number + 1, 0))]


def test_the_training_does_not_wait_for_the_disk_and_the_state_is_that_of_then(run, monkeypatch):
    free, write, state = threading.Event(), checkpoints.write, {"dense/0": np.zeros(3)}

    def slow(*arguments: object) -> None:
        assert free.wait(60)
        write(*arguments)

    monkeypatch.setattr(checkpoints, "write", slow)
    keeper = Keeper(run, lambda: {name: array.copy() for name, array in state.items()})
    run.events.write_text("one")
    keeper.keep(Position(1))
    run.events.write_text("one and two")
    state["dense/0"] += 1
    assert not checkpoints.kept(run)
    free.set()
    keeper.done()
    found = checkpoints.newest(run)
    assert (found.position, found.about.log, found.arrays["dense/0"].tolist()) == (Position(1), 3, [0, 0, 0])


def test_a_full_disk_is_told_and_the_same_state_tried_again(run, monkeypatch, capsys):
    write = checkpoints.write

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoints, "write", full)
    keeper = Keeper(run, lambda: STATE)
    keeper.keep(Position(1))
    keeper.done()
    assert "could not be kept: No space left" in capsys.readouterr().out
    monkeypatch.setattr(checkpoints, "write", write)
    keeper.keep(Position(1))
    keeper.done()
    assert checkpoints.kept(run) == [Position(1)]


@pytest.mark.parametrize("place", [".", "checkpoints"])
def test_what_killed_workers_have_left_half_written_is_removed(run, place):
    folder = run.folder / place
    folder.mkdir(exist_ok=True)
    drafts = [".00001-000000000.npz.0123456789ab", ".model.keras.0123456789ab.keras"]
    others = ["00001-000000000.npz", ".model.keras", ".control.0123456789ab", "log", ".1-2.npz.0123456789ab"]
    for name in drafts + others:
        (folder / name).touch()
    (folder / ".00002-000000000.npz.0123456789ab").mkdir()
    (folder / ".00003-000000000.npz.0123456789ab").symlink_to(folder / "log")
    Keeper(run, lambda: STATE)
    left = {path.name for path in folder.iterdir()}
    assert left.isdisjoint(drafts)
    assert left >= {*others, ".00002-000000000.npz.0123456789ab", ".00003-000000000.npz.0123456789ab"}


def test_a_write_that_is_killed_leaves_what_the_next_worker_removes(run, monkeypatch):
    names = []

    class Killed(BaseException):
        pass

    def die(file, **arrays):
        names.extend(path.name for path in checkpoints.folder(run).iterdir())
        raise Killed

    monkeypatch.setattr(checkpoints.np, "savez", die)
    with pytest.raises(Killed):
        checkpoints.write(run, Position(1), STATE)
    with drafted(run.model, ".keras") as draft:
        draft.touch()
        names.append(draft.name)
    assert len(names) == 2
    assert all(map(DRAFT.fullmatch, names))
