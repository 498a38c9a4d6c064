"""Who else is on a canvas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pages.parts.presence import GONE, MOST_KEYS, MOST_PEOPLE, MOST_PROJECTS, Doing, Presence

PROJECT = "a" * 32


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def presence(clock):
    made = Presence(clock)
    made.join(PROJECT, "ada", "Ada")
    made.join(PROJECT, "bob", "Bob")
    return made


def names(told):
    return [other["name"] for other in told]


def test_each_sees_the_other_and_nobody_themselves(presence):
    assert names(presence.tell(PROJECT, "ada", Doing())) == ["Bob"]
    assert names(presence.tell(PROJECT, "bob", Doing())) == ["Ada"]
    assert presence.tell("b" * 32, "ada", Doing()) == []


def test_pointer_and_selection_are_seen(presence):
    presence.tell(PROJECT, "ada", Doing(x=3, y=-4.5, keys="c1,f6"))
    [ada] = presence.tell(PROJECT, "bob", Doing())
    assert (ada["at"], ada["keys"]) == ([3, -4.5], ["c1", "f6"])
    assert "ada" not in str(ada)  # what she is known by is nobody else's business


def test_in_another_block_only_the_name_is_seen(presence):
    presence.tell(PROJECT, "ada", Doing(x=3, y=4, keys="c1", inside="unit"))
    [ada] = presence.tell(PROJECT, "bob", Doing())
    assert (ada["name"], ada["at"], ada["keys"]) == ("Ada", None, [])


def test_colours_differ_and_stay(presence):
    presence.join(PROJECT, "eve", "Eve")
    presence.join(PROJECT, "ada", "Ada Lovelace")
    told = presence.tell(PROJECT, "nobody", Doing())
    assert [(other["name"], other["colour"]) for other in told] == [("Ada Lovelace", 0), ("Bob", 1), ("Eve", 2)]


def test_who_says_nothing_has_left(presence, clock):
    clock.now += GONE - 1
    presence.tell(PROJECT, "ada", Doing())
    clock.now += 2
    assert names(presence.tell(PROJECT, "nobody", Doing())) == ["Ada"]
    clock.now += GONE
    assert presence.tell(PROJECT, "nobody", Doing()) == []


def test_a_tab_that_never_came_is_not_seen(presence):
    presence.tell(PROJECT, "stranger", Doing(x=1, y=1))
    assert names(presence.tell(PROJECT, "ada", Doing())) == ["Bob"]


def test_what_is_remembered_is_bounded(presence):
    for number in range(MOST_PEOPLE * 2):
        presence.join(PROJECT, str(number), str(number))
    assert len(presence.tell(PROJECT, "nobody", Doing(keys=","))) == MOST_PEOPLE
    for number in range(MOST_PROJECTS * 2):
        presence.tell(str(number), "ada", Doing())
    assert len(presence._projects) == MOST_PROJECTS


@given(
    st.dictionaries(
        st.sampled_from(["x", "y", "keys", "inside", "tab", "state"]),
        st.text(max_size=20) | st.just("NaN") | st.just("1e999"),
    )
)
def test_whatever_a_query_holds_is_a_doing_or_none(query):
    try:
        doing = Doing.model_validate(query)
    except ValidationError:
        return
    assert len(doing.selected()) <= MOST_KEYS
