"""What the server keeps of a run's mirror in the run's folder, and how it writes there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime import checkpoints
from runtime.mirror.words import Held
from runtime.process import read_small, write_atomically
from runtime.run import Run
from runtime.spec import START_FILE

NOTE = "mirror.json"


class Note(BaseModel):
    """mirror.json: the attempt that is mirrored, bytes of its log that are here, and the objects of files that are here.

    `there`: the files that the attempt has, as last told; what it has no more may go here too.
    """

    model_config = ConfigDict(extra="ignore")

    number: int = Field(0, ge=0)
    log: int = Field(0, ge=0)
    files: dict[str, Held] = Field(default_factory=dict)
    there: set[str] = Field(default_factory=set)


def job_name(run: Run, number: int) -> str:
    """What the cluster calls an attempt."""
    return f"layerloom-{run.id}-{number}"


def needed(run: Run) -> dict[str, Path]:
    """What an attempt begins with: of the checkpoints the newest, and more as long as they are small."""
    found = {name: run.folder / name for name in ("run.json", START_FILE, "events.jsonl")}
    size = 0
    for position in reversed(checkpoints.kept(run)):
        path = checkpoints.path_of(run, position)
        if size and size + path.stat().st_size > checkpoints.MOST_BYTES:
            break
        size += path.stat().st_size
        found[f"checkpoints/{path.name}"] = path
    return {name: path for name, path in found.items() if path.exists()}


def append_bytes(path: Path, data: bytes) -> None:
    """Write all of it behind what is there, or nothing, so that what comes later stands at its place.

    Raises:
        OSError: there is no room.
    """
    if not data:
        return
    with path.open("ab", buffering=0) as file:
        before = file.seek(0, os.SEEK_END)
        if file.write(data) != len(data):
            file.truncate(before)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def read_note(run: Run) -> Note:
    """What was kept; nothing, where there is nothing to be read."""
    try:
        return Note.model_validate_json(read_small(run.folder / NOTE))
    except (OSError, ValidationError):
        return Note()


def write_note(run: Run, note: Note) -> None:
    """Keep it, as long as there is a folder."""
    if run.folder.is_dir():
        write_atomically(run.folder / NOTE, note.model_dump_json())
