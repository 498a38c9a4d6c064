"""Keras code in the clipboard: read as syntax, never executed, and pasted as layers."""

from __future__ import annotations

from builder.edits import EditError, Paste
from builder.edits.room import STEP
from builder.graph import Edge, Graph, Node
from builder.names import fresh_names
from builder.reading import CodeReadError, Note, Reading, read_code

MOST_NOTES = 5


def read_paste(text: str, network: Graph, inside: str | None = None) -> tuple[Paste, list[str]]:
    """The edit that adds the layers of Python text below those that are there, and what is to be said of its lines.

    Args:
        text: code that makes a Keras model.
        network: what it is pasted into.
        inside: the block of the network that is open.

    Raises:
        CodeReadError: a line that matters cannot be read; `str()` names it.
        EditError: there is no such block.
    """
    reading = _read(text)
    try:
        here = network.inside(inside) if inside else network
    except KeyError:
        raise EditError(f"There is no block {inside} any more.") from None
    nodes = reading.graph.nodes
    names = dict(
        zip(
            (node.id for node in nodes),
            fresh_names([node.id for node in nodes], (node.id for node in here.nodes)),
            strict=True,
        )
    )
    left, top = (min((getattr(node, axis) for node in nodes), default=0.0) for axis in "xy")
    x = min((node.x for node in here.nodes), default=0.0)
    y = max((node.y + STEP for node in here.nodes), default=0.0)
    notes = [_said(note) for note in reading.notes[:MOST_NOTES]]
    more = len(reading.notes) - len(notes)
    paste = Paste(
        nodes=tuple(_renamed(node, names) for node in nodes),
        edges=tuple(
            Edge(source=names[edge.source], output=edge.output, target=names[edge.target], port=edge.port)
            for edge in reading.graph.edges
        ),
        blocks=reading.graph.blocks,
        dx=x - left,
        dy=y - top,
        inside=inside,
    )
    return paste, [*notes, *([f"... and {more} more."] if more > 0 else [])]


def _read(text: str) -> Reading:
    """The network of a text, which may also be a few layers out of one: `Dense(10),` or `model.add(Dense(10))`."""
    try:
        return read_code(text)
    except CodeReadError:
        for around in (f"model = keras.Sequential([{text.strip()}\n])", f"model = keras.Sequential(); {text.strip()}"):
            try:
                return Reading(read_code(around).graph)
            except CodeReadError:
                continue
        raise


def _said(note: Note) -> str:
    return note.words if note.words.startswith("Line") else f"Line {note.line}: {note.words}"


def _renamed(node: Node, names: dict[str, str]) -> Node:
    shares = names.get(node.shares) if node.shares else None
    return node.model_copy(update={"id": names[node.id], "shares": shares})
