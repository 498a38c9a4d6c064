"""Learned weights of backbones: what a network needs, how large that is, and fetching it before the model is built.

Keras's own download waits for ever on a silent server. This one has time-outs, tells of progress, checks the file as Keras
does, and puts it where Keras looks, so that Keras finds it in its cache. Only `wanted` imports Keras.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from builder.flat import flat
from builder.layers.applications import Backbone
from builder.program import Program
from builder.zoo.applications import PUBLISHED
from runtime.datasets import downloads
from runtime.home import home

LEARNED = "imagenet"
ANSWERS = 5.0  # seconds in which a server must tell a size


class WeightsUnavailable(Exception):  # noqa: N818 (told to a person, who can mend it)
    """Weights that are not here and cannot be had; `str()` says what to do."""


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """The learned weights of a backbone: the file that Keras looks for, where it comes from, and its hash where known."""

    network: str
    name: str
    url: str
    hash: str | None = None

    @property
    def path(self) -> Path:
        """Where Keras looks for it."""
        return cache() / self.name

    @property
    def here(self) -> bool:
        """Whether it lies there whole."""
        return self.path.is_file() and self.fits(self.path)

    def fits(self, file: Path) -> bool:
        """Whether a file is what Keras expects, as far as its hash is known."""
        return self.hash is None or _hash(file, self.hash) == self.hash

    def size(self) -> int | None:
        """Bytes, as the server tells, else as Keras publishes them for the whole network; None when nobody knows."""
        published = PUBLISHED[self.network].megabytes if self.network in PUBLISHED else None
        try:
            request = urllib.request.Request(self.url, method="HEAD")
            with urllib.request.urlopen(request, timeout=ANSWERS) as response:
                length = response.headers.get("Content-Length") or ""
        except (OSError, ValueError):
            length = ""
        if length.isdecimal():
            return int(length)
        return None if published is None else round(published * 2**20)


def cache(kind: str = "models") -> Path:
    """Keras's folder of weights, or of `datasets`: below KERAS_HOME or ~/.keras, or in the folder for passing files where
    that is read-only."""
    keras_home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    keras_home.mkdir(parents=True, exist_ok=True)
    if not os.access(keras_home, os.W_OK):
        keras_home = Path("/tmp" if Path("/tmp").is_dir() else tempfile.gettempdir()) / ".keras"
    folder = keras_home / kind
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def own_folder() -> Path:
    """Where a person puts files of weights that a backbone is to begin with."""
    folder = home() / "weights"
    folder.mkdir(exist_ok=True)
    return folder


def wanted(program: Program) -> list[WeightsFile]:
    """The files that the backbones of a network need from the network or from Keras's cache. Imports Keras.

    Raises:
        Exception: of any kind, where Keras rejects what is asked of a backbone.
    """
    from builder.compile import download_wanted

    found = []
    for step in flat(program).program.steps:
        if isinstance(step.layer, Backbone) and (download := download_wanted(step.call)):
            found.append(WeightsFile(step.layer.type, download.name, download.url, download.hash))
    return list(dict.fromkeys(found))


def learned(program: Program) -> bool:
    """Whether a backbone begins with the weights learned on ImageNet. Imports no Keras."""
    return LEARNED in _named(program)


def own(program: Program) -> list[str]:
    """The files of their own that backbones name, each once."""
    return [name for name in _named(program) if name != LEARNED]


def missing_own(program: Program, folder: Path) -> list[str]:
    """Those of them that are not in a folder."""
    return [name for name in own(program) if not (folder / name).is_file()]


def _named(program: Program) -> list[str]:
    layers = (step.layer for step in flat(program).program.steps if isinstance(step.layer, Backbone))
    names = (getattr(layer, "weights", None) for layer in layers)
    return list(dict.fromkeys(name for name in names if name is not None))


Tell = Callable[[WeightsFile, int, int | None], None]  # bytes received so far, and in all where that is known


def provide(program: Program, tell: Tell, folder: Path) -> None:
    """See to it that all weights of a network are here. Imports Keras.

    Args:
        folder: where files of a person's own lie.

    Raises:
        WeightsUnavailable: some are not, and cannot be had.
    """
    if missing := missing_own(program, folder):
        raise WeightsUnavailable(
            f"The file of weights {missing[0]} is not in {folder}. Put it there, or set the layer's `weights` to "
            "imagenet (a download) or empty (random)."
        )
    for file in wanted(program):
        fetch(file, tell)


def fetch(file: WeightsFile, tell: Tell) -> Path:
    """Download a file of weights unless it is here. Imports no Keras.

    Raises:
        WeightsUnavailable: the server cannot be reached, is silent or too slow, or sends another file.
    """
    if file.here:
        return file.path
    token = downloads.progress.set(lambda received, total: tell(file, received, total))
    try:
        downloads.retrieve(file.url, str(file.path))
    except OSError as error:
        raise WeightsUnavailable(_in_words(file, str(getattr(error, "reason", error)))) from error
    finally:
        downloads.progress.reset(token)
    if not file.here:
        file.path.unlink(missing_ok=True)
        raise WeightsUnavailable(_in_words(file, "what came is another file than Keras expects"))
    return file.path


def _in_words(file: WeightsFile, reason: str) -> str:
    return (
        f"The learned weights of {file.network} could not be downloaded ({reason[:200]}). Connect this machine to the network "
        f"and try again; or fetch {file.url} elsewhere and put it into {cache()}; or empty the layer's setting `weights`: it "
        "then starts with random ones."
    )


def _hash(path: Path, like: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256" if len(like) == 64 else "md5").hexdigest()
