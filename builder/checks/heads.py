"""Where examples enter a network and answers leave it at several places: what training makes of it."""

from __future__ import annotations

from collections.abc import Iterator

from builder.checks.ends import main_output
from builder.checks.network import Check, Network, listed
from builder.checks.outputs import Output, labels_of, wanted_by
from builder.checks.structure import input_values
from builder.edits import AddLayer, Connect, Edit, Remove
from builder.graph import Node
from builder.problem import Fix, Problem
from builder.training import labels_taken


def several_outputs(net: Network) -> Iterator[Problem]:
    """`leads_nowhere`: a branch ends beside the output in something that is no answer to what the data ask for.

    An end that gives what the output gives is one more output, which learns the same: an auxiliary classifier.
    """
    ends = [node for node in net.ends if node.id in net.depth and node not in net.inputs]
    if len(ends) < 2 or net.inside or (net.task and not net.facts):  # shapes are still coming
        return
    output = main_output(net, ends)
    for node in ends:
        if node is output or answers(net, node):
            continue
        branch, instead = _only_for(net, node), _only_for(net, output)
        yield Problem(
            code="leads_nowhere",
            node=node.id,
            severity="error" if net.training else "warning",
            message=f"{node.id} leads nowhere: nothing follows it, and the output of the network is {output.id}.",
            remedy="Connect it to a layer, remove it, or let it end as the output does: it then learns the same.",
            fixes=(
                Fix(label=f"Remove {_named(branch)}", edits=(Remove(ids=branch),)),
                *(
                    (Fix(label=f"Make {node.id} the output: remove {_named(instead)}", edits=(Remove(ids=instead),)),)
                    if len(ends) == 2
                    else ()
                ),
            ),
        )


def answers(net: Network, node: Node) -> bool:
    """Whether what comes out of a node is what the data and the loss ask for."""
    shapes = net.facts[node.id].shapes if node.id in net.facts else ()
    if net.task is None or not shapes:
        return False
    if net.task.answer_shape is not None:
        return shapes[0][1:] == net.task.answer_shape
    out = Output(net, node, shapes[0])
    axes = (None,) if net.task.steps is None else (None, net.task.steps)
    if len(out.shape) != len(axes) + 1 or out.shape[1:-1] != axes[1:]:
        return False
    return (out.shape[-1], out.activation) in wanted_by(net.task, net) or labels_of(net) == "embedding"


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


def loss_of_head(net: Network) -> Iterator[Problem]:
    """`loss_of_head`: the loss of one output takes the labels in another form than that of the training."""
    if not net.training or not net.task:
        return
    for head in net.training.heads:
        if head.loss and head.output in net.nodes and labels_taken(head.loss, net.task) != labels_of(net):
            kept = tuple(one.model_copy(update={"loss": None}) if one is head else one for one in net.training.heads)
            yield Problem(
                code="loss_of_head",
                node=head.output,
                message=(
                    f"{head.output} learns with {head.loss.type}, which takes the labels in another form than "
                    f"{net.training.loss.type}, the loss of the training."
                ),
                remedy="Give all outputs losses that take the same labels.",
                fixes=(
                    Fix(
                        label=f"Take {net.training.loss.type} for {head.output} too",
                        training=net.training.model_copy(update={"heads": kept}),
                    ),
                ),
            )


def several_inputs(net: Network) -> Iterator[Problem]:
    """`several_inputs`, `too_few_inputs`: examples enter at more places than they have parts, or at fewer."""
    used = [node for node in net.inputs if net.out[node.id]]
    parts = net.task.inputs if net.task else 1
    if net.training and len(used) > parts:
        takes = "training takes a network with one" if parts == 1 else f"an example has {parts} parts"
        for node in used[parts:]:
            yield Problem(
                code="several_inputs",
                node=node.id,
                message=f"The network has {len(used)} Inputs ({listed(one.id for one in used[:8])}); {takes}.",
                remedy=f"Connect what follows {node.id} to {used[0].id}, or export the network and train it with your own script.",
                fixes=()
                if net.program.missing
                else (Fix(label=f"Use {used[0].id} instead of {node.id}", edits=_use(net, used[0], node)),),
            )
    if net.task and used and len(net.inputs) < parts:
        yield Problem(
            code="too_few_inputs",
            node=used[-1].id,
            message=f"An example of {net.task.data} has {parts} parts, and the network {len(net.inputs)} Input for them.",
            remedy="Add an Input for each part, and join what is made of them, for example by Concatenate; or choose other data.",
            fixes=(Fix(label="Add an Input", edits=(AddLayer(layer="Input", values=input_values(net.task)),)),),
        )


def _use(net: Network, kept: Node, node: Node) -> tuple[Edit, ...]:
    edges = (edge.model_copy(update={"source": kept.id}) for edge in net.out[node.id])
    return (*(Connect(edge=edge) for edge in edges), Remove(ids=(node.id,)))


CHECKS: tuple[Check, ...] = (several_outputs, several_inputs, loss_of_head)
