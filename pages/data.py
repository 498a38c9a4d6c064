"""Data: choose what the network learns from, look at it, and fit the network's ends to it."""

from __future__ import annotations

import streamlit as st

from builder.checks.structure import input_values
from builder.edits import Configure, Edit, EditError
from builder.graph import Graph
from builder.problem import Fix, Problem
from builder.training import Task
from builder.validate import problems
from pages.parts import samples, state
from pages.parts.charts import NO_BAR
from pages.parts.form import form
from pages.parts.literal import literal
from pages.parts.terms import terms
from runtime.datasets import DATASETS, Dataset, DataUnavailable, Preview
from runtime.run import DataSpec
from runtime.service import service
from runtime.store import Project, store

LOOKING, SPLIT, FAILED = "data.looking", "data.split.", "data.failed."


def main() -> None:
    """The list of data sets, and beside it the one that is looked at."""
    project = state.project()
    if project is None:
        return
    used = project.data.name if project.data.name in DATASETS else None
    dataset = DATASETS[state.kept(LOOKING) or used or next(iter(DATASETS))]
    column, page = st.columns([1, 3.2], gap="large")
    with column:
        _list(dataset.name, used)
    with page:
        if used is None:
            st.warning(
                f"This project uses a data set called “{literal(project.data.name)}”, which is not here. Choose one."
            )
        _dataset(project, dataset)


def _list(looking: str, used: str | None) -> None:
    groups = dict.fromkeys(dataset.group for dataset in DATASETS.values())
    for group in groups:
        st.caption(group.capitalize())
        with st.container(gap="xxsmall"):
            for dataset in DATASETS.values():
                if dataset.group == group:
                    st.button(
                        dataset.title,
                        key=f"look-{dataset.name}",
                        icon=":material/check:" if dataset.name == used else None,
                        type="primary" if dataset.name == looking else "secondary",
                        width="stretch",
                        on_click=state.keep,
                        args=(LOOKING, dataset.name),
                    )


def _dataset(project: Project, dataset: Dataset) -> None:
    """Everything about one set."""
    in_use = dataset.name == project.data.name
    spec = project.data if in_use else state.kept(SPLIT + dataset.name, DataSpec(name=dataset.name))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(dataset.title, anchor=False, width="content")
        if in_use:
            st.badge("This project uses it", icon=":material/check:", color="green")
        else:
            st.button(
                "Use this data set",
                key="use",
                type="primary",
                icon=":material/input:",
                on_click=_use,
                args=(project.id, spec),
            )
    st.write(dataset.description)
    st.caption(f"Source: {dataset.source}")
    if in_use:
        _fitting(project, dataset.task(spec))
    preview = _preview(project, dataset, spec)
    if preview is not None:
        _facts(dataset, spec, preview)
        examples, beside = st.columns([1.7, 1], gap="large")
        with examples:
            _examples(dataset, preview)
        with beside:
            _balance(dataset, preview)
            _split(project, dataset, spec, in_use)


def _preview(project: Project, dataset: Dataset, spec: DataSpec) -> Preview | None:
    """A look at the set, downloaded if need be; what failed is told, with a way out."""
    if not dataset.needs_keras:
        with st.spinner(f"Loading {dataset.title} …"):
            return samples.look(spec)
    if not state.kept(FAILED + dataset.name):
        try:
            return _downloaded(dataset, spec)
        except DataUnavailable as error:
            state.keep(FAILED + dataset.name, str(error))
    st.error(state.kept(FAILED + dataset.name), icon=":material/cloud_off:")
    with st.container(horizontal=True):
        digits = DATASETS["digits"]
        st.button(
            f"Use {digits.title} instead", type="primary", on_click=_use, args=(project.id, DataSpec(name="digits"))
        )
        st.button("Try again", on_click=state.forget, args=(FAILED + dataset.name,))
    return None


def _downloaded(dataset: Dataset, spec: DataSpec) -> Preview:
    place = st.empty()
    bar = place.progress(0.0, f"Asking Keras for {dataset.title}; the first time it is downloaded …")

    def progress(done: int, total: int | None) -> None:
        size = f"{done / 1e6:.1f} MB" + (f" of {total / 1e6:.1f} MB" if total else "")
        bar.progress(min(done / total, 1.0) if total else 0.0, f"Downloading {dataset.title}: {size}")

    try:
        return dataset.preview(spec, progress)
    finally:
        place.empty()


