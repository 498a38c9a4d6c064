"""Start: begin a network, open one from a file, or go on with one of yours."""

from __future__ import annotations

import time
from pathlib import PurePath
from typing import Literal

import streamlit as st

from builder.edits import EditError
from builder.zoo import TEMPLATES, Template
from pages.parts import state, uploads
from pages.parts.begin import begin
from pages.parts.literal import literal
from pages.parts.tree import ago
from runtime.store import MAX_NAME, Summary, clean_name, store

FIRST = "lenet5"  # what somebody who is new here is led to
UNNAMED = "My network"  # what begins with nothing
SHOWN = 50  # projects in the list before "Show all"
DELETED, ALL, UPLOADS = "start.deleted", "start.all", "start.uploads"


def main() -> None:
    """Cards to begin with; below them the projects, and a file from elsewhere."""
    projects = store().projects(state.owner())
    st.title("Begin with a network", anchor=False)
    st.write("Each one is yours to change: add layers, take others away, train it, and leave with its Keras code.")
    _cards()
    if st.button(
        "More networks: 38 from papers and courses, 40 trained on ImageNet", icon=":material/category:", type="tertiary"
    ):
        state.go("zoo.py")
    own, elsewhere = st.columns([1.9, 1], gap="large")
    with own:
        _projects(projects)
    with elsewhere:
        _open()


def _cards() -> None:
    with st.container(key="cards"):
        for template in TEMPLATES.values():
            if template.picture:
                _card(template)


def _card(template: Template) -> None:
    with st.container(border=True, key=f"card-{template.name}", gap="xsmall"):
        st.image(template.picture or "", alt=f"{template.title}, drawn")
        st.markdown(f"**{template.title}**")
        st.caption(template.sentence)
        kind: Literal["primary", "secondary"] = "primary" if template.name == FIRST else "secondary"
        if st.button("Begin", key=f"begin-{template.name}", width="stretch", type=kind):
            graph = template.make()
            begin(template.title if graph.nodes else UNNAMED, graph, template.data)


def _open() -> None:
    st.subheader("Open a file or code", anchor=False)
    # A new key empties the uploader once its file is open, so that coming back does not open it again.
    upload = st.file_uploader(
        "A Keras model (.keras, .h5, .json, of Keras 1, 2 or 3), Keras code (.py), or a document of Layerloom (.json)",
        type=uploads.TYPES,
        max_upload_size=uploads.MEGABYTES,
        key=f"upload-{state.kept(UPLOADS, 0)}",
    )
    if upload is not None:
        with st.spinner(f"Reading {upload.name[:80]} …"):
            _read(upload.name, upload.getvalue())
    with st.popover("Paste Keras code", icon=":material/content_paste:", width="stretch"):
        st.caption("Sequential, Functional or subclassed. It is read, never run; data and training are passed over.")
        code = st.text_area("Code", height=320, key=f"code-{state.kept(UPLOADS, 0)}", label_visibility="collapsed")
        if st.button("Make it a network", type="primary", disabled=not code.strip(), width="stretch"):
            _read("Pasted code.py", code.encode())


def _read(name: str, content: bytes) -> None:
    try:
        graph, notes, start = uploads.opened(name, content)
        state.keep(UPLOADS, state.kept(UPLOADS, 0) + 1)
        begin(PurePath(name).stem, graph, notes=notes, start=start)
    except (uploads.UploadError, EditError) as error:
        st.error(f"**{name[:80]} could not be opened.**\n\n{error}", icon=":material/draft:")


def _projects(projects: list[Summary]) -> None:
    st.subheader("Your networks", anchor=False)
    _deleted()
    if not projects:
        st.caption("None yet. What you begin is kept here, with every step, until you delete it.")
    shown = projects if state.kept(ALL) else projects[:SHOWN]
    with st.container(gap="xxsmall"):
        for project in shown:
            _row(project)
    if len(shown) < len(projects):
        st.button(f"Show all {len(projects)}", on_click=state.keep, args=(ALL, True))


def _row(project: Summary) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"row-{project.id}"):
        if st.button(literal(project.name), key=f"open-{project.id}", type="tertiary", icon=":material/account_tree:"):
            state.open_project(project.id)
            state.go("build.py")
        st.space("stretch")
        st.caption(ago(time.time() - project.updated), width="content")
        about = f"Rename or delete {literal(project.name)}"
        with st.popover("", key=f"menu-{project.id}", icon=":material/more_horiz:", type="tertiary", help=about):
            name = st.text_input("Name", project.name, max_chars=MAX_NAME, key=f"name-{project.id}-{project.name}")
            with st.container(horizontal=True):
                st.button(
                    "Rename",
                    key=f"rename-{project.id}",
                    on_click=_rename,
                    args=(project.id, name),
                    disabled=clean_name(name) == project.name,
                )
                st.button(
                    "Delete", key=f"delete-{project.id}", icon=":material/delete:", on_click=_delete, args=(project,)
                )


def _rename(project_id: str, name: str) -> None:
    try:
        store().rename(project_id, name)
    except EditError as error:
        state.say(literal(str(error)))


def _delete(project: Summary) -> None:
    try:
        store().delete(project.id)
    except EditError as error:
        state.say(literal(str(error)))
    else:
        state.keep(DELETED, project)


def _deleted() -> None:
    """The way back from the last deletion."""
    project = state.kept(DELETED)
    if project is not None:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(f"Deleted **{literal(project.name)}**.", width="content")
            st.button("Undo", icon=":material/undo:", on_click=_restore, args=(project,))


def _restore(project: Summary) -> None:
    try:
        store().restore(project.id)
    except EditError as error:
        state.say(literal(str(error)))
    state.forget(DELETED)


main()
