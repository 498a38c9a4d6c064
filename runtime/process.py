"""Which process trains a run, and the small files by which processes speak to each other."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

import psutil
from pydantic import BaseModel, Field

from builder.graph import MAX_DOCUMENT_BYTES

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
AGAIN = 4  # times that a run goes on by itself after its worker has died, without getting any further
MOST_READ = 2 * MAX_DOCUMENT_BYTES
TOLERANCE = 1  # second: start times are counted in ticks of a hundredth


class Worker(BaseModel):
    """The process that trains a run; its start time tells it from a later process with the same number.

    `started` counts seconds from the start of the machine, so that setting the clock changes nothing; `boot` tells one
    start of the machine from another. `memory` is what it was expected to need, in bytes, 0 where nobody knew; `again`
    counts the workers before it that died without a word and without having saved anything. What an older Layerloom has
    written says nothing of it, and then only a person lets the run go on.

    `job` names the cluster's job that it is, where it is one: then its process is on another machine, and it lives until
    the supervisor, which asks the cluster, has put down that the job is `over`.
    """

    pid: int = Field(ge=1, le=2**31 - 1)
    started: float
    boot: str = Field("", max_length=64)
    memory: int = Field(0, ge=0, le=2**63)
    again: int = Field(AGAIN, ge=0)
    job: str = Field("", max_length=100)
    over: bool = False

    def lives(self, lock: Path) -> bool:
        """Whether it is still there, as far as is known.

        Args:
            lock: what it keeps open as long as it trains, which tells it from a process that somebody has only written down.
        """
        if self.job:
            return not self.over
        return self.holding(lock) is not None

    def holding(self, path: Path) -> psutil.Process | None:
        """The process, if it lives and has this file open; one that is only written down is none."""
        process = self.process()
        return process if process is not None and has_open(process, path) else None

    @classmethod
    def of(cls, pid: int, memory: int = 0, again: int = 0, job: str = "") -> Worker:
        """The process of this number as it lives now; one that is gone already counts as dead ever after."""
        try:
            started = _started(psutil.Process(pid))
        except psutil.Error:
            started = -1.0
        return cls(pid=pid, started=started, boot=_boot(), memory=memory, again=again, job=job)

    def process(self) -> psutil.Process | None:
        """The process, if it lives on this machine."""
        if self.job:
            return None
        try:
            process = psutil.Process(self.pid)
            same = self.boot == _boot() and abs(_started(process) - self.started) < TOLERANCE
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None


def has_open(process: psutil.Process, path: Path) -> bool:
    """Whether a process has a file open. What stands in a file about another process is believed only where that is so."""
    try:
        return str(path.resolve()) in {file.path for file in process.open_files()}
    except psutil.Error:
        return False


def _started(process: psutil.Process) -> float:
    return float(process.create_time()) - float(psutil.boot_time())


def _boot() -> str:
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""


def take(path: Path) -> TextIO | None:
    """A lock on this file that lasts until what is returned is closed or the process dies; None when another holds it.

    What the file says (who holds it, for example) is of no meaning to the lock.
    """
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def share(path: Path) -> TextIO:
    """A lock that many hold at once and that keeps everybody from `take`, until it is closed or the process dies."""
    file = path.open("a+")
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock on this file."""
    try:
        taken = take(path)
    except FileNotFoundError:
        return False
    if taken is not None:
        taken.close()
    return taken is None


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait for the lock on this file and hold it; for what takes no time."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def drafted(path: Path, ending: str = "") -> Iterator[Path]:
    """A place for what shall replace a file in one step, when the block has ended well: a reader never sees half of it.

    Args:
        ending: of the draft's name, for what is only written under a certain one.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}{ending}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)  # a full disk needs the room


def write_atomically(path: Path, text: str) -> None:
    """Replace a file in one step."""
    with drafted(path) as draft:
        draft.write_text(text)


def open_plain(path: Path) -> BinaryIO:
    """Open a file to read it, unless it is a link to elsewhere, or what one could wait for without end, such as a pipe.

    Raises:
        OSError: it is one of these, or cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "It is no ordinary file", str(path))
    return os.fdopen(descriptor, "rb")


def read_small(path: Path) -> bytes:
    """The bytes of a file that no one else should have made large.

    Raises:
        OSError: it is too large, no ordinary file, or cannot be read.
    """
    with open_plain(path) as file:
        if os.fstat(file.fileno()).st_size > MOST_READ:
            raise OSError(errno.EFBIG, "It is too large", str(path))
        return file.read(MOST_READ)
