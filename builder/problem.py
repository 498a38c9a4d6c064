"""What one thing that does not fit looks like: a Problem, tied to a node, with a remedy and the buttons that apply it."""

from __future__ import annotations

from typing import Literal

from builder.edits import Edit
from builder.graph import Frozen
from builder.training import Training


class Fix(Frozen):
    """One button: what it says, and the edits that a click applies, one after the other, as one undo step.

    Where the network is right and the settings are not, `training` holds better ones, and there is nothing to edit.
    """

    label: str
    edits: tuple[Edit, ...] = ()
    training: Training | None = None


class Problem(Frozen):
    """One thing that does not fit.

    `code` names the kind (the check functions in `builder.checks` list them all). `node` is None when it concerns the whole
    network. `remedy` says what to do; each of `fixes` does it at one click, the best one first, and there is none where
    only a person can decide. `detail` is Keras's own reason, shown on request. A warning does not keep a network from training.
    """

    code: str
    node: str | None
    message: str
    remedy: str
    fixes: tuple[Fix, ...] = ()
    severity: Literal["error", "warning"] = "error"
    detail: str | None = None
