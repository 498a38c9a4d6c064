"""Two folders of a run are kept equal through a storage: nothing torn is taken, nobody who comes too late is heard."""

from __future__ import annotations

import json
import os
from pathlib import Path

import fsspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.graph import Graph
from runtime import checkpoints, queue, tickets
from runtime.archive import MOST
from runtime.checkpoints import Position
from runtime.events import BatchEnded, EpochEnded, Finished, MapsSaved, Stopped, append, read
from runtime.launchers.remote import Attempt, Taken
from runtime.mirror import incoming as module_in
from runtime.mirror import outgoing as module_out
from runtime.mirror import words
from runtime.mirror.incoming import Incoming
from runtime.mirror.kept import job_name
from runtime.mirror.outgoing import Outgoing, due
from runtime.mirror.words import Orders, Told, before_the_end, pieces, said
from runtime.process import write_atomically
from runtime.run import Run, RunSpec, create, open_run
from runtime.storage import Storage, StorageError

SPEC = RunSpec(graph=Graph(), device="cluster")


@pytest.fixture(params=["memory", "file"])
def storage(request, tmp_path, monkeypatch):
    """An empty one."""
    (tmp_path / "storage").mkdir()
    fsspec.filesystem("memory").store.clear()
    url = "memory://class" if request.param == "memory" else f"file://{tmp_path}/storage"
    monkeypatch.setenv("LAYERLOOM_STORAGE", url)
    return Storage(url)


