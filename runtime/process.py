"""Which process trains a run, and the small files by which processes speak to each other."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import psutil
from pydantic import BaseModel, Field

from builder.graph import MAX_DOCUMENT_BYTES

CLOCK_DRIFT = 10  # seconds: start times are reckoned from the time of boot, which moves when the clock is set


class Worker(BaseModel):
    """The process that trains a run; its start time tells it from a later process with the same number."""

    pid: int = Field(ge=1, le=2**31 - 1)
    started: float

    @classmethod
    def of(cls, pid: int) -> Worker:
        """The process of this number as it lives now; one that is gone already counts as dead ever after."""
        try:
            return cls(pid=pid, started=psutil.Process(pid).create_time())
        except psutil.Error:
            return cls(pid=pid, started=0.0)

    def process(self) -> psutil.Process | None:
        """The process, if it lives."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < CLOCK_DRIFT
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None


def write_atomically(path: Path, text: str) -> None:
    """Replace a file in one step, so that a reader never sees half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        draft.write_text(text)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def write_first(path: Path, text: str) -> bool:
    """Make a file unless it is there; False when another process has been first."""
    try:
        with path.open("x") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def read_small(path: Path) -> bytes:
    """The bytes of a file that no one else should have made large, or a link to elsewhere.

    Raises:
        OSError: it is one of these, or cannot be read.
    """
    if path.is_symlink() or path.stat().st_size > 2 * MAX_DOCUMENT_BYTES:
        raise OSError(f"{path.name} is a link or too large.")
    return path.read_bytes()
