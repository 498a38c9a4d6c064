"""Zoo: every network that can be opened, as a table and as a picture of accuracy against cost."""

from __future__ import annotations

import streamlit as st

from builder.zoo.gallery import Row, rows
from pages.parts import gallery

ALL = "All"
KINDS = {"Architectures": "architecture", "Pretrained": "trained"}


def main() -> None:
    """Filters, the picture, the table, and the network that is chosen in either."""
    st.title("Zoo", anchor=False)
    st.write(
        "Networks from papers and courses, and the forty that come with Keras. Choose one to see what was new in it."
    )
    found = _filtered(rows())
    if not found:
        st.info("No network is like that. Ask for less.", icon=":material/search_off:")
        return
    table, beside = st.columns([1.9, 1], gap="medium")
    with table:
        picture, listed = st.tabs(["Picture", "Table"])
        with picture:
            chosen = _picture(found)
        with listed:
            chosen = _table(found) or chosen
    if chosen is None and len(found) == 1:
        chosen = found[0]
    with beside:
        if chosen is None:
            st.caption("Click a point of the picture or a row of the table: what was new in it, and how to open it.")
        else:
            gallery.details(chosen)


def _filtered(all_rows: tuple[Row, ...]) -> list[Row]:
    words, kind, group, largest = st.columns([1.2, 1.6, 1, 1.2])
    wanted = words.text_input("Search", placeholder="Name, author, or what was new")
    kinds = kind.segmented_control("Kind", [ALL, *KINDS], default=ALL)
    groups = group.selectbox("For", [ALL, *dict.fromkeys(row.group for row in all_rows)])
    most = largest.select_slider("Parameters at most", options=list(gallery.SIZES), value=list(gallery.SIZES)[-1])
    return [
        row
        for row in all_rows
        if gallery.matches(row, wanted)
        and (kinds in (None, ALL) or row.kind == KINDS[kinds])
        and (groups == ALL or row.group == groups)
        and row.parameters <= gallery.SIZES[most]
    ]


def _picture(found: list[Row]) -> Row | None:
    cost_of, accuracy = st.columns(2)
    cost = cost_of.segmented_control("Cost", list(gallery.COSTS), default="parameters", format_func=gallery.BRIEF.get)
    best = accuracy.segmented_control(
        "Accuracy on ImageNet", list(gallery.ACCURACIES), default="top5", format_func=gallery.BRIEF.get
    )
    shown = gallery.with_figures(found, best or "top5")
    if not shown:
        st.info("None of these has published figures of this kind; the table shows them all.")
        return None
    figure = gallery.bubbles(shown, cost or "parameters", best or "top5")
    event = st.plotly_chart(
        figure, key="zoo-picture", on_select="rerun", selection_mode="points", config={"displaylogo": False}
    )
    points = event["selection"]["points"] if event else []
    names = {row.name: row for row in shown}
    return names.get(str(points[0]["customdata"][0])) if points else None


def _table(found: list[Row]) -> Row | None:
    event = st.dataframe(
        gallery.table(found),
        key="zoo-table",
        hide_index=True,
        placeholder="–",
        on_select="rerun",
        selection_mode="single-row",
        height=min(520, 36 * (len(found) + 1)),
        column_config=gallery.columns(),
    )
    picked = event["selection"]["rows"]
    return found[picked[0]] if picked and picked[0] < len(found) else None


main()
