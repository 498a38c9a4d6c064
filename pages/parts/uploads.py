"""Files that people bring: a network document, a Keras model of any generation, or Keras code, read into a graph."""

from __future__ import annotations

import json
from pathlib import PurePath

from builder.graph import DocumentError, Graph, read_graph
from builder.reading import CodeReadError, read_code
from runtime.child import ServiceError
from runtime.imports import import_model
from runtime.spec import Start
from runtime.starts import of_file

MODELS = ("keras", "h5", "hdf5")
TYPES = ["json", *MODELS, "py"]
MEGABYTES = 500  # of a model file
MOST_JSON = 20_000_000  # bytes of a model as JSON, which is read here; ResNet152 has 0.3 MB
MOST_NOTES = 12


class UploadError(ValueError):
    """A file that no network can be read from; `str()` says why, and what to do."""


def opened(name: str, content: bytes) -> tuple[Graph, str, Start | None]:
    """The network in a file, what is to be said of how it was read ("" where nothing is), and the weights in it.

    Model files are opened in the Keras service, code is read as syntax: nothing in a file is ever executed.

    Args:
        name: of the file; its ending says what it is.
        content: the bytes of the file.

    Raises:
        UploadError: it cannot be opened.
    """
    kind = PurePath(name).suffix.lower().removeprefix(".")
    try:
        if kind == "py":
            return *from_code(content.decode(errors="replace")), None
        if kind in MODELS or (kind == "json" and _is_model(content)):
            found = import_model(content)
            start = of_file(found.weights, name) if found.weights else None
            kept = ["A training begins with its weights; the Train page lets you choose random ones."] if start else []
            return found.graph, _notes([*found.notes, *kept]), start
        return read_graph(content), "", None
    except (DocumentError, CodeReadError, ServiceError) as error:
        raise UploadError(str(error)) from error


def from_code(text: str) -> tuple[Graph, str]:
    """The network that Keras code makes, and what was passed over in it.

    Raises:
        UploadError: a line that matters cannot be read.
    """
    try:
        reading = read_code(text)
    except CodeReadError as error:
        raise UploadError(str(error)) from error
    return reading.graph, _notes([f"Line {note.line}: {note.words}" for note in reading.notes])


def _is_model(content: bytes) -> bool:
    """Whether JSON is a model of Keras (`to_json`) and no network document."""
    if len(content) > MOST_JSON:
        return False
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "class_name" in value


def _notes(notes: list[str]) -> str:
    if not notes:
        return ""
    more = [f"- ... and {len(notes) - MOST_NOTES} more"] if len(notes) > MOST_NOTES else []
    return "\n".join(["The network was opened. Worth knowing:\n", *(f"- {note}" for note in notes[:MOST_NOTES]), *more])
