"""What a change of a layer's settings does, in words."""

from __future__ import annotations

from builder.program import Facts
from pages.parts.views import shapes_text


def effect_text(before: Facts | None, now: Facts) -> str:
    """`Output 28x28x6 → 26x26x6 · parameters 156 → 60`; one figure where nothing was before, or nothing has changed."""
    if now.error:
        return "With these settings it does not fit; the reason stands above."
    was = before if before and not before.error else now
    figures = [
        ("Output", shapes_text(was), shapes_text(now)),
        ("parameters", f"{was.parameters:,}", f"{now.parameters:,}"),
    ]
    return " · ".join(f"{name} {new}" if old == new else f"{name} {old} → **{new}**" for name, old, new in figures)
