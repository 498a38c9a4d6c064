"""Two networks side by side: a list in words of what differs, and two canvases to look at with it marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import streamlit as st

from builder.compare import Difference, changed_inside, compare
from builder.graph import Graph
from builder.layers import family_labels
from builder.layers.blocks import Instance
from pages.parts.canvas import loader
from pages.parts.views import view

SIGNS = {"added": ":green[+]", "removed": ":red[−]", "changed": ":orange[≠]"}
SHOWN = 40  # differences in the list before the rest is folded away
WHOLE = "The network"
Marks = Mapping[str, str]


@dataclass(frozen=True)
class Side:
    """One of two networks, and what it is called."""

    title: str
    graph: Graph


def comparison(before: Side, after: Side, key: str) -> None:
    """Draw the two networks and say in what they differ.

    Args:
        before: the earlier one, on the left.
        after: the later one, on the right.
        key: of what a person chooses here.
    """
    found = compare(before.graph, after.graph)
    what = [one for one in found if one.kind != "moved"]
    if not what:
        moved = " Only places on the canvas differ." if found else ""
        st.success(f"The two networks are the same.{moved}", icon=":material/check:")
        return
    st.markdown(_summary(what))
    _list(what)
    block = _where(what, key)
    _component()(
        key=f"compared-{key}",
        data={
            "before": _drawn(before, found, "before", block),
            "after": _drawn(after, found, "after", block),
            "families": {**family_labels(), "blocks": "Blocks"},
        },
    )


def marks(graph: Graph, found: Sequence[Difference], side: str, block: str | None = None) -> Marks:
    """What has happened to the nodes of one side, by key.

    Args:
        graph: the network of this side.
        found: in what the two differ.
        side: `before` or `after`.
        block: the block inside which one looks; None for the network itself.
    """
    shown: dict[str, str] = {}
    for one in found:
        key = one.before if side == "before" else one.after
        if key is not None and one.kind in SIGNS and one.inside == block:
            shown.setdefault(key, one.kind)
    changed = changed_inside(tuple(found), graph)
    for node in _inside(graph, block).nodes:
        if isinstance(node.layer, Instance) and node.layer.block in changed:
            shown.setdefault(node.id, "changed")
    return shown


def _summary(what: Sequence[Difference]) -> str:
    counts = [(kind, sum(one.kind == kind for one in what)) for kind in SIGNS]
    return "  \u2003".join(f"{SIGNS[kind]} {count} {kind}" for kind, count in counts if count)


def _list(what: Sequence[Difference]) -> None:
    lines = [
        f"- {SIGNS[one.kind]} `{one.words}`" + (f" in the block {one.inside}" if one.inside else "") for one in what
    ]
    st.markdown("\n".join(lines[:SHOWN]))
    if len(lines) > SHOWN:
        with st.expander(f"{len(lines) - SHOWN} more"):
            st.markdown("\n".join(lines[SHOWN:]))


def _where(what: Sequence[Difference], key: str) -> str | None:
    """The block to look into, where something differs inside of one."""
    blocks = list(dict.fromkeys(one.inside for one in what if one.inside))
    if not blocks:
        return None
    chosen = st.segmented_control("Look at", [WHOLE, *blocks], default=WHOLE, key=f"inside-{key}")
    return None if chosen in (None, WHOLE) else str(chosen)


def _drawn(side: Side, found: Sequence[Difference], which: str, block: str | None) -> dict[str, Any]:
    return {
        "title": side.title,
        "nodes": list(view(_inside(side.graph, block), None, ()).values()),
        "marks": marks(side.graph, found, which, block),
    }


def _inside(graph: Graph, block: str | None) -> Graph:
    """The network, or the inside of one of its blocks; empty where it has no such block."""
    if block is None:
        return graph
    return graph.inside(block) if graph.block(block) else Graph()


@cache
def _component() -> st.components.v2.types.ComponentRenderer:
    return st.components.v2.component("layerloom_comparison", js=loader("compared"))
