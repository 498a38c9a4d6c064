"""With which weights a run begins: random ones, or those that came with the network."""

from __future__ import annotations

import streamlit as st

from pages.parts import state
from runtime.spec import Start
from runtime.starts import place
from runtime.store import Project

RANDOM = "Random weights"
HELP = (
    "A network that came with weights has learned already: begin with them to go on from there, or to teach it something "
    "new with few examples. A layer that you have changed begins with random weights in any case."
)


def chosen_start(project: Project) -> Start | None:
    """What was chosen for this project in this tab; the weights that came with it, unless random ones were."""
    return None if state.kept(_key(project)) == RANDOM else project.start


def draw_start(project: Project) -> None:
    """The choice, where there is one."""
    if project.start is None:
        return
    options = {f"The weights of {project.start.title}": project.start, RANDOM: None}
    now = chosen_start(project)
    names = list(options)
    chosen = st.selectbox("Begin with", names, index=names.index(RANDOM) if now is None else 0, help=HELP)
    if options[chosen] != now:
        state.keep(_key(project), chosen)
        st.rerun()
    if now is not None and not place(now).is_file():
        st.warning(
            f"The weights of {now.title} are not here any more. Open its file again on the start page, or choose random ones."
        )


def _key(project: Project) -> str:
    return f"start.{project.id}"
