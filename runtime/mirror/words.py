"""What the server and an attempt say to each other through the storage; what is read there is believed only as far as it fits."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime.archive import BELONGS, CHUNK, MAX_BYTES, MOST, File
from runtime.events import ENDS, EVENT, MapsSaved
from runtime.process import Worker
from runtime.provisions import Provision
from runtime.storage import Storage, StorageError
from runtime.tickets import Ticket

ORDERS = "orders.json"
SLOTS = ("told-0.json", "told-1.json")
PIECE = 1 << 16  # bytes
AT_ONCE = 100_000_000  # bytes of what grows that are held in memory; a line is never longer
MOST_FILES = 500
Said = TypeVar("Said", bound=BaseModel)


class Held(File):
    """A file of the run's folder, and the object in the run's part of the storage that holds its content."""

    key: str = Field(pattern=rf"^[0-9]{{1,6}}/{BELONGS.pattern}\.[0-9]{{1,12}}$")


class Orders(BaseModel):
    """What the server says: the attempt that may train (0: none), with what it begins, and what was asked of it last.

    `asked` tells one wish from the next that reads the same; `provisions` are what all runs share.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int = Field(0, ge=0)
    ticket: Ticket | None = None
    wish: str = Field("", max_length=20)
    asked: str = Field("", max_length=60)
    files: tuple[Held, ...] = Field((), max_length=MOST_FILES)
    provisions: tuple[Provision, ...] = Field((), max_length=MOST_FILES)


class Told(BaseModel):
    """What an attempt says, each time with a larger `serial`: bytes of what grows, and all other files.

    `begun`: the run waits no more; `over`: nothing will follow. `nodes` are those that train it, by the cluster's names.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    serial: int = Field(ge=0)
    events: int = Field(0, ge=0, le=MOST["events.jsonl"])
    log: int = Field(0, ge=0, le=MOST["log"])
    begun: bool = False
    over: bool = False
    worker: Worker | None = None
    nodes: tuple[str, ...] = Field((), max_length=1_000)
    files: tuple[Held, ...] = Field((), max_length=MOST_FILES)


def said(kind: type[Said], data: bytes | None) -> Said | None:
    """What was said, if it is whole and fits."""
    with suppress(ValidationError):
        return None if data is None else kind.model_validate_json(data)
    return None


def newest_told(storage: Storage, number: int, after: int = 0, both: bool = False) -> Told | None:
    """The last that an attempt has said; one of the two may just be written. None where there is nothing new.

    Args:
        after: the serial that is known: then only that place is looked at where the next one stands, unless `both`.
    """
    slots = SLOTS if both or not after else (SLOTS[(after + 1) % 2],)
    found = [said(Told, storage.read(f"{number}/{slot}")) for slot in slots]
    found = [told for told in found if told is not None and told.serial > after]
    return max((told for told in found if told is not None), key=lambda told: told.serial, default=None)


def pieces(name: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """The pieces of a growing file that hold the bytes from `start` to `end`: the end of a key, first byte, byte behind the last."""
    for index in range(start // PIECE, -(-end // PIECE) if end > start else 0):
        yield f"{name}.{index:08d}", max(start, index * PIECE), min(end, (index + 1) * PIECE)


def before_the_end(data: bytes) -> bytes:
    """Whole lines of events, without those from the run's last word on."""
    passed = 0
    for line in data.splitlines(keepends=True):
        with suppress(ValidationError):
            if isinstance(EVENT.validate_json(line), ENDS):
                return data[:passed]
        passed += len(line)
    return data


def maps_in(data: bytes) -> list[str]:
    """The files of maps of which these lines of events tell."""
    found = []
    for line in data.splitlines():
        if b'"MapsSaved"' in line:
            with suppress(ValidationError):
                event = EVENT.validate_json(line)
                found += [event.file] if isinstance(event, MapsSaved) else []
    return found


def upload(storage: Storage, path: Path, name: str, key: str) -> Held:
    """Put a file as it is now, whoever replaces or removes it meanwhile, and say what was put.

    Raises:
        StorageError: it cannot be put.
        OSError: it is not there any more.
    """
    link = path.with_name(f".{path.name}.{os.getpid()}.going")
    link.unlink(missing_ok=True)
    link.hardlink_to(path)
    try:
        digest, size = hashlib.sha256(), 0
        with link.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
        held = Held(name=name, size=size, sha256=digest.hexdigest(), key=key)
        storage.put(link, key)
        return held
    finally:
        link.unlink(missing_ok=True)


def download(storage: Storage, held: Held, folder: Path) -> None:
    """Bring a file into a run's folder.

    Raises:
        StorageError: it is larger than any run makes it, is not there, or not whole.
        OSError: there is no room for it.
    """
    if held.size > MOST.get(held.name, MAX_BYTES):
        raise StorageError(f"{held.name} in {storage.url} is larger than any run makes it.")
    storage.get(held.key, folder / held.name, held.size, held.sha256)
