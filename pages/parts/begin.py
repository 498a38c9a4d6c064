"""A network becomes a project, which the Build page opens."""

from __future__ import annotations

from typing import NoReturn

from builder.graph import Graph
from pages.parts import state
from runtime.spec import Start
from runtime.store import clean_name, store


def begin(title: str, graph: Graph, data: str = "digits", notes: str = "", start: Start | None = None) -> NoReturn:
    """Make a project of a network and go to it; `notes` are shown there once, `start` are the weights that came with it.

    Raises:
        EditError: the store does not take it.
    """
    name = fresh_name(title, [project.name for project in store().projects(state.owner())])
    state.open_project(store().create(name, graph, data, owner=state.owner(), start=start).id)
    if notes:
        state.say(notes)
    state.go("build.py")


def fresh_name(title: str, taken: list[str]) -> str:
    """The title, numbered where a project already has it."""
    title = clean_name(title)
    return next(name for n in range(len(taken) + 1) if (name := title if n == 0 else f"{title} {n + 1}") not in taken)