def _facts(dataset: Dataset, spec: DataSpec, preview: Preview) -> None:
    task = dataset.task(spec)
    answer = f"one of {len(task.classes)} classes" if task.kind == "classes" else "a number"
    facts = {
        "Training examples": f"{preview.train_examples:,}",
        "Test examples": f"{preview.test_examples:,}",
        "Shape of one example": samples.shape_in_words(task.input_shape),
        "To be predicted": answer,
    }
    st.html(terms(facts, "facts"))


def _examples(dataset: Dataset, preview: Preview) -> None:
    st.markdown("**Examples**")
    if dataset.group in ("images", "tables", "several inputs"):
        st.html(samples.examples_html(dataset, preview))
    else:
        st.plotly_chart(samples.examples_figure(dataset, preview), config=NO_BAR, key=f"examples-{dataset.name}")


def _balance(dataset: Dataset, preview: Preview) -> None:
    if preview.train_counts:
        st.markdown("**Class balance**", help="Examples of each class. Where one is rare, accuracy alone tells little.")
        st.plotly_chart(samples.balance_figure(preview), config=NO_BAR, key=f"balance-{dataset.name}")


def _split(project: Project, dataset: Dataset, spec: DataSpec, in_use: bool) -> None:
    st.markdown("**Training and test**")
    if dataset.own_test:
        st.caption("This set brings its own test examples, so nothing is split.")
        return
    st.caption("The test examples are kept aside, and show after training how well the network does on what is new.")
    changed = form(spec, f"{project.id}.{dataset.name}", hide=("name",))
    if changed is not None:
        if in_use:
            store().settings(project.id, data=changed)
        else:
            state.keep(SPLIT + dataset.name, changed)
        st.rerun()


def _use(project_id: str, spec: DataSpec) -> None:
    """Take the set, and give the Input its shape as one step of undo."""
    try:
        graph = store().settings(project_id, data=spec).graph
        task = DATASETS[spec.name].task(spec)
        store().edit(project_id, input_edits(graph, task), by=state.visitor())
    except EditError as error:
        state.say(str(error))
    state.keep(LOOKING, spec.name)


def input_edits(graph: Graph, task: Task) -> tuple[Edit, ...]:
    """What lets the data in: the Input with the shape of an example; one is added where there is none."""
    entrance = next((node for node in graph.nodes if node.layer.type == "Input"), None)
    if entrance is not None:
        return (Configure(id=entrance.id, values=input_values(task)),)
    fixes = (problem.fixes for problem in problems(graph, task=task) if problem.code in ("empty", "no_input"))
    return next((fix[0].edits for fix in fixes if fix), ())


def _fitting(project: Project, task: Task) -> None:
    """What in the network does not fit this data, each with its buttons; repeated until Keras has told the shapes."""
    known = service().shapes(project.graph) is not None
    st.fragment(_offers, run_every=None if known else 2.0)(project.id, task)


def _offers(project_id: str, task: Task) -> None:
    project = store().project(project_id)
    if project is None:
        return
    graph = project.graph
    facts = service().shapes(graph)
    without = problems(graph, facts=facts)
    told = [problem for problem in problems(graph, facts=facts, task=task) if problem not in without]
    if facts is None and graph.nodes:
        st.caption(service().message or "Keras is working out the shapes …")
    for place, problem in enumerate(told):
        _offer(project.id, problem, place)
    if facts is not None and graph.nodes and not problems(graph, facts=facts, task=task):
        st.success("The network fits this data: it can be trained.", icon=":material/task_alt:")


def _offer(project_id: str, problem: Problem, place: int) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"{problem.message} {problem.remedy}")
        for number, fix in enumerate(problem.fixes):
            if st.button(fix.label, key=f"fix-{place}-{number}", type="primary" if number == 0 else "secondary"):
                _apply(project_id, fix)


def _apply(project_id: str, fix: Fix) -> None:
    try:
        store().edit(project_id, fix.edits, by=state.visitor())
    except EditError as error:
        state.say(str(error))
    st.rerun()


main()
