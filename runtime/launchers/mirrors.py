"""The supervisor's side of runs that go through a storage: a few threads keep their folders equal, so that it waits for nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from runtime.mirror.incoming import Incoming
from runtime.mirror.kept import job_name
from runtime.run import Run
from runtime.storage import ChangedError, Storage, StorageError

TICK = 0.1  # seconds between two looks at what people wish
BETWEEN = 0.4  # seconds between two looks at what an attempt has said
RETRY = 2.0  # seconds, where the storage cannot be used
QUIET = 20.0  # seconds without a word from an attempt, which says something every two
AT_ONCE, FILES_AT_ONCE = 8, 2  # attempts that are asked, and whose files come in


@dataclass
class Mirrored:
    """An attempt that is looked after. `ready`: it has been given what it needs; `drained`: all that it has left is here."""

    incoming: Incoming
    anew: bool
    ready: bool = False
    drain: bool = False
    drained: bool = False
    left: bool = False
    closed: bool = False
    trouble: dict[str, str] = field(default_factory=dict)  # by what could not be done
    heard: float = field(default_factory=time.monotonic)
    due: dict[str, float] = field(default_factory=dict)  # when what is to be done next
    doing: dict[str, Future[None]] = field(default_factory=dict)


class Mirrors:
    """Looks after attempts by the names of their jobs.

    Args:
        storage: where they write.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._attempts: dict[str, Mirrored] = {}
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._quick = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mirror")
        self._slow = ThreadPoolExecutor(FILES_AT_ONCE, thread_name_prefix="mirror-files")
        self._thread = threading.Thread(target=self._serve, name="mirrors", daemon=True)
        self._thread.start()

    def open(self, run: Run, number: int, anew: bool) -> None:
        """Look after an attempt.

        Args:
            anew: it is still to be given what it needs, and not found.
        """
        with self._lock:
            if job_name(run, number) not in self._attempts:
                incoming = Incoming(self._storage, run, number)
                self._attempts[job_name(run, number)] = Mirrored(incoming, anew)

    def ready(self, job_id: str) -> bool:
        """Whether the attempt may be sent."""
        found = self._attempts.get(job_id)
        return found is not None and found.ready

    def drained(self, job_id: str) -> bool:
        """Whether all is here that the attempt has left; from the first question on that is brought in."""
        found = self._attempts.get(job_id)
        if found is None:
            return True
        found.drain = True
        return found.drained

    def leave(self, job_id: str) -> None:
        """Look after an attempt no more: it may train no longer."""
        if found := self._attempts.get(job_id):
            found.left = True

    def nodes(self, job_id: str) -> tuple[str, ...]:
        """Those that train it, as it says itself."""
        found = self._attempts.get(job_id)
        return () if found is None else found.incoming.nodes

    def troubles(self) -> dict[str, str]:
        """Why the curves of runs stand still, by the ids of these."""
        with self._lock:
            attempts = list(self._attempts.values())
        told = {attempt.incoming.run.id: _trouble(attempt) for attempt in attempts if not attempt.left}
        return {run_id: words for run_id, words in told.items() if words}

    def close(self) -> None:
        """Leave all to the next supervisor."""
        self._ended.set()
        self._thread.join()
        for pool in (self._quick, self._slow):
            pool.shutdown(wait=False, cancel_futures=True)
        for attempt in self._attempts.values():
            attempt.incoming.let_go()

    def _serve(self) -> None:
        while not self._ended.wait(TICK):
            with self._lock:
                attempts = list(self._attempts.items())
            for job_id, attempt in attempts:
                if attempt.closed and not _busy(attempt):
                    with self._lock:
                        del self._attempts[job_id]
                else:
                    self._look_after(attempt)

    def _look_after(self, attempt: Mirrored) -> None:
        incoming = attempt.incoming
        if attempt.left:
            self._do(self._quick, attempt, "close", lambda: _close(attempt))
        elif not attempt.ready:
            if self._alone(attempt):
                self._do(self._slow, attempt, "begin", lambda: _begin(attempt))
        elif attempt.drain:
            if not attempt.drained:
                self._do(self._slow, attempt, "drain", lambda: _drain(attempt))
        else:
            self._do(self._quick, attempt, "wish", incoming.send_wish, TICK)
            self._do(self._quick, attempt, "pull", lambda: _pull(attempt))
            self._do(self._slow, attempt, "fetch", incoming.fetch)

    def _alone(self, attempt: Mirrored) -> bool:
        """Whether the attempts of this run before have been closed, so that they undo nothing of this one's."""
        run_id = attempt.incoming.run.id
        return sum(other.incoming.run.id == run_id for other in self._attempts.values()) == 1

    def _do(
        self, pool: ThreadPoolExecutor, attempt: Mirrored, what: str, how: Callable[[], None], after: float = BETWEEN
    ) -> None:
        """Let something be done, unless it is being done, or it is not yet time to do it again."""
        doing = attempt.doing.get(what)
        if (doing is None or doing.done()) and time.monotonic() >= attempt.due.get(what, 0.0):
            attempt.doing[what] = pool.submit(_done, attempt, what, how, after)


def _done(attempt: Mirrored, what: str, how: Callable[[], None], after: float) -> None:
    """Do it, and say when it is to be done again."""
    words, wait = "", after
    try:
        how()
    except ChangedError:
        pass  # it is being replaced: the next look finds what is new
    except (StorageError, OSError) as error:
        words, wait = str(error), RETRY
    attempt.trouble[what] = words
    attempt.due[what] = time.monotonic() + wait


def _begin(attempt: Mirrored) -> None:
    if attempt.anew:
        attempt.incoming.begin()
    else:
        attempt.incoming.adopt()
    attempt.ready, attempt.heard = True, time.monotonic()


def _pull(attempt: Mirrored) -> None:
    before = attempt.incoming.serial
    attempt.incoming.pull()
    if attempt.incoming.serial != before or not before:  # before its first word it waits for a machine
        attempt.heard = time.monotonic()


def _close(attempt: Mirrored) -> None:
    attempt.incoming.close()
    attempt.closed = True


def _drain(attempt: Mirrored) -> None:
    attempt.incoming.drain()
    attempt.drained = True


def _trouble(attempt: Mirrored) -> str:
    if words := next(filter(None, attempt.trouble.values()), ""):
        return words
    quiet = time.monotonic() - attempt.heard
    if attempt.ready and not attempt.drain and quiet > QUIET:
        return f"Nothing has come from its machine for {quiet:.0f} seconds; perhaps that cannot reach the storage."
    return ""


def _busy(attempt: Mirrored) -> bool:
    return any(not doing.done() for doing in attempt.doing.values())
