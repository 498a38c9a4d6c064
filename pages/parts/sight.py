"""What is to be seen of a project where somebody has opened it: the document, what Keras says about it, and what does not fit."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from builder.problem import Problem
from builder.program import Facts
from builder.training import Task
from builder.validate import problems
from pages.parts.inside import Place, place, valued
from pages.parts.views import view
from pages.parts.wire import Insides
from runtime.datasets import task_of
from runtime.service import service
from runtime.store import Project

PATIENCE = 0.25  # seconds that an edit waits for its shapes; later ones are picked up


@dataclass(frozen=True, slots=True)
class Sight:
    """A project, and what is known about it.

    `facts` and `problems` are those of the whole network, `facts_here` and `problems_here` those of what is open.
    """

    project: Project
    here: Place
    task: Task | None
    facts: dict[str, Facts] | None
    problems: tuple[Problem, ...]
    facts_here: dict[str, Facts] | None
    problems_here: tuple[Problem, ...]


def look(project: Project, opened: tuple[str, ...]) -> Sight:
    """What is to be seen of a project, with these instances of blocks opened, from the outermost."""
    here = place(project.graph, opened)
    task = task_of(project.data)
    facts = facts_of(project)
    found = problems(project.graph, facts=facts, task=task, training=project.training)
    if not here.path:
        return Sight(project, here, task, facts, found, facts, found)
    inside = facts_of(project, here.instances)
    return Sight(project, here, task, facts, found, inside, problems(here.graph, facts=inside, inside=True))


def facts_of(project: Project, inside: tuple[str, ...] = ()) -> dict[str, Facts] | None:
    """What Keras says about the project's layers; None while it is not there yet. Waits no longer than PATIENCE."""
    return service().shapes(project.graph, wait=PATIENCE if service().state == "ready" else 0, inside=inside)


def insides(project: Project, here: Place, unrolled: Iterable[tuple[str, ...]]) -> tuple[Insides, bool]:
    """What is seen inside of blocks by the path that leads there, and whether all shapes are there already.

    Args:
        here: where the canvas is open; all that lies around it is told too, so that the outline is whole.
        unrolled: the instances that are shown from inside.
    """
    around = [here.instances[:depth] for depth in range(len(here.path))]
    patience = time.monotonic() + PATIENCE
    found: Insides = {}
    complete = True
    for path in dict.fromkeys([*around, *unrolled]):
        there = place(project.graph, path)
        if there.instances != path:
            continue
        left = max(0.0, patience - time.monotonic()) if service().state == "ready" else 0
        facts = service().shapes(project.graph, wait=left, inside=path)
        complete = complete and facts is not None
        faults = problems(there.graph, facts=facts, inside=bool(path))
        nodes = view(valued(project.graph, path), facts, faults)
        found["/".join(path)] = list(nodes.values())
    return found, complete


def shapes_state(facts: dict[str, Facts] | None) -> str:
    """`ready`, or why shapes are not there: `coming`, `restarting`, `failed`."""
    if service().state in ("restarting", "failed"):
        return service().state
    return "coming" if facts is None else "ready"
