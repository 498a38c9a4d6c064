"""Terms and what they are, as a list of HTML. No `st.` in here."""

from __future__ import annotations

import html
from collections.abc import Mapping


def terms(rows: Mapping[str, str], style: str) -> str:
    """A list of definitions; `style` is its class in assets/style.css: `facts` side by side, `lines` below each other."""
    pairs = ((html.escape(name), html.escape(value)) for name, value in rows.items())
    return f'<dl class="{style}">{"".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs)}</dl>'
