"""A grid of small pictures on the page: crisp, with a scale, each one a button that enlarges it."""

from __future__ import annotations

from functools import cache, partial

import streamlit as st

from pages.parts import state
from pages.parts.charts import Pictures, gradient, sprite
from pages.parts.live import bundle_loader


def picked(key: str) -> int:
    """The number of the picture that is enlarged in the grid of this key; -1 for none."""
    number: int = state.kept(f"picked.{key}", -1)
    return number


def picture_grid(pictures: Pictures, what: str, *, key: str) -> None:
    """Show the pictures; `picked` tells which one a person wants enlarged.

    Args:
        pictures: what to show.
        what: the word for one of them ("filter", "feature map"), for labels.
        key: of the component.
    """
    sheet, columns = sprite(pictures)
    height, width = pictures.values.shape[1:3]
    scale = {"gradient": gradient(pictures.palette), "low": f"{pictures.low:.3g}", "high": f"{pictures.high:.3g}"}
    _component()(
        key=key,
        data={
            "sprite": sheet,
            "columns": columns,
            "width": width,
            "height": height,
            "labels": pictures.labels(what),
            "selected": picked(key),
            "scale": None if pictures.in_colour else scale,
        },
        on_picked_change=partial(_pick, key, len(pictures.values)),
    )


def _pick(key: str, count: int) -> None:
    number = st.session_state[key].get("picked")
    state.keep(f"picked.{key}", number if isinstance(number, int) and 0 <= number < count else -1)


@cache
def _component() -> st.components.v2.types.ComponentRenderer:
    return st.components.v2.component("layerloom_pictures", js=bundle_loader("pictures"), isolate_styles=False)
