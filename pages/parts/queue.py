"""The queue on the page: who is next, when a run is likely to begin, and one's own runs earlier, later or out of it."""

from __future__ import annotations

import time

import streamlit as st

from pages.parts import state
from pages.parts.cluster import in_reach, waiting_in_words
from pages.parts.literal import literal
from runtime import queue
from runtime.launchers import local
from runtime.memory import size_in_words
from runtime.queue import Place
from runtime.run import Run, RunError, open_run
from runtime.schedule import on_cluster
from runtime.store import Project

MOST = 20  # lines shown at once, and of one's own behind them
WIDTHS = [0.8, 3.5, 3.5, 2.2]
REFUSED = "queue.refused"
LEGIBLE = 10.0  # seconds that a refusal stays, as the list is drawn anew every few


def place_in_words(run: Run) -> str:
    """`3rd of 7 in the queue, begins in about 2 minutes`; empty when it does not wait."""
    places = queue.places()
    found = next(((number, place) for number, place in enumerate(places, 1) if place.run == run.id), None)
    if on_cluster(run.spec.device) and (found is None or not in_reach()):
        return waiting_in_words(run)
    if found is None:
        return "Its training is being started."
    number, place = found
    where = "Next in the queue" if number == 1 else f"{ordinal(number)} of {len(places)} in the queue"
    return f"{where}; {begins(place)}{_short(place)}."


def begins(place: Place) -> str:
    """When a run is likely to begin, in words."""
    if place.starts is None:
        return "begins when those before it are done"
    if place.starts < 5:
        return "begins at any moment"
    if place.starts < 90:
        return f"begins in about {round(place.starts, -1) or 10:.0f} seconds"
    minutes = round(place.starts / 60)
    if minutes < 90:
        return f"begins in about {minutes} minutes"
    return f"begins in about {round(minutes / 60)} hours"


def _short(place: Place) -> str:
    return f": it waits for {size_in_words(place.memory)} of free memory" if place.memory else ""


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def queue_list(project: Project) -> None:
    """All that waits, in its order; the project's own runs can be moved and cancelled. Nothing when nothing waits."""
    _refused()
    places = queue.places()
    if not places:
        return
    count = "One run waits" if len(places) == 1 else f"{len(places)} runs wait"
    # An expander closes when its label changes, as a count would under the hand of whoever reorders.
    with st.expander("Queue", icon=":material/hourglass_empty:", key="queue"):
        st.caption(
            f"{count}. Everybody takes turns, so that nobody waits for all the runs of another. You can reorder your own."
        )
        owner = state.login() or project.id
        own = [place.run for place in places if place.owner == owner]
        numbered = list(enumerate(places, 1))
        lines = [*numbered[:MOST], *[line for line in numbered[MOST:] if line[1].run in own][:MOST]]
        for number, place in lines:
            _line(number, place, own)
        if len(places) > len(lines):
            st.caption(f"and {len(places) - len(lines)} more")


def _line(number: int, place: Place, own: list[str]) -> None:
    at, name, when, buttons = st.columns(WIDTHS, vertical_alignment="center", gap="small")
    at.markdown(ordinal(number))
    when.markdown(f"{begins(place).removeprefix('begins ')}{_short(place)}")
    if place.run not in own:
        name.markdown(":gray[somebody else's]")
        return
    try:
        run = open_run(place.run)
    except RunError:
        return  # deleted a moment ago
    name.markdown(run.name)
    with buttons.container(horizontal=True, gap="small"):
        index = own.index(run.id)
        for icon, by, words, there in (
            ("arrow_upward", -1, "Earlier", index > 0),
            ("arrow_downward", 1, "Later", index < len(own) - 1),
        ):
            st.button(
                "",
                icon=f":material/{icon}:",
                key=f"{words}-{run.id}",
                help=f"{words} than your other runs: {literal(run.name)}",
                type="tertiary",
                disabled=not there,
                on_click=queue.move,
                args=(run, by),
            )
        st.button(
            "",
            icon=":material/close:",
            key=f"cancel-{run.id}",
            help=f"Take {literal(run.name)} from the queue",
            type="tertiary",
            on_click=_cancel,
            args=(run,),
        )


def _cancel(run: Run) -> None:
    """For a button in a fragment, whose callback must draw nothing: that would take the place of the style sheet."""
    try:
        local.stop(run)
    except RunError as error:
        state.keep(REFUSED, (literal(str(error)), time.monotonic() + LEGIBLE))


def _refused() -> None:
    """Why the last run could not be cancelled, for long enough to be read."""
    words, until = state.kept(REFUSED, ("", 0.0))
    if time.monotonic() < until:
        st.warning(words)
