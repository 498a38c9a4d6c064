"""One attempt of a run on a node that shares no path with the server: `python -m runtime.launchers.remote RUN` is its job.

It brings the run in, starts the worker beside itself in a scratch folder (`node` in the node's LAYERLOOM_HOME), and keeps the
folder equal to the server's as `runtime.mirror` says. While the storage cannot be reached the worker trains on. When the
server has given the run to another attempt, the worker is killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from pydantic import ValidationError

from runtime import provisions, tickets
from runtime.cluster import JOB
from runtime.home import home, runs_folder
from runtime.launchers.starter import WORKER
from runtime.mirror.outgoing import Outgoing
from runtime.mirror.words import ORDERS, Orders, download, newest_told, said
from runtime.process import take, write_atomically
from runtime.queue import SURVIVES
from runtime.record import ID, Record
from runtime.run import Run, open_run
from runtime.storage import SMALL, Storage, StorageError, configured, without_keys

BEAT = 0.3  # seconds between two looks at what is asked and what has grown
BETWEEN_FILES = 1.0  # seconds between two sendings of whole files at least, and as long as the last one took
PATIENCE = 3600.0  # seconds that what a run has learned waits for a storage that cannot be reached
RETRY = 2.0  # seconds
TAKEN = 3  # exit status: another attempt has the run


class Taken(Exception):  # noqa: N818 (no error)
    """The server has given the run to another attempt, or to nobody."""


class Attempt:
    """This process's attempt of a run.

    Args:
        storage: all of it.
        run_id: of the run.
        number: of the attempt.
        rank: of several workers of a run; only the first one sends.
        nodes: that train it, by the cluster's names.
    """

    def __init__(self, storage: Storage, run_id: str, number: int, rank: int = 0, nodes: tuple[str, ...] = ()) -> None:
        self._all, self._storage = storage, storage.part(run_id)
        self._id, self._number = run_id, number
        self._rank, self._nodes = rank, nodes
        self._asked = ""
        self._trouble: dict[str, str] = {}  # by what is sent

    def record(self) -> Record:
        """What the run is, without bringing it in.

        Raises:
            Taken: it is not ours.
            StorageError: that cannot be read.
        """
        try:
            held = next(held for held in self._orders().files if held.name == "run.json")
            return Record.model_validate_json(self._storage.read(held.key, 0, SMALL) or b"")
        except (ValidationError, StopIteration):
            raise StorageError(f"The run.json of {self._id} in the storage cannot be read.") from None

    def train(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """Train to the end; the exit status of the worker.

        Args:
            command: of the worker; the run's folder is added.
            environment: of the worker, but for where it finds the run.
        """
        place = home() / (f"node-{self._rank}" if self._rank else "node")
        os.environ["LAYERLOOM_HOME"] = str(place)
        lock = home() / f"{self._id}.lock"
        held = _patiently(lock, SURVIVES)
        if held is None:
            print(f"{self._id} is still trained on this machine by an earlier attempt.", file=sys.stderr)
            return TAKEN
        with held:
            folder = runs_folder() / self._id
            try:
                return self._train(folder, command, environment)
            except Taken:
                print(f"{self._id} has been given to another attempt; this one ends.", file=sys.stderr)
                return TAKEN
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                lock.unlink(missing_ok=True)

    def _train(self, folder: Path, command: Sequence[str], environment: Mapping[str, str]) -> int:
        orders = self._bring(folder)
        run = open_run(self._id)
        given = {held.name: held for held in orders.files}
        outgoing = Outgoing(self._storage, run, self._number, given, self._nodes) if self._rank == 0 else None
        variables = {**without_keys(environment), "LAYERLOOM_HOME": str(home())}
        with (
            run.log.open("ab") as log,
            subprocess.Popen(
                [*command, str(folder)], env=variables, stdin=subprocess.PIPE, stdout=log, stderr=log
            ) as worker,
        ):
            _end_with_us(worker)
            try:
                self._accompany(run, worker, outgoing)
            except BaseException:
                worker.kill()
                raise
        if outgoing is not None:
            self._finish(outgoing)
        return worker.returncode

    def _bring(self, folder: Path) -> Orders:
        """The run as the server has it, in a folder of ours.

        Raises:
            Taken: it is not ours, or somebody has begun with this attempt already.
        """
        orders = self._orders()
        if self._rank == 0 and newest_told(self._storage, self._number) is not None:
            raise Taken
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "maps").mkdir(parents=True)
        for held in orders.files:
            download(self._storage, held, folder)
        provisions.fetch(orders.provisions, self._all, folder)
        tickets.drop(self._id)
        if orders.ticket is not None and orders.ticket.run == self._id:
            tickets.put(orders.ticket)
        if orders.wish:
            write_atomically(folder / "control", orders.wish)
        self._asked = orders.asked
        return orders

    def _accompany(self, run: Run, worker: subprocess.Popen[bytes], outgoing: Outgoing | None) -> None:
        """Until the worker has ended."""
        over = threading.Event()
        files = threading.Thread(target=self._send_files, args=(outgoing, over), daemon=True)
        if outgoing is not None:
            files.start()
        try:
            while worker.poll() is None:
                with self._excused("events"):
                    self._listen(run)
                    if outgoing is not None:
                        outgoing.push()
                with suppress(subprocess.TimeoutExpired):
                    worker.wait(RETRY if self._trouble.get("events") else BEAT)
        finally:
            over.set()
        if outgoing is not None:
            files.join()

    def _listen(self, run: Run) -> None:
        """Hand on what is asked.

        Raises:
            Taken: the run is not ours any more.
        """
        orders = said(Orders, self._storage.read(ORDERS))
        if orders is None:  # just being written, or the storage is not there
            return
        if orders.number != self._number:
            raise Taken
        if orders.wish and orders.asked != self._asked:
            write_atomically(run.control, orders.wish)
            self._asked = orders.asked

    def _send_files(self, outgoing: Outgoing, over: threading.Event) -> None:
        took = 0.0
        while not over.wait(max(BETWEEN_FILES, took)):
            began = time.monotonic()
            with self._excused("files"):
                outgoing.push_files()
            took = time.monotonic() - began

    def _finish(self, outgoing: Outgoing) -> None:
        """Send all that is left, also when the storage cannot be reached for a while.

        Raises:
            Taken: the run is not ours any more.
            StorageError: it has not been reached for too long.
        """
        end = time.monotonic() + PATIENCE
        while True:
            try:
                orders = said(Orders, self._storage.read(ORDERS))
                if orders is not None and orders.number != self._number:
                    raise Taken
                outgoing.push_files(all_of_them=True)
                outgoing.push(over=True)
                return
            except (StorageError, OSError) as error:
                print(error, file=sys.stderr, flush=True)
                if time.monotonic() > end:
                    raise
                time.sleep(RETRY)

    def _orders(self) -> Orders:
        orders = said(Orders, self._storage.read(ORDERS))
        if orders is None or orders.number != self._number:
            raise Taken
        return orders

    @contextmanager
    def _excused(self, what: str) -> Iterator[None]:
        """What goes wrong with the storage is said once, and tried again later."""
        words = ""
        try:
            yield
        except (StorageError, OSError) as error:
            words = str(error)
        if words and words != self._trouble.get(what):
            print(f"{words} The training goes on.", file=sys.stderr, flush=True)
        self._trouble[what] = words


def main(run_id: str) -> int:
    """Train a run as the attempt that this job is; 0 when it has ended well, 2 when it cannot be begun."""
    try:
        return opened(run_id).train(WORKER, os.environ)
    except (StorageError, OSError) as error:
        print(error, file=sys.stderr)
        return 2


def opened(run_id: str, rank: int = 0, nodes: tuple[str, ...] = ()) -> Attempt:
    """The attempt that this job is, as its environment says.

    Raises:
        StorageError: the environment names no storage that can be used, or the run is none.
    """
    storage = configured()
    number = os.environ.get(JOB, "").rpartition("-")[2]
    if storage is None or not number.isdecimal() or not ID.fullmatch(run_id):
        raise StorageError(f"{run_id[:60]!r} is no run of a storage, or this is no job of the cluster.")
    storage.check()
    return Attempt(storage, run_id, int(number), rank, nodes)


def _patiently(lock: Path, within: float) -> TextIO | None:
    end = time.monotonic() + within
    while (held := take(lock)) is None and time.monotonic() < end:
        time.sleep(BEAT)
    return held


def _end_with_us(worker: subprocess.Popen[bytes]) -> None:
    """When the cluster ends this job by a signal, let the worker save what it has first."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: worker.terminate())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
