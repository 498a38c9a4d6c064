"""The network as PNG: a picture of pixels, for slides and documents."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from builder.program import Facts
from runtime.exports.base import Document
from runtime.exports.drawing import DOT, MUTED, PAPER, Connection, Drawing, Rectangle, Shape, Text, drawing
from runtime.run import Run

SCALE = 2.0  # pixels of the picture for one of the drawing
MOST_PIXELS = 40_000_000
LONGEST = 30_000  # pixels a side
STEPS = 24  # straight pieces of a curve


def png(drawn: Drawing) -> bytes:
    """The drawing as a PNG file, smaller where it would be too large a picture."""
    scale = min(
        SCALE,
        LONGEST / max(drawn.width, drawn.height),
        (MOST_PIXELS / (drawn.width * drawn.height)) ** 0.5,
    )
    image = Image.new("RGB", (max(1, int(drawn.width * scale)), max(1, int(drawn.height * scale))), PAPER)
    canvas = ImageDraw.Draw(image)
    for shape in drawn.shapes:
        _paint(canvas, shape, scale)
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _paint(canvas: ImageDraw.ImageDraw, shape: Shape, scale: float) -> None:
    thin = max(1, round(scale))
    match shape:
        case Rectangle():
            corners = (shape.x, shape.y, shape.x + shape.width, shape.y + shape.height)
            place = tuple(corner * scale for corner in corners)
            canvas.rounded_rectangle(place, shape.radius * scale, shape.fill, shape.line or None, thin)
        case Connection():
            canvas.line([(x * scale, y * scale) for x, y in points(shape)], MUTED, max(1, round(1.5 * scale)))
            canvas.circle((shape.to_x * scale, shape.to_y * scale), DOT * scale, MUTED)
        case Text():
            anchor = "ls" if shape.anchor == "start" else "rs"
            font = _font(max(1.0, shape.size * scale))
            canvas.text((shape.x * scale, shape.y * scale), shape.text, shape.fill, font, anchor)


def points(curve: Connection) -> list[tuple[float, float]]:
    """Points along a cubic Bézier curve, from its beginning to its end."""
    corners = ((curve.x, curve.y), *curve.controls, (curve.to_x, curve.to_y))
    found = []
    for step in range(STEPS + 1):
        t = step / STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        x, y = (sum(w * corner[axis] for w, corner in zip(weights, corners, strict=True)) for axis in (0, 1))
        found.append((x, y))
    return found


@lru_cache(maxsize=16)
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)  # comes with Pillow, so that every machine paints the same


def _make(run: Run, facts: Mapping[str, Facts]) -> bytes:
    return png(drawing(run.spec.graph, facts))


PNG = Document(
    title="Picture (PNG)",
    about="The same drawing in pixels, for slides and documents.",
    ending=".png",
    make=_make,
)
