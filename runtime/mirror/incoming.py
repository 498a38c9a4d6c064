"""The side of the server: an attempt is given what it needs, what it writes comes into the run's folder here, and wishes go out.

Events are written here at the same places as there, so that whoever reads them by their offset notices nothing. While an
attempt trains, the lock in the run's folder is held for it, as its worker would hold it here.
"""

from __future__ import annotations

import shutil
import threading
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from runtime import provisions, tickets
from runtime.archive import ROOM
from runtime.events import size_of
from runtime.maps import MAX_FILE
from runtime.mirror.kept import NOTE, append_bytes, job_name, needed, read_note, write_note
from runtime.mirror.words import (
    AT_ONCE,
    ORDERS,
    PIECE,
    Held,
    Orders,
    Told,
    before_the_end,
    download,
    maps_in,
    newest_told,
    pieces,
    said,
    upload,
)
from runtime.process import drafted, take, write_atomically
from runtime.run import OVER, Run
from runtime.storage import ChangedError, Storage


class Incoming:
    """One attempt of a run. `pull`, `fetch` and `send_wish` may be called by several threads.

    Args:
        storage: all of it.
        run: here.
        number: of the attempt.
    """

    def __init__(self, storage: Storage, run: Run, number: int) -> None:
        self.run, self.number, self.nodes = run, number, tuple[str, ...]()
        self._all, self._storage = storage, storage.part(run.id)
        self._note = read_note(run)
        self._told = Told(serial=0)
        self._orders = Orders()
        self._fetched: tuple[Held, ...] = ()
        self._held: TextIO | None = None
        self._lock, self._ordering = threading.RLock(), threading.Lock()  # never held while whole files come in
        self.closed = False

    @property
    def serial(self) -> int:
        """Of the last that the attempt has said."""
        return self._told.serial

    def begin(self) -> None:
        """Give the attempt what it needs, and let it alone train.

        Raises:
            StorageError: the storage cannot take it now.
            OSError: a file here cannot be read.
        """
        ticket = tickets.find(self.run.id)
        again = ticket is not None and ticket.tries > 0  # what an earlier attempt was given may have been the fault
        files = [self._given(name, path, again) for name, path in needed(self.run).items()]
        along = provisions.put(self.run, self._all, again)
        orders = Orders(number=self.number, ticket=ticket, files=tuple(files), provisions=along, **self._wish())
        self._storage.write(ORDERS, orders.model_dump_json().encode())
        with self._lock, self._ordering:
            self._orders = orders
            if self._note.number != self.number:
                self._note.number, self._note.log, self._note.there = self.number, 0, set()
            self._write()

    def adopt(self) -> None:
        """Find what an earlier supervisor has ordered.

        Raises:
            StorageError: the storage cannot be read now.
        """
        found = said(Orders, self._storage.read(ORDERS))
        self._orders = found if found is not None and found.number == self.number else Orders(number=self.number)

    def send_wish(self) -> None:
        """Tell the attempt what is asked of it, where that is new.

        Raises:
            StorageError: the storage cannot take it now.
        """
        with self._ordering:
            orders = self._orders.model_copy(update=self._wish())
            if not orders.wish or orders == self._orders or self.closed:
                return
            self._storage.write(ORDERS, orders.model_dump_json().encode())
            self._orders = orders

    def pull(self, thoroughly: bool = False) -> bool:
        """Take what has come since the last time. The last word of a run is taken when all its files are here.

        Args:
            thoroughly: look at both places where something may have been said.

        Returns:
            Whether nothing more will come, as the attempt says.

        Raises:
            StorageError: the storage cannot be read now, or something there is damaged.
            OSError: there is no room here.
        """
        told = newest_told(self._storage, self.number, self._told.serial, thoroughly)
        if told is None or told.serial <= self._told.serial:
            return self._told.over
        with self._lock:
            held = self._holds(told)
        if held and told.over:
            self.fetch(told)
        with self._lock:
            if self.closed or told.serial <= self._told.serial:  # another thread was quicker
                return self._told.over
            self._take_log(told)
            if held:
                self._take_events(told)
                self._take_worker(told)
                if told.begun:
                    tickets.drop(self.run.id)
            if held or told.worker is None:
                self._told, self.nodes = told, told.nodes
        return self._told.over

    def fetch(self, told: Told | None = None) -> None:
        """Bring in the files that are new, and take away those that the attempt has taken away.

        Raises:
            StorageError: the storage cannot be read now, or a file there is damaged.
            OSError: there is no room here.
        """
        told = told or self._told
        if self.closed or self._held is None or told.files == self._fetched:
            return
        for held in told.files:
            known = self._note.files.get(held.name)
            if known is not None and known.sha256 == held.sha256 and (self.run.folder / held.name).exists():
                continue
            if held.size > shutil.disk_usage(self.run.folder).free - ROOM:
                raise OSError(f"There is no room here for {held.name} of {self.run.name}.")
            download(self._storage, held, self.run.folder)
            with self._lock:
                self._note.files[held.name] = held
                self._write()
        with self._lock:
            names = {held.name for held in told.files}
            for name in self._note.there - names:
                self._note.files.pop(name, None)
                if name.startswith("checkpoints/"):
                    (self.run.folder / name).unlink(missing_ok=True)
            self._note.there, self._fetched = names, told.files
            self._write()

    def drain(self) -> None:
        """Take all that has come, when the cluster has said that nothing more will.

        Raises:
            StorageError: the storage cannot be read now; what is there is not lost.
            OSError: there is no room here.
        """
        self.pull(thoroughly=True)
        with suppress(ChangedError):  # a machine that dies may have taken one away before it could say so
            self.fetch()

    def let_go(self) -> None:
        """Leave the attempt to another supervisor."""
        with self._lock:
            self.closed = True
            if self._held is not None:
                self._held.close()
                self._held = None

    def close(self) -> None:
        """Let nobody train this attempt any more. Of a run that is over nothing else stays in the storage.

        Raises:
            StorageError: the storage cannot be reached.
        """
        self.let_go()
        self._storage.write(ORDERS, Orders().model_dump_json().encode())
        if not self.run.folder.is_dir() or self.run.status() in OVER:
            for name in self._storage.names():
                if name.isdecimal():
                    self._storage.remove(name)
            if self.run.folder.is_dir():
                (self.run.folder / NOTE).unlink(missing_ok=True)

    def _job(self) -> str:
        return job_name(self.run, self.number)

    def _holds(self, told: Told) -> bool:
        """Whether the run is this attempt's: from its first word on. A run that was left before that is nobody's."""
        if self._held is None and told.worker is not None and not self.closed:
            self._held = take(self.run.folder / "lock")
            if self._held is not None and self.run.status() in OVER:
                self._held.close()
                self._held = None
        return self._held is not None

    def _take_events(self, told: Told) -> None:
        while (here := size_of(self.run.events)) < told.events:
            come = self._grown("events.jsonl", here, min(told.events, here + AT_ONCE))
            data = come if told.over else before_the_end(come)
            self._take_maps(data)
            append_bytes(self.run.events, data)
            if not data or len(data) < len(come):
                return  # what is missing comes later

    def _take_maps(self, data: bytes) -> None:
        for file in maps_in(data):
            path = self.run.maps / file
            if not path.exists() and (maps := self._storage.read(f"{self.number}/maps/{file}", 0, MAX_FILE)):
                path.parent.mkdir(exist_ok=True)
                with drafted(path) as draft:
                    draft.write_bytes(maps)

    def _take_worker(self, told: Told) -> None:
        """Its end is taken with the run's last word, which comes last; until then it counts as alive."""
        if told.worker is not None and told.worker.job == self._job():
            worker = told.worker.model_copy(update={"over": told.worker.over and told.over})
            if worker != self.run.worker():
                write_atomically(self.run.worker_file, worker.model_dump_json())

    def _take_log(self, told: Told) -> None:
        data = self._grown("log", self._note.log, told.log)
        if data:
            append_bytes(self.run.log, data)
            self._note.log += len(data)
            self._write()

    def _grown(self, name: str, start: int, end: int) -> bytes:
        """The bytes of a growing file; fewer, where a piece is not whole yet."""
        found = b""
        for key, first, behind in pieces(name, start, end):
            base = first - first % PIECE
            data = self._storage.read(f"{self.number}/{key}", first - base, behind - base) or b""
            if len(data) > behind - first:
                raise ChangedError(f"{self._storage.url} gives more of {name} than was asked for.")
            found += data
            if len(data) < behind - first:
                break
        return found[: found.rfind(b"\n") + 1]

    def _given(self, name: str, path: Path, again: bool) -> Held:
        """A file for the attempt: as it lies in the storage already, or else put there."""
        known = self._note.files.get(name)
        if known is not None and not again and name.startswith("checkpoints/"):
            return known
        held = upload(self._storage, path, name, f"{self.number}/{name}.0")
        self._note.files[name] = held
        return held

    def _wish(self) -> dict[str, str]:
        try:
            found = self.run.control.stat()
        except OSError:
            return {"wish": "", "asked": ""}
        return {"wish": self.run.wish(), "asked": f"{found.st_mtime_ns}-{found.st_ino}"}

    def _write(self) -> None:
        write_note(self.run, self._note)
