"""A run of which nobody knew what it needs waits for room beside those that train."""

from __future__ import annotations

import pytest

from builder.graph import Graph
from runtime import admission, queue, tickets, worker
from runtime.admission import TooEarly, reckoned
from runtime.events import Stopped, Suspended, last
from runtime.queue import Board
from runtime.run import RunSpec, create
from runtime.schedule import Slots

SPEC = RunSpec(graph=Graph())
ROOM = {"cpu": Slots(1, 1000), "gpu:0": Slots(1, 1000)}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setattr(admission, "machine", lambda: ROOM)


@pytest.fixture
def begun():
    """Gives runs that have this process for their worker, with the memory that was told when they joined the queue."""
    locks = []

    def begin(memory=0, device="cpu"):
        run = create(SPEC.model_copy(update={"device": device}))
        queue.join(run, memory)
        locks.append(queue.claim(run))
        queue.tell(Board(training=(*queue.board().training, run.id)))
        return run

    yield begin
    for lock in locks:
        lock.close()


def test_what_a_run_needs_is_known_from_then_on(begun):
    run = begun()
    reckoned(run, 5000)  # alone it may try, whatever it needs
    assert run.worker().memory == 5000
    assert tickets.find(run.id).memory == 0


@pytest.mark.parametrize(("other", "device", "fits"), [(400, "cpu", True), (401, "cpu", False), (1000, "gpu:0", True)])
def test_beside_others_it_needs_room(begun, other, device, fits):
    begun(other, device)
    run = begun()
    before = tickets.find(run.id)
    if fits:
        reckoned(run, 600)
        assert tickets.find(run.id) == before
    else:
        with pytest.raises(TooEarly):
            reckoned(run, 600)
        after = tickets.find(run.id)
        assert (after.memory, after.place, after.tries) == (600, before.place, 0)
        assert after.stamp != before.stamp


def test_those_that_have_ended_take_no_room(begun, monkeypatch):
    ended = begun(900)
    ended.worker_file.write_text(ended.worker().model_copy(update={"started": 0.0}).model_dump_json())
    tickets.drop(ended.id)
    queue.tell(Board(training=("20260101-000000-000000", *queue.board().training)))
    reckoned(begun(), 600)


def test_what_was_reckoned_before_it_began_stays(begun):
    begun(900)
    run = begun(50)
    reckoned(run, 600)
    assert run.worker().memory == 50


def test_of_two_that_look_at_the_same_moment_both_see_the_other(begun):
    one, other = begun(), begun()
    reckoned(one, 600)
    with pytest.raises(TooEarly):
        reckoned(other, 600)


def test_one_whose_worker_is_just_being_started_takes_room(begun):
    run, other = begun(), create(SPEC)
    queue.join(other, 900)
    queue.tell(Board(training=(run.id, other.id)))
    with pytest.raises(TooEarly):
        reckoned(run, 600)


def test_one_that_cannot_wait_any_more_says_what_it_needs(begun):
    begun(900)
    run = begun()
    reckoned(run, 600, waits=False)
    assert run.worker().memory == 600


@pytest.mark.parametrize(("asked", "ends"), [("stop", Stopped), ("suspend", Suspended), ("pause", None), (None, None)])
def test_its_worker_ends_without_a_word_unless_it_is_to_end_for_good(begun, monkeypatch, asked, ends):
    def train(run):
        raise TooEarly

    monkeypatch.setattr(worker, "train", train)
    run = begun()
    if asked:
        run.control.write_text(asked)
    assert worker.work(run) == 0
    assert isinstance(last(run.events), ends or type(None))
    assert (tickets.find(run.id) is None) == (ends is not None)
