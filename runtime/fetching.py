"""Learned weights fetched ahead of a training, in the background of the screen's process; one download a file at a time."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from runtime.process import drafted
from runtime.weights import WeightsFile, WeightsUnavailable, fetch


@dataclass(slots=True)
class Download:
    """How far a download is, in bytes; `total` is None until the server has told it, `error` says why it ended early."""

    file: WeightsFile
    received: int = 0
    total: int | None = None
    error: str = ""
    over: bool = False


_LOCK = threading.Lock()
_DOWNLOADS: dict[Path, Download] = {}


def download_of(file: WeightsFile) -> Download | None:
    """The newest download of a file."""
    return _DOWNLOADS.get(file.path)


def begin(file: WeightsFile) -> Download:
    """Fetch a file in the background, unless that goes on already."""
    with _LOCK:
        found = _DOWNLOADS.get(file.path)
        if found is not None and not found.over:
            return found
        download = _DOWNLOADS[file.path] = Download(file)
    threading.Thread(target=_fetch, args=(download,), name=f"fetch-{file.name}"[:60], daemon=True).start()
    return download


def _fetch(download: Download) -> None:
    def tell(_: WeightsFile, received: int, total: int | None) -> None:
        download.received, download.total = received, total

    try:
        fetch(download.file, tell)
    except (WeightsUnavailable, OSError) as error:
        download.error = str(error)
    finally:
        download.over = True


def bring(file: WeightsFile, content: bytes) -> None:
    """Put a file that a person has fetched elsewhere where Keras looks for it.

    Raises:
        WeightsUnavailable: it is another file than Keras expects, or nobody can tell.
    """
    if file.hash is None:
        raise WeightsUnavailable(
            f"Keras tells no checksum of {file.name}, so that it cannot be known to be the right one. Whoever runs this app can "
            f"put it into {file.path.parent}."
        )
    with drafted(file.path) as draft:
        draft.write_bytes(content)
        if not content.startswith(b"\x89HDF") or not file.fits(draft):
            raise WeightsUnavailable(
                f"This is not the file {file.name} that Keras expects for {file.network}: its contents differ. Fetch {file.url}"
            )
