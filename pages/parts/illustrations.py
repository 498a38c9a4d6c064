"""Small drawings for settings that a picture explains better than words: SVG that fits a light and a dark page."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel

from builder.layers.base import LayerSpec
from pages.parts.fields import fields
from pages.parts.kinds import Choice

STRONG, ZERO, GREY = "#3b7dbd", "#d98c21", "#888888"  # seen on white and on black, and told apart without red and green
RANGE = 4.0  # activations are drawn from -RANGE to RANGE
POINTS = 81
CELL = 11  # pixels

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def softplus(x: float) -> float:
    """log(1 + e^x)."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x)."""
    return 1 / (1 + math.exp(-x))


def _exponential_below(x: float) -> float:
    return x if x > 0 else math.expm1(x)


def _hard_sigmoid(x: float) -> float:
    return min(max(x + 3, 0.0), 6.0) / 6


def _sparse_plus(x: float) -> float:
    return 0.0 if x <= -1 else x if x >= 1 else (x + 1) ** 2 / 4


def _sparse_sigmoid(x: float) -> float:
    return min(max((x + 1) / 2, 0.0), 1.0)


def _sparsemax(x: float) -> float:
    # Keras 3.15 stays at a half where the paper (Martins and Astudillo, 2016) goes on in a straight line up to 1.
    return 1.0 if x >= 1 else min(max((x + 1) / 2, 0.0), 0.5)


# As keras.activations computes them, with its defaults; those that look at several values at once get x and a 0.
FORMULAS: dict[str, Callable[[float], float]] = {
    "celu": _exponential_below,
    "elu": _exponential_below,
    "exponential": math.exp,
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "hard_shrink": lambda x: x if abs(x) > 0.5 else 0.0,
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": lambda x: x * _hard_sigmoid(x),
    "hard_tanh": lambda x: min(max(x, -1.0), 1.0),
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "linear": lambda x: x,
    "log_sigmoid": lambda x: -softplus(-x),
    "log_softmax": lambda x: -softplus(-x),
    "mish": lambda x: x * math.tanh(softplus(x)),
    "relu": lambda x: max(x, 0.0),
    "relu6": lambda x: min(max(x, 0.0), 6.0),
    "selu": lambda x: SELU_SCALE * (x if x > 0 else SELU_ALPHA * math.expm1(x)),
    "sigmoid": sigmoid,
    "silu": lambda x: x * sigmoid(x),
    "soft_shrink": lambda x: math.copysign(max(abs(x) - 0.5, 0.0), x),
    "softmax": sigmoid,
    "softplus": softplus,
    "softsign": lambda x: x / (1 + abs(x)),
    "sparse_plus": _sparse_plus,
    "sparse_sigmoid": _sparse_sigmoid,
    "sparsemax": _sparsemax,
    "squareplus": lambda x: (x + math.sqrt(x * x + 4)) / 2,
    "tanh": math.tanh,
    "tanh_shrink": lambda x: x - math.tanh(x),
}
OF_SEVERAL = {"softmax", "log_softmax", "sparsemax"}


@dataclass(frozen=True)
class Drawing:
    """A picture of one value of a setting, with its name and what it comes to in a few words.

    `image` is an address that holds the whole SVG: Streamlit takes inline SVG out of a page.
    """

    name: str
    image: str
    said: str
    size: tuple[int, int]
    note: str = ""

    @property
    def markdown(self) -> str:
        """As the label of a choice."""
        return f"![{self.said}]({self.image}) {self.name}"

    @property
    def html(self) -> str:
        """As a figure, without anything from outside."""
        width, height = self.size
        image = f'<img alt="{self.said}" width="{width}" height="{height}" src="{self.image}"/>'
        style = "padding:4px 6px;font-size:12px;line-height:1.35"
        return f'<div style="{style}">{image}<div>{self.name}</div><div>{self.note}</div></div>'


def drawings(layer: type[BaseModel], field: str) -> dict[object, Drawing]:
    """The values of a setting that a picture explains better than words, and their pictures; empty where words are enough."""
    kind = next((one.kind for one in fields(layer) if one.name == field), None)
    if not isinstance(kind, Choice):
        return {}
    if field == "padding":
        return {option: padding(str(option), _axes(layer)) for option in kind.options}
    if field in ("activation", "recurrent_activation"):
        return {option: curve(str(option)) for option in kind.options if option in FORMULAS and option != "linear"}
    return {}


