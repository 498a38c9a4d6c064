"""What may lie in the folder of a run: folders come from other servers too, and from whoever can write here."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

# What numpy and zipfile raise on files of arrays that are damaged, or made to do harm.
DAMAGED = (
    OSError,
    ValueError,
    EOFError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
FILES = frozenset(
    {
        "run.json",
        "worker.json",
        "events.jsonl",
        "control",
        "lock",
        "log",
        "statistics.json",
        "model.keras",
        "start.npz",
        "provisions.json",
    }
)


def strange(folder: Path) -> str:
    """What is wrong with a folder: a link could lead elsewhere, and reading a pipe never end. Empty when nothing is.

    It is looked at once as long as nothing is added, removed or renamed in it.

    Raises:
        OSError: there is none, or it cannot be read.
    """
    now = folder.lstat()
    if stat.S_ISLNK(now.st_mode):
        return "its folder is a link to elsewhere."
    return _strange(folder, now.st_mtime_ns)


@lru_cache(maxsize=2_000)
def _strange(folder: Path, _changed: int) -> str:
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _is_plain(entry):
                return (
                    f"{entry.name[:60]!r} in its folder is no ordinary file (a link, a pipe or a folder). Remove that."
                )
    return ""


def _is_plain(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) or (entry.name not in FILES and entry.is_dir(follow_symlinks=False))
