"""Two networks side by side: pictures with what differs marked, and a list in words."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from builder.compare import Difference, changed_inside, compare
from builder.graph import Graph
from builder.layers.blocks import Instance
from runtime.exports.drawing import Mark, drawing
from runtime.exports.svg import svg

MARKS = {
    "added": Mark("#00855F", "added"),
    "removed": Mark("#C8553D", "removed"),
    "changed": Mark("#C08A00", "changed"),
}
SIGNS = {"added": ":green[+]", "removed": ":red[−]", "changed": ":orange[≠]"}
SHOWN = 40  # differences in the list before the rest is folded away
HEIGHT = 560  # pixels of a picture's window


def comparison(before: Graph, after: Graph, titles: tuple[str, str]) -> None:
    """Draw the two networks and say in what they differ."""
    found = compare(before, after)
    what = [one for one in found if one.kind != "moved"]
    if not what:
        moved = " Only places on the canvas differ." if found else ""
        st.success(f"The two networks are the same.{moved}", icon=":material/check:")
        return
    st.markdown(_summary(what))
    _list(what)
    left, right = st.columns(2)
    for column, title, graph, shown in (
        (left, titles[0], before, marks(before, found, "before")),
        (right, titles[1], after, marks(after, found, "after")),
    ):
        with column:
            st.markdown(f"**{title}**")
            _picture(graph, shown, title)


def marks(graph: Graph, found: Sequence[Difference], side: str) -> dict[str, Mark]:
    """How the nodes of one side stand out, as `drawing` takes it.

    Args:
        graph: the network of this side.
        found: in what the two differ.
        side: `before` or `after`.
    """
    shown: dict[str, Mark] = {}
    for one in found:
        key = one.before if side == "before" else one.after
        if key is not None and one.kind in MARKS:
            shown.setdefault(f"{one.inside}/{key}" if one.inside else key, MARKS[one.kind])
    changed = changed_inside(tuple(found), graph)
    for node in graph.nodes:
        if isinstance(node.layer, Instance) and node.layer.block in changed:
            shown.setdefault(node.id, MARKS["changed"])
    return shown


def _summary(what: Sequence[Difference]) -> str:
    counts = [(kind, sum(one.kind == kind for one in what)) for kind in MARKS]
    return "  \u2003".join(f"{SIGNS[kind]} {count} {kind}" for kind, count in counts if count)


def _list(what: Sequence[Difference]) -> None:
    lines = [
        f"- {SIGNS[one.kind]} `{one.words}`" + (f" in the block {one.inside}" if one.inside else "") for one in what
    ]
    st.markdown("\n".join(lines[:SHOWN]))
    if len(lines) > SHOWN:
        with st.expander(f"{len(lines) - SHOWN} more"):
            st.markdown("\n".join(lines[SHOWN:]))


def _picture(graph: Graph, shown: dict[str, Mark], title: str) -> None:
    if not graph.nodes:
        st.caption("The network is empty.")
        return
    drawn = drawing(graph, {}, shown)
    with st.container(height=HEIGHT, border=True):
        st.image(svg(drawn), width=min(round(drawn.width), 900), alt=f"{title}: the network as a drawing")
