"""Weights that a run begins with instead of random ones. No Keras here: files are copied and looked over, not used."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import zipfile
from contextlib import suppress
from pathlib import Path, PurePath

import numpy as np

from runtime.home import home
from runtime.process import drafted
from runtime.spec import Start

MOST = 8 * 2**30  # bytes of a file of weights
ARRAY = re.compile(r"[^/]+/\d+")


class StartError(ValueError):
    """Weights that no run can begin with; `str()` says why, and what to do."""


def folder() -> Path:
    """Where weights lie that runs begin with, named after what they are."""
    path = home() / "weights"
    path.mkdir(exist_ok=True)
    return path


def place(start: Start) -> Path:
    """Where the weights lie, if they are here."""
    return folder() / start.file


def bring(path: Path) -> Start:
    """Take in a file of a person: the .npz that `python -m builder import --weights` writes, or any Keras model file.

    Raises:
        StartError: it cannot be read, or holds no weights.
    """
    from runtime.child import ServiceError  # it starts Keras, which most runs' beginnings need not
    from runtime.imports import import_model

    try:
        if path.stat().st_size > MOST:
            raise StartError(f"{path} has more than {MOST / 2**30:.0f} GB; no run begins with so much.")
        if path.suffix.lower() == ".npz":
            _check(path)
            return Start(file=keep(path), title=path.name[:100])
        found = import_model(path.read_bytes())
    except OSError as error:
        raise StartError(f"{path} cannot be read: {error.strerror}.") from None
    except ServiceError as error:
        raise StartError(f"{path}: {error}") from None
    if found.weights is None:
        raise StartError(f"{path} holds a network without weights. Give a file that has been saved with its weights.")
    return Start(file=found.weights, title=path.name[:100])


def take_along(start: Start, beside: Path) -> None:
    """Have the weights in a run's own folder too, so that it can be moved; that they are missing its worker tells."""
    with suppress(FileNotFoundError):
        try:
            os.link(place(start), beside)
        except OSError:  # another disk, or one that has no links
            shutil.copyfile(place(start), beside)


def keep(path: Path) -> str:
    """Copy a file of weights to where runs find it; its name there, by what it holds."""
    with path.open("rb") as file:
        name = f"{hashlib.file_digest(file, 'sha256').hexdigest()}.npz"
    if not (folder() / name).exists():
        with drafted(folder() / name) as draft:
            shutil.copyfile(path, draft)
    return name


def of_file(file: str, title: str) -> Start:
    """The weights of a model file that has been opened (`Opened.weights`), under the name that a person knows."""
    return Start(file=file, title=PurePath(title).name[:100] or "a model file")


def _check(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(member.file_size for member in archive.infolist())
        if total > MOST:
            raise StartError(f"{path} would unpack to {total / 2**30:.1f} GB; it is not opened.")
        with np.load(path, allow_pickle=False) as arrays:
            strange = next((name for name in arrays.files if not ARRAY.fullmatch(name)), None)
            if strange is not None or not arrays.files:
                raise StartError(
                    f"{path} holds no weights of a network: each array is to be called LAYER/NUMBER, and "
                    + (f"there is one called {strange[:60]!r}." if strange else "there is none.")
                )
    except (ValueError, zipfile.BadZipFile, EOFError) as error:
        if isinstance(error, StartError):
            raise
        raise StartError(f"{path} is no .npz file ({error}).") from None
