"""A run as one file, to be moved to another server: a zip with a manifest of versions, sizes and checksums.

An archive comes from outside, so nothing in it is believed: names, sizes, checksums and run.json are checked before anything
stands among the runs, and no model is opened here. What belongs to a machine (its processes, what it was asked) stays behind.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from builder.graph import MAX_DOCUMENT_BYTES
from runtime.events import last
from runtime.home import runs_folder
from runtime.process import drafted, read_small
from runtime.record import ID, Record
from runtime.run import OVER, Run, RunError, open_run

ENDING = ".layerloom-run.zip"
MANIFEST = "manifest.json"
MAX_MANIFEST = 5_000_000  # bytes
MAX_FILES = 10_000
MAX_BYTES = 20_000_000_000  # of all files together
MAX_DIRECTORY = 5_000_000  # bytes of the zip's list of contents, which Python reads at once
ROOM = 500_000_000  # bytes that stay free on the disk
CHUNK = 1 << 20
# What a run consists of, wherever it is; each part of a name is plain, so that none leads out of the folder.
BELONGS = re.compile(
    r"(run\.json|events\.jsonl|statistics\.json|log|model\.keras|start\.npz|"
    r"(maps|checkpoints)(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}){1,3})"
)
# Bytes, of those that are read whole, or line by line.
MOST = {
    "run.json": 2 * MAX_DOCUMENT_BYTES,
    "events.jsonl": 10_000_000_000,  # four months, as a training writes up to 80 MB a day; read a piece at a time
    "statistics.json": 20_000_000,
    "log": 100_000_000,
}
ENCRYPTED = 0x1
PACKED = (".keras", ".npz", ".h5", ".zip")  # already as small as they get


class File(BaseModel):
    """One file of the run."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=rf"^{BELONGS.pattern}$")
    size: int = Field(ge=0, le=MAX_BYTES)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """What is in the archive. `versions`: what the run was made with."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["layerloom-run"] = "layerloom-run"
    version: Literal[1] = 1
    run: str = Field(pattern=rf"^{ID.pattern}$")
    versions: dict[str, str] = Field(default_factory=dict, max_length=20)
    files: list[File] = Field(max_length=MAX_FILES)


class ArchiveError(RunError):
    """A file that is no archive of a run, or one that is damaged; `str()` says what is wrong with it."""


def archive(run: Run, path: Path) -> None:
    """Write a run into one file, which `adopt` reads on another server.

    Raises:
        RunError: it has not ended, so that its files still change; or they are larger than `adopt` takes.
        OSError: the file cannot be written.
    """
    if run.status() not in OVER:
        raise RunError(f"{run.name} has not ended yet ({run.status()}): stop it first, then it can be moved.")
    belong = list(_files(run.folder))
    sizes = {name: found.stat().st_size for name, found in belong}
    large = _too_large(sizes)
    if large is not None or sum(sizes.values()) > MAX_BYTES or len(sizes) > MAX_FILES:
        raise RunError(f"{run.name} cannot be moved: {large or 'all of it'} is larger than what another server takes.")
    with drafted(path) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as target:
        files = [_packed(target, found, name) for name, found in belong]
        manifest = Manifest(run=run.id, versions=run.versions, files=files)
        target.writestr(MANIFEST, manifest.model_dump_json(indent=1))


def adopt(source: Path | IO[bytes], project: str | None = None) -> Run:
    """Put the run of an archive among the runs here; it keeps its id.

    Args:
        source: the archive.
        project: the project here that it belongs to from now on; None: that which it names.

    Raises:
        RunError: it is here already, or there is no room for it.
        ArchiveError: the file is none, is damaged, or holds what does not belong to a run.
    """
    if project is not None and not re.fullmatch(r"[0-9a-f]{32}", project):
        raise RunError(f"{project[:60]!r} is no id of a project; it stands in the address of the project's pages.")
    try:
        with source.open("rb") if isinstance(source, Path) else nullcontext(source) as file:
            if _list_size(file) > MAX_DIRECTORY:
                raise ArchiveError("This archive holds more files than a run has.")
            with zipfile.ZipFile(file) as opened:
                return _adopted(opened, project)
    except RunError:
        raise
    except _DAMAGED as error:
        raise ArchiveError(
            f"This is no archive of a run, or it is damaged ({error}). Make it anew where the run is, with “Take it as one file”."
        ) from None


# What zipfile raises on files that are damaged, or made to do harm.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, OverflowError)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if BELONGS.fullmatch(name) and path.is_file() and not path.is_symlink():
            yield name, path


def _packed(target: zipfile.ZipFile, path: Path, name: str) -> File:
    digest, size = hashlib.sha256(), 0
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(PACKED) else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    with path.open("rb") as read, target.open(entry, "w", force_zip64=True) as written:
        while chunk := read.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            written.write(chunk)
    return File(name=name, size=size, sha256=digest.hexdigest())


def _adopted(opened: zipfile.ZipFile, project: str | None) -> Run:
    manifest = _manifest(opened)
    _check_names(opened, manifest)
    final = runs_folder() / manifest.run
    if final.exists():
        raise RunError(f"The run {manifest.run} is here already. Delete it first if you want the one of the archive.")
    needed = sum(file.size for file in manifest.files)
    free = shutil.disk_usage(runs_folder()).free - ROOM
    if needed > min(MAX_BYTES, free):
        raise RunError(
            f"The run needs {needed / 1e9:.1f} GB; there is room for {max(0, min(MAX_BYTES, free)) / 1e9:.1f}."
        )
    draft = runs_folder() / f".adopting-{secrets.token_hex(6)}"
    try:
        draft.mkdir()
        (draft / "maps").mkdir()
        for file in manifest.files:
            _unpack(opened, file, draft / file.name)
        _settle(draft, manifest.run, project)
        draft.rename(final)
    except OSError as error:
        raise RunError(f"The run cannot be put among the others: {error.strerror}.") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return open_run(manifest.run)


def _list_size(file: IO[bytes]) -> int:
    """The bytes of the zip's list of contents: Python reads all of it before anybody can look at it."""
    end = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # where ZipFile itself looks; nothing public tells it
    if not end:
        raise zipfile.BadZipFile("it is no zip file")
    return int(end[zipfile._ECD_SIZE])  # type: ignore[attr-defined]


