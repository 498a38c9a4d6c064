"""Room on a device for one more run; and what happens to a run of which nobody had reckoned the memory before it began."""

from __future__ import annotations

import secrets
import sys
from dataclasses import replace

from runtime import queue, tickets
from runtime.devices import devices
from runtime.process import write_atomically
from runtime.run import Run, RunError, open_run
from runtime.schedule import Active, Slots, admitted


class TooEarly(Exception):  # noqa: N818 (no error: the run waits for room)
    """There is no room yet for a run beside the others; its ticket says now how much it needs."""


def machine() -> dict[str, Slots]:
    """The room on each device: the processor trains a run a core, a GPU one at a time."""
    return {one.name: Slots(one.threads if one.name == "cpu" else 1, one.memory_bytes) for one in devices()}


def reckoned(run: Run, memory: int, waits: bool = True) -> None:
    """Put down what our run needs of its device, in bytes, where nobody knew before it began, as on the command line.

    Args:
        waits: whether it can still wait for room.

    Raises:
        TooEarly: there is no room for it beside those that train.
    """
    worker, ticket = run.worker(), tickets.find(run.id)
    if worker is None or worker.memory or worker.job or ticket is None:
        return
    write_atomically(run.worker_file, worker.model_copy(update={"memory": memory}).model_dump_json())
    # Written first: of two that look at the same moment each then finds the other one.
    beside = [found for other in queue.board().training if other != run.id and (found := _trains(other))]
    room = {name: replace(slots, count=sys.maxsize) for name, slots in machine().items()}
    if waits and not admitted([ticket.model_copy(update={"memory": memory})], beside, room):
        # By a new stamp the supervisor sees that this worker has not failed.
        tickets.change(ticket, memory=memory, stamp=secrets.token_hex(4))
        raise TooEarly


def _trains(run_id: str) -> Active | None:
    try:
        run = open_run(run_id)
    except RunError:
        return None
    worker, ticket = run.worker(), tickets.find(run_id)
    if worker is not None and worker.lives(run.lock):
        return Active(run.id, run.owner, run.spec.device, worker.memory)
    # Its worker is only just being started.
    return Active(run.id, run.owner, run.spec.device, ticket.memory) if ticket else None