def illustrations(layer: type[LayerSpec]) -> list[str]:
    """All drawings that explain the settings of a layer, for its page: HTML without anything from outside."""
    found = [drawings(layer, name) for name in ("padding", "activation")]
    return [_row(one.html for one in drawn.values()) for drawn in found if drawn]


@cache
def curve(name: str, wide: bool = False) -> Drawing:
    """The curve of an activation over its axes."""
    width, height = (150, 90) if wide else (84, 64)
    xs = [RANGE * (2 * i / (POINTS - 1) - 1) for i in range(POINTS)]
    ys = [FORMULAS[name](x) for x in xs]
    low, high = max(-RANGE, min(-1.0, *ys)), min(RANGE, max(1.0, *ys))

    def at(x: float, y: float) -> str:
        return f"{(x + RANGE) / (2 * RANGE) * width:.1f},{height - (y - low) / (high - low) * height:.1f}"

    points = " ".join(at(x, y) for x, y in zip(xs, ys, strict=True) if low <= y <= high)
    zero = height + low / (high - low) * height
    said = f"{name}: from {low:.2g} to {high:.2g}" + (", beside a value of 0" if name in OF_SEVERAL else "")
    note = f"{high:.2g} at the top, {low:.2g} below, x from -4 to 4" if wide else ""
    return _drawing(
        f'<path d="M0 {zero:.1f}H{width}M{width / 2} 0V{height}" stroke="{GREY}" fill="none"/>'
        f'<polyline points="{points}" fill="none" stroke="{STRONG}" stroke-width="2"/>',
        (width, height),
        name + (" (of x and 0)" if name in OF_SEVERAL else ""),
        said,
        note,
    )


@cache
def padding(option: str, axes: int) -> Drawing:
    """How a window of three goes over a row or a picture of five: where zeros stand, and how much comes out."""
    before, behind = {"same": (1, 1), "causal": (2, 0)}.get(option, (0, 0))
    size = 5 + before + behind
    rows, out = (1 if axes == 1 else size), size - 2
    cells = [
        _cell(x, y, 0, _is_zero(x, before) or (axes > 1 and _is_zero(y, before)))
        for y in range(rows)
        for x in range(size)
    ]
    right = size * CELL + 22
    out_rows = 1 if axes == 1 else out
    cells += [_cell(x, y, right, False, STRONG) for y in range(out_rows) for x in range(out)]
    window = 1 if axes == 1 else 3
    return _drawing(
        "".join(cells)
        + f'<rect width="{3 * CELL}" height="{window * CELL}" fill="none" stroke="{STRONG}" stroke-width="2.5"/>'
        + f'<path d="M{size * CELL + 5} {rows * CELL / 2}h11m-4 -3l4 3l-4 3" fill="none" stroke="{GREY}"/>',
        (right + out * CELL + 2, rows * CELL + 2),
        option,
        f"{option}: 5 places become {out}" + (f", with {before + behind} zeros at the rim" if before else ""),
        f"5 → {out}" if axes == 1 else f"5x5 → {out}x{out}",
    )


def _is_zero(place: int, before: int) -> bool:
    return not before <= place < before + 5


def _cell(x: int, y: int, right: int, zero: bool, colour: str = GREY) -> str:
    fill = f'fill="{ZERO}" fill-opacity=".25" stroke-dasharray="2"' if zero else f'fill="{colour}" fill-opacity=".12"'
    place = f'x="{right + x * CELL}" y="{y * CELL}" width="{CELL}" height="{CELL}"'
    return f'<rect {place} {fill} stroke="{ZERO if zero else colour}" stroke-opacity=".7"/>'


def _axes(layer: type[BaseModel]) -> int:
    return 1 if "1D" in layer.__name__ else 2  # a cube is drawn as one of its slices


def _drawing(inside: str, size: tuple[int, int], name: str, said: str, note: str = "") -> Drawing:
    width, height = size[0] + 4, size[1] + 4
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="-2 -2 {width} {height}">{inside}</svg>'
    data = base64.b64encode(svg.encode()).decode()
    return Drawing(name, f"data:image/svg+xml;base64,{data}", said, (width, height), note)


def _row(figures: Iterable[str]) -> str:
    return (
        '<div style="display:flex;flex-wrap:wrap;gap:4px 10px;align-items:flex-end" class="illustration">'
        f"{''.join(figures)}</div>"
    )
