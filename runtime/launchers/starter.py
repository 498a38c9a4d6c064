"""The two ways in which a worker begins: a Python of its own, or a fork of one that has imported TensorFlow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from runtime.forkserver import QUIET
from runtime.home import home
from runtime.run import Run

ROOT = Path(__file__).parents[2]
FORKSERVER = (sys.executable, "-m", "runtime.forkserver")
WORKER = (sys.executable, "-m", "runtime.worker")
READY_WITHIN = 300.0  # seconds; it takes 8 where nothing else keeps the machine busy
STARTS = 3  # times that a fork server may die before it is ready
IN_TIME = {"OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"}  # read when TensorFlow begins to work


class ForkServer:
    """The process that forks workers, started anew when it has died. Nothing here waits for it.

    Args:
        environment: that of the processor as a device; a run that needs another one cannot be forked.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**environment, **QUIET}
        self._process: subprocess.Popen[bytes] | None = None
        self._failures = 0
        self._unread = b""
        self.ready = False
        self._workers: dict[int, str] = {}  # their runs' folders, by process number
        self._asked: set[str] = set()  # folders of those that have none yet
        self._began = 0.0

    @property
    def output(self) -> int | None:
        """What to wait on for news; None while there is no process."""
        return self._process.stdout.fileno() if self._process and self._process.stdout else None

    @property
    def pid(self) -> int | None:
        """Its process number, which tells one life of it from another."""
        return self._process.pid if self._process else None

    @property
    def usable(self) -> bool:
        """Whether it is, or is about to be, ready."""
        return self._process is not None

    def keep(self) -> None:
        """Start it where it does not live; give up when it has died thrice before it was ready."""
        if self._process is not None and self._process.poll() is None:
            if self.ready or time.monotonic() - self._began < READY_WITHIN:
                return
            self._process.kill()
        if self._process is not None:
            self._failures = 0 if self.ready else self._failures + 1
            self.close()
        if self._failures < STARTS:
            self._start()

    def can_fork(self, environment: Mapping[str, str]) -> bool:
        """Whether a worker with this environment may be its fork: nothing differs that was read when TensorFlow was loaded."""
        other = {name for name, value in environment.items() if self._environment.get(name) != value}
        return self.usable and other <= IN_TIME

    def fork(self, run: Run, environment: Mapping[str, str]) -> bool:
        """Ask for a worker; False when it has died meanwhile."""
        assert self._process is not None
        assert self._process.stdin is not None
        request = {
            "folder": str(run.folder),
            "environment": {name: environment[name] for name in IN_TIME & set(environment)},
        }
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return False
        self._asked.add(str(run.folder))
        return True

    def listen(self) -> set[str]:
        """Read what it has to say, if anything; the folders of the runs whose workers have ended, the newest of each."""
        ended: set[str] = set()
        if (output := self.output) is None:
            return ended
        try:
            data = os.read(output, 64_000)
        except BlockingIOError:
            return ended
        *lines, self._unread = (self._unread + data).split(b"\n")
        for message in map(json.loads, lines):
            self.ready = self.ready or "ready" in message
            if "pid" in message:
                self._workers[message["pid"]] = message["folder"]
                self._asked.discard(message["folder"])
            if "ended" in message:
                ended.add(self._workers.pop(message["ended"], ""))
        return ended - self._asked - set(self._workers.values())

    def close(self) -> None:
        """End it; its workers live on."""
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()
            self._process.kill()
            self._process.wait()
        self._process, self.ready, self._unread = None, False, b""
        self._workers.clear()
        self._asked.clear()

    def _start(self) -> None:
        with (home() / "forkserver.log").open("wb") as log:
            self._process = subprocess.Popen(
                FORKSERVER,
                env=with_root(self._environment),
                cwd=ROOT,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        self._began = time.monotonic()
        assert self.output is not None
        os.set_blocking(self.output, False)


def start_plainly(run: Run, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A worker in a Python of its own.

    Raises:
        OSError: the system has no room for one more process.
    """
    with run.log.open("ab") as log:
        return subprocess.Popen(
            [*WORKER, str(run.folder)],
            env=with_root({**environment, **QUIET}),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def with_root(environment: Mapping[str, str]) -> dict[str, str]:
    """Our own environment with these variables, from which our packages can be imported."""
    return {**os.environ, **environment, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
