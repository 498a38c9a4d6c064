"""Files of models: what kind they are, checked before anything in them is used, and what they hold."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py

from builder.importer.refusal import MAX_CONFIG, MAX_FILE, MAX_SQUEEZE, MAX_WEIGHTS, SMALL, ModelFileError, read_json

MAX_OBJECTS = 200_000
MAX_LEVELS = 64
KINDS = ".keras, .h5 or .json"
# What people take for a model of Keras, by its first bytes.
OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\x80", "a Python pickle, which is never opened: reading one runs whatever code is in it"),
    (b"\x1f\x8b", "packed with gzip; unpack it first"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x08", "a SavedModel or ONNX file"),
    (b"<", "a web page; perhaps the download failed"),
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds: the architecture as JSON, the weights as HDF5, and by which Keras it was written."""

    config: Mapping[str, Any] | None
    weights: h5py.Group | None = None
    structured: bool = False  # the weights are laid out as in a .keras file
    version: str = ""
    backend: str = ""


def read_file(file: Path) -> bytes:
    """The bytes of a file, whose size is looked at first.

    Raises:
        ModelFileError: it is too large to be opened.
        OSError: it cannot be read.
    """
    with file.open("rb") as opened:
        data = opened.read(MAX_FILE + 1)
    _check_size(len(data))
    return data


def _check_size(size: int) -> None:
    if size > MAX_FILE:
        raise ModelFileError(f"The file has more than {MAX_FILE // 2**30} GB, and so cannot be opened.")


def read_contents(data: bytes) -> Contents:
    """What is in a model file.

    Raises:
        ModelFileError: it is of another kind, damaged, too large, or holds what may do harm.
    """
    _check_size(len(data))
    if data.startswith(b"PK"):
        return _from_zip(data)
    if data.startswith(b"\x89HDF"):
        return _from_h5(data)
    if data.lstrip()[:1] in (b"{", b'"'):
        config = read_json(data, "The file")
        return Contents(
            _model_in(config), None, False, _text(config.get("keras_version")), _text(config.get("backend"))
        )
    what = next((words for start, words in OTHERS if data.startswith(start)), "of a kind that is not known here")
    raise ModelFileError(f"This is no model file of Keras ({KINDS}): it is {what if data else 'empty'}.")


def _model_in(config: Mapping[str, Any]) -> Mapping[str, Any]:
    if "class_name" not in config:
        kind = "a network document of Layerloom; open it as one" if "nodes" in config else "something else"
        raise ModelFileError(f'The JSON describes no Keras model: it has no "class_name". It is {kind}.')
    return config


def _text(value: Any) -> str:
    return (value.decode(errors="replace") if isinstance(value, bytes) else str(value or ""))[:100]


def _from_zip(data: bytes) -> Contents:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {info.filename: info for info in archive.infolist()}
            if "config.json" not in members:
                kind = _zipped_kind(members)
                raise ModelFileError(f"This zip file is no .keras model: it holds no config.json. {kind}".strip())
            config = read_json(_member(archive, members["config.json"], MAX_CONFIG), "config.json")
            about = members.get("metadata.json")
            metadata = read_json(_member(archive, about, MAX_CONFIG), "metadata.json") if about else {}
            stored = members.get("model.weights.h5")
            weights = _member(archive, stored, MAX_WEIGHTS) if stored else None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(f"The .keras file is damaged or was cut off ({error}). Copy it once more.") from None
    version = _text(metadata.get("keras_version"))
    return Contents(_model_in(config), None if weights is None else _opened(weights), True, version)


