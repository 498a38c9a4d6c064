"""What can be asked of a run: wait, make room, end, go on; and a new run that continues it with other settings."""

from __future__ import annotations

import streamlit as st

from builder.training import MOST_EPOCHS, Training
from pages.parts import state
from pages.parts.device_choice import device_of, fits
from pages.parts.failure import told
from pages.parts.faults import listening
from pages.parts.runs import choose, curves, epochs_done
from pages.parts.training_form import training_form
from runtime import branching, checkpoints, service, tickets
from runtime.datasets import task_of
from runtime.launchers import local
from runtime.run import Run, RunError, Status, create

ABOUT_TO = {"pause": "It pauses", "suspend": "It is saved and its process ended", "stop": "It stops"}


def controls(run: Run, status: str) -> None:
    """The buttons of a run that trains or waits."""
    try:
        if status == "paused":
            if st.button("Resume", icon=":material/play_arrow:"):
                branching.resume(run)
        elif status == "running" and st.button(
            "Pause",
            icon=":material/pause:",
            help="Waits until you resume it, even in the middle of a batch; it keeps its memory meanwhile.",
        ):
            local.pause(run)
        if status in ("running", "paused") and st.button(
            "Suspend",
            icon=":material/bedtime:",
            help="Saves everything, ends the process and frees its memory. Resume it later exactly where it was.",
        ):
            local.suspend(run)
        if st.button("Stop", icon=":material/stop:", help="Ends the run; the network as trained so far is kept."):
            local.stop(run)
    except RunError as error:  # it has ended meanwhile
        st.caption(str(error))


def wish_in_words(run: Run, status: Status) -> str:
    """What it is going to do, as it has just been started or asked for something, and what comes before that; else empty."""
    wish = run.asked(status)
    begins = status == "running" and tickets.find(run.id) is not None
    if not wish:
        return "Its process has been started and is loading TensorFlow." if begins else ""
    if begins:
        return f"{ABOUT_TO[wish]} as soon as its process has loaded TensorFlow and done a first batch."
    if wish == "resume":
        return "It is about to go on."
    known = curves(run)
    if known.steps == 0 or known.updated == known.started:
        return f"{ABOUT_TO[wish]} as soon as its first batch is done; its training step is still being built, which takes seconds."
    return f"{ABOUT_TO[wish]} as soon as the batch that is under way is done."


def ways_on(run: Run) -> None:
    """The buttons of a run that has ended: go on where it was, or continue from an epoch as a new run."""
    position = branching.goes_on_from(run)
    kept = checkpoints.kept_epochs(run)
    if position is None and not kept:
        return
    with st.container(horizontal=True, key="ways-on"):
        if position is not None and st.button(
            f"Resume from {in_words(run, position)}",
            type="primary",
            icon=":material/play_arrow:",
            help="Goes on exactly where it was, as if nothing had happened.",
        ):
            try:
                branching.resume(run)
            except RunError as error:
                st.error(str(error))
            else:
                st.rerun()
        if kept:
            with st.popover(
                "Continue from an epoch",
                icon=":material/call_split:",
                help="A new run that begins with the weights of an epoch of this one, with settings of your choice.",
            ):
                _branch(run, kept)


def interruption(run: Run) -> str:
    """What becomes of a run that waits because its process has ended unexpectedly; empty for others."""
    if not branching.was_interrupted(run):
        return ""
    kept = checkpoints.kept(run)
    how = f"goes on by itself from {in_words(run, kept[-1])}" if kept else "begins anew by itself"
    return f"Its process ended unexpectedly, as when the machine is restarted; it {how}."


def in_words(run: Run, position: checkpoints.Position) -> str:
    """`epoch 3, step 120`, counted as people do."""
    if position.epoch >= run.spec.training.epochs:
        return "the end of its training"
    step = f", step {position.step}" if position.step else ""
    return f"epoch {position.epoch + 1}{step}"


def kept_in_words(run: Run, kept: list[int]) -> str:
    """Which epochs can be continued from, and why not all."""
    known = curves(run)
    if kept == list(range(kept[0], epochs_done(known) + 1)) and kept[0] <= known.first + 1:
        return "The state after every epoch was kept."
    if len(kept) == 1:
        return f"Only the state after epoch {kept[0]} was kept: to keep each would have taken too much time or room."
    return (
        f"Kept was the state after epochs {', '.join(map(str, kept))}: the newest ones, the best one, and others evenly "
        "between. To keep each would take too much time or room."
    )


def _further(training: Training, done: int) -> Training:
    """The settings of a run, with as many epochs again where it has done all that it had."""
    epochs = training.epochs if training.epochs > done else min(done + training.epochs, MOST_EPOCHS)
    return training.model_copy(update={"epochs": epochs})


def _branch(run: Run, kept: list[int]) -> None:
    key = f"branch.{run.id}"
    epoch = st.selectbox(
        "After epoch", kept, index=len(kept) - 1, key=f"{key}.epoch", help="The epochs whose state was kept."
    )
    suggested = _further(run.spec.training, kept[-1])
    before: Training = state.kept(key, suggested)
    task = task_of(run.spec.data)
    with listening() as wrong:
        training = training_form(before, suggested, key, task) or before
    if training != before:
        state.keep(key, training)
    st.caption(kept_in_words(run, kept))
    if training.epochs <= epoch:
        st.caption(f"Ask for more than {epoch} epochs: those that this run has done count.")
    if branching.optimizer_goes_on(run.spec.training, training):
        optimizer = "The optimizer goes on as it was."
    else:
        optimizer = "The optimizer begins anew, as it is another one."
    st.caption(f"{optimizer} Both curves are drawn in one chart.")
    facts = service.service().shapes(run.spec.graph)
    memory, cannot = fits(device_of(run.spec.device), training, facts, task, run.spec.graph)
    for words in cannot:
        st.error(words)
    barred = bool(cannot or wrong) or training.epochs <= epoch
    pressed = st.button("Train the new run", type="primary", disabled=barred, width="stretch")
    if pressed and not barred:  # what is wrong may have come with the click
        try:
            with told():
                spec = branching.branch(run, epoch, training)
                made = create(spec, name=branching.name_of(run, epoch), project=run.project, owner=state.login())
                local.launch(made, memory)
                state.forget(key)
                choose(made.id)
                st.rerun()
        except RunError as error:
            st.error(str(error))
