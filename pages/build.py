"""Build: the canvas, the form of the selected layer, and what does not fit."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from builder.edits import Configure, EditError, Rename
from builder.graph import Node
from builder.problem import Problem
from builder.validate import problems
from pages.parts import state
from pages.parts.canvas import canvas, facts_of, wire
from pages.parts.form import form
from pages.parts.wire import Wire, changed
from runtime.datasets import DATASETS
from runtime.store import MAX_NAME, Project, UnknownProjectError, clean_name, store

STYLE = Path(__file__).parent.parent / "assets" / "canvas" / "page.css"
AT_ONCE = 3  # problems shown before the rest is folded away, while no layer is selected
MOST = 30  # problems shown at all


@st.fragment
def workbench(project_id: str) -> None:
    """Canvas and side panel, redrawn together after each edit, without the rest of the page."""
    try:
        project = store().project(project_id)
    except ValueError as error:
        st.error(str(error))
        return
    if project is None:
        st.warning(str(UnknownProjectError()))
        return
    left, right = st.columns([0.73, 0.27], gap="small")
    with right.container(key="side"):
        top = st.container()
        project = _selected_layer(project, wire(project))
    facts = facts_of(project)
    dataset = DATASETS.get(project.data.name)
    found = problems(
        project.graph, facts=facts, task=dataset.task(project.data) if dataset else None, training=project.training
    )
    with top:
        _call_to_action(project, found)
        _problem_list(project, found, wire(project))
    with left:
        canvas(project, facts, found)


def _selected_layer(project: Project, conversation: Wire) -> Project:
    """The form of the one selected layer; the project after what was changed in it."""
    nodes = [node for key in conversation.selected if (node := project.graph.find(key.partition("#")[0]))]
    if len(nodes) != 1:
        _project_name(project)
        st.caption(
            f"{len(nodes)} layers are selected." if nodes else "Select a layer to see and change its settings here."
        )
        return project
    node = nodes[0]
    st.subheader(node.layer.type, help=node.layer.tooltip(), anchor=False)
    project = _name(project, node, conversation)
    return _settings(project, node, conversation) if project.graph.find(node.id) else project


def _project_name(project: Project) -> None:
    name = st.text_input(
        "Name of the network", project.name, max_chars=MAX_NAME, key=f"project.{project.id}.{project.name}"
    )
    if name.strip() and clean_name(name) != project.name:
        store().rename(project.id, name)
        st.rerun()  # the header and the title of the window bear it too


def _settings(project: Project, node: Node, conversation: Wire) -> Project:
    after = form(node.layer, key=f"{project.id}.{node.id}")
    if after is None:
        return project
    values = changed(node.layer.model_dump(), after.model_dump())
    try:
        return store().edit(project.id, [Configure(id=node.id, values=values)], by=state.visitor())
    except EditError as error:
        conversation.say(str(error))
        return project


def _name(project: Project, node: Node, conversation: Wire) -> Project:
    wanted = st.text_input(
        "Name",
        node.id,
        max_chars=64,
        key=f"name.{project.id}.{node.id}",
        help="Name of the layer, and of the variable in the code: small letters, digits and _.",
    )
    if wanted == node.id:
        return project
    try:
        renamed = store().edit(project.id, [Rename(id=node.id, to=wanted)], by=state.visitor())
    except ValueError as error:  # not a name at all, or taken
        st.error(_first_line(error))
        return project
    conversation.select([wanted])
    return renamed


def _first_line(error: ValueError) -> str:
    faults = getattr(error, "errors", None)
    return faults()[0]["msg"].removeprefix("Value error, ") if faults else str(error)


def _call_to_action(project: Project, found: tuple[Problem, ...]) -> None:
    errors = sum(problem.severity == "error" for problem in found)
    if errors:
        st.caption(f"{errors} thing{'' if errors == 1 else 's'} to solve before training")
    elif project.graph.nodes and st.button(
        "Train this network", type="primary", icon=":material/play_arrow:", width="stretch"
    ):
        state.go("train.py")


def _problem_list(project: Project, found: tuple[Problem, ...], conversation: Wire) -> None:
    # Those of the selected layer first; and room for its form below.
    found = tuple(sorted(found, key=lambda problem: problem.node not in conversation.selected))
    at_once = 1 if conversation.selected else AT_ONCE
    for number, problem in enumerate(found[:at_once]):
        _problem(project, problem, number, conversation)
    if len(found) > at_once:
        with st.expander(f"{len(found) - at_once} more to look at"):
            for number, problem in enumerate(found[at_once:MOST], at_once):
                _problem(project, problem, number, conversation)


def _problem(project: Project, problem: Problem, number: int, conversation: Wire) -> None:
    with st.container(border=True, key=f"problem-{number}", gap="xsmall"):
        if problem.node is not None:
            st.button(
                problem.node,
                key=f"show-{number}",
                icon=":material/error:" if problem.severity == "error" else ":material/warning:",
                type="tertiary",
                help="Show this layer on the canvas.",
                on_click=conversation.select,
                args=([problem.node],),
            )
        st.markdown(f"{problem.message} {problem.remedy}")
        for place, fix in enumerate(problem.fixes):
            st.button(
                fix.label,
                key=f"fix-{number}-{place}",
                icon=":material/build:",
                on_click=_fix,
                args=(project.id, problem, place, conversation),
            )
        if problem.detail:
            with st.expander("What Keras says"):
                st.code(problem.detail, language=None, wrap_lines=True)


def _fix(project_id: str, problem: Problem, place: int, conversation: Wire) -> None:
    try:
        store().edit(project_id, problem.fixes[place].edits, by=state.visitor())
    except EditError as error:
        conversation.say(str(error))


st.html(STYLE)
shown = state.project()
if shown is not None:
    workbench(shown.id)
