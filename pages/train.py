"""Training: settings with their reasons, the run that goes on with its live curves, and all earlier runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter

import streamlit as st

from builder.problem import Problem
from builder.program import Facts
from builder.training import Defaults, Task, Training, defaults
from builder.validate import problems
from pages.parts import state
from pages.parts.device_choice import choose_device, device_of, expected, fits
from pages.parts.failure import keras_again, told
from pages.parts.faults import listening, whole_number
from pages.parts.learned import draw_learned
from pages.parts.literal import literal
from pages.parts.run_details import optimizer_in_words
from pages.parts.run_list import run_list
from pages.parts.run_view import run_view
from pages.parts.runs import LIVE, choose, chosen
from pages.parts.starts import chosen_start, draw_start
from pages.parts.training_form import training_form
from runtime.datasets import DATASETS
from runtime.devices import Device
from runtime.launchers import local
from runtime.run import RunSpec, Watch, create, runs
from runtime.service import service
from runtime.store import Project, store
from runtime.strategies import strategy

FACTS_WAIT = 0.3  # seconds that the page waits for shapes that it does not know yet
LIST_POLL = 3.0  # seconds between two looks at the runs in the list while one of them goes on
KEPT = state.OPTIONS


@dataclass(frozen=True)
class Options:
    """What a run has beside network, data and training settings."""

    device: Device
    seed: int
    watch: Watch


def main() -> None:
    """The page."""
    project = state.project()
    if project is None:
        return
    found = runs(project.id)
    run = chosen(found)
    left, right = st.columns([2, 5], gap="large")
    with left:
        waiting = service().shapes(project.graph, wait=FACTS_WAIT) is None
        st.fragment(_settings, run_every=1.0 if waiting else None)(waiting)
    with right:
        if run is None:
            st.info(
                "No run yet. Press **Train** on the left: the curves of loss and metrics appear here and grow while the "
                "network learns. You may close the page; the training goes on.",
                icon=":material/show_chart:",
            )
        else:
            run_view(run, state.kept("compared", ()))
        live = any(other.status() in LIVE for other in found)
        st.fragment(run_list, run_every=LIST_POLL if live else None)(project, run)


def _settings(waited: bool) -> None:
    project = state.project()
    if project is None:
        return
    facts = service().shapes(project.graph, wait=FACTS_WAIT)
    if waited and facts is not None:
        st.rerun()
    if project.data.name not in DATASETS:
        st.error(f"There is no data set called “{literal(project.data.name)}” here. Choose another one.")
        if st.button("Choose data", icon=":material/table_chart:", width="stretch"):
            state.go("data.py")
        return
    task = _task(project)
    suggested = defaults(project.graph, task, facts or {})
    training = project.training or suggested.training
    options = _options_now(project)
    top = st.container()  # for what is drawn once all is known that has been entered, be it together with the click
    st.subheader("Settings")
    draw_start(project)
    draw_learned(project.graph, project.id)
    saved = False
    with listening() as wrong:
        changed = training_form(training, suggested.training, f"{project.id}.training", task)
        if changed is not None:
            with told():
                store().settings(project.id, training=changed)
                saved = True
            training = changed
        _reasons(project, training, suggested)
        chosen = _draw_options(project, training, options, facts)
    found = problems(project.graph, facts=facts, task=task, training=training)
    with top:
        errors = [problem for problem in found if problem.severity == "error"]
        _train_button(project, training, chosen, facts, errors, wrong)
        _mend_settings(project, found)
    if saved or chosen != options:
        st.rerun()


def _reasons(project: Project, training: Training, suggested: Defaults) -> None:
    """Why these settings are suggested, and the way back to them."""
    with st.expander("Why these settings?", icon=":material/lightbulb:"):
        st.markdown("\n".join(f"- {reason}" for reason in suggested.reasons))
    if training != suggested.training:
        st.button(
            "Take the suggested settings again",
            icon=":material/restart_alt:",
            help=_suggestion(suggested.training),
            on_click=store().settings,
            args=(project.id,),
            kwargs={"training": None},
        )


def _suggestion(training: Training) -> str:
    return f"{training.epochs} epochs, batch size {training.batch_size}, {optimizer_in_words(training)}, {training.loss.type}."


def _task(project: Project) -> Task:
    return DATASETS[project.data.name].task(project.data)


def _train_button(
    project: Project,
    training: Training,
    options: Options,
    facts: Mapping[str, Facts] | None,
    errors: list[Problem],
    wrong: list[str],
) -> None:
    memory, cannot = fits(options.device, training, None if errors else facts, _task(project), project.graph)
    ready = facts is not None and not errors and not cannot and not wrong
    pressed = st.button("Train", type="primary", icon=":material/play_arrow:", disabled=not ready, width="stretch")
    if pressed and ready:  # what is wrong may have come with the click
        spec = RunSpec(
            graph=project.graph,
            data=project.data,
            training=training,
            device=options.device.name,
            seed=options.seed,
            watch=options.watch,
            start=chosen_start(project),
        )
        with told():
            run = create(spec, name=_next_name(project), project=project.id, owner=state.login())
            local.launch(run, memory)
            choose(run.id)
            st.rerun()
    if facts is None and not errors:
        st.caption(f":material/hourglass_empty: {service().message or 'Keras is looking at the network; one moment.'}")
        keras_again(service())
    for words in cannot:
        st.error(words)
    if wrong:
        st.error("\n".join(["Mend what cannot be used:", *(f"- {literal(words)}" for words in wrong)]))
    if errors:
        st.error(_in_words(errors))
        if not all(map(_in_settings, errors)) and st.button(
            "Mend it on the Build page", icon=":material/build:", width="stretch"
        ):
            state.go("build.py")


def _in_words(errors: list[Problem]) -> str:
    shown = [f"- **{problem.node or 'Network'}**: {problem.message} {problem.remedy}" for problem in errors[:5]]
    more = [f"- and {len(errors) - 5} more"] if len(errors) > 5 else []
    return "This network cannot be trained yet:\n" + "\n".join([*shown, *more])


def _mend_settings(project: Project, found: Iterable[Problem]) -> None:
    """Buttons for what lies in the settings and not in the network; warnings of that kind are told here too."""
    for problem in found:
        if _in_settings(problem) and problem.severity == "warning":
            st.warning(f"{problem.message} {problem.remedy}")
        for fix in filter(attrgetter("training"), problem.fixes):
            st.button(
                fix.label,
                key=f"mend-{problem.code}-{fix.label}",
                icon=":material/build:",
                width="stretch",
                on_click=store().settings,
                args=(project.id,),
                kwargs={"training": fix.training},
            )


def _in_settings(problem: Problem) -> bool:
    return any(fix.training for fix in problem.fixes)


def _next_name(project: Project) -> str:
    """`Run 4`: counts on from the largest number in use, by `Run 3 from 2` too, whose parent may have been deleted."""
    numbers = [int(found[1]) for run in runs(project.id) if (found := re.match(r"Run (\d{1,9})(?!\S)", run.name))]
    return f"Run {max(numbers, default=0) + 1}"


def _options_now(project: Project) -> Options:
    """What was chosen in this tab, else what the newest run has had."""
    kept = state.kept(KEPT, None)
    if kept is None:
        kept = next(((run.spec.device, run.spec.seed, run.spec.watch) for run in runs(project.id)), ("", 0, Watch()))
    name, seed, watch = kept
    return Options(device_of(name), seed, watch)


def _draw_options(project: Project, training: Training, options: Options, facts: Mapping[str, Facts] | None) -> Options:
    """The settings that do not change how well a network learns."""
    name = choose_device(options.device.name, project.graph, training)
    if facts:
        task = _task(project)
        for words in expected(device_of(name), training, facts, task, project.graph, runs(project.id)):
            st.caption(words[:1].upper() + words[1:] + ".")
    if strategy(name).addresses:
        spec = RunSpec(graph=project.graph, data=project.data, training=training, device=name, seed=options.seed)
        st.download_button(
            "RUN.json for the other machines",
            spec.model_dump_json(indent=1),
            "RUN.json",
            "application/json",
            icon=":material/download:",
            width="stretch",
            on_click="ignore",
        )
    with st.expander("Seed and recording", icon=":material/casino:"):
        seed = whole_number(
            "Seed", 0, 2**31 - 1, options.seed, help="The same seed gives the same weights and order of examples again."
        )
        maps = st.toggle(
            "Record filters and maps", options.watch.maps, help="What the Microscope shows, saved after each epoch."
        )
        sample = whole_number(
            "Watched example",
            1,
            10**6,
            options.watch.sample + 1,
            help="Number of the test example that the Microscope shows.",
        )
    watch = Watch(sample=sample - 1, maps=maps)
    state.keep(KEPT, (name, seed, watch))
    return Options(device_of(name), seed, watch)


main()
