"""Which run begins when: pure functions of what waits and what trains."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from runtime.strategies import StrategyError, strategy
from runtime.tickets import Ticket

REMEMBERED = 1000  # owners
FORESEEN = 300  # runs of which it is told when they are likely to begin: each is looked at once for each one before it
CPUS, GPUS = "cluster-cpu", "cluster-gpu"  # of all nodes of the cluster together


@dataclass(frozen=True, slots=True)
class Slots:
    """What a device has room for: `count` runs at once, with `memory` bytes together."""

    count: int
    memory: int


@dataclass(frozen=True, slots=True)
class Active:
    """A run that has its worker. One that is paused keeps its memory and leaves its slot to others."""

    run: str
    owner: str
    device: str
    memory: int = 0
    paused: bool = False
    remaining: float | None = None  # seconds


@lru_cache(1024)
def uses(device: str) -> Mapping[str, int]:
    """The devices behind the name of one or of several together, and how many places a run on them takes of each."""
    try:
        chosen = strategy(device)
    except StrategyError:
        return {device: 1}
    if chosen.asks is not None:
        there = {CPUS: chosen.processes * chosen.asks.cpus, GPUS: chosen.processes * chosen.asks.gpus}
        return {name: count for name, count in there.items() if count}
    return {name: chosen.replicas if name == "cpu" else 1 for name in chosen.devices}


def on_cluster(device: str) -> bool:
    """Whether a run on this device is sent to the cluster."""
    return CPUS in uses(device)


def ordered(waiting: Iterable[Ticket], active: Iterable[Active], served: Mapping[str, int]) -> list[Ticket]:
    """The order of the queue, fair between owners: whoever has fewest runs in training is next, then who was served longest ago.

    Args:
        waiting: tickets.
        active: what trains.
        served: a number for each owner that grows with each start of a run: of the last one.
    """
    own: dict[str, list[Ticket]] = {}
    for ticket in sorted(waiting, key=lambda ticket: (ticket.place, ticket.run)):
        own.setdefault(ticket.owner, []).append(ticket)
    training = {owner: sum(run.owner == owner and not run.paused for run in active) for owner in own}
    turns = [
        (training[owner] + turn, served.get(owner, 0) if turn == 0 else 0, ticket.place, ticket.run, ticket)
        for owner, queue in own.items()
        for turn, ticket in enumerate(queue)
    ]
    return [turn[-1] for turn in sorted(turns, key=lambda turn: turn[:-1])]


def served(before: Mapping[str, int], owner: str) -> dict[str, int]:
    """The numbers of the owners when a run of this one has been started; those of the last REMEMBERED."""
    numbers = {**before, owner: max(before.values(), default=0) + 1}
    return dict(sorted(numbers.items(), key=lambda one: one[1])[-REMEMBERED:])


def admitted(queue: Sequence[Ticket], active: Sequence[Active], machine: Mapping[str, Slots]) -> list[Ticket]:
    """Those that may begin now.

    A run that does not fit beside the others waits for its turn and is not overtaken on its device, else a large one would
    wait for ever; one that fits no device at all begins alone, and its worker tells why it cannot.
    """
    busy = list(active)
    begin: list[Ticket] = []
    blocked: set[str] = set()
    for ticket in queue:
        wanted = {name: count for name, count in uses(ticket.device).items() if name in machine}
        if not blocked.isdisjoint(wanted) or not all(
            _fits(ticket, busy, name, count, machine[name]) for name, count in wanted.items()
        ):
            blocked.update(wanted)
            continue
        begin.append(ticket)
        busy.append(Active(ticket.run, ticket.owner, ticket.device, ticket.memory))
    return begin


def _fits(ticket: Ticket, busy: Sequence[Active], device: str, count: int, slots: Slots) -> bool:
    beside = [run for run in busy if device in uses(run.device)]
    training = sum(uses(run.device)[device] for run in beside if not run.paused)
    memory = sum(run.memory for run in beside) + ticket.memory
    return not beside or (training + count <= slots.count and memory <= slots.memory)


def shares(cores: Sequence[int], count: int) -> list[set[int]]:
    """The cores that each of `count` runs may use, so that they do not take turns on the same ones; one alone has all."""
    if count >= len(cores):
        return [{cores[number % len(cores)]} for number in range(count)]
    bounds = [number * len(cores) // max(1, count) for number in range(count + 1)]
    return [set(cores[start:end]) for start, end in itertools.pairwise(bounds)]


def starts(
    queue: Sequence[Ticket], active: Sequence[Active], machine: Mapping[str, Slots], typical: float | None
) -> dict[str, float | None]:
    """In how many seconds each run that waits is likely to begin; None where nobody knows, or far back in the queue.

    Args:
        queue: the tickets in their order.
        active: what trains.
        machine: the devices.
        typical: seconds that a run takes here, from earlier ones.
    """
    found: dict[str, float | None] = dict.fromkeys((ticket.run for ticket in queue), None)
    lasting = [(run, math.inf if run.paused else typical if run.remaining is None else run.remaining) for run in active]
    unknown = {name for run, seconds in lasting if seconds is None for name in uses(run.device)}
    now, busy = 0.0, [(seconds, run) for run, seconds in lasting if seconds]
    left = list(queue[:FORESEEN])
    while left := [ticket for ticket in left if _foreseen(ticket, machine, unknown)]:
        for ticket in admitted(left, [run for _, run in busy], machine):
            found[ticket.run] = now
            if typical is None:
                unknown |= uses(ticket.device).keys()  # what comes behind waits for a run of which nothing is known
            else:
                busy.append((now + typical, Active(ticket.run, ticket.owner, ticket.device, ticket.memory)))
        left = [ticket for ticket in left if found[ticket.run] is None]
        now = min((end for end, _ in busy), default=math.inf)
        if now == math.inf:
            break
        busy = [(end, run) for end, run in busy if end > now]
    return found


def _foreseen(ticket: Ticket, machine: Mapping[str, Slots], unknown: Collection[str]) -> bool:
    return all(name in machine and name not in unknown for name in uses(ticket.device))


def short_of_memory(queue: Sequence[Ticket], active: Sequence[Active], machine: Mapping[str, Slots]) -> set[str]:
    """The runs whose turn it is, which wait for nothing but memory."""
    roomy = {name: replace(slots, memory=sys.maxsize) for name, slots in machine.items()}
    begin = {ticket.run for ticket in admitted(queue, active, machine)}
    return {ticket.run for ticket in admitted(queue, active, roomy)} - begin
