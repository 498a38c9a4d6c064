"""What `python -m runtime archive` and `adopt` do: a run leaves as one file, and comes from one."""

from __future__ import annotations

from pathlib import Path

from builder.terminal import NoError, UnusableError
from runtime.archive import ArchiveError, adopt, archive
from runtime.run import Run, RunError


def give(run: Run, path: Path) -> None:
    """Write the archive of a run.

    Raises:
        NoError: it has not ended.
        UnusableError: the file cannot be written.
    """
    try:
        archive(run, path)
    except RunError as error:
        raise NoError(str(error)) from None
    except OSError as error:
        raise UnusableError(f"{path} cannot be written: {error.strerror}.") from None


def take(path: Path, project: str | None) -> Run:
    """The run of an archive, now among those here.

    Raises:
        NoError: it is here already, or there is no room for it.
        UnusableError: the file cannot be read, or is no archive of a run.
    """
    try:
        return adopt(path, project)
    except ArchiveError as error:
        raise UnusableError(f"{path}: {error}") from None
    except RunError as error:
        raise NoError(str(error)) from None
    except OSError as error:
        raise UnusableError(f"{path} cannot be read: {error.strerror}.") from None
