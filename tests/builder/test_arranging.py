"""Where the layers of a new network stand."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.edits.arranging import in_rows
from builder.edits.room import STEP, WIDTH
from builder.zoo import TEMPLATES

GOLDEN = Path(__file__).parents[2] / "assets" / "canvas" / "tests" / "rows.json"
ARROWS = st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)).map(sorted).map(tuple), max_size=60)


@given(st.integers(1, 25), ARROWS)
def test_each_stands_below_what_leads_to_it_and_beside_its_neighbours(size, arrows):
    arrows = [(a, b) for a, b in arrows if a < b < size]
    places = in_rows(range(size), arrows)
    assert list(places) == list(range(size))
    for before, after in arrows:
        assert places[after][1] >= places[before][1] + STEP
    rows = {}
    for x, y in places.values():
        rows.setdefault(y, []).append(x)
    for row in rows.values():
        assert all(b - a >= WIDTH - 1 for a, b in pairwise(sorted(row)))


@given(st.integers(1, 12), ARROWS)
def test_the_same_network_is_arranged_in_the_same_way(size, arrows):
    arrows = [(a, b) for a, b in arrows if a < b < size]
    assert in_rows(range(size), arrows) == in_rows(range(size), arrows)


def test_a_chain_is_straight_also_beside_what_passes_it():
    chain = list(pairwise("abcdefgh"))
    skips = [("a", "d"), ("b", "h"), ("d", "f")]
    assert {x for x, _ in in_rows("abcdefgh", chain + skips).values()} == {0}


def test_the_longest_of_two_ways_stays_below_where_they_part():
    places = in_rows("abcsd", [("a", "b"), ("b", "c"), ("c", "d"), ("a", "s"), ("s", "d")])
    assert places["a"][0] == places["b"][0] == places["c"][0] == places["d"][0] != places["s"][0]


def test_connections_do_not_cross_where_they_need_not():
    places = in_rows(["top", "l", "r", "rr", "ll"], [("top", "l"), ("top", "r"), ("l", "ll"), ("r", "rr")])
    assert (places["l"][0] < places["r"][0]) == (places["ll"][0] < places["rr"][0])


def test_an_input_stands_just_above_the_layer_that_takes_it():
    places = in_rows("abcdi", [*pairwise("abcd"), ("i", "d")])
    assert places["i"][1] == places["c"][1]


def test_nothing_is_nowhere_and_a_cycle_has_no_first_row():
    assert in_rows("", []) == {}
    with pytest.raises(nx.NetworkXUnfeasible):
        in_rows("ab", [("a", "b"), ("b", "a")])


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.name)
def test_no_template_covers_a_layer(template):
    graph = template.make()
    for nodes in [graph.nodes, *(block.nodes for block in graph.blocks)]:
        for a, b in pairwise(sorted(nodes, key=lambda node: (node.y, node.x))):
            assert b.y - a.y >= STEP or b.x - a.x >= WIDTH - 1


@pytest.mark.parametrize("case", json.loads(GOLDEN.read_text()))
def test_the_canvas_places_everything_in_the_same_way(case):
    """The canvas's own tests read the same file."""
    places = in_rows(case["names"], map(tuple, case["arrows"]))
    assert [list(places[name]) for name in case["names"]] == case["places"]
