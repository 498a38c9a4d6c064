"""What `x[:, -1]` and `x[:, 2:5]` take out of a tensor, as layers that cut it and leave its axis of length 1 out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from builder.importer.description import DescribedLayer
from builder.importer.inbound import LayerCall, Shape
from builder.layers.base import LayerSpec
from builder.layers.reshaping import Cropping1D, Cropping2D, Cropping3D, Reshape

Rim = tuple[int, int]


def sliced(layer: DescribedLayer, call: LayerCall, shape: Shape | None) -> tuple[LayerSpec, ...]:
    """The layers that take the same out of a tensor; none where this is no such operation, or cannot be expressed.

    Args:
        shape: of the tensor, batch first.
    """
    picks = _picks(layer, call)
    if shape is None or not picks or _rim(picks[0], shape[0]) != (0, 0) or len(picks) > len(shape):
        return ()
    rank = len(shape)
    picks = [*picks, *([{}] * (rank - len(picks)))]
    rims = [_rim(pick, size) for pick, size in zip(picks[1:], shape[1:], strict=True)]
    if rank not in (3, 4, 5) or rims[-1] != (0, 0) or isinstance(picks[-1], int) or None in rims:
        return ()
    left = [size for pick, size in zip(picks[1:], shape[1:], strict=True) if not isinstance(pick, int)]
    whole = len(left) == rank - 1
    if not whole and (None in left or any(not isinstance(pick, int) and _rim(pick, 1) != (0, 0) for pick in picks[1:])):
        return ()
    crop = _cropping([rim for rim in rims[:-1] if rim])
    return (crop,) if whole else (crop, Reshape.model_validate({"target_shape": tuple(left)}))


def _picks(layer: DescribedLayer, call: LayerCall) -> list[Any]:
    """What stands in the brackets: Keras 3 has it among the arguments, Keras 2 by name."""
    found = call.args[1] if layer.kind == "GetItem" and len(call.args) > 1 else call.kwargs.get("slice_spec")
    return list(found) if isinstance(found, Sequence) and not isinstance(found, str) else []


def _rim(pick: Any, size: int | None) -> Rim | None:
    """How much is cut off before and after; None where that cannot be told."""
    if isinstance(pick, int):
        place = pick if pick >= 0 or size is None else pick + size
        return (place, size - 1 - place) if size is not None and 0 <= place < size else None
    told = pick.get("config", pick) if isinstance(pick, Mapping) else None
    if not isinstance(told, Mapping) or told.get("step") not in (None, 1):
        return None
    start, stop = told.get("start") or 0, told.get("stop")
    if size is not None:
        begin, end, _ = slice(start, stop).indices(size)
        return (begin, size - end) if begin < end else None
    return (start, -(stop or 0)) if start >= 0 and (stop is None or stop < 0) else None


def _cropping(rims: Sequence[Rim]) -> LayerSpec:
    if len(rims) == 1:
        return Cropping1D(cropping=rims[0])
    kind = Cropping2D if len(rims) == 2 else Cropping3D
    return kind.model_validate({"cropping": tuple(rims)})
