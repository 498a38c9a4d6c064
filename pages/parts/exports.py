"""The trained model in other formats: a row a format, made in a process of its own, compared, and only then offered."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts import state
from pages.parts.literal import literal
from runtime.exports import FORMATS, Format
from runtime.exports.job import State, end, file_of, make, state_of
from runtime.run import Run, RunError

POLL = 0.5  # seconds between two looks while something is made
PROBLEM = "exports.problem"
NOT_OFFERED = (
    "TensorFlow.js is not among them: its converter cannot be installed beside this TensorFlow. In a browser the ONNX "
    "file runs with onnxruntime-web."
)


def export_table(run: Run | None, name: str) -> None:
    """The formats of a run's model.

    Args:
        run: whose model; None when no run of the project has one.
        name: of the files, without ending.
    """
    if run is None:
        st.info(
            "No model has been trained yet. Once a run of this project has ended, its model can be had here.",
            icon=":material/model_training:",
        )
        return
    st.markdown(
        f"The model of **{literal(run.name)}**. Each file is opened again and compared with the model on real examples before you get it."
    )
    busy = any(_goes_on(state_of(run, one)) for one in FORMATS)
    st.fragment(_rows, run_every=POLL if busy else None)(run, name, busy)
    st.caption(NOT_OFFERED)


def _rows(run: Run, file: str, busy: bool) -> None:
    states = {name: state_of(run, name) for name in FORMATS}
    if busy != any(map(_goes_on, states.values())):
        st.rerun()  # the whole page: it decides how often to look
    if problem := state.kept(PROBLEM, ""):
        st.warning(problem)
        state.keep(PROBLEM, "")
    for name, export in FORMATS.items():
        with st.container(border=True, gap="xsmall", key=f"export-{name}"):
            about, action = st.columns([3, 1.3], vertical_alignment="center")
            with about:
                st.markdown(f"**{export.title}** `{export.ending}`  \n{export.about}")
                if limits := export.limits(run.spec.graph):
                    st.caption(f":material/info: {' '.join(limits)}")
            with action:
                _action(run, name, export, states[name], file)
            _outcome(states[name], export.limits(run.spec.graph))


def _goes_on(made: State | None) -> bool:
    return made is not None and not made.over


def _action(run: Run, name: str, export: Format, made: State | None, file: str) -> None:
    """What can be done now: make it, wait for it, take it; or why it cannot be had."""
    if refusal := export.refusal(run.spec.graph):
        st.caption(f":material/block: {refusal}")
    elif made is None or made.stage == "failed":
        label = "Make" if made is None else "Try again"
        st.button(label, key=f"make-{name}", width="stretch", on_click=_make, args=(run, name))
    elif made.stage == "done":
        path = file_of(run, name)
        st.download_button(
            f"Download ({_size(path)})",
            path.read_bytes,
            f"{file}{export.ending}",
            "application/octet-stream",
            key=f"take-{name}",
            icon=":material/download:",
            type="primary",
            width="stretch",
            on_click="ignore",
        )
    else:
        st.markdown(f":material/hourglass_empty: {made.words}")
        st.button("Stop", key=f"stop-{name}", width="stretch", on_click=end, args=(run, name))


def _outcome(made: State | None, limits: tuple[str, ...]) -> None:
    if made is None or not made.over:
        return
    if made.stage == "failed":
        st.error(made.words, icon=":material/error:")
        return
    st.caption(f":green[:material/check_circle:] {made.words}")
    note = made.comparison.note if made.comparison else ""
    if note and note not in limits:  # what was not known before
        st.caption(f":material/info: {note}")


def _size(path: Path) -> str:
    """The size of a file as people say it: `35 kB`, `1.2 MB`."""
    size = path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 10**6 else f"{max(1, round(size / 1e3))} kB"


def _make(run: Run, name: str) -> None:
    try:
        make(run, name)
    except RunError as error:
        state.keep(PROBLEM, str(error))
