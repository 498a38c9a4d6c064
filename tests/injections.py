"""What the bench of faults does to a home full of runs: it kills, tears files, fills the disk, sets the clock back."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from runtime.process import take, write_atomically
from runtime.run import Run
from tests.processes import command, has_ended, lives_in, newest_checkpoint, run_of


class Injections:
    """The faults, one a method; each returns whether there was something to harm.

    Args:
        home: that of the runs, which the bench has for itself.
        really: whether the disk may be filled, which takes one of its own.
        seed: of the choice of victims and moments.
    """

    def __init__(self, home: Path, really: bool, seed: int) -> None:
        self.home = home
        self.random = random.Random(seed)
        self.runs: list[Run] = []
        self.screen: subprocess.Popen[bytes] | None = None
        self.disk = really and _small_disk(home)

    def kill_worker(self) -> bool:
        """At any moment: before it has said that it is there, too."""
        return self._kill(self.workers())

    def kill_supervisor(self) -> bool:
        """Its workers train on."""
        return self._kill(self.named("supervisor"))

    def kill_fork_server(self) -> bool:
        """While it imports, too."""
        return self._kill([server for server in self.named("forkserver") if run_of(server) is None])

    def kill_screen(self) -> bool:
        """The server, in the middle of edits."""
        return self._kill(self.named("screen"))

    def kill_keras_service(self) -> bool:
        """The screen starts another one."""
        return self._kill(self.named("keras_service"))

    def fill_disk(self) -> bool:
        """Really, where we may mount a small one; else a worker's files may not grow any more."""
        if self.disk:
            with contextlib.suppress(OSError), (self.home / "filler").open("wb") as filler:
                while True:
                    filler.write(bytes(100_000))
                    filler.flush()
            time.sleep(self.random.uniform(0, 1))
            (self.home / "filler").unlink()
            return True
        workers = self.workers()
        if not workers:
            return False
        with contextlib.suppress(psutil.Error):
            self.random.choice(workers).rlimit(psutil.RLIMIT_FSIZE, (self.random.randrange(2000), psutil.RLIM_INFINITY))
        return True

    def tear_last_event(self) -> bool:
        """A worker dies while it writes a line."""
        victim = self._one_with(self.workers(), lambda run: run.events.exists())
        if victim is None:
            return False
        worker, run = victim
        self._end(worker)
        with self._alone_with(run) as alone:
            if alone:
                size = run.events.stat().st_size
                os.truncate(run.events, max(0, size - self.random.randrange(1, 30)))
        return True

    def truncate_checkpoint(self) -> bool:
        """The newest file of a run's checkpoints loses its end, as by a machine that lost its power."""
        victim = self._one_with(self.workers(), lambda run: newest_checkpoint(run) is not None)
        if victim is None:
            return False
        worker, run = victim
        self._end(worker)
        with self._alone_with(run) as alone:
            newest = newest_checkpoint(run)
            if alone and newest is not None:
                os.truncate(newest, newest.stat().st_size // 2)
        return True

    def set_clock_back(self) -> bool:
        """By up to a day, for every process here."""
        (self.home / "clock").write_text(str(-self.random.uniform(0, 86_400)))
        return True

    def lose_power(self) -> bool:
        """All processes end at once, and what they were belongs to an earlier life of the machine."""
        while found := self.processes():  # one may have started another meanwhile
            for process in found:
                self._end(process)
        for run in self.runs:
            if (worker := run.worker()) is not None:
                write_atomically(run.worker_file, worker.model_copy(update={"boot": "before"}).model_dump_json())
        return True

    def _kill(self, victims: list[psutil.Process]) -> bool:
        if victims:
            self._end(self.random.choice(victims))
        return bool(victims)

    def _end(self, victim: psutil.Process) -> None:
        with contextlib.suppress(psutil.Error):
            victim.send_signal(signal.SIGKILL)
        if self.screen is not None and victim.pid == self.screen.pid:
            self.screen.wait()
        self.until(lambda: has_ended(victim), "a killed process ends")

    @contextlib.contextmanager
    def _alone_with(self, run: Run) -> Iterator[bool]:
        """Whether nobody trains this run, and nobody will meanwhile, though it is not over."""
        held = take(run.lock)
        try:
            yield held is not None and run.status() != "finished"
        finally:
            if held is not None:
                held.close()

    def _one_with(
        self, workers: list[psutil.Process], condition: Callable[[Run], bool]
    ) -> tuple[psutil.Process, Run] | None:
        found = [(worker, run) for worker in workers if (run := run_of(worker)) and condition(run)]
        return self.random.choice(found) if found else None

    def until(self, condition: Callable[[], bool | None], words: str, patience: float = 1) -> None:
        """Wait for a state; the bench says how long."""
        raise NotImplementedError

    def workers(self) -> list[psutil.Process]:
        return [process for process in self.processes() if run_of(process)]

    def named(self, name: str) -> list[psutil.Process]:
        return [process for process in self.processes() if name in command(process)[3:]]

    def processes(self) -> list[psutil.Process]:
        """All of this home, except ourselves and what has ended."""
        return [
            process for process in psutil.process_iter() if process.pid != os.getpid() and lives_in(process, self.home)
        ]


def _small_disk(home: Path) -> bool:
    """A disk of its own for the home, if we may."""
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=100m", "layerloom-faults", str(home)], capture_output=True
    )
    return made.returncode == 0
