"""Which run begins when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runtime import schedule
from runtime.schedule import Active, Slots, admitted, ordered, shares, short_of_memory, starts
from runtime.tickets import Ticket

CPU = {"cpu": Slots(2, 8000)}


def ticket(run, owner="", memory=0, device="cpu"):
    return Ticket(run=run, owner=owner, place=ord(run[-1]), memory=memory, device=device)


def names(tickets):
    return "".join(ticket.run for ticket in tickets)


def test_owners_take_turns_whatever_the_order_in_which_they_came():
    waiting = [ticket("a", "anna"), ticket("b", "anna"), ticket("c", "anna"), ticket("d", "ben"), ticket("e", "cleo")]
    assert names(ordered(waiting, [], {})) == "adebc"


def test_who_trains_already_comes_later_and_who_pauses_does_not():
    waiting = [ticket("a", "anna"), ticket("b", "ben")]
    training = Active("x", "anna", "cpu")
    assert names(ordered(waiting, [training], {})) == "ba"
    assert names(ordered(waiting, [Active("x", "anna", "cpu", paused=True)], {})) == "ab"


def test_with_one_place_owners_take_turns_too():
    waiting = [ticket("a", "anna"), ticket("b", "anna"), ticket("c", "ben")]
    assert names(ordered(waiting, [], {"anna": 7, "ben": 3})) == "cab"


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=3))
def test_nobody_waits_behind_an_owner_who_has_more(owners, training):
    waiting = [ticket(f"{number:02}{chr(65 + number)}", owner) for number, owner in enumerate(owners)]
    active = [Active(f"x{number}", owner, "cpu") for number, owner in enumerate(training)]
    queue = ordered(waiting, active, {})
    assert sorted(queue, key=str) == sorted(waiting, key=str)
    had = {owner: training.count(owner) for owner in "abc"}
    for at, now in enumerate(queue):
        assert all(had[now.owner] <= had[other.owner] for other in queue[at:])
        assert all(now.place <= other.place for other in queue[at:] if other.owner == now.owner)
        had[now.owner] += 1


def test_as_many_as_there_is_room_for():
    queue = [ticket("a"), ticket("b"), ticket("c")]
    assert names(admitted(queue, [], CPU)) == "ab"
    assert names(admitted(queue, [Active("x", "", "cpu")], CPU)) == "a"
    assert names(admitted(queue, [Active("x", "", "cpu", paused=True)], CPU)) == "ab"


@given(st.integers(1, 70), st.integers(0, 80))
def test_the_cores_are_shared_and_a_run_alone_has_them_all(cores, count):
    given_out = shares(range(cores), count)
    assert len(given_out) == count
    assert all(given_out)
    if 0 < count <= cores:
        assert sorted(core for share in given_out for core in share) == list(range(cores))
        assert max(map(len, given_out)) - min(map(len, given_out)) <= 1


def test_a_large_run_waits_for_room_and_is_not_overtaken():
    queue = [ticket("a", memory=7000), ticket("b", memory=10)]
    assert names(admitted(queue, [Active("x", "", "cpu", memory=2000)], CPU)) == ""
    assert names(admitted(queue, [Active("x", "", "cpu", memory=2000, paused=True)], CPU)) == ""
    assert names(admitted(queue, [], CPU)) == "ab"
    assert names(admitted([ticket("a", memory=9000), ticket("b")], [], CPU)) == "a"


def test_devices_do_not_wait_for_each_other():
    machine = {**CPU, "gpu:0": Slots(1, 100)}
    queue = [
        ticket("a"),
        ticket("b", device="gpu:0"),
        ticket("c", device="gpu:0"),
        ticket("d"),
        ticket("e", device="?"),
    ]
    assert names(admitted(queue, [Active("x", "", "cpu"), Active("y", "", "cpu")], machine)) == "be"


def test_a_run_on_several_devices_waits_for_all_of_them():
    machine = {"cpu": Slots(4, 8000), "gpu:0": Slots(1, 100), "gpu:1": Slots(1, 100)}
    both = ticket("a", device="mirrored:gpu:0,gpu:1")
    assert names(admitted([both, ticket("b", device="gpu:0")], [Active("x", "", "gpu:1")], machine)) == ""
    assert names(admitted([both, ticket("b")], [], machine)) == "ab"
    copies = ticket("a", device="mirrored:cpu:3")
    assert names(admitted([copies, ticket("b"), ticket("c")], [], machine)) == "ab"
    assert names(admitted([copies], [Active("x", "", "cpu"), Active("y", "", "cpu")], machine)) == ""
    assert names(admitted([ticket("a", device="workers:9")], [], machine)) == "a"  # alone, as it will never fit
    assert starts([both], [Active("x", "", "gpu:1", remaining=9)], machine, None) == {"a": 9}


def test_when_runs_begin_is_reckoned_from_what_trains():
    queue = [ticket("a"), ticket("b"), ticket("c"), ticket("d", device="?")]
    active = [Active("x", "", "cpu", remaining=5), Active("y", "", "cpu", remaining=20)]
    assert starts(queue, active, CPU, 10) == {"a": 5, "b": 15, "c": 20, "d": None}
    assert starts(queue, active[:1], CPU, 10) == {"a": 0, "b": 5, "c": 10, "d": None}
    assert starts(queue, active, CPU, None) == {"a": 5, "b": None, "c": None, "d": None}
    unknown = [Active("x", "", "cpu"), Active("y", "", "cpu")]
    assert starts(queue[:1], unknown, CPU, None) == {"a": None}
    assert starts(queue[:1], unknown, CPU, 7) == {"a": 7}


def test_a_large_run_begins_when_there_is_memory_for_it_and_the_others_behind_it():
    queue = [ticket("a", memory=6000), ticket("b", memory=1000), ticket("c", memory=6000)]
    active = [Active("x", "", "cpu", memory=3000, remaining=5)]
    assert starts(queue, active, CPU, 10) == {"a": 5, "b": 5, "c": 15}
    paused = [Active("x", "", "cpu", memory=3000, paused=True)]
    assert starts(queue, paused, CPU, 10) == {"a": None, "b": None, "c": None}
    assert short_of_memory(queue, active, CPU) == {"a"}
    assert short_of_memory(queue[1:], active, CPU) == set()
    full = [*active, Active("y", "", "cpu", memory=6000)]
    assert short_of_memory(queue, full, CPU) == set()  # without a place, more memory would not help


@given(
    st.lists(st.tuples(st.integers(0, 9000), st.sampled_from(["cpu", "mirrored:cpu:2"])), max_size=8),
    st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 30), st.booleans()), max_size=2),
    st.integers(0, 20),
)
def test_the_expected_starts_are_those_of_the_admission(waiting, training, typical):
    queue = [ticket(chr(97 + number), memory=need, device=device) for number, (need, device) in enumerate(waiting)]
    active = [
        Active(f"t{number}", "", "cpu", memory, paused, remaining)
        for number, (memory, remaining, paused) in enumerate(training)
    ]
    found = starts(queue, active, CPU, typical)
    soon = [one for one in active if one.paused or one.remaining]
    assert {run for run, seconds in found.items() if seconds == 0} >= set(names(admitted(queue, soon, CPU)))
    told = [found[one.run] for one in queue]
    known = [seconds for seconds in told if seconds is not None]
    assert known == sorted(known)  # nobody overtakes on one device
    assert told[len(known) :] == [None] * (len(queue) - len(known))
    if not any(one.paused for one in active):
        assert len(known) == len(queue)


def test_the_owners_that_were_served_last_are_remembered():
    numbers = {}
    for owner in [*map(str, range(schedule.REMEMBERED + 5)), "7"]:
        numbers = schedule.served(numbers, owner)
    assert len(numbers) == schedule.REMEMBERED
    assert list(numbers)[:3] == ["5", "6", "8"]
    assert max(numbers, key=numbers.get) == "7"


def test_a_run_on_two_places_begins_when_both_are_free_and_takes_both():
    active = [Active("x", "", "cpu", remaining=5), Active("y", "", "cpu", remaining=20)]
    both = ticket("b", device="mirrored:cpu:2")
    assert starts([both, ticket("c"), ticket("d")], active, CPU, 10) == {"b": 20, "c": 30, "d": 30}
    pair = [Active("x", "", "mirrored:cpu:2", remaining=7)]
    assert starts([ticket("a"), ticket("b"), ticket("c")], pair, CPU, 10) == {"a": 7, "b": 7, "c": 17}
    assert starts([ticket("a", device="workers:9")], active, CPU, 10) == {"a": 20}
