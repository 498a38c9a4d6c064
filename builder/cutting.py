"""What takes a part of a tensor, `x[:, -1]` or `split(x, 2)`, as layers that take the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from builder.layers.base import LayerSpec
from builder.operations import made

ELLIPSIS = "..."


def parts(sections: Any, axis: Any, size: int | None, tensorflow: bool = False) -> list[LayerSpec] | None:
    """The layers that `split(x, sections, axis)` comes to, one a part; None where that is not known.

    Args:
        sections: their number, or where they begin; with `tensorflow` how long they are.
        size: of the axis, where it is known.
    """
    if isinstance(sections, int) and not isinstance(sections, bool):
        if not size or not 0 < sections <= size or size % sections:
            return None
        begins = [size // sections * number for number in range(sections)]
    elif isinstance(sections, list | tuple) and all(isinstance(one, int) and one >= 0 for one in sections):
        begins = [sum(sections[:number]) for number in range(len(sections))] if tensorflow else [0, *sections]
    else:
        return None
    ends = [*begins[1:], None]
    each = [made("Slice", start=begin, stop=end, axis=axis) for begin, end in zip(begins, ends, strict=True)]
    known = [one for one in each if one is not None]
    return known if len(known) == len(each) else None


def taken(picks: Sequence[Any], rank: int | None) -> list[LayerSpec] | None:
    """The layers that `x[picks]` comes to, one an axis; None where it cannot be told, or touches the batch.

    Args:
        picks: places, slices, None for a new axis, ELLIPSIS.
        rank: how many axes there are, the batch among them; only needed with an ELLIPSIS.
    """
    if ELLIPSIS in picks:
        if rank is None or picks.count(ELLIPSIS) > 1:
            return None
        at = picks.index(ELLIPSIS)
        missing = rank - sum(pick is not None for pick in picks) + 1
        picks = [*picks[:at], *[slice(None)] * missing, *picks[at + 1 :]]
    if not picks or picks[0] not in (slice(None), slice(0, None)):
        return None
    each: list[LayerSpec | None] = []
    axis = 0  # of what has been taken so far
    for pick in picks[1:]:
        axis += 1
        if pick is None:
            each.append(made("ExpandDims", axis=axis))
        elif isinstance(pick, slice):
            whole = pick in (slice(None), slice(0, None), slice(None, None, 1), slice(0, None, 1))
            each += [] if whole else [made("Slice", start=pick.start, stop=pick.stop, step=pick.step, axis=axis)]
        elif isinstance(pick, int) and not isinstance(pick, bool):
            each.append(made("Pick", index=pick, axis=axis))
            axis -= 1
        else:
            return None
    known = [one for one in each if one is not None]
    return known if len(known) == len(each) else None
