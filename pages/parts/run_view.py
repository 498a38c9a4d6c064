"""One run on the page: its buttons, its live curves, how it ended and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts import state
from pages.parts.cluster import standstill_in_words
from pages.parts.literal import literal
from pages.parts.live import live_chart
from pages.parts.queue import place_in_words
from pages.parts.run_details import run_details
from pages.parts.run_steering import controls, interruption, ways_on, wish_in_words
from pages.parts.runs import LIVE, STATES, amount, choose, curves
from runtime.curves import Curves
from runtime.run import Run, RunError, open_run
from runtime.store import store

POLL = 1.0  # seconds between two looks at a live run's state, for its buttons; the curves do not wait for it


def run_view(run: Run, compared: Sequence[str]) -> None:
    """Everything about one run; `compared` are ids of runs whose curves are laid over it."""
    live = run.status() in LIVE
    st.fragment(_head, run_every=POLL if live else None)(run.id, run.status())
    live_chart([run, *_opened([*parents(run), *compared], run.id)], key="live-chart")
    if not live:
        ways_on(run)
        _outcome(run, curves(run))
    run_details(run)


def parents(run: Run) -> list[str]:
    """The ids of the runs that this one continues, the nearest first."""
    found: list[str] = []
    while (start := run.spec.start) is not None and start.run and start.run not in (run.id, *found):
        found.append(start.run)
        try:
            run = open_run(start.run)
        except RunError:
            break
    return found


def _opened(run_ids: Sequence[str], without: str) -> list[Run]:
    found = []
    for run_id in dict.fromkeys(run_ids):
        try:
            if run_id != without:
                found.append(open_run(run_id))
        except RunError:
            continue  # deleted in another tab
    return found


def _head(run_id: str, drawn: str) -> None:
    try:
        run = open_run(run_id)
    except RunError:
        choose(None)
        st.rerun()
    status = run.status()
    if status != drawn and (status not in LIVE or drawn not in LIVE):
        st.rerun()  # the whole page: its outcome below, and no more looks every second
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(literal(run.name), anchor=False, width="content")
        st.markdown(STATES[status], width="stretch")
        if status in LIVE:
            controls(run, status)
    if status == "waiting":
        st.caption(" ".join(filter(None, [interruption(run), place_in_words(run)])))
    elif status in LIVE and (why := standstill_in_words(run)):
        st.warning(why, icon=":material/cloud_off:")
    elif wish := wish_in_words(run, status):
        st.caption(wish)


def _outcome(run: Run, found: Curves) -> None:
    status = run.status()
    if status == "suspended":
        st.info("This run is suspended: its process has ended and its memory is free. Resume it when you like.")
    if status in ("crashed", "failed"):
        _failure(run, found, status)
        if found.diverged is not None:
            _smaller_rate(run)
        return
    if found.diverged is not None:
        _divergence(run, found.diverged)
        _smaller_rate(run)
    if found.test:
        st.markdown("**On the test examples, which it has never seen**")
        with st.container(horizontal=True):
            for name, value in found.test.items():
                shown, label = (
                    amount(name, value).rsplit(" ", 1) if name.endswith("accuracy") else (f"{value:.4g}", name)
                )
                st.metric(literal(label.replace("_", " ").capitalize()), shown, width="content")
    with st.container(horizontal=True):
        if st.button("Look inside with the Microscope", icon=":material/biotech:"):
            state.go("microscope.py")
        if st.button("Export the code", icon=":material/code:"):
            choose(run.id)  # the newest is shown without having been chosen
            state.go("export.py")


def _failure(run: Run, found: Curves, status: str) -> None:
    if status == "crashed":
        said = (
            "**This run has crashed**: its process ended without a word, as it does when the memory is full or somebody "
            "ends it, and did so again each time it went on. Its curves so far are kept. Try a smaller batch size or a "
            "smaller network."
        )
    else:
        said = f"**This run has failed.** {literal(found.message) or 'Its log tells more.'}"
    st.error(said)
    log = found.log or run.log_end()
    if log:
        with st.expander("End of its log"):
            st.code(log, language=None)


def _divergence(run: Run, epoch: int) -> None:
    rate = getattr(run.spec.training.optimizer, "learning_rate", None)  # one around another has none of its own
    st.warning(
        f"**The training diverged in epoch {epoch + 1}:** the loss became NaN, not a number. The steps were so large that the "
        "weights grew instead of settling. What helps, most likely first:\n"
        f"- a smaller learning rate, such as {rate / 10:.3g} instead of {rate:.3g};\n"
        "- inputs between 0 and 1 (put Rescaling or BatchNormalization behind the Input);\n"
        "- a larger batch size; for recurrent layers, a limit for the gradient (clipnorm of the optimizer)."
        if isinstance(rate, float)
        else f"**The training diverged in epoch {epoch + 1}:** the loss became NaN. A smaller learning rate usually helps."
    )


def _smaller_rate(run: Run) -> None:
    """A button that sets the project's settings to this run's, with a tenth of the learning rate."""
    rate = getattr(run.spec.training.optimizer, "learning_rate", None)  # one around another has none of its own
    if not isinstance(rate, float) or not run.project:
        return
    if st.button(f"Set the learning rate to {rate / 10:.3g}", icon=":material/south_east:"):
        slower = run.spec.training.optimizer.model_copy(update={"learning_rate": rate / 10})
        store().settings(run.project, training=run.spec.training.model_copy(update={"optimizer": slower}))
        st.rerun()
