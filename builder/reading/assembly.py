"""The graph of what a text has made: which calls belong to it, what they are called, where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from builder.edits.arranging import in_rows
from builder.graph import MAX_EDGES, MAX_NODES, Block, Edge, Graph, Node
from builder.layers.base import LayerSpec
from builder.layers.blocks import BlockInput, Instance
from builder.names import NodeId, fresh_names
from builder.reading.models import needed
from builder.reading.trace import Trace, fields_at_call
from builder.reading.values import FaultError, Layer, Made, Model, Tensor

IDS: TypeAdapter[str] = TypeAdapter(NodeId)


def assemble(trace: Trace, model: Model, blocks: Sequence[Block] = ()) -> Graph:
    """The graph of a model.

    Raises:
        FaultError: it has too many layers, or no layers at all.
    """
    _check_ends(model)
    wanted = {*needed(model.outputs, set(), trace.made), *(tensor.made for tensor in model.inputs)}
    made = [one for one in trace.made if one in wanted]
    _without_shape(trace, made)
    made = [one for one in made if one.layer is not None]
    if not made:
        raise FaultError(model.line, "This model has no layers. Give it at least an Input and a layer behind it.")
    made = _inputs_in_order(made, model)
    made = _outputs_in_order(trace, made, model)
    nodes, edges = parts(trace, made)
    if len(nodes) > MAX_NODES or len(edges) > MAX_EDGES:
        raise FaultError(model.line, f"A network has at most {MAX_NODES:,} layers; this one has {len(nodes):,}.")
    return _titled(Graph(nodes=nodes, edges=edges, blocks=_used(nodes, blocks)))


def _check_ends(model: Model) -> None:
    if any(tensor.made.layer is None for tensor in model.outputs):
        raise FaultError(model.line, "This model returns what it is given. Put a layer in between.")
    if any(tensor.made.arguments for tensor in model.inputs):
        raise FaultError(
            model.line,
            "The inputs of a model here are those of keras.Input; one of these is what a layer returns. Begin at an Input.",
        )


def _used(nodes: Sequence[Node], blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks that some nodes need, those first that others use."""
    wanted = {node.layer.block for node in nodes if isinstance(node.layer, Instance)}
    for block in reversed(blocks):
        if block.name in wanted:
            wanted |= {node.layer.block for node in block.nodes if isinstance(node.layer, Instance)}
    return tuple(block for block in blocks if block.name in wanted)


