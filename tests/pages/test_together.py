"""Two canvases of one project: whatever they send, in whatever order and however often, both end with the same network."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.graph import Graph
from pages.parts.views import view
from pages.parts.wire import Wire
from runtime.store import Store

CLIENTS = ("a" * 16, "b" * 16)
NAMES = st.sampled_from(["one", "two", "three"])
EDITS = st.one_of(
    st.builds(lambda name: {"type": "AddLayer", "layer": "Dense", "id": name}, NAMES),
    st.builds(
        lambda name, units: {"type": "Configure", "id": name, "values": {"units": units}}, NAMES, st.integers(1, 9)
    ),
    st.builds(lambda name: {"type": "Remove", "ids": [name]}, NAMES),
    st.builds(lambda name, x: {"type": "Move", "places": [{"id": name, "x": x, "y": 0}]}, NAMES, st.integers(0, 9)),
)
# Which canvas does it, what, and how many of its last steps it sends again, because it has not heard of them yet.
STEPS = st.lists(st.tuples(st.integers(0, 1), EDITS, st.integers(0, 3)), max_size=15)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(f"sqlite:///{tmp_path_factory.mktemp('together') / 'projects.sqlite'}")


@settings(max_examples=15)
@given(done=STEPS)
def test_both_end_with_the_same_network_and_each_step_is_taken_once(store: Store, done: list[Any]) -> None:
    project = store.create("Ours", Graph())
    wires = [Wire(project.id, store, name) for name in ("Ada", "Bob")]
    sent: tuple[list[Any], list[Any]] = ([], [])
    for tab, edit, again in done:
        step = {"client": CLIENTS[tab], "number": len(sent[tab]) + 1, "epoch": "", "edits": [edit]}
        sent[tab].append(step)
        wires[tab].receive({"epoch": "", "have": 0, "entries": sent[tab][-1 - again :]})
    now = store.project(project.id)
    assert now is not None
    told = [wire.tell(view(now.graph, None, ())) for wire in wires]
    assert told[0]["nodes"] == told[1]["nodes"]
    for tab in (0, 1):
        assert told[tab]["acknowledged"] == ({CLIENTS[tab]: len(sent[tab])} if sent[tab] else {})
    history = store.history(project.id)
    assert len(history) <= len(done) + 1
    assert {change.by for change in history[1:]} <= {"Ada", "Bob"}
