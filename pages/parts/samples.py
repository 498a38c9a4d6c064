"""A data set as pictures, tables and figures: data in, HTML or a plotly figure out. No `st.` in here."""

from __future__ import annotations

import html
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from pages.parts.charts import png
from runtime.datasets import DATASETS, Dataset, Preview
from runtime.run import DataSpec

SEQUENCES = 4  # curves over each other that can still be told apart


@lru_cache(maxsize=64)
def look(spec: DataSpec) -> Preview:
    """The preview of a set that needs no download."""
    return DATASETS[spec.name].preview(spec)


def examples_html(dataset: Dataset, preview: Preview) -> str:
    """Examples as crisp pictures or sequences of signs with their answers, or as the head of a table."""
    if dataset.group == "several inputs" and dataset.steps:
        return _sequences(dataset, preview)
    return _pictures(preview) if dataset.group in ("images", "several inputs") else _table(dataset, preview)


def examples_figure(dataset: Dataset, preview: Preview) -> go.Figure:
    """Points by class, or curves with the value that follows them."""
    return _points(dataset, preview) if dataset.group == "two dimensions" else _curves(preview)


def balance_figure(preview: Preview) -> go.Figure:
    """How many examples each class has, for training and for the test."""
    parts = (("training", preview.train_counts), ("test", preview.test_counts))
    hover = "%{y} examples of %{x}<extra>%{fullData.name}</extra>"
    figure = go.Figure(
        [go.Bar(x=list(counts), y=list(counts.values()), name=name, hovertemplate=hover) for name, counts in parts]
    )
    figure.update_xaxes(type="category", title=None)
    figure.update_yaxes(title="examples")
    return _plain(figure, 260)


def shape_in_words(shape: tuple[int | None, ...]) -> str:
    """`8 x 8 x 1`."""
    return " × ".join("?" if size is None else str(size) for size in shape) or "one number"


def _pictures(preview: Preview) -> str:
    shades = np.clip(np.rint(preview.inputs * 255), 0, 255).astype(np.uint8)
    figures = (
        f'<figure><img src="{_png(picture)}" alt="example: {html.escape(answer)}">'
        f"<figcaption>{html.escape(answer)}</figcaption></figure>"
        for picture, answer in zip(shades, preview.answers, strict=True)
    )
    return f'<div class="examples">{"".join(figures)}</div>'


def _sequences(dataset: Dataset, preview: Preview) -> str:
    """Signs, of which each step of an input holds one as a row that is 1 in its place: told by their names."""
    names = [f"input {number + 1}" for number in range(dataset.inputs)]
    head = "".join(f"<th>{name}</th>" for name in (*names, "answer"))
    rows = []
    for example, answer in zip(preview.inputs[..., 0], preview.answers, strict=True):
        signs = [part.argmax(axis=-1) for part in np.split(example, dataset.inputs, axis=-1)]
        cells = [" ".join(_sign(dataset, place) for place in part) for part in signs]
        rows.append("<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in (*cells, answer)) + "</tr>")
    return f'<div class="rows"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _sign(dataset: Dataset, place: int) -> str:
    return dataset.classes[place] if place < len(dataset.classes) else "start"


def _png(picture: NDArray[np.uint8]) -> str:
    return png(np.repeat(picture, 3, axis=-1) if picture.shape[-1] == 1 else picture)


def _table(dataset: Dataset, preview: Preview) -> str:
    asked = "class" if dataset.classes else "to predict"
    names = [*preview.columns, asked]
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    rows = (
        "<tr>" + "".join(f"<td>{value:.2f}</td>" for value in values) + f"<td>{html.escape(answer)}</td></tr>"
        for values, answer in zip(preview.inputs, preview.answers, strict=True)
    )
    return f'<div class="rows"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _points(dataset: Dataset, preview: Preview) -> go.Figure:
    answers = np.array(preview.answers)
    figure = go.Figure(
        [
            go.Scatter(
                x=preview.inputs[answers == name, 0],
                y=preview.inputs[answers == name, 1],
                name=f"class {name}",
                mode="markers",
                marker={"size": 6, "opacity": 0.8},
            )
            for name in dataset.classes
        ]
    )
    figure.update_yaxes(scaleanchor="x", title="second number")
    figure.update_xaxes(title="first number")
    return _plain(figure, 460)


def _curves(preview: Preview) -> go.Figure:
    figure = go.Figure()
    for number, (values, answer) in enumerate(zip(preview.inputs[:SEQUENCES], preview.answers, strict=False)):
        steps = list(range(1, len(values) + 2))
        marker = {"size": [0] * len(values) + [11], "symbol": "diamond", "opacity": 1}
        curve = [*values[:, 0].tolist(), float(answer)]
        figure.add_scatter(x=steps, y=curve, name=f"example {number + 1}", mode="lines+markers", marker=marker)
    figure.update_xaxes(title="step (the diamond is the value to predict)")
    figure.update_yaxes(title="value")
    return _plain(figure, 420)


def _plain(figure: go.Figure, height: int) -> go.Figure:
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}
    return figure.update_layout(height=height, margin={"l": 10, "r": 10, "t": 36, "b": 10}, legend=legend)
