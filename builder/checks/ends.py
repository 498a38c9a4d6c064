"""Where the network begins and ends: branches that lead nowhere, several inputs, several outputs."""

from __future__ import annotations

from collections.abc import Iterator

from builder.checks.network import Check, Network, listed
from builder.edits import Connect, Edit, Remove
from builder.graph import Node
from builder.problem import Fix, Problem


def unused_input(net: Network) -> Iterator[Problem]:
    """`unused_input`: nothing follows an Input. While layers wait for an input, `unconnected` speaks for both."""
    if net.starts or len(net.inputs) == len(net.nodes):
        return
    for node in net.inputs:
        if not net.out[node.id]:
            yield Problem(
                code="unused_input",
                node=node.id,
                message=f"{node.id} leads nowhere: no layer takes its examples.",
                remedy="Connect it to a layer, or remove it.",
                fixes=(Fix(label=f"Remove {node.id}", edits=(Remove(ids=(node.id,)),)),),
            )


def several_outputs(net: Network) -> Iterator[Problem]:
    """`leads_nowhere`: a branch ends beside the output. A network may have several outputs, but training here takes one."""
    ends = [node for node in net.ends if node.id in net.depth and node not in net.inputs]
    if len(ends) < 2 or net.inside:
        return
    output = main_output(net, ends)
    for node in ends:
        if node is output:
            continue
        branch, instead = _only_for(net, node), _only_for(net, output)
        yield Problem(
            code="leads_nowhere",
            node=node.id,
            severity="error" if net.training else "warning",
            message=f"{node.id} leads nowhere: nothing follows it, and the output of the network is {output.id}.",
            remedy="Connect it to a layer, remove it, or make it the output; training takes a network with one output.",
            fixes=(
                Fix(label=f"Remove {_named(branch)}", edits=(Remove(ids=branch),)),
                *(
                    (Fix(label=f"Make {node.id} the output: remove {_named(instead)}", edits=(Remove(ids=instead),)),)
                    if len(ends) == 2
                    else ()
                ),
            ),
        )


def main_output(net: Network, ends: list[Node]) -> Node:
    """Of several ends the one that most people mean: the deepest, of equally deep ones the one added first."""
    return max(ends, key=lambda node: net.depth[node.id])


def _only_for(net: Network, end: Node) -> tuple[str, ...]:
    """The nodes that serve only this end, itself first."""
    branch, found = [end.id], {end.id}
    for name in branch:
        for source in dict.fromkeys(edge.source for edge in net.into[name]):
            if source not in found and all(edge.target in found for edge in net.out[source]):
                found.add(source)
                branch.append(source)
    return tuple(branch)


def _named(branch: tuple[str, ...]) -> str:
    return listed(branch) if len(branch) < 4 else f"{branch[0]} and {len(branch) - 1} layers before it"


def several_inputs(net: Network) -> Iterator[Problem]:
    """`several_inputs`: examples enter at several places; training here takes one."""
    used = [node for node in net.inputs if net.out[node.id]]
    if net.training and len(used) > 1:
        for node in used[1:]:
            yield Problem(
                code="several_inputs",
                node=node.id,
                message=f"The network has {len(used)} Inputs ({listed(one.id for one in used[:8])}); training takes a network with one.",
                remedy=f"Connect what follows {node.id} to {used[0].id}, or export the network and train it with your own script.",
                fixes=()
                if net.program.missing
                else (Fix(label=f"Use {used[0].id} instead of {node.id}", edits=_use(net, used[0], node)),),
            )


def _use(net: Network, kept: Node, node: Node) -> tuple[Edit, ...]:
    edges = (edge.model_copy(update={"source": kept.id}) for edge in net.out[node.id])
    return (*(Connect(edge=edge) for edge in edges), Remove(ids=(node.id,)))


CHECKS: tuple[Check, ...] = (unused_input, several_outputs, several_inputs)
