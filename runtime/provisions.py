"""Files that a run takes along to a machine of a cluster, so that this needs no internet and no files of its own: learned
weights of backbones, and the files of its data set. What the server does not have either the machine fetches itself.

Each is named after where it belongs, and lies under the checksum of its content, once for all runs, where the machine finds
it: in `provisions` of the folder that all see, or of the storage. `python -m runtime.provisions` reads a network and tells
the files of its learned weights; it is a process of its own because only Keras knows them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from builder.graph import Graph, read_graph, write_graph
from builder.program import lower
from runtime import weights
from runtime.child import ROOT
from runtime.cluster import JOB
from runtime.datasets.downloads import LARGEST
from runtime.home import home
from runtime.process import drafted, read_small, write_atomically
from runtime.run import Run
from runtime.storage import Storage
from runtime.weights import WeightsFile

FOLDER = "provisions"
LIST = "provisions.json"  # in the folder of a run: what it takes along, where all machines see that folder
OWN = "weights"  # the folder of a run, on a machine, for files of the server's own
MOST = 100  # files
ASK = (sys.executable, "-m", "runtime.provisions")
PATIENCE = 300.0  # seconds in which Keras must answer
ROOM = 500_000_000  # bytes that stay free on the disk


class Provision(BaseModel):
    """A file: `models/...` and `datasets/...` go into Keras's folders of these names, `weights/...` to the run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^(models|datasets|weights)(/\w[\w.-]*){1,2}$", max_length=250)
    size: int = Field(ge=1, le=LARGEST)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")

    def place(self, run: Path) -> Path:
        """Where a run with this folder looks for it on this machine."""
        kind, _, rest = self.name.partition("/")
        return (run / OWN if kind == "weights" else weights.cache(kind)) / rest

    def lacks(self, run: Path) -> bool:
        """Whether it does not lie there."""
        try:
            return self.place(run).stat().st_size != self.size
        except OSError:
            return True


LISTED: TypeAdapter[tuple[Provision, ...]] = TypeAdapter(tuple[Provision, ...])
FILES: TypeAdapter[tuple[WeightsFile, ...]] = TypeAdapter(tuple[WeightsFile, ...])


def put(run: Run, storage: Storage, anew: bool) -> tuple[Provision, ...]:
    """Put what a run takes along into a storage.

    Args:
        storage: all of it.
        anew: also what is there already, which may have been the fault.

    Raises:
        StorageError: it cannot take it.
    """
    shelf = storage.part(FOLDER)
    found = _described(_own(run) | _published(run))
    for provision, path in found.items():
        whole = shelf.read(provision.sha256, provision.size - 1, provision.size + 1)
        if anew or whole is None or len(whole) != 1:
            shelf.put(path, provision.sha256)
    return tuple(found)


def fetch(provisions: Iterable[Provision], storage: Storage, run: Path) -> None:
    """Bring from a storage what this machine lacks.

    Raises:
        StorageError: it is not to be had, or damaged.
        OSError: there is no room for it.
    """
    for provision in provisions:
        if provision.lacks(run):
            place = provision.place(run)
            place.parent.mkdir(parents=True, exist_ok=True)
            if provision.size > shutil.disk_usage(place.parent).free - ROOM:
                raise OSError(
                    f"There is no room for {provision.name} ({provision.size / 1e6:,.0f} MB) in {place.parent}."
                )
            storage.part(FOLDER).get(provision.sha256, place, provision.size, provision.sha256)


def lay_out(run: Run) -> None:
    """Lay what a run takes along where all machines see it, as hard links where that can be. What cannot be is told in its log."""
    try:
        found = _described(_published(run))  # of the server's own they see the folder
        for provision, path in found.items():
            _link(path, _shelf() / provision.sha256)
        if found or (run.folder / LIST).exists():
            write_atomically(run.folder / LIST, LISTED.dump_json(tuple(found)).decode())
    except OSError as error:
        _say(run, error)


