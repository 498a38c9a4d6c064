"""From arrays to small pictures and plotly figures: first the data of a plot, then its drawing. No `st.` in here."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image
from plotly.colors import sample_colorscale, unlabel_rgb

Array = NDArray[np.floating]
Pixels = NDArray[np.uint8]
MOST_PICTURES = 256  # in one grid
WIDEST = 96  # pixels of a small picture; a larger map is averaged down
SIGNED, BRIGHT, GREY = "RdBu_r", "Viridis", "gray"  # weights around zero; how strongly something is there; a photograph
INVALID = (255, 0, 255)  # pixels that are no number
NO_BAR = {"displayModeBar": False}  # of st.plotly_chart, where there is nothing to look closer at


@dataclass(frozen=True)
class Pictures:
    """Small pictures on one common scale.

    `values`: (count, height, width), or (count, height, width, 3) for pictures in their own colours; `low` and `high`
    are the ends of the scale.
    """

    values: Array
    low: float
    high: float
    palette: str

    @property
    def in_colour(self) -> bool:
        """Whether the three channels are red, green and blue."""
        return self.values.ndim == 4

    def labels(self, what: str) -> list[str]:
        """`filter 1: -0.2 to 0.31` for each picture."""
        return [f"{what} {index + 1}: {span(picture)}" for index, picture in enumerate(self.values)]


def kernel_pictures(kernels: Array, channel: int | None = None) -> Pictures:
    """The filters of a convolution.

    Args:
        kernels: (height, width, channels in, filters).
        channel: the input channel whose slice is shown; None shows red, green and blue together (three channels in).
    """
    filters = np.moveaxis(kernels, -1, 0)[:MOST_PICTURES]
    furthest = _extreme(np.abs(filters))
    shown = filters if channel is None else filters[..., channel]
    return Pictures(shown, -furthest, furthest, SIGNED)


def feature_pictures(features: Array) -> Pictures:
    """The feature maps of a node: (height, width, channels), large ones averaged down."""
    maps = np.moveaxis(shrunk(features), -1, 0)[:MOST_PICTURES]
    low, high = min(0.0, -_extreme(-maps)), _extreme(maps)
    if low < 0:
        furthest = max(-low, high)
        return Pictures(maps, -furthest, furthest, SIGNED)
    return Pictures(maps, 0.0, high, BRIGHT)


def input_picture(features: Array) -> Pictures:
    """What goes into a network, (height, width, channels), as one picture: in its own colours, or the first channel in grey."""
    values = shrunk(features)
    low, high = -_extreme(-values), _extreme(values)
    return Pictures((values if values.shape[-1] == 3 else values[..., 0])[None], low, high, GREY)


def shrunk(features: Array) -> Array:
    """(height, width, channels) averaged over blocks until neither side is longer than WIDEST."""
    block = math.ceil(max(features.shape[:2]) / WIDEST)
    if block <= 1:
        return features
    height, width = (size // block * block for size in features.shape[:2])
    blocks = features[:height, :width].reshape(height // block, block, width // block, block, -1)
    return np.asarray(blocks.mean(axis=(1, 3)))


def sprite(pictures: Pictures) -> tuple[str, int]:
    """All pictures in one PNG, one pixel a value, as a data URL; and how many stand in a row."""
    pixels = paint(pictures)
    count, height, width, _ = pixels.shape
    columns = max(1, math.ceil(math.sqrt(count)))
    sheet = np.zeros((math.ceil(count / columns) * height, columns * width, 3), np.uint8)
    for index, picture in enumerate(pixels):
        row, column = divmod(index, columns)
        sheet[row * height : (row + 1) * height, column * width : (column + 1) * width] = picture
    return png(sheet), columns


def paint(pictures: Pictures) -> Pixels:
    """(count, height, width, 3): the values through the palette; what is no number is magenta."""
    span_ = (pictures.high - pictures.low) or 1.0
    finite = np.isfinite(pictures.values)
    share = np.clip((np.where(finite, pictures.values, 0.0) - pictures.low) / span_, 0, 1)
    steps = np.rint(share * 255).astype(np.uint8)
    if pictures.in_colour:
        return np.where(finite.all(axis=-1, keepdims=True), steps, np.array(INVALID, np.uint8))
    return np.where(finite[..., None], _colours(pictures.palette)[steps], np.array(INVALID, np.uint8))


def png(pixels: Pixels) -> str:
    """A picture as a data URL."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def gradient(palette: str) -> str:
    """The palette as a CSS gradient from left to right."""
    return f"linear-gradient(to right, {', '.join(sample_colorscale(palette, 9))})"


def span(values: Array) -> str:
    """`-0.2 to 0.31`, in three digits."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return "not a number"
    return f"{finite.min():.3g} to {finite.max():.3g}"


def picture_figure(pictures: Pictures, index: int) -> go.Figure:
    """One picture, enlarged, with the common scale; the pointer reads the values."""
    values = pictures.values[index]
    hover = "row %{y}, column %{x}: %{z:.4g}<extra></extra>"
    if pictures.in_colour:
        drawing = go.Image(z=paint(pictures)[index], hovertemplate="row %{y}, column %{x}: %{z}<extra></extra>")
    else:
        drawing = go.Heatmap(
            z=values, zmin=pictures.low, zmax=pictures.high, colorscale=pictures.palette, hovertemplate=hover
        )
    figure = go.Figure(drawing)
    figure.update_yaxes(autorange="reversed", scaleanchor="x", constrain="domain", visible=False)
    figure.update_xaxes(constrain="domain", visible=False)
    return _plain(figure, 380)


def bar_figure(values: Array, names: Sequence[str] = ()) -> go.Figure:
    """One bar a unit: the output of a dense layer. `names`: of the classes, where there are any."""
    labels = list(names) if len(names) == len(values) else list(range(1, len(values) + 1))
    figure = go.Figure(go.Bar(x=labels, y=values, hovertemplate="%{x}: %{y:.4g}<extra></extra>"))
    figure.update_xaxes(title="class" if names and labels == list(names) else "unit", type="category")
    figure.update_yaxes(title="output")
    return _plain(figure, 320)


def sequence_figure(values: Array) -> go.Figure:
    """(steps, channels): curves when there are few channels, else a heat map with time to the right."""
    steps = list(range(1, len(values) + 1))
    if values.shape[1] <= 6:
        figure = go.Figure(
            [
                go.Scatter(x=steps, y=values[:, channel], name=f"channel {channel + 1}", mode="lines")
                for channel in range(values.shape[1])
            ]
        )
        figure.update_yaxes(title="value")
    else:
        furthest = _extreme(np.abs(values))
        figure = go.Figure(go.Heatmap(z=values.T, x=steps, zmin=-furthest, zmax=furthest, colorscale=SIGNED))
        figure.update_yaxes(title="channel", autorange="reversed")
    figure.update_xaxes(title="step")
    return _plain(figure, 320)


def _plain(figure: go.Figure, height: int) -> go.Figure:
    return figure.update_layout(height=height, margin={"l": 10, "r": 10, "t": 10, "b": 10}, uirevision="reader")


def _extreme(values: Array) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.max()) if finite.size else 0.0


@cache
def _colours(palette: str) -> Pixels:
    """256 colours: (256, 3)."""
    if palette == GREY:  # plotly's own is a curve through the greys, not a line
        return np.arange(256, dtype=np.uint8)[:, None].repeat(3, axis=1)
    sampled = sample_colorscale(palette, np.linspace(0, 1, 256).tolist())
    return np.array([unlabel_rgb(colour) for colour in sampled]).round().astype(np.uint8)
