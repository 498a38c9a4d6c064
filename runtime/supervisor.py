"""The one process that starts runs: `python -m runtime.supervisor`, started by whoever wants a run trained.

Everything that it must not forget lies in files: tickets of what waits, run.json and worker.json of what trains. So it may
be killed at any moment: workers train on, the next one finds them by process number and start time, and two workers of
one run settle by a lock which of them it is. A lock that dies with its process makes it the only one of a LAYERLOOM_HOME.
"""

from __future__ import annotations

import os
import select
import signal
import statistics
import time
import traceback
from collections.abc import Callable, Sequence
from subprocess import Popen
from typing import TextIO

from runtime import deleted, queue, schedule, tickets
from runtime.admission import machine
from runtime.devices import environment
from runtime.events import Failed, append
from runtime.followed import Followed, share_cores
from runtime.home import home
from runtime.launchers.cluster import Jobs
from runtime.launchers.starter import ForkServer, start_plainly
from runtime.process import is_held, take
from runtime.queue import Board, Place
from runtime.run import Run, RunError, open_run, runs
from runtime.schedule import admitted, on_cluster, ordered, short_of_memory, starts
from runtime.tickets import Ticket

TICK = 0.05  # seconds between two looks at the queue
LOOK = 0.2  # seconds between two looks at what trains
TOLD = 1.0  # seconds between two estimates of when a run begins
LINGER = 30.0  # seconds without anything to do, and without a server, after which it ends
CLAIMED_WITHIN = 60.0  # seconds in which a new worker must have said that it is there
TRIES = 3  # workers that may die before they begin; the first is a fork, the others are not
REMEMBERED = 10  # runs whose duration is kept
LOCK, ATTENDED = "supervisor.lock", "screen.lock"