def _manifest(opened: zipfile.ZipFile) -> Manifest:
    try:
        if opened.getinfo(MANIFEST).file_size > MAX_MANIFEST:
            raise ArchiveError("The list of contents of this archive is too long.")
        with opened.open(MANIFEST) as file:
            return Manifest.model_validate_json(file.read(MAX_MANIFEST))
    except KeyError:
        raise ArchiveError(
            "This zip file holds no run, or its end is missing, as of a download that broke off: there is no manifest.json in it."
        ) from None
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in fault["loc"]) or "the whole of it"
        why = "This is no name that a run knows" if fault["type"] == "string_pattern_mismatch" else fault["msg"]
        raise ArchiveError(f"The manifest of this archive cannot be used: {place}: {why}.") from None


def _check_names(opened: zipfile.ZipFile, manifest: Manifest) -> None:
    """Refuse what is no plain file, what the manifest does not name, and what it names twice."""
    listed = [file.name for file in manifest.files]
    held = [entry.filename for entry in opened.infolist() if entry.filename != MANIFEST]
    if len(set(listed)) != len(listed) or sorted(held) != sorted(listed):
        raise ArchiveError("This archive does not hold what its manifest names; it has been changed or is damaged.")
    large = _too_large({file.name: file.size for file in manifest.files})
    if large is not None:
        raise ArchiveError(f"{large} in this archive is larger than any run makes it.")
    if "run.json" not in listed:
        raise ArchiveError("This archive holds no run.json, so nobody knows what the run was.")
    for entry in opened.infolist():
        kind = stat.S_IFMT(entry.external_attr >> 16)
        plain = kind in (0, stat.S_IFREG) and not entry.is_dir() and not entry.flag_bits & ENCRYPTED
        if not plain or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ArchiveError(f"{entry.filename[:80]} in this archive is no plain file; it is not taken.")


def _too_large(sizes: Mapping[str, int]) -> str | None:
    """The first file that is larger than any run makes it."""
    return next((name for name, size in sizes.items() if size > MOST.get(name, MAX_BYTES)), None)


def _unpack(opened: zipfile.ZipFile, file: File, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), file.size
    with opened.open(file.name) as read, path.open("xb") as written:
        while chunk := read.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                break
            digest.update(chunk)
            written.write(chunk)
    if left != 0 or digest.hexdigest() != file.sha256:
        raise ArchiveError(f"{file.name} in this archive is damaged: it is not what the manifest says. Make it anew.")


def _settle(folder: Path, run_id: str, project: str | None) -> None:
    """See that run.json describes this run, which has been trained, and put the run into its project."""
    try:
        record = Record.model_validate_json(read_small(folder / "run.json"))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise ArchiveError(f"The run.json of this archive cannot be read: {fault['msg']}.") from None
    if record.id != run_id:
        raise ArchiveError("The run.json of this archive is that of another run.")
    if last(folder / "events.jsonl") is None:
        raise ArchiveError(
            "The log of this archive cannot be read, so nobody knows what became of the run; here it would begin to train."
        )
    if project is not None:
        record = record.model_copy(update={"project": project})
    (folder / "run.json").write_text(record.model_dump_json(indent=1) + "\n")
