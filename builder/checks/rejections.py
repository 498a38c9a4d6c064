"""What Keras rejects, in plain words, with its own reason beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import isqrt, prod

from builder.checks import recurrent
from builder.checks.merging import joining_fixes
from builder.checks.network import Check, Network, Shape, insertion, listed, shape_text
from builder.edits import Configure, Remove
from builder.graph import Edge, Node
from builder.layers.blocks import Instance
from builder.problem import Fix, Problem

KINDS = {
    2: "a plain row of numbers (features)",
    3: "a sequence (steps x features)",
    4: "pictures or feature maps (height x width x channels)",
}


def rejected(net: Network) -> Iterator[Problem]:
    """`rejected`: Keras rejects a layer. The first of EXPLAINERS that knows why tells it under a code of its own."""
    for node in net.nodes.values():
        if node.id in net.facts and (reason := net.facts[node.id].error):
            explained = (explain(net, node, reason) for explain in EXPLAINERS)
            problem = next((problem for problem in explained if problem), None) or _unexplained(net, node)
            yield problem.model_copy(update={"detail": reason})


def _came(net: Network, node: Node) -> str:
    """`8x8x16 from conv2d and 10 from dense`."""
    came = ((net.shape(edge), edge.source) for edge in net.into[node.id])
    return listed(f"{shape_text(shape) if shape else 'an unknown shape'} from {source}" for shape, source in came)


def _unexplained(net: Network, node: Node) -> Problem:
    came = f" what comes in: {_came(net, node)}" if net.into[node.id] else " its settings"
    return Problem(
        code="rejected",
        node=node.id,
        message=f"{node.id} ({node.layer.type}) does not work with{came}.",
        remedy="Compare its settings with the shapes in its description. Keras's own reason says more.",
    )


def sizes_differ(net: Network, node: Node, _reason: str) -> Problem | None:
    """`sizes_differ`: Add, Concatenate and the like get shapes that do not go together."""
    shapes = [net.shape(edge) for edge in net.into[node.id]]
    if node.layer.ports is not None or len(set(shapes)) < 2 or None in shapes:
        return None
    same = "the same but for the last number" if node.layer.type == "Concatenate" else "the same"
    return Problem(
        code="sizes_differ",
        node=node.id,
        message=f"{node.id} ({node.layer.type}) cannot join different sizes: {_came(net, node)}.",
        remedy=f"Bring the sizes together before it; they must be {same}.",
        fixes=tuple(joining_fixes(net, node)),
    )


def axes_differ(net: Network, node: Node, reason: str) -> Problem | None:
    """`sequence_lost`, `axes_differ`: a layer for pictures gets a row of numbers, and the like."""
    axes = _axes_wanted(reason)
    shape = net.shape(net.into[node.id][0]) if net.into[node.id] else None
    if axes is None or shape is None:
        return None
    edge = net.into[node.id][0]
    last = recurrent.behind(net, edge) if axes == 3 and len(shape) == 2 else None
    if last:
        return Problem(
            code="sequence_lost",
            node=node.id,
            message=f"{node.id} reads a sequence, but {last.id} gives only its last step: {shape_text(shape)}.",
            remedy=f"Switch on return_sequences in {last.id}, so that it gives every step.",
            fixes=(Fix(label=f"Give every step of {last.id}", edits=(recurrent.give_sequences(last, True),)),),
        )
    return Problem(
        code="axes_differ",
        node=node.id,
        message=f"{node.id} ({node.layer.type}) takes {KINDS.get(axes, f'{axes - 1} axes')}, but gets {_came(net, node)}.",
        remedy="Put a layer before it that brings the numbers into that form, or take another layer.",
        fixes=tuple(_forms(net, node, edge, shape, axes)),
    )


def _axes_wanted(reason: str) -> int | None:
    """How many axes a layer takes, batch included, as Keras says it: in words, or by the axes of its filters."""
    if found := re.search(r"(?i)expected (?:min_|max_)?ndim=(\d+)|with at least (\d+) dimensions", reason):
        return int(found[1] or found[2])
    filters = re.search(r"same length as input, but received kernel of shape \((.*?)\)", reason)
    return len(filters[1].split(",")) if filters else None


def _forms(net: Network, node: Node, edge: Edge, shape: Shape, axes: int) -> Iterator[Fix]:
    source = net.nodes[edge.source]
    before = [net.shape(into) for into in net.into[source.id]]
    if len(before) == 1 and before[0] and len(before[0]) == axes and len(net.out[source.id]) == 1:
        yield Fix(label=f"Remove {source.id}", edits=(Remove(ids=(source.id,), heal=True),))
    if axes == 2:
        yield Fix(label=f"Insert Flatten before {node.id}", edits=(insertion(net, edge, "Flatten"),))
    for target in _targets(shape, axes):
        written = "x".join(map(str, target))
        edit = insertion(net, edge, "Reshape", {"target_shape": target})
        yield Fix(label=f"Insert Reshape to {written}", edits=(edit,))


def _targets(shape: Shape, axes: int) -> Iterator[tuple[int, ...]]:
    """Shapes of the same number of values with the wanted number of axes."""
    sizes = [size for size in shape[1:] if size is not None]
    if len(sizes) < len(shape) - 1:
        return
    match (axes, sizes):
        case 4, [numbers]:
            for channels in (1, 3):
                side = isqrt(numbers // channels)
                if side * side * channels == numbers:
                    yield side, side, channels
        case 4, [height, width]:
            yield height, width, 1
        case 3, [numbers]:
            yield numbers, 1
        case 3, [height, width, channels]:
            yield height, width * channels


def window_too_large(net: Network, node: Node, reason: str) -> Problem | None:
    """`window_too_large`: what comes in is smaller than the window of a convolution or pooling."""
    if "size would be zero or negative" not in reason:
        return None
    came = _came(net, node)
    if getattr(node.layer, "padding", None) != "valid":
        return Problem(
            code="window_too_large",
            node=node.id,
            message=f"What comes into {node.id} is too small for it: {came}.",
            remedy="Bring larger pictures: choose other data, enlarge them with UpSampling2D, or pool less before it.",
        )
    return Problem(
        code="window_too_large",
        node=node.id,
        message=f"Nothing is left after {node.id}: its window is larger than what comes in, {came}.",
        remedy='Set its padding to "same", make its window smaller, or use fewer pooling layers before it.',
        fixes=(Fix(label='Set padding to "same"', edits=(Configure(id=node.id, values={"padding": "same"}),)),),
    )


def open_size(net: Network, node: Node, reason: str) -> Problem | None:
    """`open_size`: weights need a size that is left open."""
    if "fully-defined" not in reason:
        return None
    return Problem(
        code="open_size",
        node=node.id,
        message=f"{node.id} needs to know how many numbers come in, but a size is open: {_came(net, node)}.",
        remedy="Write a number instead of the open size into the shape of the Input.",
    )


def count_differs(net: Network, node: Node, _reason: str) -> Problem | None:
    """`count_differs`: Reshape is to make more or fewer numbers than come in."""
    target = getattr(node.layer, "target_shape", None)
    shape = net.shape(net.into[node.id][0]) if net.into[node.id] else None
    if target is None or shape is None or None in shape[1:] or None in target:
        return None
    numbers = prod(size or 1 for size in shape[1:])
    return Problem(
        code="count_differs",
        node=node.id,
        message=f"{node.id} is to make {'x'.join(map(str, target))} out of {shape_text(shape)}, which has {numbers} numbers.",
        remedy="Choose sizes whose product is the number of numbers that come in; -1 stands for what is left.",
        fixes=(Fix(label="Make one row of it", edits=(Configure(id=node.id, values={"target_shape": (-1,)}),)),),
    )


def inside_block(_net: Network, node: Node, reason: str) -> Problem | None:
    """`inside_block`: a layer inside of a block is rejected; what is to be said of it stands there."""
    if not isinstance(node.layer, Instance):
        return None
    inner = reason.partition(":")[0].removeprefix(f"{node.id}_")
    return Problem(
        code="inside_block",
        node=node.id,
        message=f"Inside {node.id} a layer does not fit: {inner}.",
        remedy=f"Double-click {node.id} to open it: there {inner} says why, and often has a button that mends it.",
    )


EXPLAINERS: tuple[Callable[[Network, Node, str], Problem | None], ...] = (
    inside_block,
    sizes_differ,
    axes_differ,
    window_too_large,
    open_size,
    count_differs,
)


CHECKS: tuple[Check, ...] = (rejected,)
