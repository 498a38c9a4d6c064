"""The history of a network as a tree: first which line each state stands in, then the drawing. No `st.` in here."""

from __future__ import annotations

import html
import time
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from runtime.store import Change

ROW, LANE = 30, 22  # pixels
BRANCH, PRESENT, NAMED = "#8A93A0", "#C8553D", "#D9A441"
LONGEST = 64  # letters of what was done
MOST_LANES = 8  # side by side; further ones share the last
Lanes = Mapping[int, int]


def lanes(changes: Sequence[Change]) -> Lanes:
    """State -> line, counted from 0: that to the present state goes straight, branches stand beside it without crossing.

    Args:
        changes: the whole history, oldest first.
    """
    heirs: dict[int, int] = {}  # the child that goes on in the same line
    for change in changes:
        if change.parent is not None and (change.parent not in heirs or not change.undone):
            heirs[change.parent] = change.number
    last: dict[int, int] = {}  # by state: the end of its line
    for change in reversed(changes):
        last[change.number] = last[heirs[change.number]] if change.number in heirs else change.number
    found: dict[int, int] = {}
    taken: list[list[tuple[int, int]]] = []  # by line: from which state to which it is in use
    for change in changes:
        if change.parent is not None and heirs[change.parent] == change.number:
            found[change.number] = found[change.parent]
            continue
        span = (-1 if change.parent is None else change.parent, last[change.number])
        free = (n for n, spans in enumerate(taken) if all(span[0] >= end or span[1] <= start for start, end in spans))
        lane = next(free, len(taken))
        taken[lane : lane + 1] = [[*(taken[lane] if lane < len(taken) else ()), span]]
        found[change.number] = lane
    return found


def figure(
    changes: Sequence[Change], shown: Sequence[Change], chosen: int, visitor: str, dark: bool = False
) -> go.Figure:
    """The states from the newest above to the oldest below, each with what was done, by whom and when.

    Args:
        changes: the whole history, oldest first.
        shown: the part of it that is drawn.
        chosen: the number of the state that the page is about.
        visitor: whose changes are called "you".
        dark: whether it is drawn on a dark page.
    """
    line = {number: min(lane, MOST_LANES - 1) for number, lane in lanes(changes).items()}
    rows = {change.number: row for row, change in enumerate(shown)}
    bottom = -0.8
    drawn = go.Figure()
    for undone, colour in ((True, BRANCH), (False, PRESENT)):
        xs: list[float | None] = []
        ys: list[float | None] = []
        for change in shown:
            if change.undone == undone and change.parent is not None:
                x, y, before = line[change.number], rows[change.number], rows.get(change.parent, bottom)
                out = line[change.parent]
                xs += [out, x, x, None]
                ys += [before, before + (0.5 if out != x else 0), y, None]
        drawn.add_scatter(x=xs, y=ys, mode="lines", line={"color": colour, "width": 2}, hoverinfo="skip")
    right = max((line[change.number] for change in shown), default=0) + 0.7
    drawn.add_scatter(
        x=[line[change.number] for change in shown],
        y=[rows[change.number] for change in shown],
        mode="markers",
        marker={
            "opacity": 1,
            "size": [16 if change.number == chosen else 11 for change in shown],
            "color": [_colour(change) for change in shown],
            "symbol": [_symbol(change) for change in shown],
            "line": {"width": [3 if change.number == chosen else 0 for change in shown]},
        },
        customdata=[[change.number] for change in shown],
        text=[describe(change, visitor) for change in shown],
        hovertemplate="%{text}<extra></extra>",
    )
    drawn.add_scatter(
        x=[right] * len(shown),
        y=[rows[change.number] for change in shown],
        mode="text",
        text=[_row(change, visitor, change.number == chosen) for change in shown],
        textposition="middle right",
        textfont={"color": "#E8E5DE" if dark else "#23262D", "size": 13},
        customdata=[[change.number] for change in shown],
        hoverinfo="skip",
    )
    drawn.update_traces(
        selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}}, selector={"mode": "markers"}
    )
    hidden = {"visible": False, "fixedrange": True}
    drawn.update_layout(
        height=ROW * (len(shown) + 1),
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        showlegend=False,
        xaxis=hidden | {"range": [-0.6, right + 26]},
        yaxis=hidden | {"range": [bottom, len(shown) - 0.2]},
        clickmode="event+select",
        dragmode=False,
    )
    return drawn


def describe(change: Change, visitor: str) -> str:
    """`Changed c1: filters (you, 21 Nov 14:05)`, which stays the same while time goes by; a name stands before."""
    name = f"{change.name}: " if change.name else ""
    who = [_who(change, visitor)] if change.by else []
    when = time.strftime("%d %b %H:%M", time.localtime(change.at))
    return f"{name}{_short(change.words)} ({', '.join([*who, when])})"


def ago(seconds: float) -> str:
    """How long ago, in the largest unit that fits."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if (count := int(seconds // size)) > 0:
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def _row(change: Change, visitor: str, chosen: bool) -> str:
    name = f"<b>{html.escape(change.name)}</b>  " if change.name else ""
    words = html.escape(_short(change.words))
    beside = " · ".join([*([_who(change, visitor)] if change.by else []), ago(time.time() - change.at)])
    here = "  <b>now</b>" if change.present else ""
    return f"{name}{f'<b>{words}</b>' if chosen else words}{here}  <i>{html.escape(beside)}</i>"


def _who(change: Change, visitor: str) -> str:
    return "you" if change.by == visitor else change.by


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _colour(change: Change) -> str:
    if change.name:
        return NAMED
    return BRANCH if change.undone else PRESENT


def _symbol(change: Change) -> str:
    return "star" if change.name else "diamond" if change.present else "circle"
