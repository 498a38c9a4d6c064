"""How shapes are brought together before a layer that joins them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import ceil
from typing import Any

from builder.checks.network import Network, Shape, insertion, listed, shape_text
from builder.edits import Configure
from builder.graph import Edge, Node
from builder.problem import Fix

# The layers, with their values, that turn one shape into what goes together with another; None where no layer can.
Bridge = list[tuple[str, dict[str, Any]]] | None


def joining_fixes(net: Network, node: Node) -> Iterator[Fix]:
    """Fixes that make all shapes agree before a merge: padding where a convolution cut the edges off, else layers put in between."""
    shapes = {edge: shape for edge in net.into[node.id] if (shape := net.shape(edge))}
    yield from _padded(net, shapes, alike=node.layer.type != "Concatenate")
    if node.layer.type != "Concatenate":
        # A shortcut adapts to the main branch, which is the longer one.
        deepest_first = sorted(shapes, key=lambda edge: -net.depth.get(edge.source, 0))
        yield from _first(net, shapes, (shapes[edge] for edge in deepest_first), project)
    elif getattr(node.layer, "axis", -1) == -1:
        by_size = sorted(shapes.values(), key=lambda shape: (len(shape), *(size or 0 for size in shape)))
        yield from _first(net, shapes, by_size[:1], shrink)
        yield from _first(net, shapes, by_size[-1:], enlarge)


def _padded(net: Network, shapes: dict[Edge, Shape], alike: bool) -> Iterator[Fix]:
    """A fix where the maps differ only by the edges that convolutions and poolings without padding have cut off."""
    target = max(shapes.values(), key=lambda shape: tuple(size or 0 for size in shape[1:-1]))
    if len(target) < 3 or (alike and len({shape[-1] for shape in shapes.values()}) > 1):
        return
    cutting = [_cutting(net, edge, target[1:-1]) for edge in shapes]
    names = sorted({name for found in cutting for name in found or ()})
    if names and None not in cutting:
        edits = tuple(Configure(id=name, values={"padding": "same"}) for name in names)
        yield Fix(label=f'Set the padding of {listed(names)} to "same"', edits=edits)


def _cutting(net: Network, edge: Edge, size: Shape) -> set[str] | None:
    """The layers before an edge that have made a map of this size smaller by their edges alone; None where it is not so."""
    found: set[str] = set()
    while (shape := net.shape(edge)) and shape[1:-1] != size:
        node, before = net.nodes[edge.source], net.into[edge.source]
        came = net.shape(before[0]) if len(before) == 1 else None
        if came is None or len(came) != len(shape):
            return None
        if came[1:-1] != shape[1:-1]:
            steps: Any = getattr(node.layer, "strides", None) or getattr(node.layer, "pool_size", ())
            apart = {steps} if isinstance(steps, int) else set(steps)
            if getattr(node.layer, "padding", None) != "valid" or apart != {1}:
                return None
            found.add(node.id)
        [edge] = before
    return found if shape else None


def _first(
    net: Network, shapes: dict[Edge, Shape], targets: Iterable[Shape], bridge: Callable[[Shape, Shape], Bridge]
) -> Iterator[Fix]:
    """One fix, for the first target to which all shapes can be brought."""
    for target in targets:
        bridges = {edge: bridge(shape, target) for edge, shape in shapes.items()}
        if None not in bridges.values():
            layers = [(edge, *layer) for edge, found in bridges.items() for layer in found or ()]
            what = listed(f"{layer} behind {edge.source}" for edge, layer, _ in layers)
            edits = tuple(insertion(net, edge, layer, values) for edge, layer, values in layers)
            yield Fix(label=f"Insert {what}, to fit {shape_text(target)}", edits=edits)
            return


def project(shape: Shape, target: Shape) -> Bridge:
    """A learned projection to exactly the target: 1x1 filters with a stride, or Dense where only the last size differs."""
    if shape == target:
        return []
    if target[-1] is None:
        return None
    if shape[:-1] == target[:-1]:
        return [("Conv2D", _one_by_one(target, (1, 1)))] if len(shape) == 4 else [("Dense", {"units": target[-1]})]
    strides = _factors(shape, target)
    return [("Conv2D", _one_by_one(target, strides))] if strides else None


def _one_by_one(target: Shape, strides: tuple[int, ...]) -> dict[str, Any]:
    return {"filters": target[-1], "kernel_size": (1, 1), "strides": strides}


def shrink(shape: Shape, target: Shape) -> Bridge:
    """Pooling to the height and width of the target, or Flatten when the target is a row of numbers."""
    if shape[:-1] == target[:-1]:
        return []
    if len(target) == 2:
        return [("Flatten", {})] if None not in shape[1:] else None
    size = _factors(shape, target)
    return [("MaxPooling2D", {"pool_size": size, "padding": "same"})] if size else None


def enlarge(shape: Shape, target: Shape) -> Bridge:
    """Repeated pixels up to the height and width of the target."""
    if shape[:-1] == target[:-1]:
        return []
    size = _factors(target, shape)
    return [("UpSampling2D", {"size": size})] if size and _times(shape, size) == target[1:3] else None


def _factors(large: Shape, small: Shape) -> tuple[int, ...] | None:
    """Steps for height and width that leave the small map of the large one."""
    if not len(large) == len(small) == 4 or None in large[1:] or None in small[1:]:
        return None
    pairs = [(big or 1, little or 1) for big, little in zip(large[1:3], small[1:3], strict=True)]
    steps = tuple(ceil(big / little) for big, little in pairs)
    fits = all(ceil(big / step) == little for (big, little), step in zip(pairs, steps, strict=True))
    return steps if fits else None


def _times(shape: Shape, size: tuple[int, ...]) -> tuple[int, ...]:
    return tuple((pixels or 1) * factor for pixels, factor in zip(shape[1:3], size, strict=True))
