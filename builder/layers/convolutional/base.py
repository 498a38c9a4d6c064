"""What all convolutions show of themselves."""

from __future__ import annotations

from builder.layers.base import Weighted, brief, listed


class Convolution(Weighted, abstract=True):
    """What all convolutions show of themselves."""

    def summary(self) -> str:
        """`32 @ 3x3, relu`: filters, their size, step and activation."""
        size, strides = brief(getattr(self, "kernel_size")), getattr(self, "strides")  # noqa: B009 (declared below)
        filters = getattr(self, "filters", None)
        step = None if strides in (1, (1, 1), (1, 1, 1)) else f"step {brief(strides)}"
        return listed(size if filters is None else f"{filters} @ {size}", step, self.activation_name())
