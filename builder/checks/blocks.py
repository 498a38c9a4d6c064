"""What the graph tells of its blocks, and of layers that are used once more."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from builder.checks.network import Check, Network, listed
from builder.edits import Configure, Remove, Rename, Share, reason
from builder.flat import MAX_STEPS
from builder.graph import Block, Node
from builder.layers.blocks import BlockInput, Instance
from builder.layers.core import Input
from builder.names import fresh_names
from builder.problem import Fix, Problem
from builder.program import shared_layer


def input_of_the_other_kind(net: Network) -> Iterator[Problem]:
    """`misplaced_input`: a block's input outside of a block, or an Input inside one."""
    wrong, right = (Input, "BlockInput") if net.inside else (BlockInput, "Input")
    for node in net.nodes.values():
        if isinstance(node.layer, wrong):
            where = "a block, where tensors come in by a block's own inputs" if net.inside else "the network itself"
            yield Problem(
                code="misplaced_input",
                node=node.id,
                message=f"{node.id} ({node.layer.type}) cannot stand inside {where}.",
                remedy=f"Remove it and add {'an' if right == 'Input' else 'a'} {right} instead.",
                fixes=(Fix(label=f"Remove {node.id}", edits=(Remove(ids=(node.id,)),)),),
            )


def unknown_block(net: Network) -> Iterator[Problem]:
    """`unknown_block`: an instance of a block that this network does not have."""
    for node, instance, block in _instances(net):
        if block is None:
            has = listed(block.name for block in net.graph.blocks) if net.graph.blocks else "none"
            yield Problem(
                code="unknown_block",
                node=node.id,
                message=f"{node.id} uses a block called {instance.block}, which this network does not have; it has {has}.",
                remedy="Remove it, or open the document that has the block.",
                fixes=(Fix(label=f"Remove {node.id}", edits=(Remove(ids=(node.id,), heal=True),)),),
            )


def unfinished_block(net: Network) -> Iterator[Problem]:
    """`unfinished_block`: a layer inside a block cannot be computed yet, or nothing comes out of it."""
    bodies = {block.name: block.body for block in net.program.blocks}
    for node, instance, block in _instances(net):
        if block is None:
            continue
        body = bodies[instance.block]
        if body.missing or not body.outputs:
            what = f"{listed(body.missing[:3])} cannot be computed yet" if body.missing else "nothing comes out of it"
            yield Problem(
                code="unfinished_block",
                node=node.id,
                message=f"Inside the block {instance.block}, {what}.",
                remedy=f"Open the block (double-click {node.id}) and see what is missing there.",
            )


def block_value(net: Network) -> Iterator[Problem]:
    """`block_value`: an instance gives a value that a layer inside the block does not take."""
    for node, instance, block in _instances(net):
        if block is None:
            continue
        for name, words in _refused(block, instance):
            kept = {other: value for other, value in instance.values.items() if other != name}
            yield Problem(
                code="block_value",
                node=node.id,
                message=f"{node.id} gives {name} = {instance.values[name]!r} to the block {block.name}: {words}.",
                remedy="Choose another value, or none: then the one inside the block holds.",
                fixes=(Fix(label=f"Without {name}", edits=(Configure(id=node.id, values={"values": kept}),)),),
            )


def _refused(block: Block, instance: Instance) -> Iterator[tuple[str, str]]:
    exposed = {one.name for one in block.exposes}
    for name, value in instance.values.items():
        if name not in exposed:
            yield name, "it has no such parameter" + (f"; it has {listed(exposed)}" if exposed else "")
            continue
        try:
            for inner in block.nodes:
                block.valued(inner.id, inner.layer, {name: value})
        except ValidationError as error:
            yield name, reason(error)


def name_inside(net: Network) -> Iterator[Problem]:
    """`name_inside`: layers inside an instance would bear a name that is taken, or there are too many of them."""
    told = set(net.program.missing)
    for node, instance, block in _instances(net):
        if node.id in told or block is None or any(_refused(block, instance)):
            continue
        behind_missing = any(edge.source in net.unwritten for edge in net.into[node.id])
        if node.id in net.unwritten and not behind_missing:
            other = next(fresh_names([f"{node.id}_{instance.block}"], net.names))
            yield Problem(
                code="name_inside",
                node=node.id,
                message=f"The layers inside {node.id} cannot be written out: a layer of the network has the name of one of "
                f"them, such as {node.id}_{block.nodes[-1].id}, or there are more than {MAX_STEPS:,} layers in all.",
                remedy=f"Rename {node.id}, or repeat it less often.",
                fixes=(Fix(label=f"Rename to {other}", edits=(Rename(id=node.id, to=other),)),),
            )


def shares_nothing(net: Network) -> Iterator[Problem]:
    """`shares_nothing`: a node uses the layer of another one that is not there, or is of another type."""
    for node in net.nodes.values():
        if node.shares is not None and shared_layer(net.nodes, node) is None:
            yield Problem(
                code="shares_nothing",
                node=node.id,
                message=f"{node.id} ({node.layer.type}) uses the layer of {node.shares} once more, but no {node.layer.type} "
                "of that name has a layer of its own to share.",
                remedy="Give it a layer of its own.",
                fixes=(Fix(label="Give it a layer of its own", edits=(Share(id=node.id, of=None),)),),
            )


def _instances(net: Network) -> Iterator[tuple[Node, Instance, Block | None]]:
    for node in net.nodes.values():
        if isinstance(node.layer, Instance) and node.shares is None:
            yield node, node.layer, net.graph.block(node.layer.block)


CHECKS: tuple[Check, ...] = (
    input_of_the_other_kind,
    unknown_block,
    unfinished_block,
    block_value,
    name_inside,
    shares_nothing,
)
