"""What the supervisor knows of a run that trains."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from runtime import tickets
from runtime.curves import Curves, fold_all
from runtime.events import read
from runtime.run import Run
from runtime.schedule import Active, shares


@dataclass
class Followed:
    """A run that has been given a worker, by this supervisor or an earlier one."""

    run: Run
    memory: int = 0
    process: subprocess.Popen[bytes] | None = None
    forked_by: int | None = None  # the process number of the fork server
    job: str = ""  # of the cluster
    since: float = field(default_factory=time.monotonic)
    adopted: bool = False
    claimed: bool = False
    stamp: str = ""  # of the ticket that it was given its worker for
    paused: bool = False
    offset: int = 0
    curves: Curves = field(default_factory=Curves)

    @classmethod
    def found(cls, run: Run, job: str) -> Followed:
        """One that an earlier supervisor has given a worker."""
        worker, ticket = run.worker(), tickets.find(run.id)
        memory, stamp = worker.memory if worker else 0, ticket.stamp if ticket else ""
        return cls(run, memory, job=job, stamp=stamp, adopted=True, claimed=True)

    @property
    def on_processor(self) -> bool:
        """Whether it keeps the processor busy now."""
        return self.run.spec.device == "cpu" and not self.paused

    @property
    def age(self) -> float:
        """Seconds since it was given its worker, or was found."""
        return time.monotonic() - self.since

    def look(self) -> bool:
        """Whether it pauses or goes on since we looked last."""
        was, self.paused = self.paused, self.run.status() == "paused"
        return was != self.paused

    def read(self) -> None:
        """Learn how far it is."""
        events, self.offset = read(self.run.events, self.offset)
        self.curves = fold_all(events, self.curves)

    def active(self) -> Active:
        """What the schedule must know of it."""
        run, told = self.run, self.curves
        if not self.memory and (worker := run.worker()):
            self.memory = worker.memory  # what nobody reckoned before it waited, its worker has
        memory = self.memory or told.expected_memory
        return Active(run.id, run.owner, run.spec.device, memory, self.paused, told.remaining)


def share_cores(all_followed: Iterable[Followed]) -> None:
    """Give those that train on the processor cores of their own.

    They are given cores and not fewer threads, for the last bits of a result depend on the number of threads.
    """
    if not hasattr(os, "sched_setaffinity"):
        return
    training = [followed.run for followed in all_followed if followed.on_processor]
    for run, cores in zip(training, shares(sorted(os.sched_getaffinity(0)), len(training)), strict=True):
        worker = run.worker()
        if worker is not None and not worker.job and worker.lives(run.lock):
            use_cores(worker.pid, cores)


def use_cores(pid: int, cores: set[int]) -> None:
    """Let all threads of a process run on these cores alone."""
    with suppress(OSError):  # it may just have ended
        if os.sched_getaffinity(pid) == cores:
            return
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(ProcessLookupError):
                os.sched_setaffinity(int(thread.name), cores)
