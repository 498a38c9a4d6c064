"""Runs on this machine: they join the queue, and a supervisor that outlives the server gives each its own process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TextIO

import psutil

from runtime import queue
from runtime.cluster import ClusterError, configured
from runtime.home import home
from runtime.launchers.starter import ROOT, with_root
from runtime.process import has_open, is_held, share, write_atomically
from runtime.run import OVER, Run, RunError, runs
from runtime.storage import StorageError
from runtime.storage import configured as configured_storage
from runtime.supervisor import ATTENDED, LOCK

SUPERVISOR = (sys.executable, "-m", "runtime.supervisor")
CARE = 2.0  # seconds between two looks whether there is a supervisor

_lock = threading.Lock()
_started: subprocess.Popen[bytes] | None = None
_attends: TextIO | None = None


def prepare() -> None:
    """Have a supervisor as long as this process lives, so that runs begin at once; runs left behind join the queue."""
    global _attends
    with _lock:
        first, _attends = _attends is None, _attends or share(home() / ATTENDED)
    for run in reversed(runs()):
        if run.status() == "waiting":
            queue.join(run)
    ensure()
    if first:
        threading.Thread(target=_care, name="supervisor-care", daemon=True).start()


def ready(timeout: float) -> bool:
    """Whether a run would begin at once, after waiting for it at most `timeout` seconds."""
    end = time.monotonic() + timeout
    while not ((news := queue.board()).warm and news.pid == _supervisor()):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def ensure() -> None:
    """Start a supervisor in the background, if there is none; one that does not know our cluster makes place for it."""
    global _started
    _part_with_stranger()
    with _lock:
        if (_started is not None and _started.poll() is None) or is_held(home() / LOCK):
            return
        with (home() / "supervisor.log").open("ab") as log:
            _started = subprocess.Popen(
                SUPERVISOR,
                env=with_root({}),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def launch(run: Run, memory: int = 0) -> None:
    """Let a run begin as soon as it is its turn; returns at once.

    Args:
        run: a new one, or one that can go on.
        memory: bytes that it will need, as estimated; 0 where nobody knows.
    """
    queue.join(run, memory)
    ensure()


def stop(run: Run) -> None:
    """Ask a run to end after its batch, keeping what it has learned; one that still waits is taken from the queue.

    Raises:
        RunError: it has ended already.
    """
    if queue.leave(run):
        return
    if run.status() == "waiting":  # its worker begins at this moment, and will find the wish
        write_atomically(run.control, "stop")
    else:
        _ask(run, "stop")


def pause(run: Run) -> None:
    """Ask a run to wait, be it in the middle of a step.

    Raises:
        RunError: it does not run.
    """
    _ask(run, "pause")


def suspend(run: Run) -> None:
    """Ask a run to save everything and to end its process; `launch` lets it go on later exactly where it was.

    Raises:
        RunError: it does not run.
    """
    _ask(run, "suspend")


def resume(run: Run) -> None:
    """Ask a paused run to go on.

    Raises:
        RunError: it does not run.
    """
    _ask(run, "resume")


def wait(run: Run, timeout: float | None = None) -> str:
    """Wait until a run is over, at most `timeout` seconds; its status then."""
    end = None if timeout is None else time.monotonic() + timeout
    cared = time.monotonic()
    while (status := run.status()) not in OVER and (end is None or time.monotonic() < end):
        if time.monotonic() - cared > CARE:
            cared = time.monotonic()
            ensure()
        time.sleep(0.05)
    return status


def close() -> None:
    """End the supervisor of this LAYERLOOM_HOME; runs go on, and what waits does so until there is another one."""
    if (pid := _supervisor()) is None:
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    while _supervisor() is not None:
        time.sleep(0.02)


def _supervisor() -> int | None:
    """Its process number, if there is one."""
    lock = home() / LOCK
    try:
        pid = int(lock.read_text()[:10]) if is_held(lock) else 0
        return pid if pid > 0 and has_open(psutil.Process(pid), lock) else None
    except (OSError, ValueError, psutil.Error):
        return None


def _part_with_stranger() -> None:
    """End a supervisor that was started without the cluster that this process names; what trains goes on meanwhile."""
    with suppress(ClusterError, StorageError):
        cluster, storage, told = configured(), configured_storage(), queue.board()
        wanted = (cluster.url if cluster else "", storage.url if storage else "")
        if cluster is not None and told.pid and told.pid == _supervisor() and (told.cluster, told.storage) != wanted:
            close()


def _ask(run: Run, wish: str) -> None:
    status = run.status()
    if status in OVER or status == "waiting":
        state = "has not begun yet" if status == "waiting" else f"is over ({status})"
        raise RunError(f"{run.name} {state}, so it cannot {wish}.")
    write_atomically(run.control, wish)
    ensure()


def _care() -> None:
    while True:
        time.sleep(CARE)
        with suppress(OSError):
            ensure()
