"""A grid of small pictures on the page: crisp, with a scale, each one a button that enlarges it."""

from __future__ import annotations

from functools import cache

import streamlit as st

from pages.parts.charts import Pictures, gradient, sprite
from pages.parts.live import bundle_loader


def picture_grid(pictures: Pictures, what: str, *, selected: int, key: str) -> int:
    """Show the pictures.

    Args:
        pictures: what to show.
        what: the word for one of them ("filter", "feature map"), for labels.
        selected: number of the enlarged one, -1 for none.
        key: of the component.

    Returns:
        The number of the picture that was clicked last; `selected` before the first click; -1 when it was clicked away.
    """
    sheet, columns = sprite(pictures)
    height, width = pictures.values.shape[1:3]
    scale = {"gradient": gradient(pictures.palette), "low": f"{pictures.low:.3g}", "high": f"{pictures.high:.3g}"}
    result = _component()(
        key=key,
        data={
            "sprite": sheet,
            "columns": columns,
            "width": width,
            "height": height,
            "labels": pictures.labels(what),
            "selected": selected,
            "scale": None if pictures.in_colour else scale,
        },
        on_picked_change=lambda: None,
    )
    picked = result.get("picked")
    return picked if isinstance(picked, int) and -1 <= picked < len(pictures.values) else selected


@cache
def _component() -> st.components.v2.types.ComponentRenderer:
    return st.components.v2.component("layerloom_pictures", js=bundle_loader("pictures"), isolate_styles=False)
