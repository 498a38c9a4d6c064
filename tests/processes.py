"""What can be seen of processes from outside: whose they are, what they train, whether they listen."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TextIO

import psutil

from runtime.run import Run, Worker, open_run


def play_worker(run: Run, **values: int) -> TextIO:
    """Let this process count as the worker of a run, until what is returned is closed."""
    held = run.lock.open("a")
    run.worker_file.write_text(Worker.of(os.getpid(), **values).model_dump_json())
    return held


def command(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return list(process.cmdline())
    return []


def has_ended(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    return True


def lives_in(process: psutil.Process, home: Path) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.environ().get("LAYERLOOM_HOME") == str(home) and process.status() != psutil.STATUS_ZOMBIE
    return False


def run_of(process: psutil.Process) -> Run | None:
    """The run that a process trains: its output goes to the run's log."""
    with contextlib.suppress(OSError, ValueError):
        out = Path(f"/proc/{process.pid}/fd/1").readlink()
        return open_run(out.parent.name) if out.name == "log" and out.parent.parent.name == "runs" else None
    return None


def connections(process: psutil.Process) -> list[psutil._ntuples.pconn]:
    with contextlib.suppress(psutil.Error):
        return list(process.net_connections(kind="inet"))
    return []


def newest_checkpoint(run: Run) -> Path | None:
    folder = run.folder / "checkpoints"
    files = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size] if folder.is_dir() else []
    return max(files, key=lambda path: path.stat().st_mtime_ns, default=None)
