"""Earlier runs: open one, lay the curves of several over each other, rename, delete."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import streamlit as st

from pages.parts import moving, state
from pages.parts.literal import literal
from pages.parts.live import MOST_RUNS
from pages.parts.queue import queue_list
from pages.parts.run_view import parents
from pages.parts.runs import LIVE, STATES, best, choose, curves, duration, epochs_done
from runtime import deleted
from runtime.home import runs_folder
from runtime.run import Run, RunError, damaged, open_run, rename
from runtime.store import LOCAL, Project, store
from runtime.store.runs import Listed, listed

PAGE = 15  # runs listed at once
DELETED = "runs.deleted"
THIS, MINE, ALL = "This project", "My runs", "All projects"
WIDTHS = [0.5, 2.4, 2, 1.3, 3.8, 1, 1.2]


def run_list(project: Project, shown: Run | None) -> None:
    """The list; `shown` is the run that the page shows."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Runs", anchor=False, width="stretch")
        choices = [THIS, ALL] if state.owner() == LOCAL else [THIS, MINE, ALL]
        which = st.segmented_control("Runs of", choices, default=THIS, key="runs-of", label_visibility="collapsed")
    if which == ALL:
        found = listed(store())
    else:
        found = listed(store(), owner=state.owner()) if which == MINE else listed(store(), project=project.id)
    _deleted()
    queue_list(project)
    _rows(found, shown)
    _damaged()
    moving.take(project)


def _rows(found: list[Listed], shown: Run | None) -> None:
    if not found:
        st.caption("None yet. Every run is kept here with its network, settings, curves and model.")
        return
    pages = -(-len(found) // PAGE)
    page = int(st.number_input(f"Page (of {pages})", 1, pages, 1)) if pages > 1 else 1
    if len(found) > 1:
        st.caption("Tick runs to lay their curves over the one shown above.")
    ticked = set(state.kept("compared", ()))
    drawn = parents(shown) if shown is not None else []
    with st.container(key="runs", gap="xsmall"):
        for run in _opened(found[(page - 1) * PAGE : page * PAGE]):
            is_shown = shown is not None and run.id == shown.id
            if _row(run, is_shown=is_shown, is_parent=run.id in drawn, ticked=run.id in ticked):
                ticked.add(run.id)
            else:
                ticked.discard(run.id)
    known = {run.id for run in found}
    wanted = tuple(sorted(ticked & known))[: MOST_RUNS - 1]
    if wanted != state.kept("compared", ()):
        state.keep("compared", wanted)
        st.rerun()


def _opened(found: list[Listed]) -> Iterator[Run]:
    for one in found:
        with suppress(RunError):  # removed just now
            yield open_run(one.id)


def _damaged() -> None:
    """What is there, but cannot be listed."""
    unreadable = damaged()
    if unreadable:
        count = f"{len(unreadable)} run{'' if len(unreadable) == 1 else 's'}"
        with st.expander(f"{count} cannot be read", icon=":material/warning:"):
            for words in list(unreadable.values())[:PAGE]:
                st.text(words)
            st.caption(f"Mend the file, or remove the folder of that name in {runs_folder()}.")


def _row(run: Run, *, is_shown: bool, is_parent: bool, ticked: bool) -> bool:
    """One line; whether it is ticked for comparison, which one that the shown run continues need not be."""
    tick, name, status, epochs, figure, time, menu = st.columns(WIDTHS, vertical_alignment="center", gap="small")
    found = curves(run)
    compared = tick.checkbox(
        f"Compare {literal(run.name)}",
        ticked or is_parent,
        key=f"{'parent' if is_parent else 'tick'}-{run.id}",
        label_visibility="collapsed",
        disabled=is_shown or is_parent,
    )
    if name.button(
        f"**{literal(run.name)}**" if is_shown else literal(run.name),
        key=f"open-{run.id}",
        type="tertiary",
        help=f"{run.created:%d %b %Y, %H:%M}",
    ):
        choose(run.id)
        st.rerun()
    status.markdown(STATES[run.status()])
    epochs.markdown(f"{epochs_done(found)} of {found.epochs or run.spec.training.epochs}")
    figure.markdown(literal(best(found)))
    time.markdown(duration(found.elapsed))
    about = f"Rename or delete {literal(run.name)}"
    # By its key Streamlit knows it from the menu of the next row, which would be open once this row is deleted.
    with menu.popover("", key=f"menu-{run.id}", icon=":material/more_horiz:", type="tertiary", help=about):
        _menu(run, is_shown=is_shown)
    return ticked if is_parent else compared and not is_shown


def _menu(run: Run, *, is_shown: bool) -> None:
    with st.form(f"rename-{run.id}", border=False):
        name = st.text_input("Name", run.name, max_chars=80)
        if st.form_submit_button("Rename"):
            try:
                rename(run, name)
            except RunError as error:
                st.error(literal(str(error)))
            else:
                st.rerun()
    moving.give(run)
    if run.status() in LIVE:
        st.caption("It can be deleted once it has ended; stop it first.")
        return
    if st.button("Delete", key=f"delete-{run.id}", icon=":material/delete:", help="With its model and curves."):
        try:
            deleted.delete(run)
        except RunError as error:
            st.error(literal(str(error)))
            return
        state.keep(DELETED, run)
        if is_shown:
            choose(None)
        st.rerun()


def _deleted() -> None:
    """The way back from the last deletion."""
    run = state.kept(DELETED)
    if run is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(f"Deleted **{literal(run.name)}**; its files are removed in an hour.", width="stretch")
        undo = st.button("Undo", icon=":material/undo:")
        remove = st.button("Remove now", help="For good: that makes room on the disk at once.")
    if undo or remove:
        (_restore if undo else _remove)(run)
        st.rerun()


def _restore(run: Run) -> None:
    state.forget(DELETED)
    try:
        choose(deleted.restore(run.id).id)
    except RunError as error:
        state.say(literal(str(error)))


def _remove(run: Run) -> None:
    try:
        deleted.forget(run.id)
    except OSError as error:
        state.say(literal(f"The files of {run.name} cannot be removed: {error.strerror}."))
    else:
        state.forget(DELETED)
