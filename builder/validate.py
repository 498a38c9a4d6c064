"""What does not fit: `problems(graph)` tells all of it at once, each tied to a node, with a remedy."""

from __future__ import annotations

from typing import Literal

from builder.edits import Edit
from builder.graph import Frozen


class Problem(Frozen):
    """One thing that does not fit.

    `node` is None when it concerns the whole network. `fix` is what a click on `remedy` does, empty if only a person can
    decide. `detail` is Keras's own reason, shown on request. Warnings do not keep a network from training.
    """

    code: str
    node: str | None
    message: str
    remedy: str
    fix: tuple[Edit, ...] = ()
    severity: Literal["error", "warning"] = "error"
    detail: str | None = None
