"""The side of the node: what an attempt writes into its run's folder goes out, what grows twice a second, the rest behind it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Set
from contextlib import suppress
from pathlib import Path

from runtime import checkpoints, tickets
from runtime.archive import MOST
from runtime.checkpoints import NAME
from runtime.events import size_of
from runtime.mirror.words import AT_ONCE, MOST_FILES, PIECE, SLOTS, Held, Told, pieces, upload
from runtime.run import Run
from runtime.storage import Storage

HEARTBEAT = 2.0  # seconds after which something is said though there is no news
Stamp = tuple[int, int, int]  # of a file: when it was changed, its bytes, its number


class Outgoing:
    """Sends the folder of a run that this node trains. `push` and `push_files` may be called by two threads.

    Args:
        storage: the run's part of it.
        run: on this node, as the attempt has found it.
        number: of the attempt.
        given: the files that it was given.
        nodes: that train it, by the cluster's names.
    """

    def __init__(
        self, storage: Storage, run: Run, number: int, given: Mapping[str, Held], nodes: tuple[str, ...] = ()
    ) -> None:
        self._storage, self._run, self._number, self._nodes = storage, run, number, nodes
        self._files = {name: held for name, held in given.items() if name in _whole_files(run)}
        self._stamps = {name: _stamp(path) for name, path in _whole_files(run).items()}
        self._passed: Set[str] = set(self._files)  # what was there when files were sent last
        self._events = size_of(run.events)
        self._log = 0
        self._maps = {path.name for path in run.maps.glob("*.npz")}
        self._serial = self._put = 0
        self._told, self._said_at = Told(serial=0), 0.0
        self._going: list[tuple[int, str]] = []  # keys, and the serial with which they go
        self._lock = threading.Lock()

    def push(self, over: bool = False) -> None:
        """Send what has grown, and say what is there.

        Args:
            over: the process has ended and all files have been sent.

        Raises:
            StorageError: the storage cannot take it now; the next call sends it.
        """
        begun = tickets.find(self._run.id) is None  # before the events: a run that has begun has told so
        worker = self._run.worker()
        with self._lock:
            files = tuple(self._files.values())[-MOST_FILES:]  # before the events too: the log covers each checkpoint
        self._push_maps()
        self._events = self._push_grown("events.jsonl", self._events)
        self._log = self._push_grown("log", self._log)
        told = Told(
            serial=self._serial,
            events=self._events,
            log=self._log,
            begun=begun,
            over=over,
            worker=worker,
            nodes=self._nodes,
            files=files,
        )
        now = time.monotonic()
        if told == self._told and now - self._said_at < HEARTBEAT:
            return
        told = told.model_copy(update={"serial": self._serial + 1})
        self._storage.write(f"{self._number}/{SLOTS[told.serial % 2]}", told.model_dump_json().encode())
        self._serial, self._told, self._said_at = told.serial, told, now
        self._sweep()

    def push_files(self, all_of_them: bool = False) -> None:
        """Send the files that have changed, a while after each other: of checkpoints the newest, and others that have stayed.

        Raises:
            StorageError: the storage cannot take them now; the next call sends them.
        """
        there = _whole_files(self._run)
        chosen = due(there, self._passed, all_of_them)
        for name in chosen:
            with suppress(OSError):  # it is gone meanwhile
                stamp = _stamp(there[name])
                if stamp != self._stamps.get(name):
                    self._put += 1
                    held = upload(self._storage, there[name], name, f"{self._number}/{name}.{self._put}")
                    with self._lock:
                        before, self._files[name] = self._files.get(name), held
                    self._stamps[name] = stamp
                    self._forget(before)
        gone = [name for name in self._files if name not in _whole_files(self._run)]
        for name in gone:
            with self._lock:
                before = self._files.pop(name)
            self._stamps.pop(name, None)
            self._forget(before)
        self._passed = set(there)

    def _push_maps(self) -> None:
        new = sorted(path for path in self._run.maps.glob("*.npz") if path.name not in self._maps)
        for path in new:
            self._storage.put(path, f"{self._number}/maps/{path.name}")
            self._maps.add(path.name)

    def _push_grown(self, name: str, done: int) -> int:
        """Send whole lines; how many bytes have been sent then."""
        path = self._run.folder / name
        if not path.exists():
            return done
        with path.open("rb") as file:
            while True:
                file.seek(done)
                end = done + file.read(max(0, min(AT_ONCE, MOST[name] - done))).rfind(b"\n") + 1
                if end == done:
                    return end
                for key, first, last in pieces(name, done, end):
                    begin = first - first % PIECE
                    file.seek(begin)
                    self._storage.write(f"{self._number}/{key}", file.read(last - begin))
                done = end

    def _forget(self, before: Held | None) -> None:
        """An object whose content has been replaced may go. One that was given belongs to another attempt."""
        if before is not None and before.key.startswith(f"{self._number}/") and not before.key.endswith(".0"):
            with self._lock:
                self._going.append((self._serial + 3, before.key))

    def _sweep(self) -> None:
        """Take away what has not been told of for a while, so that whoever just reads it can finish."""
        with self._lock:
            now = [key for serial, key in self._going if serial <= self._serial]
            self._going = [(serial, key) for serial, key in self._going if serial > self._serial]
        for key in now:
            self._storage.remove(key)


def due(there: Mapping[str, Path], passed: Set[str], all_of_them: bool) -> list[str]:
    """Which files are to be sent, the newest checkpoint first.

    A small network keeps many states a second, most of which are thinned out at once: besides the newest one, only those
    are sent that were there the last time.
    """
    states = sorted((name for name in there if name.startswith("checkpoints/")), reverse=True)
    others = [name for name in there if not name.startswith("checkpoints/")]
    return [*states[:1], *others, *(name for name in states[1:] if all_of_them or name in passed)]


def _whole_files(run: Run) -> dict[str, Path]:
    found = {f"checkpoints/{path.name}": path for path in _listed(checkpoints.folder(run)) if NAME.fullmatch(path.name)}
    others = (run.folder / name for name in ("model.keras", "statistics.json"))
    return found | {path.name: path for path in others if path.exists()}


def _listed(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino
