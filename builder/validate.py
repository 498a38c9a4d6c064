"""What does not fit: `problems(graph)` tells all of it at once, each tied to a node, with a remedy."""

from __future__ import annotations

from collections.abc import Mapping

from builder.graph import Graph
from builder.problem import Fix, Problem
from builder.program import Facts
from builder.training import Task, Training

__all__ = ["Fix", "Problem", "problems"]


def problems(
    graph: Graph,
    *,
    facts: Mapping[str, Facts] | None = None,
    task: Task | None = None,
    training: Training | None = None,
) -> tuple[Problem, ...]:
    """Everything that does not fit, errors before warnings, in the order of the graph's nodes."""
    if not graph.nodes:
        remedy = "Drag an Input from the palette, or begin with a network from the zoo."
        return (Problem(code="empty", node=None, message="The network is empty.", remedy=remedy),)
    return ()
