"""Layers that are switched off: where nothing can be passed on, and where what is passed on does not fit."""

from __future__ import annotations

from collections.abc import Iterator

from builder.bridging import blocking, switched_off, way_of
from builder.checks.network import Check, Network, listed, shape_text
from builder.edits import Disable
from builder.graph import Edge
from builder.problem import Fix, Problem


def nothing_passes(net: Network) -> Iterator[Problem]:
    """`nothing_passes`: a disabled layer has no single tensor to pass on to what follows it."""
    if not (off := switched_off(net.drawn)):
        return
    used = {edge.source for edge in net.drawn.edges}
    leaving = [name for name in off if net.inside and name not in used]
    for name in blocking(net.drawn, leaving):
        node = net.drawn.find(name)
        came = {(edge.source, edge.output) for edge in net.drawn.edges if edge.target == name}
        many = f"{len(came)} different tensors come into it" if came else "nothing comes into it"
        if len(came) == 1:
            many = "the layers behind it take more of it than its first output"
        yield Problem(
            code="nothing_passes",
            node=name,
            message=f"{name}{f' ({node.layer.type})' if node else ''} is switched off, but {many}, so it cannot be left out.",
            remedy="Switch it on again, or connect the layers behind it with something else.",
            fixes=(_on_again(name),),
        )


def passed_on_wrongly(net: Network) -> Iterator[Problem]:
    """`passed_on_wrongly`: without a disabled layer, the next one gets a shape that it does not take."""
    broken: dict[str, list[tuple[Edge, str]]] = {}
    for edge, last in way_of(net.drawn).items():
        if edge.target in net.facts and net.facts[edge.target].error:
            shape = net.shape(edge)
            came = f"{shape_text(shape)} from {edge.source}" if shape else f"what comes from {edge.source}"
            broken.setdefault(last.source, []).append((edge, came))
    for name, ways in broken.items():
        yield Problem(
            code="passed_on_wrongly",
            node=name,
            message=f"While {name} is switched off, {listed(edge.target for edge, _ in ways)} gets {ways[0][1]}, which does not fit.",
            remedy="Switch it on again, or change the layers behind it.",
            fixes=(_on_again(name),),
        )


def _on_again(name: str) -> Fix:
    return Fix(label=f"Switch {name} on", edits=(Disable(ids=(name,), disabled=False),))


CHECKS: tuple[Check, ...] = (nothing_passes, passed_on_wrongly)
