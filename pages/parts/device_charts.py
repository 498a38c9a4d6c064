"""Measurements as plotly figures, and the drawing of a ring all-reduce: first the data, then the drawing. No `st.` in here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from runtime.measuring import PRODUCT, VARIANTS, Measurement

QUOTED = {"processor, as a course quotes it": 3.8, "GPU, as a course quotes it": 0.02}  # seconds
GREY = "#808890"  # is read on light and on dark
RING = ("#2563eb", "#d97706", "#059669", "#db2777")


@dataclass(frozen=True)
class Bar:
    """A length in seconds by name, in a group that shares a colour."""

    name: str
    group: str
    seconds: float


def products(now: Measurement, before: Measurement | None, names: Mapping[str, str]) -> list[Bar]:
    """The matrix product on each device, beside an earlier time and what a course quotes."""
    bars = [Bar(name, "quoted", seconds) for name, seconds in QUOTED.items()]
    for group, one in (("earlier", before), ("here", now)):
        for figure in one.figures if one else ():
            if figure.what == PRODUCT and not figure.error:
                bars.append(Bar(names.get(figure.where, figure.where), group, figure.seconds))
    return bars


def steps(now: Measurement, before: Measurement | None, names: Mapping[str, str]) -> list[Bar]:
    """A training step of each network on each device, in float32."""
    return [
        Bar(f"{figure.what}, {names.get(figure.where, figure.where)}", group, figure.seconds)
        for group, one in (("earlier", before), ("here", now))
        for figure in (one.figures if one else ())
        if figure.what != PRODUCT and figure.variant == "float32" and not figure.error
    ]


def changes(now: Measurement, names: Mapping[str, str]) -> list[tuple[str, str, float]]:
    """Network and device, what was changed, and by which factor a step became longer (below 1: shorter)."""
    found = []
    for figure in now.figures:
        plain = now.figure(figure.what, figure.where)
        if figure.variant in list(VARIANTS)[1:] and not figure.error and plain is not None and plain.seconds:
            where = f"{figure.what}, {names.get(figure.where, figure.where)}"
            found.append((where, figure.variant, figure.seconds / plain.seconds))
    return found


def seconds_figure(bars: Sequence[Bar]) -> go.Figure:
    """Bars on a logarithmic axis, the time written at each."""
    colours = {"here": "#2563eb", "earlier": "#94a3b8", "quoted": "#d6b36a"}
    words = {"here": "measured here", "earlier": "measured earlier", "quoted": "quoted, not measured"}
    figure = go.Figure(
        [
            go.Bar(
                name=words[group],
                y=[bar.name for bar in bars if bar.group == group],
                x=[bar.seconds for bar in bars if bar.group == group],
                text=[time_in_words(bar.seconds) for bar in bars if bar.group == group],
                orientation="h",
                marker_color=colour,
                offsetgroup="earlier" if group == "earlier" else "here",  # what is quoted has a row of its own
                hovertemplate="%{y}: %{text}<extra></extra>",
            )
            for group, colour in colours.items()
            if any(bar.group == group for bar in bars)
        ]
    )
    figure.update_xaxes(type="log", title="seconds (each line ten times as long)", dtick=1)
    rows, beside = len({bar.name for bar in bars}), len({bar.group == "earlier" for bar in bars})
    return _plain(figure, 90 + rows * (8 + 26 * beside))


def changes_figure(found: Sequence[tuple[str, str, float]]) -> go.Figure:
    """What a number format and XLA changed: 1 is float32 without XLA."""
    variants = list(dict.fromkeys(variant for _, variant, _ in found))
    figure = go.Figure(
        [
            go.Bar(
                name=variant,
                y=[where for where, name, _ in found if name == variant],
                x=[factor for _, name, factor in found if name == variant],
                text=[f"{factor:.2g} times" for _, name, factor in found if name == variant],
                orientation="h",
            )
            for variant in variants
        ]
    )
    figure.add_vline(x=1, line_dash="dot", line_color="#808890")  # seen on light and dark
    figure.update_xaxes(title="time of a step, where 1 is float32 without XLA")
    return _plain(figure, 110 + 26 * len(found))


def time_in_words(seconds: float) -> str:
    """`3.8 s`, `20 ms`, `310 µs`, in two or three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            value = seconds / size
            return f"{value:.0f} {unit}" if value >= 100 else f"{value:.2g} {unit}"
    return f"{seconds * 1e6:.0f} µs"


def ring(replicas: int = 4) -> str:
    """The drawing of a ring all-reduce as SVG: each device hands a part of its gradients to its neighbour."""
    centre, radius, size = 150.0, 100.0, 34.0
    places = [
        (
            centre + radius * math.cos(2 * math.pi * number / replicas - math.pi / 2),
            centre + radius * math.sin(2 * math.pi * number / replicas - math.pi / 2),
        )
        for number in range(replicas)
    ]
    arrows, boxes = [], []
    for number, (x, y) in enumerate(places):
        x2, y2 = places[(number + 1) % replicas]
        far = math.hypot(x2 - x, y2 - y)
        dx, dy = (x2 - x) / far, (y2 - y) / far
        begin, end = (x + dx * (size + 6), y + dy * (size + 6)), (x2 - dx * (size + 12), y2 - dy * (size + 12))
        colour = RING[number % len(RING)]
        arrows.append(
            f'<line x1="{begin[0]:.0f}" y1="{begin[1]:.0f}" x2="{end[0]:.0f}" y2="{end[1]:.0f}" stroke="{colour}" '
            'stroke-width="3" marker-end="url(#tip)"/>'
        )
        parts = "".join(
            f'<rect x="{x - 28 + 56 / replicas * part:.1f}" y="{y + 4:.0f}" width="{56 / replicas - 2:.1f}" height="14" rx="2" '
            f'fill="{RING[part % len(RING)]}" opacity="{1.0 if part == number else 0.3}"/>'
            for part in range(replicas)
        )
        boxes.append(
            f'<rect x="{x - size:.0f}" y="{y - 26:.0f}" width="{2 * size:.0f}" height="52" rx="8" fill="none" '
            f'stroke="{GREY}"/><text x="{x:.0f}" y="{y - 7:.0f}" text-anchor="middle" font-size="12" '
            f'font-family="sans-serif" fill="{GREY}">device {number + 1}</text>{parts}'
        )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 300" width="300" height="300">'
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="6" markerHeight="6" orient="auto">'
        f'<path d="M0 0L10 5L0 10z" fill="{GREY}"/></marker></defs>{"".join(arrows)}{"".join(boxes)}</svg>'
    )


def _plain(figure: go.Figure, height: int) -> go.Figure:
    figure.update_yaxes(autorange="reversed")
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    margin = {"l": 10, "r": 10, "t": 30, "b": 10}
    return figure.update_layout(height=height, margin=margin, legend=legend, barmode="group", uirevision="reader")
