"""A choice among pictures: each is clicked, or gone to by arrow key, as any other choice is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts import state
from pages.parts.fields import Field
from pages.parts.illustrations import Drawing
from pages.parts.kinds import Choice, option_name

FEW = 4  # pictures that stand in the form itself


def pick(field: Field, value: Any, key: str, drawn: Mapping[Any, Drawing], tell: str = "") -> Any:
    """Draw the options, with their pictures where there are some; what is chosen now.

    Where the same value is also chosen elsewhere, under the key `tell`, it is told there before anything is drawn: `picked`.
    """
    named = _named(field)
    names, chosen = list(named), option_name(value)
    labels = {name: drawn[option].markdown if option in drawn else name for name, option in named.items()}
    notes = [drawn[option].note if option in drawn else "" for option in named.values()]

    def widget(at: str, first: str) -> str:
        return st.radio(
            field.label,
            names,
            names.index(first),
            labels.__getitem__,
            at,
            field.help,
            on_change=state.note if tell else None,
            args=(f"{tell}:picked", at),
            horizontal=True,
            captions=notes if any(notes) else None,
        )

    with st.container(key=f"pictures-{key}"):
        result = state.says(key, chosen, chosen if chosen in named else names[0], widget)
    return named[result]


def picked(field: Field, value: Any, key: str) -> Any:
    """The value, or what has just been picked for it; then the widgets under this key begin anew."""
    name = state.kept(f"{key}:picked")
    if name is None:
        return value
    state.forget(f"{key}:picked")
    state.begin_anew(key)
    return _named(field)[name]


def _named(field: Field) -> dict[str, Any]:
    assert isinstance(field.kind, Choice)
    return {option_name(option): option for option in field.kind.options}
