"""History: every state that the network has had, as a tree; go back to one, name it, lay two networks side by side."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import streamlit as st

from builder.edits import EditError
from builder.graph import DocumentError, Graph
from pages.parts import state
from pages.parts.charts import NO_BAR
from pages.parts.comparison import Side, comparison
from pages.parts.literal import literal
from pages.parts.tree import describe, figure
from runtime.run import runs
from runtime.store import MAX_NAME, Change, Project, store

PAGE = 60  # states drawn at once
MOST_RUNS = 50  # offered for comparison
CHOSEN = "history.chosen"
Choice = tuple[str, Callable[[], tuple[Side, Side]]]


def main() -> None:
    """The tree on the left; what can be done with a state of it on the right; below, the comparison."""
    project = state.project()
    if project is None:
        return
    changes = store().history(project.id)
    by_number = {change.number: change for change in changes}
    chosen = by_number.get(state.kept(CHOSEN, {}).get(project.id, -1)) or next(c for c in changes if c.present)
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        st.subheader("Every state of this network", anchor=False)
        st.caption(
            "The newest is above. What was undone stays here on a branch beside the line. Click a state to name it, to go "
            "back to it, or to see what has changed since."
        )
        _tree(project, changes, chosen)
    with right:
        chosen = _choose(project, changes, chosen)
        _details(project, chosen)
    st.divider()
    _compare(project, changes, chosen)


def _tree(project: Project, changes: list[Change], chosen: Change) -> None:
    pages = -(-len(changes) // PAGE)
    page = 1
    if pages > 1:
        own = (len(changes) - 1 - changes.index(chosen)) // PAGE + 1
        page = int(st.number_input(f"Page (of {pages}, the newest first)", 1, pages, own, key=f"page-{chosen.number}"))
    end = len(changes) - (page - 1) * PAGE
    drawn = figure(
        changes, changes[max(0, end - PAGE) : end], chosen.number, state.visitor(), st.context.theme.type == "dark"
    )
    # Under a key for each choice the chart begins without a selection: what it tells is always a new click.
    event = st.plotly_chart(
        drawn, key=f"tree-{project.id}-{chosen.number}", on_select="rerun", selection_mode="points", config=NO_BAR
    )
    if points := event["selection"]["points"] if event else []:
        _pick(project, int(points[0]["customdata"][0]))


def _choose(project: Project, changes: list[Change], chosen: Change) -> Change:
    """The same choice by keyboard."""
    newest = changes[::-1]
    picked = st.selectbox(
        "State",
        newest,
        newest.index(chosen),
        format_func=partial(describe, visitor=state.visitor()),
        key=f"state-{project.id}-{chosen.number}-{len(changes)}",
        help="Type to search in what was done.",
    )
    if picked.number != chosen.number:
        _pick(project, picked.number)
    return chosen


def _pick(project: Project, number: int) -> None:
    state.keep(CHOSEN, {project.id: number})
    st.rerun()


def _details(project: Project, chosen: Change) -> None:
    st.caption(
        time.strftime("%A %d %B %Y, %H:%M:%S", time.localtime(chosen.at)) + (f", by {chosen.by}" if chosen.by else "")
    )
    name = st.text_input(
        "Name of this version",
        chosen.name or "",
        max_chars=MAX_NAME,
        key=f"name-{project.id}-{chosen.number}-{chosen.name}",
        placeholder="For example: handed in on Friday",
    )
    if " ".join(name.split()) != (chosen.name or ""):
        try:
            store().name_state(project.id, chosen.number, name, by=state.visitor())
            st.rerun()
        except EditError as error:
            st.error(str(error))
    if chosen.present:
        st.caption("This is the network as it is now.")
    elif st.button("Go back to this state", type="primary", icon=":material/history:", width="stretch"):
        try:
            store().go_to(project.id, chosen.number, by=state.visitor())
        except (EditError, DocumentError) as error:
            st.error(str(error))
        else:
            state.keep(CHOSEN, {})
            state.say("The network is what it was then. Undo takes that back; nothing is lost either way.")
            st.rerun()


def _compare(project: Project, changes: list[Change], chosen: Change) -> None:
    st.subheader("Compare", anchor=False)
    choices = _choices(project, changes, chosen)
    if not choices:
        st.caption("There is nothing to compare with yet: change something on the Build page, or train the network.")
        return
    wanted = st.selectbox(
        f"“{literal(describe(chosen, state.visitor()))}” with",
        range(len(choices)),
        format_func=lambda number: choices[number][0],
        key=f"with-{project.id}-{chosen.number}",
    )
    try:
        with st.spinner("Comparing …"):
            comparison(*choices[wanted][1](), key=f"{project.id}-{chosen.number}-{wanted}")
    except (EditError, DocumentError) as error:
        st.error(str(error))


def _choices(project: Project, changes: list[Change], chosen: Change) -> list[Choice]:
    """What the chosen state can be laid beside; the earlier network is always the left one."""
    found: list[Choice] = []

    def add(label: str, other: Change) -> None:
        first, second = sorted((other, chosen), key=lambda change: change.number)
        found.append((label, partial(_states, project.id, first, second)))

    present = next(change for change in changes if change.present)
    if not chosen.present:
        add("the network as it is now", present)
    if chosen.parent is not None:
        add("the state before this step", next(change for change in changes if change.number == chosen.parent))
    for change in changes:
        if change.name and change.number != chosen.number:
            add(f"the version {change.name}", change)
    for run in runs(project.id)[:MOST_RUNS]:
        found.append((f"the network of {run.name}", partial(_run, project.id, run.spec.graph, run.name, chosen)))
    if chosen.number != 0 and chosen.parent != 0:
        add("the beginning", changes[0])
    return found


def _states(project_id: str, first: Change, second: Change) -> tuple[Side, Side]:
    one, two = (Side(_title(change), store().graph(project_id, change.number)) for change in (first, second))
    return one, two


def _run(project_id: str, graph: Graph, name: str, chosen: Change) -> tuple[Side, Side]:
    return Side(f"Network of {name}", graph), Side(_title(chosen), store().graph(project_id, chosen.number))


def _title(change: Change) -> str:
    if change.present or change.name:
        return change.name or "Now"
    return "The beginning" if change.parent is None else f"After: {change.words}"


main()
