"""A project as it is handed out."""

from __future__ import annotations

from dataclasses import dataclass

from builder.graph import Graph
from builder.training import Training
from runtime.spec import DataSpec, Start


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list of projects shows. `updated` is Unix time in seconds; `revision` grows with every change."""

    id: str
    name: str
    revision: int
    updated: float


@dataclass(frozen=True, slots=True)
class Project(Summary):
    """A network with the data it is meant for. `training` is None while the defaults are wanted.

    `start` are the weights that came with the network, with which a run can begin.
    """

    graph: Graph
    data: DataSpec
    training: Training | None
    undoable: bool
    redoable: bool
    start: Start | None = None
