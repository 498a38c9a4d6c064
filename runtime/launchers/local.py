"""Runs on this machine: one process each, which outlives the server, and a spare one that has Keras imported already.

More runs than there are processor cores wait in the launching process until one has ended; runs that still wait when that
process ends are started by the next `prepare`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from runtime.devices import devices, environment
from runtime.events import Failed, Stopped, append
from runtime.process import Worker, write_atomically, write_first
from runtime.run import OVER, Run, RunError, open_run, runs

ROOT = Path(__file__).parents[2]
LOOK = 0.2  # seconds between two looks at what runs


@dataclass
class Spare:
    """A worker that has imported Keras, or is about to, and waits for a run's folder on its standard input."""

    process: subprocess.Popen[str]
    ready: threading.Event = field(default_factory=threading.Event)


_lock = threading.RLock()
_spare: Spare | None = None
_waiting: list[str] = []
_over: set[str] = set()  # runs that were over when last looked at
_children: list[subprocess.Popen[str]] = []
_thread: threading.Thread | None = None


def prepare() -> None:
    """Warm up the spare worker in the background, and go on with runs that were left waiting."""
    with _lock:
        _warm_up()
        for run in reversed(runs()):
            if run.status() == "waiting" and run.id not in _waiting:
                launch(run)


def ready(timeout: float) -> bool:
    """Whether the spare worker is warm, after waiting for it at most `timeout` seconds."""
    spare = _spare
    return spare is not None and spare.ready.wait(timeout)


def launch(run: Run) -> None:
    """Start a run as soon as a processor core is free for it; returns at once."""
    global _thread
    with _lock:
        if run.id not in _waiting:
            _waiting.append(run.id)
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_serve, name="launcher", daemon=True)
            _thread.start()


def start(run: Run) -> None:
    """Start a run now, in a process of its own that nothing but its end ends; not if any server has started it before."""
    with _lock:
        if not _claim(run):
            return
        try:
            if run.spec.device != "cpu" or not _give_to_spare(run):
                _note_worker(run, _new_worker(run))
        except (OSError, ValueError) as error:
            append(run.events, Failed(at=time.time(), message=f"The training could not be started: {error}"))


def stop(run: Run) -> None:
    """Ask a run to end after its batch, keeping what it has learned; one that still waits is taken from the queue.

    Raises:
        RunError: it has ended already.
    """
    with _lock:
        if run.id in _waiting:
            _waiting.remove(run.id)
    if run.status() == "waiting" and _claim(run):
        append(run.events, Stopped(at=time.time()))
    else:
        _ask(run, "stop")


def pause(run: Run) -> None:
    """Ask a run to wait between two batches.

    Raises:
        RunError: it does not run.
    """
    _ask(run, "pause")


def resume(run: Run) -> None:
    """Ask a paused run to go on.

    Raises:
        RunError: it does not run.
    """
    _ask(run, "resume")


def wait(run: Run, timeout: float | None = None) -> str:
    """Wait until a run is over, at most `timeout` seconds; its status then."""
    end = None if timeout is None else time.monotonic() + timeout
    while (status := run.status()) not in OVER and (end is None or time.monotonic() < end):
        _reap()
        time.sleep(0.05)
    return status


def close() -> None:
    """End the spare worker; runs go on."""
    global _spare
    with _lock:
        if _spare and _spare.process.stdin:
            _spare.process.stdin.close()
        _spare = None


def _claim(run: Run) -> bool:
    """Whether this process is the one to start, or to cancel, a run: of several servers only one is."""
    return write_first(run.worker_file, Worker.of(os.getpid()).model_dump_json())


def _new_worker(run: Run) -> subprocess.Popen[str]:
    with run.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "runtime.worker", str(run.folder)],
            env=_environment(run.spec.device),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            text=True,
        )


def _ask(run: Run, wish: str) -> None:
    status = run.status()
    if status in OVER or status == "waiting":
        state = "has not begun yet" if status == "waiting" else f"is over ({status})"
        raise RunError(f"{run.name} {state}, so it cannot {wish}.")
    write_atomically(run.control, wish)


def _serve() -> None:
    """Start what waits, oldest first, while cores are free; ends when nothing waits any more."""
    global _thread
    while True:
        with _lock:
            _reap()
            if not _waiting:
                _thread = None
                return
            if _running() < devices()[0].threads:
                _start_next()
        time.sleep(LOOK)


def _start_next() -> None:
    run_id = _waiting.pop(0)
    try:
        run = open_run(run_id)
    except RunError:
        return  # deleted while it waited
    if run.status() == "waiting":
        start(run)


def _running() -> int:
    """How many runs train now, of any server. Runs that are over stay so: their logs are read once."""
    status = {run.id: run.status() for run in runs() if run.id not in _over}
    _over.update(run_id for run_id, now in status.items() if now in OVER)
    return sum(now == "running" for now in status.values())


def _give_to_spare(run: Run) -> bool:
    global _spare
    spare, _spare = _spare, None
    if spare is None or spare.process.poll() is not None or spare.process.stdin is None:
        return False
    _note_worker(run, spare.process)  # before it begins, so that it never runs unknown
    try:
        spare.process.stdin.write(f"{run.folder}\n")
        spare.process.stdin.close()
    except OSError:  # it has died since
        return False
    threading.Thread(target=_replace_after, args=(run,), name="spare", daemon=True).start()
    return True


def _replace_after(run: Run) -> None:
    """A new spare, when this run is over or has had some time: importing Keras at once would slow its first epochs."""
    wait(run, timeout=20)
    with _lock:
        _warm_up()


def _warm_up() -> None:
    global _spare
    if _spare is not None and _spare.process.poll() is None:
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "runtime.worker", "--spare"],
        env=_environment("cpu"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    _children.append(process)
    _spare = Spare(process)
    threading.Thread(target=_listen, args=(_spare,), name="spare-ready", daemon=True).start()


def _listen(spare: Spare) -> None:
    assert spare.process.stdout is not None
    with spare.process.stdout as told:
        if any(line.strip() == "ready" for line in told):
            spare.ready.set()


def _note_worker(run: Run, process: subprocess.Popen[str]) -> None:
    if process not in _children:
        _children.append(process)
    write_atomically(run.worker_file, Worker.of(process.pid).model_dump_json())


def _reap() -> None:
    """Let ended children go: as zombies they would look alive."""
    with _lock:
        _children[:] = [child for child in _children if child.poll() is None]


def _environment(device: str) -> dict[str, str]:
    return {**os.environ, **environment(device), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
