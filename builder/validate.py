"""What does not fit: `problems(graph)` tells all of it at once, each tied to a node, with a remedy."""

from __future__ import annotations

from collections.abc import Mapping

from builder.bridging import way_of
from builder.checks import (
    backbones,
    blocks,
    connections,
    data,
    disabled,
    ends,
    heads,
    outputs,
    rejections,
    settings,
    shapes,
    structure,
)
from builder.checks.network import Network
from builder.edits import AddLayer, Disconnect, Edit, Insert, Remove
from builder.graph import Edge, Graph
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
    *disabled.CHECKS,
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
    place = {node.id: index for index, node in enumerate(graph.nodes)}
    ways = way_of(graph)
    found = [_as_drawn(problem, ways) for check in CHECKS for problem in check(net)]
    return tuple(sorted(found, key=lambda problem: (problem.severity != "error", place.get(problem.node or "", -1))))


def _as_drawn(problem: Problem, ways: Mapping[Edge, Edge]) -> Problem:
    """The problem with fixes of the network as it is drawn: an edge past a disabled layer is the one that leaves that layer."""
    if not ways or not problem.fixes:
        return problem
    fixes = (fix.model_copy(update={"edits": tuple(_edit(edit, ways) for edit in fix.edits)}) for fix in problem.fixes)
    return problem.model_copy(update={"fixes": tuple(fixes)})


def _edit(edit: Edit, ways: Mapping[Edge, Edge]) -> Edit:
    match edit:
        case AddLayer(edge=Edge() as edge) | Insert(edge=edge):
            return edit.model_copy(update={"edge": ways.get(edge, edge)})
        case Disconnect(edges=edges) | Remove(edges=edges):
            return edit.model_copy(update={"edges": tuple(ways.get(edge, edge) for edge in edges)})
        case _:
            return edit
