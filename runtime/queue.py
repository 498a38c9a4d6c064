"""Runs in the queue: join it, be taken from it by the one worker that trains the run, leave it, see where one stands."""

from __future__ import annotations

import os
import time
from typing import Annotated, TextIO

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from runtime import tickets
from runtime.events import ENDS, Stopped, append, last
from runtime.home import home
from runtime.process import Worker, read_small, take, write_atomically
from runtime.run import OVER, Run
from runtime.tickets import Ticket

FAR = 1e9  # seconds
SURVIVES = 90.0  # seconds at most that a worker lives on when its machine has been given up


def _likely(seconds: float | None) -> float | None:
    """Seconds that a person may be told, whatever has been written down."""
    return None if seconds is None else min(max(0.0, seconds), FAR)


class Place(BaseModel):
    """One line of the queue as the supervisor has worked it out: in how many seconds the run is likely to begin, if known.

    `memory` is what it needs, in bytes, where it is its turn and only that keeps it waiting; else 0.
    """

    model_config = ConfigDict(frozen=True)

    run: str = Field(max_length=64)
    owner: str = Field("", max_length=254)
    starts: Annotated[float | None, AfterValidator(_likely)] = None
    memory: int = Field(0, ge=0, le=2**63)


class Board(BaseModel):
    """What the supervisor tells of itself and of the queue; `served` and `seconds` are what it needs after a restart."""

    model_config = ConfigDict(frozen=True)

    pid: int = Field(0, ge=0)
    cluster: str = ""  # the address of the one that it sends runs to
    storage: str = ""  # through which their folders go, where that is no shared path
    warm: bool = False  # whether a run would begin at once
    queue: tuple[Place, ...] = ()
    training: tuple[str, ...] = ()
    served: dict[str, Annotated[int, Field(le=2**53)]] = Field(default_factory=dict, max_length=10_000)
    seconds: tuple[Annotated[float, AfterValidator(_likely)], ...] = ()  # that the last runs have taken


def board() -> Board:
    """What was told last; empty before there has been a supervisor."""
    try:
        return Board.model_validate_json(read_small(home() / "queue.json"))
    except (OSError, ValidationError):
        return Board()


def tell(news: Board) -> None:
    """Let everybody know."""
    write_atomically(home() / "queue.json", news.model_dump_json())


def places() -> list[Place]:
    """The queue in its order, as told last and with what has changed since: one's own in another order, new ones at the end."""
    waiting = {ticket.run: ticket for ticket in tickets.tickets()}
    known = board()
    told = list({place.run: place for place in known.queue if place.run in waiting}.values())
    seen = {place.run for place in told}
    own: dict[str, list[Ticket]] = {}
    for ticket in waiting.values():
        if ticket.run in seen:
            own.setdefault(ticket.owner, []).append(ticket)
    found = []
    for turn in told:
        ticket = own[waiting[turn.run].owner].pop(0)
        memory = turn.memory if ticket.run == turn.run else 0
        found.append(Place(run=ticket.run, owner=ticket.owner, starts=turn.starts, memory=memory))
    new = [ticket for ticket in waiting.values() if ticket.run not in seen and ticket.run not in known.training]
    return [*found, *(Place(run=ticket.run, owner=ticket.owner) for ticket in new)]


def join(run: Run, memory: int = 0) -> None:
    """Let a run wait for its turn, be it new or one that can go on; what was asked of one that was over is forgotten.

    Args:
        run: one that does not train; nothing happens where it does.
        memory: bytes that it will need on its device, as estimated; 0 where nobody knows.
    """
    before, status = run.worker(), run.status()
    if before is not None and before.lives(run.lock) and status not in OVER:
        return  # it trains; one that is over may still be ending its process
    if status != "waiting":
        run.control.unlink(missing_ok=True)
    memory = memory or (before.memory if before else 0)
    tickets.put(Ticket(run=run.id, owner=run.owner, device=run.spec.device, memory=memory, again=_again(run)))


def claim(run: Run, job: str = "") -> TextIO | None:
    """Make this process the worker of a run that waits; of many that try at the same moment one succeeds.

    Args:
        job: of the cluster that this process is, if it is one. The worker before it may be on a machine that has just
            been given up, and end a little later: it waits for that.

    Returns:
        What keeps others off as long as it is open, or None: the run has its worker, or waits no more.
    """
    end = time.monotonic() + (SURVIVES if job else 0.0)
    while (held := take(run.lock)) is None:
        if time.monotonic() >= end:
            return None
        time.sleep(0.5)
    if run.status() != "waiting":
        held.close()
        return None
    ticket = tickets.find(run.id)
    memory, again = (ticket.memory, ticket.again) if ticket else (0, _again(run))
    write_atomically(run.worker_file, Worker.of(os.getpid(), memory, again, job).model_dump_json())
    return held


def gets_further(run: Run) -> None:
    """The worker of a run has saved something: should it die, the run may go on by itself as often as a new one."""
    worker = run.worker()
    if worker is not None and worker.again:
        write_atomically(run.worker_file, worker.model_copy(update={"again": 0}).model_dump_json())


def leave(run: Run) -> bool:
    """Take a run from the queue. One that was to go on after an end is what it was before, any other has been stopped.

    Returns:
        False when it does not wait, or its worker begins at this very moment.
    """
    if run.status() != "waiting":
        return False
    held = take(run.lock)
    if held is None:
        return False
    with held:
        if run.status() != "waiting":
            return False
        if not isinstance(last(run.events), ENDS):
            append(run.events, Stopped(at=time.time()))
        tickets.drop(run.id)
    return True


def move(run: Run, by: int) -> None:
    """Let a run begin `by` places later (earlier when negative) among its owner's own."""
    tickets.move(run.id, by)


def _again(run: Run) -> int:
    """How often in a row the run then goes on by itself, because its worker has died without a word."""
    worker = run.worker()
    died = worker is not None and tickets.find(run.id) is None and run.status() == "waiting"
    return worker.again + 1 if worker is not None and died else 0
