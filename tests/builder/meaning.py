"""What of a network its code tells: to compare what is read with what was written."""

from builder.codegen import CodeError, Style, definition, imports
from builder.flat import flat
from builder.graph import Block, Graph, Node
from builder.layers.blocks import Instance
from builder.program import BlockProgram, lower


def written(graph: Graph, style: Style) -> str | None:
    """The code of a network, unformatted (that takes most of the time); None where it cannot be written in this style."""
    program = lower(graph)
    try:
        return "\n".join([*imports(program), definition(program, style)])
    except CodeError:
        return None


def meaning(part: Graph | Block, graph: Graph) -> object:
    """What of a network the code tells: all but places, the order of nodes, and values that are those of the block anyway."""
    edges: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for edge in part.edges:
        edges.setdefault((edge.target, edge.port), []).append((edge.source, edge.output))
    nodes = {node.id: (_layer(node, graph), node.shares) for node in part.nodes}
    blocks = {block.name: _block(block, graph) for block in part.blocks} if isinstance(part, Graph) else {}
    return nodes, edges, blocks


def _block(block: Block, graph: Graph) -> object:
    return meaning(block, graph), {one.name: set(one.places) for one in block.exposes}


def _layer(node: Node, graph: Graph) -> object:
    layer = node.layer
    if not isinstance(layer, Instance):
        return layer
    block = next(block for block in lower(graph).blocks if block.name == layer.block)
    return layer.block, layer.repeat, {k: v for k, v in layer.values.items() if v != _own_value(block, k)}


def _own_value(block: BlockProgram, name: str) -> object:
    """What holds for a parameter of a block where an instance says nothing."""
    place, field = next(one.places[0] for one in block.block.exposes if one.name == name)
    layer = next(step.layer for step in block.body.steps if step.id == place)
    if isinstance(layer, Instance) and field != "repeat":
        return layer.values.get(field, _own_value(block.body.block(layer.block), field))
    return getattr(layer, field)


def layers_in(graph: Graph) -> dict[str, object]:
    """Every layer by its full name in Keras, and what goes into it: blocks are written out."""
    return {step.id: (step.layer, step.made_as, step.arguments) for step in flat(lower(graph)).program.steps}
