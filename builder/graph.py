"""The document: nodes, edges, graph. Frozen and hashable, so that undo is a list; its JSON is the only file format."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from builder.layers import Layer
from builder.names import NodeId

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

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
    size = len(text.encode(errors="replace") if isinstance(text, str) else text)
    if size > MAX_DOCUMENT_BYTES:
        raise DocumentError(
            f"A network document has at most {MAX_DOCUMENT_BYTES // 10**6} MB; this one has {size / 1e6:.0f} MB. "
            "Is it a model file (.keras, .h5)?"
        )
    try:
        return Graph.model_validate_json(text)
    except ValidationError as error:
        raise DocumentError(_in_words(error)) from None


def write_graph(graph: Graph) -> str:
    """The document as JSON, one line a node and one an edge; what equals a default is left out."""
    nodes = ",\n  ".join(json.dumps(_sparse(node)) for node in graph.nodes)
    edges = ",\n  ".join(json.dumps(_sparse(edge)) for edge in graph.edges)
    return f'{{\n "version": {graph.version},\n "nodes": [\n  {nodes}\n ],\n "edges": [\n  {edges}\n ]\n}}\n'


def _sparse(value: Any) -> Any:
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        kept = {name: getattr(value, name) for name in fields}
        return {k: _sparse(v) for k, v in kept.items() if k == "type" or v != fields[k].default}
    if isinstance(value, tuple):
        return [_sparse(item) for item in value]
    return value


MOST_FAULTS = 20


def _in_words(error: ValidationError) -> str:
    faults = [_one_fault(fault) for fault in error.errors(include_url=False)[:MOST_FAULTS]]
    more = error.error_count() - len(faults)
    lines = [
        "This is not a network document that can be opened:",
        *faults,
        *([f"... and {more} more."] if more else []),
    ]
    return "\n".join(lines)


def _one_fault(fault: ErrorDetails) -> str:
    place, came = _place(fault["loc"]), f"{str(fault['input'])[:60]!r}"
    match fault["type"]:
        case _ if fault["loc"] == ("version",):
            remedy = "Open it with the Layerloom that wrote it, or update Layerloom."
            return f"- version: expected {VERSION}, got {came}. {remedy}"
        case "union_tag_invalid":
            return f"- {place}: no layer is called {str(fault['ctx']['tag'])[:60]!r}."
        case "json_invalid":
            return f"- {place}: {fault['msg']}. Was the file cut off, or is it of another kind?"
        case "extra_forbidden":
            return f"- {place}: nothing of this name belongs here."
        case "value_error" | "missing" | "union_tag_not_found":
            return f"- {place}: {fault['msg'].removeprefix('Value error, ')}"
        case _:
            return f"- {place}: {fault['msg']} (got {came})"


def _place(loc: tuple[int | str, ...]) -> str:
    """Where a fault is, as people count: `nodes 3, layer, Conv2D, filters`."""
    parts = [f" {part + 1}" if isinstance(part, int) else f", {part}" for part in loc]
    return "".join(parts).removeprefix(", ") or "document"
