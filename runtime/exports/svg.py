"""The network as SVG: a picture that stays sharp at any size, for papers and web pages."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from builder.program import Facts
from runtime.exports.base import Document
from runtime.exports.drawing import DOT, MUTED, PAPER, Connection, Drawing, Rectangle, Shape, Text, drawing
from runtime.run import Run


def svg(drawn: Drawing) -> str:
    """The drawing as an SVG document; every name in it is escaped."""
    size = f'width="{drawn.width:g}" height="{drawn.height:g}" viewBox="0 0 {drawn.width:g} {drawn.height:g}"'
    paper = f'<rect width="100%" height="100%" fill="{PAPER}"/>'
    lines = "\n".join(map(_element, drawn.shapes))
    font = 'font-family="Helvetica, Arial, sans-serif"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>\n{paper}\n{lines}\n</svg>\n'


def _element(shape: Shape) -> str:
    match shape:
        case Rectangle():
            border = f' stroke="{shape.line}"' if shape.line else ""
            place = f'x="{shape.x:g}" y="{shape.y:g}" width="{shape.width:g}" height="{shape.height:g}"'
            return f'<rect {place} rx="{shape.radius:g}" fill="{shape.fill}"{border}/>'
        case Connection():
            points = ", ".join(f"{x:g} {y:g}" for x, y in (*shape.controls, (shape.to_x, shape.to_y)))
            curve = f'<path d="M {shape.x:g} {shape.y:g} C {points}" fill="none" stroke="{MUTED}" stroke-width="1.5"/>'
            return f'{curve}<circle cx="{shape.to_x:g}" cy="{shape.to_y:g}" r="{DOT:g}" fill="{MUTED}"/>'
        case Text():
            weight = ' font-weight="600"' if shape.strong else ""
            place = f'x="{shape.x:g}" y="{shape.y:g}" font-size="{shape.size:g}" text-anchor="{shape.anchor}"'
            return f'<text {place} fill="{shape.fill}"{weight}>{escape(shape.text)}</text>'


def _make(run: Run, facts: Mapping[str, Facts]) -> bytes:
    return svg(drawing(run.spec.graph, facts)).encode()


SVG = Document(
    title="Picture (SVG)",
    about="The network as a drawing that stays sharp at any size, for papers and web pages.",
    ending=".svg",
    make=_make,
)
