"""Build: the canvas, the form of the selected layer, and what does not fit."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from builder.edits import AddLayer, Configure, EditError, Remove, Rename
from builder.graph import DocumentError, Node
from builder.layers.applications import Backbone
from builder.layers.blocks import Instance
from builder.problem import Fix, Problem
from pages.parts import blocks, state
from pages.parts.blocks import edited, first_line, once_more
from pages.parts.canvas import canvas, wire
from pages.parts.failure import keras_again
from pages.parts.form import form
from pages.parts.inside import Place, chosen, place
from pages.parts.layer_forms import alike, effect, help_link, several
from pages.parts.learned import draw_learned
from pages.parts.sight import Sight
from pages.parts.wire import Wire, changed
from runtime.service import service
from runtime.store import MAX_NAME, DatabaseError, Project, UnknownProjectError, clean_name, store

STYLE = Path(__file__).parent.parent / "assets" / "canvas" / "page.css"
AT_ONCE = 3  # problems shown before the rest is folded away, while no layer is selected
MOST = 30  # problems shown at all


@st.fragment
def workbench(project_id: str) -> None:
    """Canvas and side panel, redrawn together after each edit, without the rest of the page."""
    try:
        project = store().project(project_id)
        if project is None:
            raise UnknownProjectError
        _draw(project, wire(project))
    except (DocumentError, UnknownProjectError) as error:
        st.error(str(error))


def _draw(project: Project, conversation: Wire) -> None:
    left, right = st.columns([0.73, 0.27], gap="small")
    with right.container(key="side"):
        top = st.container()
        project = once_more(project, conversation)
        try:
            _selected(project, conversation)
        except DatabaseError as error:  # the canvas stays, and tells it
            conversation.unkept["form"] = str(error)
    with left:  # before the list beside it, which takes Streamlit longer to draw
        sight = canvas(conversation)
    with top:
        keras_again(service())
        _call_to_action(sight)
        _problem_list(sight, conversation)


def _selected(project: Project, conversation: Wire) -> None:
    """The form of what is selected: one layer, or several of a type; else what the whole network has to say."""
    opened = place(project.graph, conversation.opened)
    here, nodes = chosen(project.graph, opened, conversation.selected)
    if len(nodes) == 1:
        _layer(project, opened, here, nodes[0], conversation)
    elif nodes and alike(nodes):
        several(project, here, nodes, conversation)
    elif here.path:
        blocks.open_block(project, here, conversation)
    else:
        _project_name(project)
        st.caption(
            f"{len(nodes)} layers are selected. Fold makes a block of them."
            if nodes
            else "Select a layer to see and change its settings here."
        )
        blocks.block_list(project, conversation)


def _layer(project: Project, opened: Place, here: Place, node: Node, conversation: Wire) -> None:
    st.subheader(node.layer.type, help=node.layer.tooltip(), anchor=False)
    said = st.container(gap="xxsmall")
    if len(here.path) > len(opened.path):
        st.caption(f"Inside {here.path[-1][0]}: what is changed here is changed in every instance of {here.block}.")
    project, node_id = _name(project, opened, here, node, conversation)
    here = place(project.graph, here.instances)
    renamed = here.graph.find(node_id)
    if renamed is None:
        return
    if isinstance(renamed.layer, Instance):
        project = blocks.instance_settings(project, here, renamed, conversation)
    else:
        with said:
            help_link(renamed.layer.type)
        project = _settings(project, here, renamed, conversation)
        project = blocks.sharing(project, here, renamed, conversation)
    if here.path:
        blocks.exposing(project, here, renamed, conversation)
    here = place(project.graph, here.instances)
    if changed_node := here.graph.find(node_id):
        with said:
            effect(project, here, changed_node)


def _project_name(project: Project) -> None:
    name = st.text_input(
        "Name of the network", project.name, max_chars=MAX_NAME, key=f"project.{project.id}.{project.name}"
    )
    if name.strip() and clean_name(name) != project.name:
        store().rename(project.id, name)
        st.rerun()  # the header and the title of the window bear it too


def _settings(project: Project, here: Place, node: Node, conversation: Wire) -> Project:
    owner = here.graph.find(node.shares) if node.shares else None
    if owner is not None:
        st.caption(f"Uses the layer of {owner.id}, with the same weights: what is changed here is changed there.")
    after = form((owner or node).layer, key=f"{project.id}.{here.block}.{node.id}")
    if isinstance((owner or node).layer, Backbone):
        draw_learned(project.graph, project.id)
    if after is None:
        return project
    values = changed((owner or node).layer.model_dump(), after.model_dump())
    return edited(project, here.edits(Configure(id=node.id, values=values)), conversation)


def _name(project: Project, opened: Place, here: Place, node: Node, conversation: Wire) -> tuple[Project, str]:
    wanted = st.text_input(
        "Name",
        node.id,
        max_chars=64,
        key=f"name.{project.id}.{here.block}.{node.id}",
        help="Name of the layer, and of the variable in the code: small letters, digits and _.",
    )
    if wanted == node.id:
        return project, node.id
    try:
        renamed = store().edit(project.id, here.edits(Rename(id=node.id, to=wanted)), by=state.visitor())
    except ValueError as error:  # not a name at all, or taken
        st.error(first_line(error))
        return project, node.id
    conversation.select([here.key(wanted, opened)])
    return renamed, wanted


def _call_to_action(sight: Sight) -> None:
    errors = sum(problem.severity == "error" for problem in sight.problems)
    if errors:
        st.caption(f"{errors} thing{'' if errors == 1 else 's'} to solve before training")
    elif sight.project.graph.nodes and st.button(
        "Train this network", type="primary", icon=":material/play_arrow:", width="stretch"
    ):
        state.go("train.py")


def _problem_list(sight: Sight, conversation: Wire) -> None:
    # Those of the selected layer first; and room for its form below.
    found = sorted(sight.problems_here, key=lambda problem: problem.node not in conversation.selected)
    at_once = 1 if conversation.selected else AT_ONCE
    for number, problem in enumerate(found[:at_once]):
        _problem(sight, problem, number, conversation)
    if len(found) > at_once:
        with st.expander("More to look at"):  # with a count it would close whenever that changes
            for number, problem in enumerate(found[at_once:MOST], at_once):
                _problem(sight, problem, number, conversation)


def _problem(sight: Sight, problem: Problem, number: int, conversation: Wire) -> None:
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
        for choice, fix in enumerate(problem.fixes):
            st.button(
                fix.label,
                key=f"fix-{number}-{choice}",
                icon=":material/build:",
                on_click=_fix,
                args=(sight.project.id, sight.here, problem, choice, conversation),
            )
        if problem.detail:
            with st.expander("What Keras says"):
                st.code(problem.detail, language=None, wrap_lines=True)


def _fix(project_id: str, here: Place, problem: Problem, choice: int, conversation: Wire) -> None:
    fix = problem.fixes[choice]
    try:
        if fix.training:
            store().settings(project_id, training=fix.training)
        if fix.edits:
            store().edit(project_id, here.edits(*fix.edits), by=state.visitor())
            conversation.select(_concerned(problem, fix))
    except (EditError, DatabaseError) as error:
        conversation.say(str(error))


def _concerned(problem: Problem, fix: Fix) -> list[str]:
    """What to show once a problem is mended: its layer where that is still there, else what was added."""
    gone = {name for edit in fix.edits if isinstance(edit, Remove) for name in edit.ids}
    if problem.node is not None and problem.node not in gone:
        return [problem.node]
    return [edit.id for edit in fix.edits if isinstance(edit, AddLayer) and edit.id is not None]


st.html(STYLE)
shown = state.project()
if shown is not None:
    workbench(shown.id)
