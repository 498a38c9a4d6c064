"""Layers: every layer of the palette explained, found by words, each with an address of its own (`?layer=Conv2D`)."""

from __future__ import annotations

import re

import streamlit as st

from builder.layers import LAYERS, family_labels
from pages.parts.fields import fields
from pages.parts.illustrations import illustrations
from pages.parts.kinds import in_short
from pages.parts.layer_page import LayerPage, example_code, layer_page, meant, search, similar
from pages.parts.literal import literal

PARAMETER = "layer"
MOST_FOUND = 40


def main() -> None:
    """The list beside the page of one layer; without one, all families."""
    given = st.query_params.get(PARAMETER)
    left, right = st.columns([0.28, 0.72], gap="large")
    with left:
        _list(given)
    with right:
        if given is None:
            _overview()
        elif name := meant(given):
            _page(layer_page(name))
        else:
            _unknown(given)


def _list(given: str | None) -> None:
    words = st.text_input(
        "Search layers", key="layer-search", placeholder="convolution, dropout, sequence …", max_chars=100
    )
    found = search(words)
    if not found:
        st.caption("No layer has all of these words. Try fewer, or another.")
    elif words.strip():
        for name in found[:MOST_FOUND]:
            _link(name)
        if len(found) > MOST_FOUND:
            st.caption(f"{len(found) - MOST_FOUND} more; add a word to find them.")
    else:
        shown = LAYERS[meant(given) or "Input"].family() if given else None
        for family, label in family_labels().items():
            with st.expander(label, expanded=family == shown):
                for name in (name for name, layer in LAYERS.items() if layer.family() == family):
                    _link(name)


def _link(name: str) -> None:
    st.page_link("reference.py", label=name, query_params={PARAMETER: name}, help=LAYERS[name].tooltip())


def _overview() -> None:
    st.title("Layers", anchor=False)
    st.markdown(
        f"All {len(LAYERS)} layers that a network can be built of. Each page says what the layer does, which shapes go in "
        "and come out, what its settings mean, and shows it in Keras code. Search on the left, or open a family."
    )


def _unknown(given: str) -> None:
    st.warning(f"There is no layer called “{literal(given[:64])}”.", icon=":material/info:")
    if close := similar(given):
        st.markdown("Perhaps you mean one of these:")
        for name in close:
            _link(name)


def _page(page: LayerPage) -> None:
    st.title(page.name, anchor=False)
    st.caption(page.family)
    st.markdown(page.sentence)
    if page.more:
        st.markdown(page.more)
    st.subheader("Shapes", anchor=False)
    st.code(page.sections["Shapes"], language=None, wrap_lines=True)
    if units := page.sections.get("Units"):
        st.markdown(units)
    st.subheader("In Keras", anchor=False)
    st.code(example_code(page.name), language="python")
    _settings(page.name)
    for picture in illustrations(LAYERS[page.name]):
        st.html(picture)
    if problems := page.sections.get("Problems"):
        st.subheader("When it does not fit", anchor=False)
        st.markdown("\n".join(f"- {line}" for line in sentences(problems)))
    if paper := page.sections.get("Source"):
        st.subheader("Where it comes from", anchor=False)
        st.markdown(linked(paper))


def _settings(name: str) -> None:
    asked = fields(LAYERS[name])
    if not asked:
        st.caption("It has no settings.")
        return
    st.subheader("Settings", anchor=False)
    st.dataframe(
        [
            {
                "Setting": field.name,
                "Default": "required" if field.required else in_short(field.default),
                "Meaning": field.help.partition("\n\nIn Keras:")[0],
            }
            for field in asked
        ],
        hide_index=True,
        width="stretch",
    )


def sentences(text: str) -> list[str]:
    """The remarks of a section: each begins a line, and may go on in the next."""
    return [" ".join(part.split()) for part in re.split(r"(?<=[.])\n(?=[A-Z`])", text)]


def linked(text: str) -> str:
    """Text with its addresses as links."""
    return re.sub(r"(https?://\S+?)(?=[.,;]?(?:\s|$))", r"<\1>", text)


main()