class Two:
    """A server and a node; each has a home of its own."""

    def __init__(self, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.storage, self.path, self.patch = storage, tmp_path, monkeypatch
        self.at("server")
        self.run = create(SPEC)
        queue.join(self.run)
        self.number, self.open = 0, []
        self.part = storage.part(self.run.id)

    def at(self, place: str) -> None:
        self.patch.setenv("LAYERLOOM_HOME", str(self.path / place))

    def begin(self) -> tuple[Incoming, Outgoing, Run]:
        """The next attempt, on a node of its own, whose worker has begun."""
        self.number += 1
        self.at("server")
        if tickets.find(self.run.id) is None:
            queue.join(self.run)
        incoming = Incoming(self.storage, self.run, self.number)
        incoming.begin()
        self.at(f"node-{self.number}")
        attempt = Attempt(self.storage, self.run.id, self.number)
        orders = attempt._bring(self.path / f"node-{self.number}" / "runs" / self.run.id)
        run = open_run(self.run.id)
        outgoing = Outgoing(self.part, run, self.number, {held.name: held for held in orders.files})
        self.open += [incoming.let_go, queue.claim(run, job_name(run, self.number)).close]
        tickets.drop(run.id)
        return incoming, outgoing, run

    def send(self, outgoing: Outgoing, over: bool = False) -> None:
        self.at(f"node-{self.number}")
        outgoing.push_files(all_of_them=over)
        outgoing.push(over)
        self.at("server")


@pytest.fixture
def two(storage, tmp_path, monkeypatch):
    made = Two(storage, tmp_path, monkeypatch)
    yield made
    for close in made.open:
        close()


def batch(step: int) -> BatchEnded:
    return BatchEnded(at=1.0, epoch=0, step=step, logs={"loss": 1.0})


def keep(run: Run, epoch: int, value: float = 1.0) -> Position:
    checkpoints.write(run, Position(epoch), {"a/0": np.full(1_000, value)}, lasting=False)
    return Position(epoch)


def test_a_control_file_that_is_none_holds_up_nobody(two):
    two.run.control.write_bytes(b"\xff\xfe")
    incoming, _, _ = two.begin()
    two.at("server")
    two.run.control.unlink(missing_ok=True)
    os.mkfifo(two.run.control)
    incoming.send_wish()
    two.run.control.unlink()
    two.run.control.write_text("stop")
    incoming.send_wish()
    assert said(Orders, two.part.read(words.ORDERS)).wish == "stop"


def test_what_a_node_writes_is_here_byte_by_byte_and_the_run_trains(two):
    incoming, outgoing, there = two.begin()
    append(there.events, batch(1))
    (there.maps / "00000-000.npz").write_bytes(b"maps")
    append(there.events, MapsSaved(at=1, epoch=0, file="00000-000.npz"))
    there.log.write_text("a line\nhalf a l")
    keep(there, 1)
    two.send(outgoing)
    incoming.pull()
    incoming.fetch()
    here = two.run
    assert here.events.read_bytes() == there.events.read_bytes()
    assert (here.maps / "00000-000.npz").read_bytes() == b"maps"
    assert here.log.read_text() == "a line\n"
    assert checkpoints.newest(here).position == Position(1)
    assert (here.status(), tickets.find(here.id)) == ("running", None)
    append(there.events, batch(2))
    (there.folder / "checkpoints" / "00001-000000000.npz").unlink()
    keep(there, 2)
    two.send(outgoing)
    incoming.pull()
    incoming.fetch()
    assert here.events.read_bytes() == there.events.read_bytes()
    assert checkpoints.kept(here) == [Position(2)]


def test_the_last_word_comes_with_all_that_belongs_to_it(two):
    incoming, outgoing, there = two.begin()
    append(there.events, EpochEnded(at=1, epoch=0, seconds=1, logs={"loss": 1.0}))
    append(there.events, Finished(at=1))
    write_atomically(there.worker_file, there.worker().model_copy(update={"over": True}).model_dump_json())
    two.send(outgoing)
    incoming.pull()
    assert two.run.status() == "running"
    there.model.write_bytes(b"model")
    two.send(outgoing, over=True)
    assert incoming.pull()
    assert two.run.status() == "finished"
    assert two.run.model.read_bytes() == b"model"
    incoming.close()
    assert two.part.names() == [words.ORDERS]


def test_a_week_of_events_comes_in_parts(two, monkeypatch):
    for module in (module_in, module_out):
        monkeypatch.setattr(module, "AT_ONCE", 300)
    incoming, outgoing, there = two.begin()
    for step in range(50):
        append(there.events, batch(step))
    append(there.events, Finished(at=1))
    write_atomically(there.worker_file, there.worker().model_copy(update={"over": True}).model_dump_json())
    two.send(outgoing)
    incoming.pull()
    assert len(read(two.run.events)[0]) == 50  # its last word comes last
    two.send(outgoing, over=True)
    incoming.pull()
    assert two.run.events.read_bytes() == there.events.read_bytes()


def test_a_log_that_is_longer_than_any_run_makes_it_is_not_read_whole(two, monkeypatch):
    incoming, outgoing, there = two.begin()
    append(there.events, batch(1))
    two.send(outgoing)
    incoming.pull()
    monkeypatch.setitem(MOST, "events.jsonl", 10)
    append(there.events, batch(2))
    two.send(outgoing)
    incoming.pull()
    assert len(read(two.run.events)[0]) == 1


def test_another_node_goes_on_from_the_newest_checkpoint_that_is_whole(two):
    incoming, outgoing, there = two.begin()
    append(there.events, batch(1))
    keep(there, 1, 1.0)
    two.send(outgoing)
    append(there.events, batch(2))
    keep(there, 2, 2.0)
    outgoing.push_files()  # and dies before it could say so
    append(there.events, batch(3))
    incoming.drain()
    incoming.close()
    here = len(read(two.run.events)[0])
    write_atomically(
        two.run.worker_file, two.run.worker().model_copy(update={"over": True}).model_dump_json()
    )  # as the supervisor does
    _, _, elsewhere = two.begin()
    assert here == 1
    assert elsewhere.events.read_bytes() == two.run.events.read_bytes()
    found = checkpoints.newest(elsewhere)
    assert (found.position, found.arrays["a/0"][0]) == (Position(1), 1.0)
    assert elsewhere.worker().again == 1


def test_one_that_comes_back_notices_it_and_is_not_heard(two):
    first, outgoing, there = two.begin()
    append(there.events, batch(1))
    two.send(outgoing)
    first.drain()
    first.close()
    write_atomically(two.run.worker_file, two.run.worker().model_copy(update={"over": True}).model_dump_json())
    second, after, elsewhere = two.begin()
    with pytest.raises(Taken):
        Attempt(two.storage, two.run.id, 1)._listen(there)
    two.number = 1
    append(there.events, batch(77))
    keep(there, 7, 7.0)
    two.send(outgoing)
    two.number = 2
    append(elsewhere.events, batch(2))
    two.send(after)
    second.pull()
    second.fetch()
    assert [event.step for event in read(two.run.events)[0]] == [1, 2]
    assert not checkpoints.kept(two.run)


def test_an_attempt_is_begun_once(two):
    _, outgoing, _ = two.begin()
    two.send(outgoing)
    with pytest.raises(Taken):
        Attempt(two.storage, two.run.id, 1)._bring(two.path / "other")


def test_a_wish_reaches_the_worker_once(two):
    incoming, _, there = two.begin()
    attempt = Attempt(two.storage, two.run.id, 1)
    two.at("server")
    write_atomically(two.run.control, "pause")
    incoming.send_wish()
    attempt._listen(there)
    assert there.control.read_text() == "pause"
    there.control.unlink()
    incoming.send_wish()
    attempt._listen(there)
    assert not there.control.exists()
    write_atomically(two.run.control, "pause")
    incoming.send_wish()
    attempt._listen(there)
    assert there.control.exists()


def test_a_run_that_was_left_before_its_worker_began_stays_left(two):
    incoming, outgoing, there = two.begin()
    two.at("server")
    assert queue.leave(two.run)
    append(there.events, batch(1))
    two.send(outgoing)
    incoming.pull()
    assert [type(event) for event in read(two.run.events)[0]] == [Stopped]
    assert two.run.status() == "stopped"


def test_what_is_torn_is_waited_for(two):
    incoming, outgoing, there = two.begin()
    append(there.events, batch(1))
    keep(there, 1)
    two.send(outgoing)
    slot = f"1/{words.SLOTS[1]}"
    told = two.part.read(slot)
    two.part.write(slot, told[: len(told) // 2])
    incoming.pull()
    assert not two.run.events.exists()
    two.part.write(slot, told)
    (held,) = [held for held in said(Told, told).files if held.name.startswith("checkpoints/")]
    whole = two.part.read(held.key)
    two.part.write(held.key, whole[:-100])
    incoming.pull()
    with pytest.raises(StorageError, match="is not what was told of it"):
        incoming.fetch()
    assert not checkpoints.kept(two.run)
    two.part.write(held.key, whole)
    incoming.fetch()
    assert checkpoints.newest(two.run).position == Position(1)


def test_a_storage_that_is_down_costs_nothing_but_time(two, monkeypatch):
    incoming, outgoing, there = two.begin()

    def down(*_):
        raise StorageError("down")

    with monkeypatch.context() as broken:
        broken.setattr(Storage, "write", down)
        for step in range(1, 4):
            append(there.events, batch(step))
            keep(there, step)
            with pytest.raises(StorageError):
                two.send(outgoing)
    two.send(outgoing)
    incoming.pull()
    incoming.fetch()
    assert two.run.events.read_bytes() == there.events.read_bytes()
    assert checkpoints.newest(two.run).position == Position(3)


def test_the_next_supervisor_goes_on_where_the_last_one_was(two):
    incoming, outgoing, there = two.begin()
    append(there.events, batch(1))
    there.log.write_text("one\n")
    keep(there, 1)
    two.send(outgoing)
    incoming.pull()
    incoming.fetch()
    incoming.let_go()
    there.log.write_text("one\ntwo\n")
    append(there.events, batch(2))
    two.send(outgoing)
    after = Incoming(two.storage, two.run, 1)
    two.open.append(after.let_go)
    after.adopt()
    after.pull()
    assert two.run.events.read_bytes() == there.events.read_bytes()
    assert two.run.log.read_text() == "one\ntwo\n"
    write_atomically(two.run.control, "stop")
    after.send_wish()
    assert said(Orders, two.part.read(words.ORDERS)).files
    Attempt(two.storage, two.run.id, 1)._listen(there)
    assert there.control.read_text() == "stop"


@pytest.mark.parametrize(
    "name", ["../run.json", "/etc/passwd", "checkpoints/../../x", "worker.json", "maps/.x", "a.py"]
)
def test_names_that_lead_elsewhere_are_not_believed(two, name):
    incoming, outgoing, _ = two.begin()
    two.send(outgoing)
    told = json.loads(two.part.read(f"1/{words.SLOTS[1]}"))
    bad = {"name": name, "size": 1, "sha256": "0" * 64, "key": "1/model.keras.1"}
    for change in (
        bad,
        {**bad, "name": "model.keras", "key": f"1/{name}"},
        {**bad, "name": "model.keras", "size": 10**15},
    ):
        two.part.write(f"1/{words.SLOTS[1]}", json.dumps({**told, "files": [change]}).encode())
        incoming.pull()
        assert incoming.serial == 0


def test_more_than_a_run_writes_is_not_taken(two):
    incoming, outgoing, _ = two.begin()
    two.send(outgoing)
    told = json.loads(two.part.read(f"1/{words.SLOTS[1]}"))
    two.part.write(f"1/{words.SLOTS[1]}", json.dumps({**told, "events": 10**12}).encode())
    incoming.pull()
    assert incoming.serial == 0
    large = {"name": "statistics.json", "size": 10**9, "sha256": "0" * 64, "key": "1/statistics.json.1"}
    two.part.write(f"1/{words.SLOTS[1]}", json.dumps({**told, "files": [large]}).encode())
    incoming.pull()
    with pytest.raises(StorageError, match="larger than any run"):
        incoming.fetch()


@given(sizes=st.lists(st.integers(0, 400), max_size=12), piece=st.integers(1, 97))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pieces_of_what_grows_give_the_whole(sizes, piece, monkeypatch):
    """However it grows, and however often each side looks: what is written again is never more than one piece."""
    monkeypatch.setattr(words, "PIECE", piece)
    whole = bytes(index % 251 for index in range(sum(sizes)))
    kept: dict[str, bytes] = {}
    here, end = b"", 0
    for size in sizes:
        start, end = end, end + size
        written = 0
        for key, first, behind in pieces("log", start, end):
            assert first < behind
            begin = first - first % piece
            kept[key] = whole[begin:behind]
            written += behind - begin
        assert written < size + piece
        for key, first, behind in pieces("log", len(here), end):
            here += kept[key][first % piece : behind - (first - first % piece)]
        assert here == whole[:end]


def test_the_end_is_held_back_with_what_follows():
    lines = [event.model_dump_json().encode() + b"\n" for event in (batch(1), batch(2), Finished(at=1), batch(3))]
    assert before_the_end(b"".join(lines)) == b"".join(lines[:2])
    assert before_the_end(b"no event\n" + lines[0]) == b"no event\n" + lines[0]


def test_states_that_are_thinned_out_at_once_are_not_sent():
    there = dict.fromkeys(["model.keras", "checkpoints/1", "checkpoints/2", "checkpoints/3"], Path())
    assert due(there, {"checkpoints/1"}, False) == ["checkpoints/3", "model.keras", "checkpoints/1"]
    assert len(due(there, set(), True)) == 4
