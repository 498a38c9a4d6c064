"""The edits: small values, validated as input from outside."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, TypeAdapter

from builder.graph import FAR, MAX_BLOCKS, MAX_EDGES, MAX_NODES, Block, Edge, Frozen, Graph, Node
from builder.names import NodeId

MAX_VALUES = 10_000  # parts of all values of one edit together
MAX_DEPTH = 20
MAX_TEXT = 10_000


def _check_values(values: dict[str, Any]) -> dict[str, Any]:
    """Refuse what no layer can hold before anything walks through it; each value is checked later by its layer."""
    left = MAX_VALUES
    level: list[Any] = [values]
    for _ in range(MAX_DEPTH):
        left -= len(level)
        if left < 0:
            break
        if not level:
            return values
        level = [part for value in level for part in _parts(value)]
    raise ValueError(f"Values of a layer have at most {MAX_VALUES} parts, {MAX_DEPTH} deep.")


def _parts(value: Any) -> list[Any] | tuple[Any, ...]:
    match value:
        case dict():
            return [*value.keys(), *value.values()]
        case list() | tuple():
            return value
        case str() if len(value) > MAX_TEXT:
            raise ValueError(f"A text has at most {MAX_TEXT} characters; this one has {len(value)}.")
        case str() | int() | float() | None:
            return ()
        case _:
            raise ValueError(f"A value is a number, a text, yes or no, or a list of them, not {type(value).__name__}.")


Values = Annotated[dict[str, Any], Field(max_length=100), AfterValidator(_check_values)]


class Change(Frozen):
    """What every edit has: the block that it is done inside, or none for the network itself."""

    inside: NodeId | None = None


class AddLayer(Change):
    """Add a layer.

    With `after` it stands behind that node: what followed the node now follows the new layer, and moves down to make room.
    With `edge` it is put into that connection. Otherwise it stays free.
    """

    type: Literal["AddLayer"] = "AddLayer"
    layer: str = Field(max_length=64, description="A name of the palette, such as Conv2D.")
    id: NodeId | None = None
    values: Values = Field(default_factory=dict)
    x: float = Field(0.0, ge=-FAR, le=FAR)
    y: float = Field(0.0, ge=-FAR, le=FAR)
    after: NodeId | None = None
    edge: Edge | None = None


class Insert(Change):
    """Put a layer that is already there into a connection; where it was, a chain closes over the gap."""

    type: Literal["Insert"] = "Insert"
    id: NodeId
    edge: Edge


class Place(Frozen):
    """Where a node is put."""

    id: NodeId
    x: float = Field(ge=-FAR, le=FAR)
    y: float = Field(ge=-FAR, le=FAR)


class Move(Change):
    """Put nodes somewhere else; nodes that are gone are passed over."""

    type: Literal["Move"] = "Move"
    places: tuple[Place, ...] = Field(max_length=MAX_NODES)


class Connect(Change):
    """Add an edge; a port that takes one tensor gives up the edge that it had."""

    type: Literal["Connect"] = "Connect"
    edge: Edge


class Disconnect(Change):
    """Remove edges; edges that are gone are passed over."""

    type: Literal["Disconnect"] = "Disconnect"
    edges: tuple[Edge, ...] = Field(max_length=MAX_EDGES)


class Configure(Change):
    """Change parameters of one layer; what is not named stays as it is."""

    type: Literal["Configure"] = "Configure"
    id: NodeId
    values: Values


class ConfigureAll(Change):
    """Change parameters of several layers at once; each takes those that it has."""

    type: Literal["ConfigureAll"] = "ConfigureAll"
    ids: tuple[NodeId, ...] = Field(min_length=1, max_length=MAX_NODES)
    values: Values


class Replace(Change):
    """Put another layer in the place of one: name, connections, and parameters of the same name and kind stay where they fit."""

    type: Literal["Replace"] = "Replace"
    id: NodeId
    layer: str = Field(max_length=64, description="A name of the palette, such as Conv2D.")
    values: Values = Field(default_factory=dict)


class Disable(Change):
    """Switch layers off, or on again: a disabled one passes on what comes in, as if it were not there."""

    type: Literal["Disable"] = "Disable"
    ids: tuple[NodeId, ...] = Field(max_length=MAX_NODES)
    disabled: bool = True


class Rename(Change):
    """Give a node another name; its edges follow. With a name used twice, the last of its bearers is renamed, without edges."""

    type: Literal["Rename"] = "Rename"
    id: NodeId
    to: NodeId


class Remove(Change):
    """Remove nodes with their edges, and further edges; with `heal`, a chain closes over the gap. What is gone is passed over."""

    type: Literal["Remove"] = "Remove"
    ids: tuple[NodeId, ...] = Field((), max_length=MAX_NODES)
    edges: tuple[Edge, ...] = Field((), max_length=MAX_EDGES)
    heal: bool = False


class Paste(Change):
    """Add copies of nodes and of the edges between them, under new names where theirs are taken, shifted by dx, dy.

    The blocks that they use come along, under another name where a block of that name differs.
    """

    type: Literal["Paste"] = "Paste"
    nodes: tuple[Node, ...] = Field(max_length=MAX_NODES)
    edges: tuple[Edge, ...] = Field((), max_length=MAX_EDGES)
    blocks: tuple[Block, ...] = Field((), max_length=MAX_BLOCKS)
    dx: float = Field(0.0, ge=-FAR, le=FAR)
    dy: float = Field(0.0, ge=-FAR, le=FAR)


class Load(Change):
    """Replace the whole network, as opening a template or an upload does."""

    type: Literal["Load"] = "Load"
    graph: Graph


class Share(Change):
    """Let a node use the layer of another one, and its weights, once more; without `of`, give it a layer of its own."""

    type: Literal["Share"] = "Share"
    id: NodeId
    of: NodeId | None = None


class Fold(Change):
    """Make a block of some nodes, and put an instance of it in their place."""

    type: Literal["Fold"] = "Fold"
    ids: tuple[NodeId, ...] = Field(min_length=1, max_length=MAX_NODES)
    name: NodeId = Field(description="The block's name; the instance is called so too, or with a number behind it.")


class Unfold(Change):
    """Put the layers inside an instance in its place; a repeated one becomes as many copies."""

    type: Literal["Unfold"] = "Unfold"
    id: NodeId


class Expose(Change):
    """Make a field of a node inside a block a parameter of the block; several fields under one name take one value."""

    type: Literal["Expose"] = "Expose"
    node: NodeId
    field: str = Field(max_length=64)
    name: NodeId


class Unexpose(Change):
    """Take a parameter from a block; its fields keep the values that they have inside."""

    type: Literal["Unexpose"] = "Unexpose"
    name: NodeId


class RenameBlock(Change):
    """Give a block another name; its instances follow."""

    type: Literal["RenameBlock"] = "RenameBlock"
    name: NodeId
    to: NodeId


class RemoveBlock(Change):
    """Remove a block that no instance uses."""

    type: Literal["RemoveBlock"] = "RemoveBlock"
    name: NodeId


Edit = Annotated[
    AddLayer
    | Insert
    | Move
    | Connect
    | Disconnect
    | Configure
    | ConfigureAll
    | Replace
    | Disable
    | Rename
    | Remove
    | Paste
    | Load
    | Share
    | Fold
    | Unfold
    | Expose
    | Unexpose
    | RenameBlock
    | RemoveBlock,
    Field(discriminator="type"),
]
EDIT: TypeAdapter[Edit] = TypeAdapter(Edit)