def _zipped_kind(members: Mapping[str, Any]) -> str:
    if any(name.endswith("saved_model.pb") for name in members):
        return "It is a zipped SavedModel, which holds computations and not layers."
    if any(name.endswith(("data.pkl", ".pkl")) for name in members):
        return "It holds a pickle, as PyTorch writes; a pickle is never opened."
    return ""


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    """One member, whose size is checked before it is read and while it is: the header may lie."""
    if info.file_size > limit:
        raise ModelFileError(
            f"{info.filename} would unpack to {info.file_size / 2**20:,.0f} MB; at most {limit // 2**20:,} MB are opened."
        )
    if info.file_size > SMALL and info.file_size > MAX_SQUEEZE * max(info.compress_size, 1):
        raise ModelFileError(
            f"{info.filename} would grow from {info.compress_size / 1e3:,.0f} kB to {info.file_size / 2**20:,.0f} MB, as only a "
            "zip bomb does; it is not opened."
        )
    with archive.open(info) as file:
        data = file.read(info.file_size + 1)
    if len(data) > info.file_size:
        raise ModelFileError(f"{info.filename} is larger than the zip file says; it is not opened.")
    return data


def _opened(data: bytes) -> h5py.File:
    try:
        file = h5py.File(io.BytesIO(data), "r")
        _check(file)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(
            f"The HDF5 part is damaged or was cut off ({_brief(error)}). Copy the file once more."
        ) from None
    return file


def _brief(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error))[:120]


def _check(file: h5py.File) -> None:
    """Refuse what leads out of the file or grows as it is read, before any of it is used."""
    total = 0
    for count, (name, member) in enumerate(_members(file, "", 0), 1):
        if count > MAX_OBJECTS:
            raise ModelFileError(f"The HDF5 part holds more than {MAX_OBJECTS:,} objects, which no model does.")
        if isinstance(member, h5py.Dataset):
            total += _checked_size(name, member)
            if total > MAX_WEIGHTS:
                raise ModelFileError(f"The weights take more than {MAX_WEIGHTS // 2**30} GB; that is not opened.")


def _members(group: h5py.Group, path: str, level: int) -> Iterator[tuple[str, Any]]:
    if level > MAX_LEVELS:
        raise ModelFileError(f"The HDF5 part is nested more than {MAX_LEVELS} levels deep, which no model is.")
    for key in group:
        name = f"{path}/{key}"
        link = group.get(key, getlink=True)
        if not isinstance(link, h5py.HardLink):
            kind = "another file" if isinstance(link, h5py.ExternalLink) else "another place"
            raise ModelFileError(
                f"{name} is a link to {kind} ({_text(getattr(link, 'path', ''))[:60]!r}); models have no links, so it is not opened."
            )
        member = group[key]
        yield name, member
        if isinstance(member, h5py.Group):
            yield from _members(member, name, level + 1)


def _checked_size(name: str, dataset: h5py.Dataset) -> int:
    if dataset.dtype.kind not in "fiub" or dataset.dtype.subdtype is not None:
        raise ModelFileError(f"{name} holds {dataset.dtype} and not numbers; weights are numbers, so it is not opened.")
    if dataset.external or dataset.is_virtual:
        raise ModelFileError(f"{name} takes its numbers out of another file; that is not opened.")
    size = int(dataset.size or 0) * int(dataset.dtype.itemsize)
    if size > SMALL and size > MAX_SQUEEZE * dataset.id.get_storage_size():
        raise ModelFileError(
            f"{name} would grow to {size / 2**20:,.0f} MB as it is read, as only a bomb does; it is not opened."
        )
    return size


def _from_h5(data: bytes) -> Contents:
    file = _opened(data)
    version, backend = _attribute(file, "keras_version"), _attribute(file, "backend")
    stored = file.get("model_weights", file)
    if not isinstance(stored, h5py.Group):
        raise ModelFileError("model_weights is no group; this file was not written by Keras.")
    version = version or _attribute(stored, "keras_version")
    backend = backend or _attribute(stored, "backend")
    config = _attribute(file, "model_config")
    structured = "layer_names" not in stored.attrs and (
        "layers" in stored or "_layer_checkpoint_dependencies" in stored
    )
    return Contents(
        _model_in(read_json(config, "model_config")) if config else None, stored, structured, version, backend
    )


def _attribute(group: h5py.Group, name: str) -> str:
    """A text attribute; empty where there is none."""
    if name not in group.attrs:
        return ""
    kind = group.attrs.get_id(name).dtype
    if kind.kind not in "SU" and h5py.check_string_dtype(kind) is None:
        raise ModelFileError(f"The attribute {name} is no text; this file was not written by Keras.")
    value = group.attrs[name]
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
