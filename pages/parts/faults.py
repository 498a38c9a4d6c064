"""What was entered and cannot be used: told beside its entry, and known to the button that would work with it.

A browser keeps a number to itself that is out of the bounds it was given, and Python goes on with the one before. So no
entry whose value is worked with has bounds in the browser: they are looked after here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_heard: ContextVar[list[str] | None] = ContextVar("faults", default=None)


def tell(label: str, message: str, place: DeltaGenerator | None = None) -> None:
    """Say what is wrong with the entry of this label, here or in its place."""
    (place or st).error(message)
    heard = _heard.get()
    if heard is not None:
        heard.append(f"{label}: {message}")


@contextmanager
def listening() -> Iterator[list[str]]:
    """All that is told meanwhile, for a button that must wait until nothing is wrong."""
    heard: list[str] = []
    before = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(before)


def whole_number(label: str, low: int, high: int, value: int, *, key: str | None = None, help: str = "") -> int:
    """Ask for a whole number; one out of its bounds is told, and `value` stays."""
    given = int(st.number_input(label, value=value, step=1, key=key, help=help or None))
    if low <= given <= high:
        return given
    tell(label, f"This has to be from {low:,} to {high:,}")
    return value
