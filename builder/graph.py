"""The document: nodes, edges, graph. Frozen and hashable, so that undo is a list; its JSON is the only file format."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from builder.layers import Layer
from builder.names import NodeId

VERSION = 1
MAX_NODES = 5_000
MAX_EDGES = 20_000
MAX_DOCUMENT_BYTES = 5_000_000
FAR = 1_000_000.0  # canvas coordinates, pixels


class Frozen(BaseModel):
    """A value of the document: immutable, without unknown fields, without NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Node(Frozen):
    """A layer at a place. `id` is Python variable, Keras layer name and key everywhere."""

    id: NodeId
    layer: Layer
    x: float = Field(0.0, ge=-FAR, le=FAR)
    y: float = Field(0.0, ge=-FAR, le=FAR)


class Edge(Frozen):
    """A tensor's way from output number `output` of `source` to a port of `target`."""

    source: NodeId
    target: NodeId
    port: str = Field("inputs", max_length=64)
    output: int = Field(0, ge=0, le=100)


class Graph(Frozen):
    """A network: its nodes in the order in which they were added, and its edges; the order of edges is that of Concatenate.

    A graph may be unfinished or wrong: what does not fit is told by `builder.validate.problems`, never by an exception.
    """

    version: int = Field(VERSION, ge=VERSION, le=VERSION)
    nodes: tuple[Node, ...] = Field((), max_length=MAX_NODES)
    edges: tuple[Edge, ...] = Field((), max_length=MAX_EDGES)

    def find(self, node_id: str) -> Node | None:
        """The first node of this name, or None."""
        return next((node for node in self.nodes if node.id == node_id), None)


class DocumentError(ValueError):
    """A document that cannot be read. `str()` is what a person is shown: what was expected, what came, what to do."""


def read_graph(text: str | bytes) -> Graph:
    """The graph in a JSON document from outside.

    Args:
        text: at most MAX_DOCUMENT_BYTES of UTF-8.

    Raises:
        DocumentError: too large, not JSON, another version, an unknown layer, a value out of bounds; all faults at once.
    """
    size = len(text.encode() if isinstance(text, str) else text)
    if size > MAX_DOCUMENT_BYTES:
        raise DocumentError(
            f"A network document has at most {MAX_DOCUMENT_BYTES // 10**6} MB; this one has {size / 1e6:.0f} MB. Is it a model file (.keras, .h5)?"
        )
    try:
        return Graph.model_validate_json(text)
    except ValidationError as error:
        raise DocumentError(_in_words(error)) from None


def write_graph(graph: Graph) -> str:
    """The document as indented JSON; what equals a default is left out."""
    return graph.model_dump_json(indent=1, exclude_defaults=False) + "\n"


def _in_words(error: ValidationError) -> str:
    lines = []
    for fault in error.errors(include_url=False)[:20]:
        lines.append(_one_fault(fault))
    more = error.error_count() - len(lines)
    return (
        "This is not a network document that can be opened:\n"
        + "\n".join(lines)
        + (f"\n... and {more} more." if more else "")
    )


def _one_fault(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"]) or "document"
    if fault["loc"] == ("version",):
        return f"- version: expected {VERSION}, got {str(fault['input'])[:20]!r}. Open it with the Layerloom that wrote it, or update Layerloom."
    if fault["type"] == "union_tag_invalid":
        return f"- {place}: no layer is called {str(fault['ctx'].get('tag'))[:60]!r}."
    message = fault["msg"].removeprefix("Value error, ")
    return f"- {place}: {message}" + (
        "" if fault["type"] in ("value_error", "json_invalid") else f" (got {str(fault['input'])[:60]!r})"
    )
