"""The zoo: rows of a table, points of a picture, and what is said of one network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from builder.graph import read_graph
from builder.zoo import TEMPLATES
from builder.zoo.gallery import DATA, Row, transfer
from pages.parts.begin import begin
from runtime.child import ServiceError
from runtime.service import service

LIMIT = 180.0  # seconds in which a network of keras.applications must be opened

# What is asked for, and how many parameters that is at most.
SIZES = {"100,000": 100_000, "1 million": 10**6, "10 million": 10**7, "50 million": 5 * 10**7, "any size": 10**12}
COSTS = {"parameters": "Parameters", "macs": "Multiply-adds for one image", "megabytes": "Megabytes of its weights"}
ACCURACIES = {"top5": "Right among the best five guesses, %", "top1": "Right at the first guess, %"}
BRIEF = {
    "parameters": "Parameters",
    "macs": "Work",
    "megabytes": "Size",
    "top5": "Best five guesses",
    "top1": "First guess",
}
KIND = {"architecture": "architecture", "trained": "pretrained"}
COLOURS = {"architecture": "#C44E00", "trained": "#0072B2"}


def matches(row: Row, wanted: str) -> bool:
    """Whether every word stands somewhere in what is known of a network: "resnet-50" finds ResNet50 and ResNet 50."""
    paper = row.paper
    text = f"{row.name} {row.title} {row.group} " + (
        f"{paper.authors} {paper.title} {paper.news} {paper.year}" if paper else ""
    )
    return all(word in _bare(text) for word in map(_bare, wanted.split()))


def _bare(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def with_figures(found: Iterable[Row], accuracy: str) -> list[Row]:
    """Those whose accuracy is published."""
    return [row for row in found if getattr(row, accuracy) is not None]


def bubbles(found: list[Row], cost: str, accuracy: str) -> go.Figure:
    """Accuracy against cost, each network a point as large as its weights; `customdata` holds its name."""
    figure = go.Figure()
    largest = max(row.megabytes for row in found)
    for kind, name in KIND.items():
        group = [row for row in found if row.kind == kind]
        figure.add_scatter(
            x=[getattr(row, cost) for row in group],
            y=[getattr(row, accuracy) for row in group],
            name=name,
            mode="markers",
            text=[row.title for row in group],
            customdata=[[row.name] for row in group],
            hovertemplate=f"%{{text}}<br>{COSTS[cost]}: %{{x:.4s}}<br>%{{y:.1f}} %<extra></extra>",
            marker={
                "color": COLOURS[kind],
                "size": [8 + 32 * (row.megabytes / largest) ** 0.5 for row in group],
                "opacity": 0.75,
                "line": {"width": 1},
                "symbol": "circle" if kind == "trained" else "diamond",
            },
        )
    figure.update_layout(
        height=460,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        xaxis={"title": COSTS[cost], "type": "log"},
        yaxis={"title": ACCURACIES[accuracy]},
        clickmode="event+select",
    )
    return figure


def table(found: list[Row]) -> list[dict[str, Any]]:
    """A row a network, as the table shows it."""
    return [
        {
            "name": row.title,
            "year": row.year,
            "kind": KIND[row.kind],
            "size": " x ".join("?" if n is None else str(n) for n in row.size),
            "parameters": row.parameters,
            "macs": row.macs,
            "megabytes": row.megabytes,
            "top1": row.top1,
            "top5": row.top5,
        }
        for row in found
    ]


def columns() -> dict[str, Any]:
    """Names, units and explanations of the columns."""
    number = st.column_config.NumberColumn
    return {
        "name": st.column_config.TextColumn("Network", width="medium"),
        "year": number("Year", format="%d", width="small"),
        "kind": st.column_config.TextColumn("Kind", width="small"),
        "size": st.column_config.TextColumn(
            "One example", help="Height, width and channels of an image, or steps and features."
        ),
        "parameters": number("Parameters", format="compact", help="Numbers that it learns."),
        "macs": number("Multiply-adds", format="compact", help="For one example: the work."),
        "megabytes": number("MB", format="%.1f", help="Megabytes of its weights."),
        "top1": number(
            "Top-1 %", format="%.1f", help="ImageNet images whose class was its first guess; empty: not published."
        ),
        "top5": number("Top-5 %", format="%.1f", help="The same for its best five guesses."),
    }


def facts(row: Row) -> list[str]:
    """What is said of a network beside its paper."""
    size = " x ".join("?" if n is None else str(n) for n in row.size)
    lines = [
        f"One example: {size}",
        f"{row.parameters:,} parameters, {row.megabytes:,.1f} MB",
        f"{row.macs:,} multiply-adds for one example",
    ]
    for accuracy, words in (("top1", "first guess"), ("top5", "best five guesses")):
        value = getattr(row, accuracy)
        if value is not None:
            lines.append(f"{value:.1f} % right, {words}")
    return [*lines, *([f"Published: {row.source}"] if row.source else [])]


def details(row: Row) -> None:
    """What was new in a network, what it costs, and the ways to open it."""
    st.subheader(row.title, anchor=False)
    if row.paper:
        st.markdown(f"{row.paper.news}\n\n[{row.paper.title}]({row.paper.url}), {row.paper.authors}, {row.paper.year}")
    st.markdown("\n".join(f"- {line}" for line in facts(row)))
    if row.kind == "architecture":
        template = TEMPLATES[row.name]
        st.caption(template.sentence)
        if st.button("Open it", type="primary", icon=":material/open_in_new:", width="stretch"):
            begin(row.title, template.make(), template.data or "digits")
        return
    learned = st.toggle(
        f"With the weights learned on ImageNet (a download of {row.megabytes:.0f} MB)",
        help="They are fetched when training begins, and kept. Without them it starts from random weights, offline.",
    )
    if st.button("As one layer with a new head", type="primary", icon=":material/layers:", width="stretch"):
        begin(f"{row.title}, new head", transfer(row.name, learned), DATA)
    if st.button("Open it layer by layer", icon=":material/account_tree:", width="stretch"):
        with st.spinner(f"Keras makes {row.title} and hands over its layers …"):
            try:
                graph = read_graph(service().call("application", {"name": row.name}, LIMIT))
            except ServiceError as error:
                st.error(str(error))
                return
        begin(row.title, graph, "digits")
