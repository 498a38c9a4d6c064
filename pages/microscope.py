"""The microscope: the filters and feature maps of a run, for one example, through the epochs and while it trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st

from builder.flat import flat
from builder.graph import Graph
from builder.program import Program, Step, lower
from pages.parts import samples, state
from pages.parts.charts import (
    Array,
    Pictures,
    bar_figure,
    feature_pictures,
    input_picture,
    kernel_pictures,
    paint,
    picture_figure,
    png,
    sequence_figure,
)
from pages.parts.observations import answer_in_words, features_in_words, kernels_in_words
from pages.parts.pictures import picked, picture_grid
from pages.parts.runs import LIVE, STATES, choose, chosen, curves, epochs_done
from runtime.datasets import DATASETS, task_of
from runtime.maps import Maps, MapsError, read_maps
from runtime.maps.examples import example_maps
from runtime.run import DataSpec, Run, runs
from runtime.service import ServiceError

KERNELS, FEATURES = "Filters (what is looked for)", "Feature maps (what is found)"
COLUMNS = [2, 7]  # the run and its example; what is seen of them
MAGNIFIED = 192  # pixels: the input picture beside the maps
UNCOUNTED = 10_000  # test examples of each set that Keras downloads


def main() -> None:
    """The page."""
    project = state.project()
    found = runs(project.id if project else None)
    run = chosen(found)
    if run is None:
        st.info(
            "Nothing to see yet: the microscope shows what a network has learned. Train it first; you can look inside "
            "while it learns.",
            icon=":material/biotech:",
        )
        if st.button("Go to Train", type="primary"):
            state.go("train.py")
        return
    live = run.status() in LIVE
    st.fragment(_look, run_every=1.0 if live else None)(run.id, live)


def _look(run_id: str, was_live: bool) -> None:
    project = state.project()
    found = runs(project.id if project else None)
    run = next((other for other in runs() if other.id == run_id), None)
    left, right = st.columns(COLUMNS, gap="large")
    with left:
        _choose_run(found, run)
    if run is None:
        st.info("This run has been deleted. Choose another one above.")
        return
    live = run.status() in LIVE
    if was_live and not live:
        st.rerun()  # the whole page, which then looks no longer every second
    saved = dict(curves(run).maps)
    trained = not live and run.model.is_file()
    if not saved and not trained:
        st.info(_nothing_saved(run, live), icon=":material/hourglass_empty:")
        return
    with right:
        layer, time = st.columns([2, 5], gap="large")
    with layer:
        node = _choose_node(run)
    with left:
        sample = _choose_sample(run, trained)
    with time:
        moment = _moment(run, sample, saved, live)
    if moment is None:
        return
    try:
        with left:
            _input_picture(run, sample, moment.file)
        with right:
            _show(run, node, moment, read_maps(moment.file, node.id))
    except MapsError as error:
        right.warning(f"The pictures of this epoch cannot be read. {error}")


def _choose_run(found: list[Run], run: Run | None) -> None:
    options = found if run is None or run.id in {other.id for other in found} else [run, *found]
    names = {other.id: f"{other.name} · {other.created:%d %b %H:%M}" for other in options}
    ids = [other.id for other in options]
    picked = st.selectbox(
        "Run", ids, index=ids.index(run.id) if run else None, format_func=lambda name: names.get(name, name)
    )
    if picked is not None and (run is None or picked != run.id):
        choose(picked)
        st.rerun()


@dataclass(frozen=True)
class Moment:
    """A moment of a run that is looked at: whole and part epochs done, and the file of maps."""

    epoch: float
    file: Path


def _moment(run: Run, sample: int, saved: dict[float, str], live: bool) -> Moment | None:
    """What was recorded as the slider says; for another example than the one recorded, the end of the training."""
    if saved and sample == run.spec.watch.sample:
        epoch = _choose_epoch(run.id, sorted(saved), live)
        return Moment(epoch, run.maps / Path(saved[epoch]).name)
    st.caption(
        f"After the training. Only example {run.spec.watch.sample + 1} was watched through the epochs."
        if saved
        else "After the training. Through the epochs nothing was recorded."
    )
    try:
        with st.spinner(f"Showing test example {sample + 1} to the trained network …"):
            return Moment(epochs_done(curves(run)), example_maps(run, sample))
    except ServiceError as error:
        st.warning(str(error), icon=":material/info:")
        return None


def _nothing_saved(run: Run, live: bool) -> str:
    if not run.spec.watch.maps:
        return (
            'This run was told not to record filters and feature maps. Train again with "Record filters and maps" on.'
        )
    if live:
        return "The run has begun; its first pictures will appear here by themselves."
    return (
        f"This run ({STATES[run.status()].split()[-1]}) ended before any pictures were saved. Train again to see some."
    )


@lru_cache(maxsize=50)
def _program(graph: Graph) -> Program:
    """The network without blocks: under the names of these steps its layers were looked at."""
    return flat(lower(graph)).program


def _choose_node(run: Run) -> Step:
    watched = run.spec.watch.nodes
    steps = [step for step in _program(run.spec.graph).steps if step.made_as in ("", step.id)]  # a shared layer once
    nodes = [step for step in steps if not watched or step.id in watched]
    first = next((place for place, node in enumerate(nodes) if node.layer.type.endswith("Conv2D")), 0)
    names = [f"{node.id} ({node.layer.type})" for node in nodes]
    picked = st.selectbox("Layer", names, index=first, key=f"layer-{run.id}")
    return nodes[names.index(picked)]


def _choose_epoch(run_id: str, epochs: list[float], live: bool) -> float:
    follow = live and st.toggle(
        "Follow live", value=True, help="Always show the newest pictures while the run goes on."
    )
    if follow or len(epochs) == 1:
        st.caption(f"After epoch {epochs[-1]:g}" if epochs[-1] else "Before training")
        return epochs[-1]
    label = "After epoch (0 is before training); move it to watch the pictures form"
    return st.select_slider(
        label, epochs, value=epochs[-1], key=f"epoch-{run_id}", format_func=lambda epoch: f"{epoch:g}"
    )


def _choose_sample(run: Run, trained: bool) -> int:
    """Number of the test example, from 0."""
    watched = run.spec.watch.sample
    if not trained:
        st.markdown(
            f"**Test example {watched + 1}**",
            help="While the network learns, this one is watched; the Train page lets you choose it before a run begins. "
            "Afterwards any example can be looked at here.",
        )
        return watched
    most = max(_test_examples(run.spec.data), watched + 1)
    number = st.number_input(
        f"Test example (1 to {most:,})",
        1,
        most,
        watched + 1,
        key=f"sample-{run.id}",
        help=f"Example {watched + 1} was watched while the network learned; any other is shown to the trained network.",
    )
    return int(number) - 1


def _input_picture(run: Run, sample: int, file: Path) -> None:
    task = task_of(run.spec.data)
    program = _program(run.spec.graph)
    inputs = next((step for step in program.steps if step.layer.type == "Input"), None)
    values = read_maps(file, inputs.id).features if inputs else None
    if values is not None and values.ndim == 3:
        _shown_input(values)
    if truth := _truth(run.spec.data, sample):
        st.markdown(f"It is **{truth}**.")
    outputs = [read_maps(file, ref.step).features for ref in program.outputs]
    if task and len(outputs) == 1 and outputs[0] is not None:
        st.markdown(answer_in_words(outputs[0], task.classes))


def _shown_input(values: Array) -> None:
    pixels = paint(input_picture(values))[0]
    times = max(1, MAGNIFIED // max(pixels.shape[:2]))
    st.image(png(pixels.repeat(times, axis=0).repeat(times, axis=1)), alt="The example, as the network gets it")


@st.cache_data(max_entries=100, show_spinner=False)
def _truth(data: DataSpec, sample: int) -> str:
    """The right answer for a test example; empty for a set that only the Keras service can read."""
    dataset = DATASETS.get(data.name)
    if dataset is None or dataset.needs_keras:
        return ""
    answers = dataset.load(data).y_test
    return dataset.answer(answers[sample]) if sample < len(answers) else ""


@st.cache_data(max_entries=100, show_spinner=False)
def _test_examples(data: DataSpec) -> int:
    """How many there are; those that Keras downloads bring their own, which are counted when they are looked at."""
    dataset = DATASETS.get(data.name)
    return UNCOUNTED if dataset is None or dataset.needs_keras else samples.look(data).test_examples


def _show(run: Run, node: Step, moment: Moment, maps: Maps) -> None:
    views = [name for name, array in ((KERNELS, maps.kernels), (FEATURES, maps.features)) if array is not None]
    if not views:
        st.info(f"Nothing was recorded for {node.id}.")
        return
    view = views[0]
    if len(views) > 1:
        view = st.segmented_control("Show", views, default=views[0], key="view", label_visibility="collapsed") or view
    key = f"{run.id}-{node.id}-{view}"
    if view == KERNELS and maps.kernels is not None:
        _show_kernels(maps.kernels, maps.kernels_of, moment.epoch, key)
    elif maps.features is not None:
        _show_features(run, maps.features, maps.features_of, key)


def _show_kernels(kernels: Array, whole: Sequence[int], epoch: float, key: str) -> None:
    st.markdown(kernels_in_words(kernels, whole, epoch))
    channels = kernels.shape[2]
    channel: int | None = 0
    if channels > 1:
        options = (["in colour"] if channels == 3 else []) + [f"channel {number + 1}" for number in range(channels)]
        picked = st.selectbox("Incoming channel", options, key=f"channel-{key}")
        channel = None if picked == "in colour" else int(picked.split()[1]) - 1
    _grid(kernel_pictures(kernels, channel), whole[-1], "filter", key)


def _show_features(run: Run, features: Array, whole: Sequence[int], key: str) -> None:
    st.markdown(features_in_words(features, whole))
    if features.ndim == 3:
        _grid(feature_pictures(features), whole[-1], "map", key)
    elif features.ndim == 2:
        st.plotly_chart(sequence_figure(features), key=f"sequence-{key}")
    else:
        task = task_of(run.spec.data)
        st.plotly_chart(bar_figure(features, task.classes if task else ()), key=f"bars-{key}")


def _grid(pictures: Pictures, count: int, what: str, key: str) -> None:
    key, shown = f"grid-{key}", len(pictures.values)
    number = picked(key) if picked(key) < shown else -1
    if count > shown:
        st.caption(f"The first {shown} of {count}.")
    # In a column either way: a grid that moves to another place on the page is drawn anew.
    columns = st.columns([3, 2] if number >= 0 else [1], gap="medium")
    with columns[0]:
        picture_grid(pictures, what, key=key)
        st.caption("Click a picture to enlarge it.")
    if number >= 0:
        with columns[1]:
            st.markdown(f"**{what.capitalize()} {number + 1}**")
            st.plotly_chart(picture_figure(pictures, number), key=f"enlarged-{key}")


main()