def _titled(graph: Graph) -> Graph:
    """Blocks without the `_block` that the code puts behind a name which an instance bears too: `unit = unit_block(x)`."""
    nodes = [*graph.nodes, *(node for block in graph.blocks for node in block.nodes)]
    instances = {(node.id, node.layer.block) for node in nodes if isinstance(node.layer, Instance)}
    titles = {block.name: block.name for block in graph.blocks}
    for title in titles:
        plain = title.removesuffix("_block")
        if (plain, title) in instances and plain not in titles.values():
            titles[title] = plain

    def renamed(part: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(
            node.model_copy(update={"layer": node.layer.model_copy(update={"block": titles[node.layer.block]})})
            if isinstance(node.layer, Instance)
            else node
            for node in part
        )

    blocks = [
        block.model_copy(update={"name": titles[block.name], "nodes": renamed(block.nodes)}) for block in graph.blocks
    ]
    return Graph(nodes=renamed(graph.nodes), edges=graph.edges, blocks=tuple(blocks))


def parts(trace: Trace, made: Sequence[Made]) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """The nodes and edges of some calls."""
    ids = names(trace, made)
    owners: dict[Layer, str] = {}
    places = _places(made)
    nodes = []
    for one in made:
        layer = _layer(one)
        owner = owners.setdefault(layer, ids[one])
        x, y = places[one]
        shares = None if owner == ids[one] else owner
        nodes.append(Node(id=ids[one], layer=_finished(layer, one), shares=shares, x=x, y=y))
    edges = tuple(
        Edge(source=ids[tensor.made], target=ids[one], port=port, output=tensor.part)
        for one in made
        for port, tensor in one.arguments
        if tensor.made in ids
    )
    return tuple(nodes), edges


def names(trace: Trace, made: Sequence[Made]) -> dict[Made, str]:
    """What each call is called: the name in the text, else its variable, else as Keras counts."""
    given: dict[Made, str] = {}
    taken: set[str] = set()
    wanted: dict[Made, str] = {}
    owners: dict[Layer, Made] = {}
    for one in made:
        layer = _layer(one)
        first = owners.setdefault(layer, one) is one
        if first and layer.name is not None:
            wanted[one] = _as_id(trace, layer, layer.name)
            if wanted[one] not in taken:
                given[one] = wanted[one]
                taken.add(wanted[one])
        else:
            automatic = layer.automatic if first else ""
            variables = (_variable(trace, one), _variable(trace, layer) if first else None)
            wanted[one] = next(filter(None, variables), automatic or wanted[owners[layer]])
    others = [one for one in made if one not in given]
    fresh = fresh_names((wanted[one] for one in others), taken)
    return given | dict(zip(others, fresh, strict=True))


def _variable(trace: Trace, holder: Made | Layer) -> str | None:
    """The variable that holds this and nothing else, if it is a good name."""
    name = holder.variable
    if name is None or len(name) < 2 or trace.assigned[type(holder).__name__, name] > 1:
        return None
    try:
        return IDS.validate_python(name)
    except ValidationError:
        return None


def _as_id(trace: Trace, layer: Layer, name: str) -> str:
    """A name of Keras as the name of a node."""
    try:
        return IDS.validate_python(name)
    except ValidationError:
        pass
    plain = re.sub(r"\W+", "_", name.lower(), flags=re.ASCII).strip("_")[:50]
    plain = plain if re.match(r"[a-z]", plain) else f"layer_{plain}".rstrip("_")
    plain = next(fresh_names([plain], ()))  # with a number, where Python or Keras uses the name itself
    if not isinstance(layer.spec, BlockInput):
        trace.note(layer.line, f"The name {name[:60]!r} becomes {plain}: a layer's name is a Python variable here.")
    return plain


def _layer(made: Made) -> Layer:
    if made.layer is None:
        raise AssertionError("tensors of unknown shape are left out before")
    return made.layer


def _finished(layer: Layer, made: Made) -> LayerSpec:
    spec = fields_at_call(layer.spec, made.options)
    changed: dict[str, Any] = {
        name: getattr(layer, name)
        for name in ("trainable", "trainable_layers")
        if name in type(spec).model_fields and getattr(spec, name) != getattr(layer, name)
    }
    return spec.model_copy(update=changed) if changed else spec


def _without_shape(trace: Trace, made: Sequence[Made]) -> None:
    """Note where an Input is missing."""
    for one in made:
        if one.layer is None:
            target = next((other for other in made if any(tensor.made is one for _, tensor in other.arguments)), None)
            what = f" before {target.layer.called}" if target and target.layer else ""
            trace.note(one.line, f"The text does not tell the shape of an example: add an Input{what}.")


def _inputs_in_order(made: list[Made], model: Model) -> list[Made]:
    """The inputs in the order in which the model names them."""
    listed = [tensor.made for tensor in model.inputs if tensor.made in made and not tensor.made.arguments]
    turn = iter(dict.fromkeys(listed))
    return [next(turn) if one in listed else one for one in made]


def _outputs_in_order(trace: Trace, made: list[Made], model: Model) -> list[Made]:
    """The outputs in the order in which the model names them, each at an end of the network."""
    used = {tensor for one in made for _, tensor in one.arguments}
    ends: list[Made] = []
    taken: set[Tensor] = set()
    for tensor in model.outputs:
        if tensor in taken or not _leaves(tensor, used):
            ends.append(_ended(trace, tensor, model.line))
        elif tensor.made not in ends:
            ends.append(tensor.made)
        taken.add(tensor)
    for one in ends:
        if isinstance(_layer(one).spec, Instance) and any(
            Tensor(one, part) not in taken | used for part in range(len(_layer(one).signature.outputs))
        ):
            trace.note(one.line, f"All that {_layer(one).called} returns is an output of the network here.")
    return in_order(made, ends)


def in_order(made: list[Made], ends: list[Made]) -> list[Made]:
    """The calls with those that are outputs in this order: at the end, unless it is the order they have."""
    last = set(ends)
    if [one for one in made if one in last] == ends:
        return made
    return [one for one in made if one not in last] + ends


def _leaves(tensor: Tensor, used: set[Tensor]) -> bool:
    """Whether a tensor leaves the network by itself: the first of a layer that nothing follows, or any of a block."""
    layer = _layer(tensor.made)
    if not tensor.made.arguments or tensor in used:
        return False
    if isinstance(layer.spec, Instance):
        return True
    return tensor.part == 0 and not any(other.made is tensor.made for other in used)


def _ended(trace: Trace, tensor: Tensor, line: int) -> Made:
    """An output that other layers use too gets an end of its own."""
    layer = trace.layer("Activation", ("linear",), {}, line)
    source = tensor.made.layer.called if tensor.made.layer else "the input"
    trace.note(
        line,
        f"What comes out of {source} is an output of the model and is used inside it too: an Activation (linear), which "
        "changes nothing, carries it out.",
    )
    made = Made(layer, line, (("inputs", tensor),))
    layer.uses.append(made)
    return made


def _places(made: Sequence[Made]) -> dict[Made, tuple[float, float]]:
    """Each call below those that it needs, those of one height side by side."""
    known = set(made)
    return in_rows(made, ((tensor.made, one) for one in made for _, tensor in one.arguments if tensor.made in known))
