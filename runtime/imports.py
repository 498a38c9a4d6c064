"""Model files that people bring: opened in the Keras service, never in the screen's process."""

from __future__ import annotations

from hashlib import sha256
from tempfile import NamedTemporaryFile
from typing import Literal

from pydantic import BaseModel, ConfigDict

from builder.graph import Graph, read_graph
from runtime.child import ServiceError
from runtime.home import home
from runtime.service import KerasService, service

MAX_UPLOAD = 2**30  # bytes
LIMIT = 120.0  # seconds in which a file must be opened


class Opened(BaseModel):
    """A network from a model file, as the service tells it.

    `document` is the graph as JSON, `notes` say what was translated, `keras` which version wrote the file. `weights` names
    the file of the weights in `runtime.starts.folder()`, when the model has some.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: str
    notes: tuple[str, ...]
    keras: str
    weights: str | None

    @property
    def graph(self) -> Graph:
        """The network."""
        return read_graph(self.document)


def import_model(
    data: bytes,
    weights: bytes | None = None,
    backend: Literal["theano", "tensorflow"] | None = None,
    keras: KerasService | None = None,
) -> Opened:
    """The network in a model file (.keras, .h5 or .json, of Keras 1, 2 or 3), opened in the Keras service.

    Args:
        data: the file as it was uploaded, at most MAX_UPLOAD bytes.
        weights: an .h5 of weights alone that belongs to a .json.
        backend: what Keras 1 computed with, where the file does not tell.
        keras: the service to ask; the process's own if None.

    Raises:
        ServiceError: the file cannot be opened, in words: what it is, or which layers cannot be expressed.
    """
    for given in (data, weights or b""):
        if len(given) > MAX_UPLOAD:
            raise ServiceError(
                f"The file has {len(given) / 2**30:.1f} GB; at most {MAX_UPLOAD // 2**30} GB can be opened."
            )
    folder = home() / "uploads"
    folder.mkdir(exist_ok=True)
    with NamedTemporaryFile(dir=folder) as model, NamedTemporaryFile(dir=folder) as beside:
        for file, given in ((model, data), (beside, weights or b"")):
            file.write(given)
            file.flush()
        params = {
            "model": model.name,
            "weights": beside.name if weights else None,
            "backend": backend,
            "name": sha256(data + (weights or b"") + (backend or "").encode()).hexdigest(),
        }
        return Opened.model_validate((keras or service()).call("import_model", params, LIMIT))
