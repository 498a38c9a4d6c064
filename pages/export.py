"""Export: the network as Python, as a notebook, as a document, as a picture; and what a run has trained, in many formats."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import get_args

import streamlit as st

from builder.codegen import CodeError, Style, source
from builder.graph import write_graph
from builder.program import lower
from builder.training import defaults
from pages.parts import state
from pages.parts.exports import export_table
from pages.parts.literal import literal
from pages.parts.runs import choose, chosen
from pages.parts.starts import chosen_start
from runtime.datasets import DATASETS
from runtime.exports.card import CARD
from runtime.exports.drawing import drawing
from runtime.exports.png import PNG, png
from runtime.exports.svg import SVG, svg
from runtime.run import Run, RunSpec, runs
from runtime.script import script_of
from runtime.service import service
from runtime.spec import START_FILE, Start
from runtime.starts import place
from runtime.store import Project

FACTS_WAIT = 1.0  # seconds that the picture waits for shapes that are not known yet
MODEL, SCRIPT, NOTEBOOK = "The model alone", "The whole script", "A notebook"
ABOUT = {
    MODEL: "The lines that make the network, to put into a program of your own.",
    SCRIPT: "Data, network, training and test: it runs by itself, without Layerloom.",
    NOTEBOOK: "The same in cells with a sentence each, for Jupyter or Colab.",
}
FILES = {
    MODEL: ("_model.py", "text/x-python"),
    SCRIPT: (".py", "text/x-python"),
    NOTEBOOK: (".ipynb", "application/json"),
}
STYLES: dict[Style, str] = {"functional": "Functional", "sequential": "Sequential", "subclass": "Subclassed"}
STYLE_HELP = (
    "**Functional**: every layer is called on what comes before it; any network can be written so.\n\n"
    "**Sequential**: a plain list of layers, for a network that is a chain.\n\n"
    "**Subclassed**: a class of your own, with the layers in `__init__` and their order in `call`."
)


def main() -> None:
    """Choices on the left, the code beside them."""
    project = state.project()
    if project is None:
        return
    choices, page = st.columns([1, 2.8], gap="large")
    with choices:
        run = _which(project)
        what = st.radio("What", list(ABOUT), captions=list(ABOUT.values()), index=1, key="export-what")
        style = st.radio("Style", get_args(Style), format_func=STYLES.__getitem__, key="export-style", help=STYLE_HELP)
        _files(project, run)
    with page:
        code, model, picture = st.tabs(["Code", "Trained model", "Picture"], key="export-tab", on_change="rerun")
        if code.open:
            with code:
                _code(project, run, what or MODEL, style or "functional")
        if model.open:
            with model:
                export_table(_trained(project, run), file_name(project.name))
        if picture.open:
            with picture:
                _picture(project, run)


def _which(project: Project) -> Run | None:
    """What is exported: the run that this tab looks at, else the project as it stands; or another one of its runs."""
    looked_at = chosen(())
    kept = {run.id: run for run in [*([looked_at] if looked_at else []), *runs(project.id)]}
    names = {"": "The network as it is now", **{run.id: f"{run.name} ({run.status()})" for run in kept.values()}}
    picked = st.selectbox(
        "Of",
        list(names),
        index=list(names).index(looked_at.id if looked_at else ""),
        format_func=lambda run_id: names.get(run_id, run_id),
        key=f"export-of-{project.id}",
        help="A run keeps the network and the settings that it was started with.",
    )
    if picked != (looked_at.id if looked_at else ""):
        choose(picked or None)
    return kept.get(picked or "")


def _code(project: Project, run: Run | None, what: str, style: Style) -> None:
    try:
        with st.spinner("Writing the code …"):
            text = _written((run.spec if run else _spec(project)).model_dump_json(), what, style)
    except CodeError as error:
        st.info(str(error), icon=":material/info:")
        return
    ending, mime = FILES[what]
    file = file_name(project.name) + ending
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{file}**", width="content")
        st.download_button("Download", text, file, mime, icon=":material/download:", type="primary", on_click="ignore")
    if what != MODEL:
        _first_weights(run.spec.start if run else chosen_start(project))
    if run and what != MODEL:
        st.caption(f"With the settings and the seed of {literal(run.name)}: on a CPU it gives the same curves again.")
    if what == NOTEBOOK:
        _cells(text)
    else:
        st.code(text, language="python", line_numbers=True)


def _first_weights(start: Start | None) -> None:
    """The file that the script opens."""
    if start is None or not place(start).is_file():
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(
            f"It begins with the weights of {start.title}: put **{START_FILE}** into the same folder.", width="content"
        )
        st.download_button(
            f"Download {START_FILE}",
            place(start).read_bytes,
            START_FILE,
            "application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
        )


def _cells(text: str) -> None:
    for cell in json.loads(text)["cells"]:
        if cell["cell_type"] == "markdown":
            st.markdown("".join(cell["source"]))
        else:
            st.code("".join(cell["source"]), language="python")


def _spec(project: Project) -> RunSpec:
    """What a training started now would be."""
    training = project.training
    if training is None and project.data.name in DATASETS:
        task = DATASETS[project.data.name].task(project.data)
        training = defaults(project.graph, task, service().shapes(project.graph)).training
    chosen = {} if training is None else {"training": training}
    return RunSpec(graph=project.graph, data=project.data, start=chosen_start(project), **chosen)


@st.cache_data(max_entries=64, show_spinner=False)
def _written(spec_json: str, what: str, style: Style) -> str:
    """The text of the file.

    Raises:
        CodeError: the network cannot be written so.
    """
    spec = RunSpec.model_validate_json(spec_json)
    if what == MODEL:
        return source(lower(spec.graph), style)
    if spec.data.name not in DATASETS:
        raise CodeError(f"The data set {spec.data.name!r} is not here. Choose another on the Data page.")
    return script_of(spec, style, as_notebook=what == NOTEBOOK)


def _files(project: Project, run: Run | None) -> None:
    """What is no code: the document, and the model that a run has trained."""
    name = file_name(project.name)
    st.markdown("**Files**")
    st.download_button(
        "Network (.json)",
        write_graph(run.spec.graph if run else project.graph),
        f"{name}.json",
        "application/json",
        icon=":material/account_tree:",
        width="stretch",
        on_click="ignore",
        help="The document: it opens again on the start page, here or in another Layerloom.",
    )
    trained = _trained(project, run)
    if trained is None:
        st.caption("The trained model (.keras) can be had here once a run has ended.")
        return
    st.download_button(
        "Model card (.md)",
        lambda: CARD.make(trained, service().shapes(trained.spec.graph) or {}),
        f"{name}_card.md",
        "text/markdown",
        icon=":material/description:",
        width="stretch",
        on_click="ignore",
        help=CARD.about,
    )
    st.download_button(
        f"Model of {trained.name} (.keras)",
        trained.model.read_bytes,
        f"{name}.keras",
        "application/octet-stream",
        icon=":material/model_training:",
        width="stretch",
        on_click="ignore",
        help="As the training saved it, with its weights; keras.saving.load_model opens it.",
    )


def _trained(project: Project, run: Run | None) -> Run | None:
    """The run whose model is meant: the one that was chosen, else the newest that has one."""
    return next((one for one in ([run] if run else runs(project.id)) if one.model.exists()), None)


def _picture(project: Project, run: Run | None) -> None:
    """The network as a drawing."""
    graph = run.spec.graph if run else project.graph
    if not graph.nodes:
        st.info("There is nothing to draw yet: the network has no layers.", icon=":material/draw:")
        return
    facts = service().shapes(graph, wait=FACTS_WAIT) or {}
    drawn, name = drawing(graph, facts), file_name(project.name)
    text = svg(drawn)
    with st.container(horizontal=True, vertical_alignment="center"):
        for document, data in ((SVG, text), (PNG, partial(png, drawn))):
            st.download_button(
                f"Download {document.ending[1:].upper()}",
                data,
                f"{name}{document.ending}",
                icon=":material/download:",
                help=document.about,
                on_click="ignore",
            )
    if not facts:
        st.caption("The shapes are not known yet, as Keras is still starting; reload to have them in the picture.")
    with st.container(border=True, height=720, horizontal_alignment="center"):
        st.image(text, width=min(round(drawn.width), 900), alt="The network as a drawing")


def file_name(name: str) -> str:
    """A project's name as a file's: letters, digits and _."""
    return re.sub(r"\W+", "_", name.lower(), flags=re.ASCII).strip("_") or "network"


main()
