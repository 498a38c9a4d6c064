"""A network as a drawing: rectangles, lines and texts in pixels, which are then written as SVG or painted as PNG."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from networkx import NetworkXUnfeasible

from builder.graph import Edge, Graph, Node
from builder.program import Facts
from builder.zoo.drawing import laid_out

# The colours of the families are those of the canvas (assets/canvas/src/families.ts).
COLOURS = {
    "core": "#0072B2",
    "convolutional": "#C44E00",
    "pooling": "#00855F",
    "normalization": "#A8437D",
    "regularization": "#9A6A00",
    "reshaping": "#2E7DA6",
    "merging": "#6A51A3",
    "preprocessing": "#1B6B72",
    "rnn": "#8C510A",
    "attention": "#B2182B",
    "activations": "#4D7C0F",
    "images": "#566A1E",
    "augmentation": "#C2185B",
    "colors": "#8E3B9E",
    "audio": "#00687A",
    "operations": "#44546A",
    "beyond": "#5D4037",
    "applications": "#404040",
    "blocks": "#1F3A93",
}
OTHER, INK, MUTED, LINE, PAPER = "#666666", "#1f2328", "#5b636c", "#b8bec6", "#ffffff"

BOX_WIDTH, BOX_HEIGHT, STRIPE = 212.0, 84.0, 6.0  # of a node on the canvas
MARGIN, TITLE_HEIGHT, GAP = 28.0, 34.0, 48.0
DOT = 4.0  # radius of the end of a connection
LETTER = 0.52  # width of a letter as a share of the size, on average

Anchor = Literal["start", "end"]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A filled rectangle with round corners; without `line` it has no border."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    line: str = ""
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Connection:
    """A curve from the bottom of a node to the top of another, where it ends in a dot."""

    x: float
    y: float
    to_x: float
    to_y: float

    @property
    def controls(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The two points that bend it (a cubic Bézier curve)."""
        bend = max(24.0, abs(self.to_y - self.y) / 2)
        return (self.x, self.y + bend), (self.to_x, self.to_y - bend)


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `y` is that of its baseline."""

    x: float
    y: float
    text: str
    size: float
    fill: str = INK
    anchor: Anchor = "start"
    strong: bool = False


Shape = Rectangle | Connection | Text


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes from back to front, and the size of the paper."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def drawing(graph: Graph, facts: Mapping[str, Facts]) -> Drawing:
    """The network as it lies on the canvas, and each block that it uses beside it in a frame of its own.

    Args:
        facts: what Keras says of each node, for the shapes; what is missing is left out.
    """
    shapes: list[Shape] = []
    x, height = MARGIN, 0.0
    for title, part in [("", graph), *((block.name, graph.inside(block.name)) for block in graph.blocks)]:
        nodes = _placed(part)
        if not nodes:
            continue
        top = MARGIN + (TITLE_HEIGHT if title else 0.0)
        width, tall = _extent(nodes)
        moved = [_at(node, x, top) for node in nodes]
        if title:
            frame = Rectangle(x - 14, MARGIN, width + 28, tall + TITLE_HEIGHT + 14, "#f4f5f7", LINE, 10)
            shapes += [frame, Text(x, MARGIN + 22, f"Block {title}", 14, strong=True)]
        shapes += _connections(part, moved)
        for node in moved:
            shapes += _box(node, None if title else facts.get(node.id))
        x, height = x + width + GAP, max(height, top + tall + (14 if title else 0))
    return Drawing(x - GAP + MARGIN + 14 * bool(graph.blocks), height + MARGIN, tuple(shapes))


def _placed(graph: Graph) -> list[Node]:
    """The nodes where a person has put them, from (0, 0) on; in rows of our own where they cover each other."""
    nodes = list(graph.nodes)
    spots = sorted((node.y, node.x) for node in nodes)
    covered = any(abs(b[0] - a[0]) < BOX_HEIGHT and abs(b[1] - a[1]) < BOX_WIDTH for a, b in pairwise(spots))
    if covered:
        ids = {node.id for node in nodes}
        edges = [edge for edge in graph.edges if edge.source in ids and edge.target in ids]
        layers = {node.id: node.layer for node in nodes}
        try:
            nodes = list(laid_out(layers, edges))
        except NetworkXUnfeasible:  # a cycle has no first row
            nodes = list(laid_out(layers, ()))
    left, top = min((node.x for node in nodes), default=0), min((node.y for node in nodes), default=0)
    return [_at(node, -left, -top) for node in nodes]


def _at(node: Node, x: float, y: float) -> Node:
    return node.model_copy(update={"x": node.x + x, "y": node.y + y})


def _extent(nodes: Iterable[Node]) -> tuple[float, float]:
    spots = [(node.x, node.y) for node in nodes]
    return max(x for x, _ in spots) + BOX_WIDTH, max(y for _, y in spots) + BOX_HEIGHT


def _connections(graph: Graph, nodes: Iterable[Node]) -> Iterator[Connection]:
    placed = {node.id: node for node in nodes}
    for edge in graph.edges:
        if edge.source in placed and edge.target in placed:
            yield _connection(graph, edge, placed[edge.source], placed[edge.target])


def _connection(graph: Graph, edge: Edge, source: Node, target: Node) -> Connection:
    outputs, ports = graph.signature(source).outputs, graph.signature(target).ports
    port = ports.index(edge.port) if edge.port in ports else 0
    return Connection(
        source.x + BOX_WIDTH * (edge.output + 0.5) / max(len(outputs), edge.output + 1),
        source.y + BOX_HEIGHT,
        target.x + BOX_WIDTH * (port + 0.5) / max(len(ports), 1),
        target.y - DOT,
    )


def _box(node: Node, facts: Facts | None) -> Iterator[Shape]:
    colour = COLOURS.get(node.layer.family(), OTHER)
    yield Rectangle(node.x, node.y, BOX_WIDTH, BOX_HEIGHT, colour, radius=8)
    yield Rectangle(node.x + STRIPE, node.y, BOX_WIDTH - STRIPE, BOX_HEIGHT, PAPER, LINE, 6)
    left, right = node.x + STRIPE + 9, node.x + BOX_WIDTH - 9
    kind = Text(left, node.y + 24, "", 14, colour, strong=True)
    kind = replace(kind, text=clipped(node.layer.type, right - left, kind.size))
    yield kind
    used = len(kind.text) * kind.size * (LETTER + 0.04) + 8
    yield Text(right, node.y + 24, clipped(node.id, right - left - used, 12), 12, MUTED, "end")
    yield Text(left, node.y + 46, clipped(node.layer.summary(), right - left, 12), 12)
    if facts is not None and facts.shapes:
        parameters = f"{facts.parameters:,}" if facts.parameters else ""
        room = right - left - len(parameters) * 12 * LETTER - 8
        yield Text(left, node.y + 70, clipped(_sizes(facts.shapes[0]), room, 12), 12, MUTED)
        yield Text(right, node.y + 70, parameters, 12, MUTED, "end")


def _sizes(shape: tuple[int | None, ...]) -> str:
    """`28 x 28 x 6`, for one example."""
    return " x ".join("?" if size is None else str(size) for size in shape[1:]) or "one number"


def clipped(text: str, width: float, size: float) -> str:
    """The text, cut where it would be wider than `width` pixels at this size; what cannot be printed becomes a question mark."""
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    letters = int(width / (size * LETTER))
    return text if len(text) <= letters else f"{text[: max(0, letters - 2)]}.." if letters > 3 else ""
