"""What the machines of a cluster share where they share no path: any storage that fsspec opens, named by a URL.

Its password or key stands in the environment or the configuration of each machine, as its library wants it (AWS_..., FSSPEC_...,
a file in the home folder), never in the URL: that is shown, and sent to nodes.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from runtime.process import drafted

STORAGE = "LAYERLOOM_STORAGE"
CHUNK = 8 << 20  # bytes that are read at once
SMALL = 2_000_000  # bytes of an object that is read whole
URL = re.compile(r"[a-z][a-z0-9+]*://[^\s?#]{1,500}")
# Those that have real folders, which must be made before something can be put into them.
FOLDERS = {"file", "local", "ftp", "sftp", "ssh", "smb", "hdfs", "webhdfs", "webdav"}
# So that one that does not answer is given up in time; it is asked again a little later.
IN_TIME: Mapping[str, Mapping[str, Any]] = {
    "s3": {"config_kwargs": {"connect_timeout": 5, "read_timeout": 20, "retries": {"max_attempts": 2}}},
    "ftp": {"timeout": 10},
}
SECRET = re.compile(r"KEY|SECRET|TOKEN|PASSW|CREDENTIAL", re.IGNORECASE)
# Variables with which a storage is opened. A training needs none of them.
OPENS = ("AWS_", "FSSPEC_", "AZURE_", "GOOGLE_APPLICATION_", STORAGE)


class StorageError(Exception):
    """A storage that cannot be used just now, or at all; `str()` is shown, and says what to do."""


class ChangedError(StorageError):
    """What lies there is not what was told of it: half of it, or something else."""


_made = threading.local()  # folders that this thread has made, or found


@dataclass(frozen=True, slots=True)
class Storage:
    """A folder in a storage. Threads may share it; each method raises StorageError where the storage does not do it.

    Args:
        url: of the folder; each run has a part of its own in there.
    """

    url: str

    def part(self, name: str) -> Storage:
        """A folder within."""
        return Storage(f"{self.url}/{name}")

    def check(self) -> None:
        """See that it can be opened at all, without asking it anything: whether what speaks to it is installed."""
        with self._words():
            self._opened()

    def read(self, key: str, start: int = 0, end: int = SMALL) -> bytes | None:
        """The bytes of an object from `start` up to `end`; None where there is no such object."""
        with self._words():
            fs, root = self._opened()
            try:
                return bytes(fs.cat_file(f"{root}/{key}", start=start, end=end))
            except FileNotFoundError:
                return None

    def write(self, key: str, data: bytes) -> None:
        """Put an object in the place of the one that was there."""
        with self._words():
            fs, root = self._opened()
            self._make_room(fs, root, key)
            fs.pipe_file(f"{root}/{key}", data)

    def put(self, path: Path, key: str) -> None:
        """The same with the content of a file."""
        with self._words():
            fs, root = self._opened()
            self._make_room(fs, root, key)
            fs.put_file(str(path), f"{root}/{key}")

    def get(self, key: str, path: Path, size: int, sha256: str) -> None:
        """Bring an object into a file, in one step.

        Args:
            size: its bytes; no more are read.
            sha256: of its content.

        Raises:
            ChangedError: it has another content, or is not there.
            OSError: the file cannot be written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with drafted(path) as draft:
            with draft.open("wb") as file:
                for start in range(0, size, CHUNK):
                    piece = self.read(key, start, min(size, start + CHUNK)) or b""
                    digest.update(piece)
                    file.write(piece)
            if digest.hexdigest() != sha256:
                raise ChangedError(f"{path.name} in {self.url} is not what was told of it.")

    def names(self) -> list[str]:
        """What lies directly in it."""
        with self._words():
            fs, root = self._opened()
            fs.invalidate_cache()
            try:
                return [str(path).rstrip("/").rpartition("/")[2] for path in fs.ls(root, detail=False)]
            except FileNotFoundError:
                return []

    def remove(self, key: str) -> None:
        """Take away an object, or a folder with all that is in it; nothing happens where there is none."""
        with self._words():
            fs, root = self._opened()
            fs.invalidate_cache()
            with suppress(FileNotFoundError):
                fs.rm(f"{root}/{key}", recursive=True)

    def _opened(self) -> tuple[Any, str]:
        """The file system, which fsspec keeps for each thread, and the path in it."""
        from fsspec.core import url_to_fs

        fs, root = url_to_fs(self.url, **IN_TIME.get(self.url.partition(":")[0], {}))
        return fs, root.rstrip("/")

    def _make_room(self, fs: Any, root: str, key: str) -> None:
        folder = f"{root}/{key}".rpartition("/")[0]
        if self.url.partition(":")[0] not in FOLDERS or folder in _made.__dict__:
            return
        base = urlsplit(os.environ.get(STORAGE, "")).path.rstrip("/")
        if base and root.startswith(base) and not fs.isdir(base):  # a disk that is not there now must not be made up
            raise StorageError(f"The folder {base} of {self.url} is not there. Make it, or mount it.")
        fs.makedirs(folder, exist_ok=True)
        _made.__dict__[folder] = True

    @contextmanager
    def _words(self) -> Iterator[None]:
        try:
            yield
        except StorageError:
            raise
        except ImportError as error:
            raise StorageError(_not_installed(self.url, error)) from None
        except Exception as error:  # each library has its own errors
            _made.__dict__.clear()
            raise StorageError(f"The storage {self.url} cannot be used ({_why(error)}).") from None


def configured() -> Storage | None:
    """The storage that this process is to use; None where machines share a path.

    Raises:
        StorageError: its URL is none, or holds a password.
    """
    url = os.environ.get(STORAGE, "").strip().rstrip("/")
    if not url:
        return None
    url = f"file://{url}" if url.startswith("/") else url
    try:
        parts = urlsplit(url)
        secret = parts.password or (parts.username and parts.scheme in ("s3", "s3a"))
    except ValueError:
        secret = True
    if secret:
        raise StorageError(
            f"{STORAGE} holds a password, or is no URL. Leave it out, as the URL is shown on pages, and set what opens "
            "the storage in the environment of the server and of each node: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY "
            "for s3://, FSSPEC_FTP_PASSWORD for ftp://."
        )
    if not URL.fullmatch(url) or "::" in url:
        raise StorageError(f"{STORAGE} is {url[:100]!r}. Write a URL, such as s3://bucket/class or file:///srv/class.")
    return Storage(url)


def without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for a process that has nothing to do with the storage."""
    return {name: value for name, value in environment.items() if not name.startswith(OPENS)}


def _not_installed(url: str, error: ImportError) -> str:
    protocol = url.partition(":")[0]
    try:
        from fsspec.registry import known_implementations

        package = known_implementations[protocol]["class"].partition(".")[0]
    except (ImportError, KeyError):
        package = "fsspec"
    wanted = f"the package {package}" if package != "fsspec" else str(error).rstrip(".")
    return (
        f"{STORAGE} is {url}, and what speaks to it is not installed here: {wanted}. Install it on the server and on "
        f"each node; `make run CLUSTER=1` and `make node` bring fsspec and s3fs."
    )


def _why(error: Exception) -> str:
    """What has gone wrong, without any secret of the environment."""
    lines = str(error).strip().splitlines()
    said = f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__
    for name, value in os.environ.items():
        if SECRET.search(name) and len(value) > 3:
            said = said.replace(value, "...")
    return said
