"""What `x[:, -1]` and `x[:, 2:5]` take out of a tensor, as layers that do the same, one an axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from builder.cutting import ELLIPSIS, taken
from builder.importer.description import DescribedLayer
from builder.importer.inbound import LayerCall
from builder.layers.base import LayerSpec


def sliced(layer: DescribedLayer, call: LayerCall, rank: int | None) -> Sequence[LayerSpec] | None:
    """The layers that take the same out of a tensor; None where they cannot be told.

    Args:
        rank: how many axes the tensor has, the batch among them, where it is known.
    """
    found = call.args[1] if layer.kind == "GetItem" and len(call.args) > 1 else call.kwargs.get("slice_spec")
    if not isinstance(found, Sequence) or isinstance(found, str):
        return None
    return taken([_pick(one) for one in found], rank)


def _pick(written: Any) -> Any:
    """As Python has it: a place, a slice, None for a new axis, ELLIPSIS."""
    if isinstance(written, Mapping):
        if "ellipsis" in str(written.get("class_name")):
            return ELLIPSIS
        told = written.get("config", written)
        return slice(told.get("start"), told.get("stop"), told.get("step"))
    return ELLIPSIS if written == "..." else written
