"""The tree of states: where each stands, and what is written there."""

import time

from hypothesis import given
from hypothesis import strategies as st

from pages.parts.tree import ago, describe, figure, lanes
from runtime.store import Change


def change(number, parent, **more):
    return Change(number, parent, f"Step {number}", "Ada", time.time() - 120, **more)


@st.composite
def histories(draw):
    parents = [None, *(draw(st.integers(0, number)) for number in range(draw(st.integers(0, 20))))]
    present = draw(st.integers(0, len(parents) - 1))
    way, place = set(), present
    while place is not None:
        way.add(place)
        place = parents[place]
    return [
        change(number, parent, undone=number not in way, present=number == present)
        for number, parent in enumerate(parents)
    ]


@given(histories())
def test_the_way_to_the_present_is_straight_and_no_line_covers_another(changes):
    found = lanes(changes)
    assert {found[one.number] for one in changes if not one.undone} == {0}
    spans = {}
    for one in changes:
        if one.parent is not None:
            assert found[one.number] >= 0
            rows = range(one.parent + 1, one.number + 1)
            for row in rows:
                assert spans.setdefault((found[one.number], row), one.number) == one.number


def test_an_undone_branch_stands_beside():
    changes = [change(0, None), change(1, 0, undone=True), change(2, 0, present=True)]
    assert lanes(changes) == {0: 0, 1: 1, 2: 0}


def test_what_is_written_is_no_markup():
    drawn = figure([change(0, None, name="<b>x</b>", present=True)], [change(0, None, name="<b>x</b>")], 0, "Ada")
    assert "&lt;b&gt;x" in drawn.data[-1].text[0]
    assert "you" in drawn.data[-1].text[0]


def test_a_state_in_words():
    made = change(3, 2, name="Final")
    when = time.strftime("%d %b %H:%M", time.localtime(made.at))
    assert describe(made, "Bob") == f"Final: Step 3 (Ada, {when})"
    assert describe(made, "Ada") == f"Final: Step 3 (you, {when})"


def test_how_long_ago():
    assert [ago(seconds) for seconds in (3, 60, 7300, 90_000)] == [
        "just now",
        "1 minute ago",
        "2 hours ago",
        "1 day ago",
    ]
