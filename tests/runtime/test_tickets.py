"""The files of which the queue consists."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime import tickets
from runtime.tickets import Ticket, change, drop, find, move, put


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))


def runs(owner=None):
    return [ticket.run for ticket in tickets.tickets() if owner in (None, ticket.owner)]


def queue(*owners):
    for number, owner in enumerate(owners):
        put(Ticket(run=str(number), owner=owner))


def test_who_comes_later_waits_behind():
    queue("anna", "ben", "anna")
    assert runs() == ["0", "1", "2"]
    assert put(Ticket(run="0", owner="anna")).place == find("0").place  # who waits already keeps the place
    drop("1")
    drop("1")
    assert runs() == ["0", "2"]
    assert find("1") is None


def test_many_at_once_get_places_of_their_own():
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: put(Ticket(run=str(number))), range(40)))
    assert len({ticket.place for ticket in tickets.tickets()}) == 40


def test_a_move_changes_the_order_of_ones_own_alone():
    queue("anna", "ben", "anna", "anna", "ben")
    places = {ticket.run: ticket.place for ticket in tickets.tickets()}
    move("3", -2)
    assert runs("anna") == ["3", "0", "2"]
    assert {run: find(run).place for run in ("1", "4")} == {run: places[run] for run in ("1", "4")}
    assert find("3").place == places["0"]


@settings(max_examples=20)
@given(moves=st.lists(st.tuples(st.integers(0, 5), st.integers(-7, 7)), max_size=8))
def test_moves_lose_nobody_and_do_what_they_say(tmp_path_factory, moves):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERLOOM_HOME", str(tmp_path_factory.mktemp("home")))
        queue(*"aaaaab")
        expected = runs("a")
        for number, by in moves:
            move(str(number), by)
            if str(number) in expected:
                at = expected.index(str(number))
                expected.insert(max(0, at + by), expected.pop(at))
        assert runs("a") == expected
        assert runs("b") == ["5"]


def test_a_ticket_that_is_dropped_while_others_are_moved_stays_away():
    queue(*["anna"] * 12)

    def cancel(number):
        drop(str(number))
        return number

    with ThreadPoolExecutor(4) as pool:
        moves = [pool.submit(move, "11", by) for by in (-12, 12) * 20]
        gone = set(pool.map(cancel, range(11)))
    assert not [moved.result() for moved in moves if moved.result()]
    assert len(gone) == 11
    assert runs() == ["11"]


def test_what_is_changed_after_the_run_has_begun_is_not_written():
    ticket = put(Ticket(run="1"))
    assert change(ticket, tries=1).tries == find("1").tries == 1
    drop("1")
    assert change(ticket, tries=2).tries == 2
    assert find("1") is None


@pytest.mark.parametrize("text", ["", "{", '{"run": "other"}', '{"run": 1}', "[]"])
def test_a_file_that_is_no_ticket_is_passed_over(text):
    put(Ticket(run="1"))
    (tickets.folder() / "2.json").write_text(text)
    assert runs() == ["1"]


def test_a_run_on_many_machines_can_wait():
    device = "workers:" + ",".join(f"192.168.100.{number}:4000" for number in range(100, 116))
    ticket = tickets.put(
        Ticket(run="20260101-000000-000001", owner="\u202e \0 \U0001f9f6 ' \" </script>", device=device)
    )
    assert tickets.find(ticket.run) == ticket
