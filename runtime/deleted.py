"""Runs that have been deleted: for an hour they can be brought back, from a hidden folder among the others."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

from runtime import tickets
from runtime.home import runs_folder
from runtime.record import ID
from runtime.run import Run, RunError, open_run

KEPT = 3600.0  # seconds
FOLDER = ".deleted"  # no run's id, so that nobody lists it; among the runs, which may lie on a disk of their own


def delete(run: Run) -> None:
    """Put the run aside with all that came of it.

    Raises:
        RunError: it is still training, or its files cannot be moved.
    """
    if run.status() in ("running", "paused"):
        raise RunError(f"{run.name} is still training: stop it first.")
    tickets.drop(run.id)
    try:
        os.utime(run.folder)  # from now on its hour counts
        forget(run.id)  # one of this name that was deleted before
        run.folder.rename(_aside(run.id))
    except FileNotFoundError:
        return  # someone else was quicker
    except OSError as error:
        raise RunError(f"{run.name} cannot be removed: {error.strerror}.") from None


def restore(run_id: str) -> Run:
    """Bring a deleted run back.

    Raises:
        RunError: it has been removed for good, or is there again.
    """
    try:
        _aside(run_id).rename(runs_folder() / run_id)
    except FileNotFoundError:
        raise RunError("This run has been removed for good meanwhile.") from None
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise RunError("This run is here again already: it has been brought in as a file meanwhile.") from None
        raise RunError(f"This run cannot be brought back: {error.strerror}.") from None
    return open_run(run_id)


def forget(run_id: str) -> None:
    """Remove a deleted run for good; none is no error.

    Raises:
        OSError: its files cannot be removed.
    """
    doomed = _folder() / f"{run_id}.{secrets.token_hex(4)}"  # should we be killed midway, half a run does not come back
    with suppress(FileNotFoundError):
        shutil.rmtree(_aside(run_id).rename(doomed))


def clear() -> None:
    """Remove for good what was deleted an hour ago, and what is left of an earlier removal; what cannot be is tried again."""
    try:
        found = list(_folder().iterdir())
    except OSError:
        return  # the disk may not be mounted just now
    for folder in found:
        with suppress(OSError):
            if ID.fullmatch(folder.name) and time.time() - folder.lstat().st_mtime > KEPT:
                forget(folder.name)
            elif ID.fullmatch(folder.name.rpartition(".")[0]):
                shutil.rmtree(folder)


def _aside(run_id: str) -> Path:
    if not ID.fullmatch(run_id):
        raise RunError(f"{run_id[:60]!r} is no run.")
    return _folder() / run_id


def _folder() -> Path:
    """Where deleted runs lie. A link is refused: what it leads to may be the runs of somebody else.

    Raises:
        OSError: it is a link, or cannot be made.
    """
    path = runs_folder() / FOLDER
    if path.is_symlink():
        raise OSError(errno.ELOOP, f"{path} is a link, and deleted runs stay with the others")
    path.mkdir(exist_ok=True)
    return path
