"""The queue: a small file for each run that is to be trained, in the folder `queue` of Layerloom's home.

A ticket is written when somebody wants a run trained, and taken away by the worker when the training has begun, so that
whoever dies in between leaves a run that still waits. What a ticket says holds, whatever the run has done before.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime.home import home
from runtime.process import alone, read_small, write_atomically

SUFFIX = ".json"


class Ticket(BaseModel):
    """One run that waits. `place` orders an owner's runs; `tries` counts the workers that died before they began.

    `memory` is the estimate in bytes, 0 where nobody knows; `again` counts how often in a row the run goes on by itself.
    `stamp` tells it from an earlier ticket of the run.
    """

    model_config = ConfigDict(frozen=True)

    run: str = Field(max_length=64)
    owner: str = Field("", max_length=254)
    device: str = Field("cpu", max_length=400)
    place: int = Field(0, ge=-(2**53), le=2**53)
    memory: int = Field(0, ge=0, le=2**63)
    tries: int = Field(0, ge=0)
    again: int = Field(0, ge=0)
    stamp: str = Field("", max_length=16)


def folder() -> Path:
    """Where the tickets lie."""
    path = home() / "queue"
    path.mkdir(exist_ok=True)
    return path


def find(run_id: str) -> Ticket | None:
    """The ticket of a run, if it waits."""
    try:
        ticket = Ticket.model_validate_json(read_small(folder() / f"{run_id}{SUFFIX}"))
    except (OSError, ValidationError):
        return None
    return ticket if ticket.run == run_id else None


def tickets() -> list[Ticket]:
    """All tickets, in the order of their places."""
    found = [find(path.name.removesuffix(SUFFIX)) for path in folder().glob(f"[0-9]*{SUFFIX}")]
    return sorted(filter(None, found), key=_by_place)


def put(ticket: Ticket) -> Ticket:
    """Let a run wait behind all others, before them if it goes on by itself; a run that waits already keeps its place."""
    with alone(folder() / ".lock"):
        if known := find(ticket.run):
            return known
        places = [other.place for other in tickets()]
        place = min(places, default=0) - 1 if ticket.again else max(places, default=0) + 1
        placed = ticket.model_copy(update={"place": place, "stamp": secrets.token_hex(4)})
        _write(placed)
        return placed


def change(ticket: Ticket, **values: int | str) -> Ticket:
    """The ticket with other values; not written when the run waits no more."""
    with alone(folder() / ".lock"):
        changed = (find(ticket.run) or ticket).model_copy(update=values)
        if find(ticket.run):
            _write(changed)
        return changed


def drop(run_id: str) -> None:
    """The run waits no more."""
    with alone(folder() / ".lock"):  # who is about to change the ticket would write it anew
        (folder() / f"{run_id}{SUFFIX}").unlink(missing_ok=True)


def move(run_id: str, by: int) -> None:
    """Let a run wait `by` places later (earlier when it is negative) among those of its owner; others lose nothing by it."""
    with alone(folder() / ".lock"):
        moved = find(run_id)
        if moved is None:
            return
        own = [ticket for ticket in tickets() if ticket.owner == moved.owner]
        rest = [ticket for ticket in own if ticket.run != run_id]
        at = max(0, min(len(rest), own.index(moved) + by))
        ordered = [*rest[:at], moved, *rest[at:]]
        for ticket, place in zip(ordered, _distinct([ticket.place for ticket in own]), strict=True):
            if ticket.place != place:
                _write(ticket.model_copy(update={"place": place}))


def _distinct(places: list[int]) -> list[int]:
    """The same places where they differ, else the next ones: two processes may have given the same at once."""
    found: list[int] = []
    for place in places:
        found.append(max(place, found[-1] + 1) if found else place)
    return found


def _by_place(ticket: Ticket) -> tuple[int, str]:
    return ticket.place, ticket.run


def _write(ticket: Ticket) -> None:
    write_atomically(folder() / f"{ticket.run}{SUFFIX}", ticket.model_dump_json())
