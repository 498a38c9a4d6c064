"""What can be asked of a run on the command line: stop, pause, suspend, resume, and continue it as a new one."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from builder import terminal
from builder.edits import reason
from builder.terminal import NoError, UnusableError, show_json
from builder.training import Training
from runtime import branching
from runtime.launchers import local
from runtime.run import Run, RunError, create, open_run

WISHES: dict[str, tuple[str, Callable[[Run], None]]] = {
    "stop": ("end a run and keep what it has learned", local.stop),
    "pause": ("let a run wait", local.pause),
    "suspend": ("save a run, end its process and free its memory", local.suspend),
    "resume": ("let a run go on that is paused, suspended or stopped, or has crashed", branching.resume),
}


def steering_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add them to the others."""
    for name, (about, _) in WISHES.items():
        command(name, _steer, about).add_argument("id", metavar="RUN")
    added = command(
        "branch", _branch, "a new run that continues one after an epoch, with other settings; prints its id"
    )
    added.add_argument("id", metavar="RUN")
    added.add_argument("--epoch", type=int, required=True, metavar="N", help="one whose state was kept")
    added.add_argument("--set", action="append", default=[], metavar="training.epochs=5", dest="values")
    added.add_argument("--wait", action="store_true", help="until it is over; exit status 1 when it failed")


def _steer(chosen: argparse.Namespace) -> None:
    run = _open(chosen.id)
    try:
        WISHES[chosen.command][1](run)
    except RunError as error:
        raise NoError(str(error)) from None
    if chosen.json:
        show_json({"id": run.id, "asked": chosen.command, "status": run.status()})


def _branch(chosen: argparse.Namespace) -> int:
    run = _open(chosen.id)
    settings = {"training": run.spec.training.model_dump(mode="json")}
    for assignment in chosen.values:
        assign(settings, assignment)
    try:
        training = Training.model_validate_json(json.dumps(settings["training"]))
    except ValidationError as error:
        raise UnusableError(reason(error)) from None
    try:
        spec = branching.branch(run, chosen.epoch, training)
    except RunError as error:
        raise NoError(str(error)) from None
    made = create(spec, name=branching.name_of(run, chosen.epoch), project=run.project, owner=run.record.owner)
    local.launch(made)
    if chosen.wait:
        local.wait(made)
    status = made.status()
    if chosen.json:
        show_json({"id": made.id, "parent": run.id, "epoch": chosen.epoch, "status": status})
    else:
        print(made.id)
    if status in ("failed", "crashed"):
        print(f"The new run has {status}; python -m runtime show {made.id} says why.", file=sys.stderr)
        return terminal.NO
    return terminal.DONE


def _open(run_id: str) -> Run:
    try:
        return open_run(run_id)
    except RunError as error:
        raise UnusableError(str(error)) from None


def assign(settings: dict[str, Any], assignment: str) -> None:
    """`training.epochs=5` into nested settings; the value is JSON, or else a string."""
    path, equals, text = assignment.partition("=")
    *parents, name = path.split(".")
    place: Any = settings
    for parent in parents:
        place = place.get(parent) if isinstance(place, dict) else None
    if not equals or not isinstance(place, dict) or name not in place:
        hint = f"; there are {', '.join(place)}" if isinstance(place, dict) else ""
        raise UnusableError(
            f"--set {assignment[:80]}: no setting is called {path[:60]!r}{hint}. Write training.epochs=5."
        )
    try:
        place[name] = json.loads(text)
    except (ValueError, RecursionError):
        place[name] = text
    if isinstance(place[name], str) and name in ("optimizer", "loss"):
        place[name] = {"type": place[name]}
