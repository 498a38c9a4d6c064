"""How keras.datasets fetches a file in our processes: with a time-out, with progress, and never leaving half a file.

Keras's own `get_file` waits for ever on a silent server, and when it is killed it leaves a part of the file in the cache,
which it takes for the whole one where it knows no hash (Fashion-MNIST).
"""

from __future__ import annotations

import time
import urllib.request
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from runtime.datasets.base import Progress
from runtime.process import drafted

SILENCE = 20.0  # seconds without a byte
SLOWEST = 1_000  # bytes a second, on average after the first SILENCE seconds
LARGEST = 2_000_000_000  # bytes; the largest set here has 170 MB, the largest weights (ConvNeXtXLarge) 1.4 GB


def _untold(received: int, total: int | None) -> None:
    """Nobody is told."""


progress: ContextVar[Progress] = ContextVar("progress", default=_untold)


def guard() -> None:
    """Make keras fetch files by `retrieve`; imports keras."""
    from keras.src.utils import file_utils

    file_utils.urlretrieve = retrieve


def retrieve(url: str, filename: str, _reporthook: Any = None) -> None:
    """Stands in for `urllib.request.urlretrieve`.

    Raises:
        OSError: the server cannot be reached, is silent or too slow, or the file is cut short or too large.
    """
    with drafted(Path(filename)) as draft:
        _stream(url, draft)


def _stream(url: str, part: Path) -> None:
    tell, began, received = progress.get(), time.monotonic(), 0
    with urllib.request.urlopen(url, timeout=SILENCE) as response, part.open("wb") as file:
        length = response.headers.get("Content-Length") or ""
        total = int(length) if length.isdecimal() else None
        while chunk := response.read1(1 << 16):
            received += file.write(chunk)
            tell(received, total)
            if received < SLOWEST * (time.monotonic() - began - SILENCE):
                raise TimeoutError("the server sends next to nothing")
            if received > LARGEST:
                raise OSError("the file is larger than any data set or weights here")
    if total is not None and received < total:
        raise OSError(f"the connection broke after {received:,} of {total:,} bytes")
