"""Beside the canvas: what a change does to the selected layer, and one form for several layers of a type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from builder.edits import ConfigureAll
from builder.graph import Node
from builder.layers.base import LayerSpec
from builder.program import Facts
from pages.parts import state
from pages.parts.blocks import edited
from pages.parts.effects import effect_text
from pages.parts.fields import fields
from pages.parts.form import form
from pages.parts.inside import Place
from pages.parts.kinds import in_short
from pages.parts.sight import facts_of
from pages.parts.wire import Wire, changed
from runtime.store import Project

EFFECT = "effect"


@dataclass(frozen=True, slots=True)
class Effect:
    """What is remembered of the selected layer: as it was before its last change, and as it is."""

    key: str
    layer: LayerSpec
    now: Facts | None
    before: Facts | None = None


def help_link(layer_type: str) -> None:
    """A way to the layer's page, which opens beside this one."""
    st.link_button("What it does", f"reference?layer={layer_type}", icon=":material/menu_book:", type="tertiary")


def effect(project: Project, here: Place, node: Node) -> None:
    """Say what comes out of a layer and how many parameters it has, and how that was before the last change of its settings."""
    now = (facts_of(project, here.instances) or {}).get(node.id)
    key = f"{project.id}.{here.block}.{node.id}"
    known: Effect | None = state.kept(EFFECT)
    if known is None or known.key != key:
        known = Effect(key, node.layer, now)
    elif known.layer != node.layer:
        known = Effect(key, node.layer, now, known.now or known.before)
    else:
        known = Effect(key, node.layer, now or known.now, known.before)
    state.keep(EFFECT, known)
    if now is not None:
        st.caption(effect_text(known.before, now))


def alike(nodes: list[Node]) -> bool:
    """Whether several layers have one form: they are of one type, and each has settings of its own."""
    return len({node.layer.type for node in nodes}) == 1 and nodes[0].layer.type not in ("Block", "BlockInput")


def several(project: Project, here: Place, nodes: list[Node], conversation: Wire) -> None:
    """One form for layers of a type; what is changed in it is changed in all of them, as one step of undo."""
    first, ids = nodes[0].layer, tuple(node.id for node in nodes)
    st.subheader(f"{len(nodes)} x {first.type}", anchor=False)
    help_link(first.type)
    st.caption(f"A change here is made in all of them: {', '.join(ids[:8])}{' …' if len(ids) > 8 else ''}.")

    def change(values: dict[str, object]) -> None:
        edited(project, here.edits(ConfigureAll(ids=ids, values=values)), conversation)

    document = first.model_dump()
    for name, label, shown in differences([node.layer for node in nodes]):
        st.caption(f"{label}: {shown}")
        if st.button(f"Make it {in_short(getattr(first, name))} everywhere", key=f"same-{name}-{'-'.join(ids)}"):
            change({name: document[name]})
    after = form(first, key=f"{project.id}.{here.block}.{'+'.join(ids)}", reset_all=False)
    if after is not None:
        change(changed(document, after.model_dump()))


def differences(layers: list[Any]) -> list[tuple[str, str, str]]:
    """The settings in which layers of one type differ: name, label, and the values that there are (`32, 64`)."""
    found = []
    for field in fields(type(layers[0])):
        values = list(dict.fromkeys(in_short(getattr(layer, field.name)) for layer in layers))
        if len(values) > 1:
            found.append((field.name, field.label, ", ".join(values[:6])))
    return found