def take(run: Run) -> None:
    """On a cluster, bring what this machine lacks from where all machines see it. What is not whole there is left.

    Nothing is put in the place of a file: other trainings on this machine may have it from a better place.
    """
    if not os.environ.get(JOB):
        return
    with suppress(OSError, ValidationError):
        for provision in LISTED.validate_json(read_small(run.folder / LIST)):
            shelved = _shelf() / provision.sha256
            with suppress(OSError):
                place = provision.place(run.folder)
                if not os.path.lexists(place) and _sha256(shelved) == provision.sha256:
                    _link(shelved, place)


def own_folder(run: Run) -> Path:
    """Where the files lie that backbones of this run name."""
    along = run.folder / OWN
    return along if along.is_dir() else weights.own_folder()


def _own(run: Run) -> dict[str, Path]:
    """The server's own files that backbones name: all of them, or none."""
    program = lower(run.spec.graph)
    if weights.missing_own(program, weights.own_folder()):
        return {}
    return {f"weights/{name}": weights.own_folder() / name for name in weights.own(program)}


def _published(run: Run) -> dict[str, Path]:
    """What can be had from the internet too, and is here."""
    from runtime.datasets import DATASETS

    dataset = DATASETS.get(run.spec.data.name)
    data = {f"datasets/{name}": weights.cache("datasets") / name for name in (dataset.files if dataset else ())}
    found = {name: path for name, path in data.items() if path.is_file()}
    return found | {f"models/{file.name}": file.path for file in _learned(run)}


def _learned(run: Run) -> list[WeightsFile]:
    """The learned weights that the run needs and that are here."""
    if not weights.learned(lower(run.spec.graph)) or not any(weights.cache().iterdir()):
        return []
    try:
        with _one_at_a_time:  # 600 MB and ten seconds each
            return [file for file in _told(run.spec.graph) if file.here]
    except OSError as error:
        _say(run, error)
        return []


def _say(run: Run, why: object) -> None:
    with suppress(OSError), run.log.open("a") as log:
        log.write(f"The run goes without files that the server has: {why}\n")


_one_at_a_time = threading.Lock()


@lru_cache(maxsize=100)
def _told(graph: Graph) -> tuple[WeightsFile, ...]:
    """The files of learned weights that a network needs, as Keras tells them.

    Raises:
        OSError: it does not.
    """
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    question = write_graph(graph).encode()
    try:
        answer = subprocess.run(
            ASK, cwd=ROOT, env=environment, input=question, capture_output=True, timeout=PATIENCE, check=True
        ).stdout
        return FILES.validate_json(answer.splitlines()[-1])
    except (subprocess.SubprocessError, ValidationError, IndexError) as error:
        raise OSError(f"Keras does not tell which learned weights the network needs ({error}).") from None


def _described(files: Mapping[str, Path]) -> dict[Provision, Path]:
    found = {}
    for name, path in list(files.items())[:MOST]:
        size = path.stat().st_size
        if 0 < size <= LARGEST:
            found[Provision(name=name, size=size, sha256=_sha256(path))] = path
    return found


def _sha256(path: Path) -> str:
    state = path.stat()
    return _hashed(path, state.st_mtime_ns, state.st_size, state.st_ino)


@lru_cache(maxsize=200)
def _hashed(path: Path, _changed: int, _size: int, _number: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _shelf() -> Path:
    path = home() / FOLDER
    path.mkdir(exist_ok=True)
    return path


def _link(path: Path, to: Path) -> None:
    """Have a file at another place too, in one step."""
    if to.exists() and to.stat().st_size == path.stat().st_size:
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    with drafted(to) as draft:
        try:
            os.link(path, draft)
        except OSError:  # another disk, or one that has no links
            if path.stat().st_size > shutil.disk_usage(to.parent).free - ROOM:
                raise OSError(f"There is no room for {path.name} in {to.parent}.") from None
            shutil.copyfile(path, draft)


def main() -> None:
    """Tell which learned weights the network on standard input needs. Imports Keras."""
    program = lower(read_graph(sys.stdin.read()))
    print(FILES.dump_json(tuple(weights.wanted(program))).decode())


if __name__ == "__main__":
    main()
