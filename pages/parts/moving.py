"""Runs that are taken to another server as one file, and those that come from one."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from pages.parts import state
from pages.parts.runs import choose
from runtime.archive import ENDING, adopt, archive
from runtime.run import OVER, Run, RunError
from runtime.store import Project

UPLOADS, PROBLEM = "moving.uploads", "moving.problem"
MEGABYTES = 500  # of an archive that a browser sends; larger ones are adopted on the command line


def give(run: Run) -> None:
    """The button that packs a run; it is packed when it is pressed."""
    if run.status() not in OVER:
        st.caption("It can be taken to another server once it has ended.")
        return
    st.download_button(
        "Take it as one file",
        lambda: _packed(run),
        f"{run.id}{ENDING}",
        "application/zip",
        key=f"archive-{run.id}",
        icon=":material/archive:",
        help="Everything that came of this run, to be put among the runs of another server.",
        on_click="ignore",
    )


def take(project: Project) -> None:
    """Where the file of a run from another server is put in."""
    with st.expander("A run from another server", icon=":material/unarchive:"):
        upload = st.file_uploader(
            "The file that “Take it as one file” gave there",
            type="zip",
            max_upload_size=MEGABYTES,
            key=f"adopt-{state.kept(UPLOADS, 0)}",
        )
        st.caption(f"Larger than {MEGABYTES} MB: `python -m runtime adopt FILE --project {project.id}`")
        if upload is None:
            return
        tried, problem = state.kept(PROBLEM, ("", ""))
        if tried != upload.file_id:
            try:
                with st.spinner(f"Unpacking {upload.name[:80]} …"):
                    run, problem = adopt(upload, project.id), ""
            except RunError as error:
                problem = str(error)
                state.keep(PROBLEM, (upload.file_id, problem))  # the list is drawn again while runs go on
        if problem:
            st.error(problem, icon=":material/draft:")
            return
    state.keep(UPLOADS, state.kept(UPLOADS, 0) + 1)
    choose(run.id)
    st.rerun()


def _packed(run: Run) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.zip"
        archive(run, path)
        return path.read_bytes()
