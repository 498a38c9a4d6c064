"""The queue on the command line: python -m runtime queue."""

from __future__ import annotations

import argparse

from builder.terminal import NoError, UnusableError, show_json, table, write
from runtime import queue
from runtime.expectation import in_words
from runtime.launchers import local
from runtime.memory import size_in_words
from runtime.run import Run, RunError, open_run


def queue_options(command: argparse.ArgumentParser) -> None:
    """What can be changed, one thing at a time."""
    change = command.add_mutually_exclusive_group()
    change.add_argument("--first", metavar="RUN", help="let it begin before its owner's others")
    change.add_argument("--last", metavar="RUN", help="let it begin behind them")
    change.add_argument("--cancel", metavar="RUN", help="take it out")


def show_queue(chosen: argparse.Namespace) -> None:
    """What waits, in its order, after what was asked for."""
    for name, change in (("first", first), ("last", last), ("cancel", cancel)):
        if run_id := getattr(chosen, name):
            try:
                run = open_run(run_id)
            except RunError as error:
                raise UnusableError(str(error)) from None
            change(run)
    places = queue.places()
    if chosen.json:
        show_json([place.model_dump() for place in places])
        return
    rows = [(str(number), place.run, *_whose(place), _begins(place)) for number, place in enumerate(places, 1)]
    write(table([("place", "run", "name", "owner", "begins"), *rows]) if rows else "Nothing waits.\n", None)


def first(run: Run) -> None:
    """Let it begin before all others of its owner."""
    _move(run, -1)


def last(run: Run) -> None:
    """Let it begin behind all others of its owner."""
    _move(run, 1)


def cancel(run: Run) -> None:
    """Take it from the queue."""
    _need(run)
    try:
        local.stop(run)
    except RunError as error:
        raise NoError(str(error)) from None


def _move(run: Run, sign: int) -> None:
    _need(run)
    queue.move(run, sign * len(queue.places()))


def _need(run: Run) -> None:
    if run.status() != "waiting":
        raise NoError(f"{run.name} does not wait: it is {run.status()}.")


def _whose(place: queue.Place) -> tuple[str, str]:
    """Its name, and who has signed in to start it; without names a project counts as owner, by a number that says nothing."""
    try:
        run = open_run(place.run)
    except RunError:
        return "", ""
    return run.name, run.record.owner


def _begins(place: queue.Place) -> str:
    when = "when those before are done" if place.starts is None else f"in about {in_words(place.starts)}"
    return f"{when} (waits for {size_in_words(place.memory)} of free memory)" if place.memory else when
