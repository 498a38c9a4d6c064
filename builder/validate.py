"""What does not fit: `problems(graph)` tells all of it at once, each tied to a node, with a remedy."""

from __future__ import annotations

from collections.abc import Mapping

from builder.checks import (
    backbones,
    blocks,
    connections,
    data,
    ends,
    heads,
    outputs,
    rejections,
    settings,
    shapes,
    structure,
)
from builder.checks.network import Network
from builder.graph import Graph
from builder.problem import Fix, Problem
from builder.program import Facts
from builder.training import Task, Training

__all__ = ["Fix", "Problem", "problems"]

CHECKS = (
    *structure.CHECKS,
    *blocks.CHECKS,
    *connections.CHECKS,
    *ends.CHECKS,
    *heads.CHECKS,
    *rejections.CHECKS,
    *shapes.CHECKS,
    *data.CHECKS,
    *backbones.CHECKS,
    *outputs.CHECKS,
    *settings.CHECKS,
)


def problems(
    graph: Graph,
    *,
    facts: Mapping[str, Facts] | None = None,
    task: Task | None = None,
    training: Training | None = None,
    inside: bool = False,
) -> tuple[Problem, ...]:
    """Everything that does not fit: errors before warnings, then in the order of the nodes, the whole network first.

    Args:
        graph: any graph, unfinished or wrong.
        facts: what Keras says about its nodes; without it only what the graph alone tells.
        task: the data it is for; without it nothing is said about data.
        training: the settings of a training to come; with it, what only training forbids is an error.
        inside: the graph is the inside of a block.
    """
    if task and training and training.target == "input":
        task = task.given_back()
    net = Network(graph, facts or {}, task, training, inside)
    place = {node_id: index for index, node_id in enumerate(net.nodes)}
    found = [problem for check in CHECKS for problem in check(net)]
    return tuple(sorted(found, key=lambda problem: (problem.severity != "error", place.get(problem.node or "", -1))))
