"""Who else is on the canvas of a project just now: name, colour, pointer and selection, for as long as their tab keeps asking.

Nothing of it is stored. A tab is known by the epoch of its conversation, which nobody else can guess; others see a number.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from builder.graph import FAR

GONE = 7.0  # seconds without a word, after which somebody has left: a calm canvas asks every two
COLOURS = 8  # that the canvas has for people
MOST_PROJECTS, MOST_PEOPLE = 500, 40  # remembered; of one project
MOST_KEYS = 50  # of a selection that others see


class Doing(BaseModel):
    """What somebody does: where they point, in coordinates of the document, what they have selected, in which block."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    x: float | None = Field(None, ge=-FAR, le=FAR)
    y: float | None = Field(None, ge=-FAR, le=FAR)
    keys: str = Field("", max_length=5_000)  # with commas between them
    inside: str = Field("", max_length=2_000)

    def selected(self) -> list[str]:
        """The keys of the nodes."""
        return [key for key in self.keys.split(",") if key][:MOST_KEYS]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a canvas; `heard` is when they last said something, on the clock of `Presence`."""

    number: int
    name: str
    colour: int
    heard: float
    doing: Doing = field(default_factory=Doing)


class Presence:
    """Everybody on every canvas of this server. Threads share it.

    Args:
        clock: gives seconds; tests have their own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._projects: OrderedDict[str, dict[str, Person]] = OrderedDict()
        self._count = 0

    def join(self, project: str, tab: str, name: str) -> None:
        """A tab draws the canvas of a project."""
        with self._lock:
            people = self._people(project)
            known = people.get(tab)
            if known is not None:
                people[tab] = replace(known, name=name)
                return
            if len(people) < MOST_PEOPLE:
                self._count += 1
                taken = {person.colour for person in people.values()}
                free = next((colour for colour in range(COLOURS) if colour not in taken), self._count % COLOURS)
                people[tab] = Person(self._count, name, free, self._clock())

    def tell(self, project: str, tab: str, doing: Doing) -> list[dict[str, Any]]:
        """Note what a tab does, and say what the others do, those in the same block with pointer and selection."""
        with self._lock:
            people = self._people(project)
            if tab in people:
                people[tab] = replace(people[tab], doing=doing, heard=self._clock())
            return [_told(person, doing.inside) for other, person in people.items() if other != tab]

    def _people(self, project: str) -> dict[str, Person]:
        """Those who are still there."""
        now = self._clock()
        there = self._projects.get(project, {})
        people = {tab: person for tab, person in there.items() if now - person.heard < GONE}
        self._projects[project] = people
        self._projects.move_to_end(project)
        while len(self._projects) > MOST_PROJECTS:
            self._projects.popitem(last=False)
        return people


def _told(person: Person, inside: str) -> dict[str, Any]:
    told: dict[str, Any] = {"id": person.number, "name": person.name, "colour": person.colour, "at": None, "keys": []}
    if person.doing.inside == inside:
        told["keys"] = person.doing.selected()
        if person.doing.x is not None and person.doing.y is not None:
            told["at"] = [person.doing.x, person.doing.y]
    return told


PRESENCE = Presence()
