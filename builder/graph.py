"""The document: nodes, edges, graph. Frozen and hashable, so that undo is a list; its JSON is the only file format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from builder.layers import Layer
from builder.layers.base import LayerSpec, Signature
from builder.layers.blocks import BlockInput, Instance
from builder.names import NodeId

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

VERSION = 1
MAX_NODES = 5_000
MAX_EDGES = 20_000
MAX_BLOCKS = 200
MAX_DOCUMENT_BYTES = 5_000_000
FAR = 1_000_000.0  # canvas coordinates, pixels


class Frozen(BaseModel):
    """A value of the document: immutable, without unknown fields, without NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Node(Frozen):
    """A layer at a place. `id` is Python variable, Keras layer name and key everywhere.

    With `shares` it is the layer of that node, used once more with the same weights; its own `layer` is passed over.
    A `disabled` one stays on the canvas but is no part of the network: what came into it is passed on.
    """

    id: NodeId
    layer: Layer
    shares: NodeId | None = None
    disabled: bool = False
    x: float = Field(0.0, ge=-FAR, le=FAR)
    y: float = Field(0.0, ge=-FAR, le=FAR)


class Edge(Frozen):
    """A tensor's way from output number `output` of `source` to a port of `target`."""

    source: NodeId
    target: NodeId
    port: str = Field("inputs", max_length=64)
    output: int = Field(0, ge=0, le=100)


class Exposed(Frozen):
    """A parameter of a block: the fields, as (node, field), that take its value."""

    name: NodeId
    places: tuple[tuple[NodeId, str], ...] = Field(min_length=1, max_length=MAX_NODES)


class Block(Frozen):
    """A network within the network, such as a residual unit: a node of type Block is an instance of it.

    Its BlockInput nodes are its ports, in their order; what no node inside uses is what it returns.
    """

    name: NodeId
    nodes: tuple[Node, ...] = Field((), max_length=MAX_NODES)
    edges: tuple[Edge, ...] = Field((), max_length=MAX_EDGES)
    exposes: tuple[Exposed, ...] = Field((), max_length=100)

    def signature(self) -> Signature:
        """The ports and outputs of each instance."""
        inputs = tuple(node.id for node in self.nodes if isinstance(node.layer, BlockInput))
        used = {edge.source for edge in self.edges}
        ends = tuple(node.id for node in self.nodes if node.id not in used and node.id not in inputs)
        return Signature(inputs, by_place=True, outputs=ends or ("output",))

    def fields(self, node_id: str) -> dict[str, str]:
        """Field -> parameter, for those fields of a node inside that take the value of a parameter."""
        return {field: one.name for one in self.exposes for place, field in one.places if place == node_id}

    def valued(self, node_id: str, layer: LayerSpec, values: Mapping[str, Any]) -> LayerSpec:
        """The layer of a node inside with what an instance gives for the parameters.

        Raises:
            ValidationError: the layer does not take such a value.
        """
        given = {field: values[name] for field, name in self.fields(node_id).items() if name in values}
        if given and isinstance(layer, Instance):
            repeat = given.pop("repeat", layer.repeat)
            given = {"values": {**layer.values, **given}, "repeat": repeat}
        return type(layer).model_validate({**dict(layer), **given}) if given else layer


class Graph(Frozen):
    """A network: its nodes in the order in which they were added, and its edges; the order of edges is that of Concatenate.

    A graph may be unfinished or wrong: what does not fit is told by `builder.validate.problems`, never by an exception.
    Only blocks must be in order: each name once, and inside a block only instances of blocks that stand before it.
    """

    version: int = Field(VERSION, ge=VERSION, le=VERSION)
    nodes: tuple[Node, ...] = Field((), max_length=MAX_NODES)
    edges: tuple[Edge, ...] = Field((), max_length=MAX_EDGES)
    blocks: tuple[Block, ...] = Field((), max_length=MAX_BLOCKS)

    @model_validator(mode="after")
    def _blocks_in_order(self) -> Graph:
        known: set[str] = set()
        for block in self.blocks:
            for node in block.nodes:
                if isinstance(node.layer, Instance) and node.layer.block not in known:
                    raise ValueError(
                        f"{node.id} inside the block {block.name!r} uses the block {node.layer.block!r}, which must stand "
                        "before it: a block cannot contain itself."
                    )
            if block.name in known:
                raise ValueError(f"Two blocks are called {block.name!r}.")
            known.add(block.name)
        return self

    def find(self, node_id: str) -> Node | None:
        """The first node of this name, or None."""
        return next((node for node in self.nodes if node.id == node_id), None)

    def block(self, name: str) -> Block | None:
        """The block of this name, or None."""
        return next((block for block in self.blocks if block.name == name), None)

    def signature(self, node: Node) -> Signature:
        """What a node is called with, and what it returns; an instance of an unknown block is taken for a plain layer."""
        if not isinstance(node.layer, Instance):
            return node.layer.signature()
        block = self.block(node.layer.block)
        return node.layer.signature() if block is None else block.signature()

    def inside(self, name: str) -> Graph:
        """A block as a network of its own, with the blocks that it may use.

        Raises:
            KeyError: there is no such block.
        """
        for place, block in enumerate(self.blocks):
            if block.name == name:
                return Graph(nodes=block.nodes, edges=block.edges, blocks=self.blocks[:place])
        raise KeyError(name)


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
    blocks = ",\n".join(
        f'  {{"name": {json.dumps(block.name)}, "exposes": {json.dumps(_sparse(block.exposes))},\n{_lines(block)}}}'
        for block in graph.blocks
    )
    written = f',\n "blocks": [\n{blocks}\n ]' if blocks else ""
    return f'{{\n "version": {graph.version},\n{_lines(graph)}{written}\n}}\n'


def _lines(part: Graph | Block) -> str:
    nodes = ",\n  ".join(json.dumps(_sparse(node)) for node in part.nodes)
    edges = ",\n  ".join(json.dumps(_sparse(edge)) for edge in part.edges)
    return f' "nodes": [\n  {nodes}\n ],\n "edges": [\n  {edges}\n ]'


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