class Supervisor:
    """Serves the queue until there has been nothing to do for a while, or it is told to end.

    Args:
        asked: no longer empty when somebody has asked it to end.
    """

    def __init__(self, asked: Sequence[int]) -> None:
        self._asked = asked
        self._fork = ForkServer(environment("cpu"))
        self._jobs = Jobs()
        self._followed: dict[str, Followed] = {}
        self._plain: list[Popen[bytes]] = []  # the workers that are no forks
        told = queue.board()
        self._served, self._seconds = dict(told.served), list(told.seconds)
        self._order: list[Ticket] = []
        self._told = Board()
        self._last_look = self._last_told = 0.0
        self._busy_at = time.monotonic()

    def serve(self) -> None:
        """Work until the end."""
        self._adopt()
        seen: object = None
        while not self._asked:
            try:
                if self._idle():
                    break
                seen = self._serve_once(seen)
            except OSError:  # such as a full disk: what is written down waits
                traceback.print_exc()
                time.sleep(TOLD)
        self._fork.close()
        self._jobs.close()

    def _serve_once(self, seen: object) -> object:
        self._fork.keep()
        changed = self._look(self._wait())
        folder = tickets.folder().stat().st_mtime_ns  # coarse: two changes may bear the same time, so look each second
        now = (folder, int(time.monotonic()), self._fork.ready, self._fork.usable, self._jobs.answers)
        if changed or now != seen:
            self._admit()
            share_cores(self._followed.values())
            apart(deleted.clear)
        self._tell()
        return now

    def _idle(self) -> bool:
        if not (home() / LOCK).exists():
            return True  # the whole folder has been removed
        if self._followed or self._order or is_held(home() / ATTENDED):
            self._busy_at = time.monotonic()
        return time.monotonic() - self._busy_at > LINGER

    def _wait(self) -> set[str]:
        output = self._fork.output
        select.select([] if output is None else [output], [], [], TICK)
        return self._fork.listen()

    def _adopt(self) -> None:
        """Take over what an earlier supervisor has started."""
        for run in reversed(runs()):
            apart(self._adopt_one, run)

    def _adopt_one(self, run: Run) -> None:
        status = run.status()
        if status in ("running", "paused"):
            self._follow(run)
        elif status == "waiting":  # its worker may have died with the machine
            queue.join(run)

    def _follow(self, run: Run) -> None:
        worker = run.worker()
        job = self._jobs.follow(run) if worker and worker.job else ""
        self._followed[run.id] = Followed.found(run, job)

    def _look(self, ended: set[str]) -> bool:
        """Whether anything has changed with the runs that have a worker."""
        now = time.monotonic()
        if now - self._last_look < LOOK and not ended:
            return False
        self._last_look = now
        self._plain = [process for process in self._plain if process.poll() is None]  # a zombie would look alive
        changes = [apart(self._look_at, followed, ended) for followed in list(self._followed.values())]
        return any(change is not False for change in changes)

    def _look_at(self, followed: Followed, ended: set[str]) -> bool:
        run = followed.run
        self._jobs.settle(run, followed.job)
        worker, ticket = run.worker(), tickets.find(run.id)
        if worker is not None and worker.job == followed.job and worker.lives(run.lock):
            followed.claimed = True
            return followed.look()
        begun_there = bool(followed.job) and followed.claimed  # what becomes of it only the cluster knows
        if (ticket is not None or begun_there) and not self._has_died(followed, ended):
            return False
        del self._followed[run.id]
        if ticket is not None:
            died = followed.claimed or self._gave_up(followed, ended)
            self._once_more(run, ticket, counts=died and ticket.stamp == followed.stamp)
        elif (status := run.status()) == "waiting":  # its worker has died without a word
            queue.join(run, followed.memory)
        elif not followed.adopted and status == "finished":
            self._seconds = [*self._seconds, followed.age][-REMEMBERED:]
        self._jobs.leave(run, followed.job)
        return True

    def _has_died(self, followed: Followed, ended: set[str]) -> bool:
        """Whether the worker of a run that still waits will never begin."""
        if followed.job:
            return self._jobs.is_over(followed.job)
        lost = followed.forked_by is not None and followed.forked_by != self._fork.pid
        return followed.claimed or lost or followed.age > CLAIMED_WITHIN or self._gave_up(followed, ended)

    def _gave_up(self, followed: Followed, ended: set[str]) -> bool:
        if followed.job:
            return self._jobs.gave_up(followed.job)
        return str(followed.run.folder) in ended if followed.process is None else followed.process.poll() is not None

    def _once_more(self, run: Run, ticket: Ticket, counts: bool) -> None:
        """Its worker has died before the training began: it waits again at its old place, though not for ever."""
        if ticket.tries + counts < TRIES:
            tickets.change(ticket, tries=ticket.tries + counts)
            return
        end = run.log_end(1500).strip()
        self._fail(run, f"The training could not be started: its process ended {TRIES} times before it began.", end)

    def _fail(self, run: Run, words: str, log: str = "") -> None:
        if run.folder.is_dir():
            append(run.events, Failed(at=time.time(), message=words, log=log))
        tickets.drop(run.id)

    def _admit(self) -> None:
        """Give a worker to each run whose turn it is."""
        waiting = [ticket for ticket in tickets.tickets() if ticket.run not in self._followed]
        active = [followed.active() for followed in self._followed.values()]
        self._order = ordered(waiting, active, self._served)
        ready = [ticket for ticket in self._order if self._jobs.answers or not on_cluster(ticket.device)]
        for ticket in admitted(ready, active, machine() | self._jobs.slots):
            apart(self._begin, ticket)

    def _begin(self, ticket: Ticket) -> None:
        try:
            run = open_run(ticket.run)
        except RunError as error:
            print(f"{error} It is taken from the queue.", flush=True)
            tickets.drop(ticket.run)  # deleted while it waited, or cannot be read any more
            return
        if run.status() != "waiting":
            self._follow(run)  # an earlier supervisor has just started it
        elif not self._start(run, ticket):
            return
        self._order = [other for other in self._order if other.run != ticket.run]

    def _start(self, run: Run, ticket: Ticket) -> bool:
        """Start a worker; False when it must wait until one can be forked."""
        try:
            if on_cluster(run.spec.device):
                self._follow_new(run, Followed(run, ticket.memory, job=self._jobs.begin(run), stamp=ticket.stamp))
                return True
            wanted = environment(run.spec.device)
            several = run.spec.device.startswith("workers:")  # each is a process that imports everything itself
            forked = ticket.tries == 0 and not several and self._fork.can_fork(wanted)
            if forked and not self._fork.ready:
                return False
            process = None
            if not forked or not self._fork.fork(run, wanted):
                forked, process = False, start_plainly(run, wanted)
                self._plain.append(process)
        except (OSError, ValueError) as error:
            self._fail(run, f"The training could not be started: {error}")
            return True
        by = self._fork.pid if forked else None
        self._follow_new(run, Followed(run, ticket.memory, process, by, stamp=ticket.stamp))
        return True

    def _follow_new(self, run: Run, followed: Followed) -> None:
        self._followed[run.id] = followed
        self._served = schedule.served(self._served, run.owner)

    def _tell(self) -> None:
        """Put up the board, when it says something new."""
        now = time.monotonic()
        in_order = tuple(ticket.run for ticket in self._order)
        as_told = tuple(place.run for place in self._told.queue)
        same = (in_order, tuple(self._followed), self._fork.ready) == (as_told, self._told.training, self._told.warm)
        if same and self._told.pid and (now - self._last_told < TOLD or not self._order):
            return
        self._last_told = now
        if self._order:
            for followed in self._followed.values():
                apart(followed.read)
        typical = self._typical()
        active = [followed.active() for followed in self._followed.values()]
        room = machine() | self._jobs.slots
        begin, short = starts(self._order, active, room, typical), short_of_memory(self._order, active, room)
        news = Board(
            pid=os.getpid(),
            cluster=self._jobs.url,
            storage=self._jobs.storage,
            warm=self._fork.ready,
            queue=tuple(
                Place(run=one.run, owner=one.owner, starts=begin[one.run], memory=one.memory if one.run in short else 0)
                for one in self._order
            ),
            training=tuple(self._followed),
            served=self._served,
            seconds=tuple(self._seconds),
        )
        if news != self._told:
            queue.tell(news)
            self._told = news

    def _typical(self) -> float | None:
        """Seconds that a run takes: of those before, else as those that train now have it; None when nobody knows."""
        now = [(run.curves.elapsed, run.curves.remaining) for run in self._followed.values()]
        expected = [elapsed + left for elapsed, left in now if elapsed is not None and left is not None]
        return statistics.median(self._seconds or expected) if self._seconds or expected else None


def apart(action: Callable[..., bool | None], *values: object) -> bool | None:
    """Do something with one run: what cannot be read or written of it, or makes no sense, keeps no other run waiting."""
    try:
        return action(*values)
    except (OSError, ValueError):
        traceback.print_exc()
        return None


def main() -> None:
    """Serve, unless another supervisor does."""
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    held = _lock()
    while held is not None:
        with held:
            held.truncate(0)
            print(os.getpid(), file=held, flush=True)
            Supervisor(asked).serve()
        if asked or not tickets.tickets():
            return
        held = _lock()  # somebody has joined the queue and thought that we still served it


def _lock() -> TextIO | None:
    """The lock of the one supervisor. Who only looks whether there is one holds it too, for a moment."""
    for _ in range(20):
        held = take(home() / LOCK)
        if held is not None:
            return held
        time.sleep(TICK)
    return None


if __name__ == "__main__":
    main()
