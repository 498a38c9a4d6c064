"""Operations that a model of Keras 3 or 2 holds between its layers, such as `x + 3`, as layers that compute exactly that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from builder import cutting, operations
from builder.importer.description import DescribedLayer
from builder.importer.inbound import LayerCall, Shape, Tensor
from builder.importer.refusal import UnknownLayerError
from builder.layers.base import LayerSpec

# What these come to depends on the shape of what comes in.
BY_SHAPE = frozenset({"reshape", "swapaxes", "split", "unstack", "mean", "max"})
SECOND = ("x2", "y", "b")  # what the other tensor or number is called where it is given by name
LISTS = ("values", "inputs", "tensors")


@dataclass(frozen=True, slots=True)
class Expressed:
    """The layers that do an operation's work, one for each tensor that it returns, and the tensors that go into each."""

    layers: tuple[LayerSpec, ...]
    tensors: tuple[Tensor, ...]


def expressed(
    layer: DescribedLayer, call: LayerCall, shape: Callable[[Tensor], Shape | None] = lambda _: None
) -> Expressed:
    """An operation as layers side by side, nearly always one.

    Args:
        shape: tells the shape of a tensor, batch first, where the file does not: it is only asked where it matters.

    Raises:
        UnknownLayerError: no layer computes it exactly.
    """
    name, args, kwargs = _function(layer, call)
    name = operations.canonical(name)
    if name in BY_SHAPE and args and isinstance(args[0], Tensor) and args[0].shape is None:
        args = [replace(args[0], shape=shape(args[0])), *args[1:]]
    found = _expressed(name, args, kwargs, not layer.module.startswith("keras.src.ops"))
    if found is None:
        raise UnknownLayerError(f"{layer.function} is an operation, and no layer does exactly that.")
    return found


def _function(layer: DescribedLayer, call: LayerCall) -> tuple[str, list[Any], dict[str, Any]]:
    """Which function it is, and what it is given by position and by name."""
    kwargs = {key: value for key, value in call.kwargs.items() if value is not None and key != "name"}
    if layer.kind == "TensorFlowOpLayer":
        return _node(layer.config, call)
    if layer.kind == "TFOpLambda":
        return str(layer.config.get("function")), list(call.args), kwargs
    return layer.kind, list(call.args), dict(layer.config) | kwargs


def _node(config: Mapping[str, Any], call: LayerCall) -> tuple[str, list[Any], dict[str, Any]]:
    """As TensorFlow 2.0 to 2.3 noted it: a node of its graph, and the constants that stand at some of its places."""
    node, constants = config["node_def"], config.get("constants") or {}
    given = call.args[0] if len(call.args) == 1 and isinstance(call.args[0], list) else list(call.args)
    args = list(given)
    for place, constant in sorted(constants.items(), key=lambda item: int(item[0])):
        args.insert(int(place), constant)
    attributes = {key: value.get("b") for key, value in (node.get("attr") or {}).items() if "b" in value}
    name = str(node.get("op"))
    if operations.canonical(name) in ("concatenate", "stack"):
        tensors = [one for one in args if isinstance(one, Tensor)]
        return name, [tensors, *(one for one in args if not isinstance(one, Tensor))], {}
    return name, args, {key: value for key, value in attributes.items() if value}


def _expressed(name: str, args: list[Any], kwargs: Mapping[str, Any], tensorflow: bool) -> Expressed | None:
    named = dict(kwargs)
    args = [*args, *(named.pop(key) for key in SECOND if isinstance(named.get(key), Tensor | int | float))]
    args = [*(named.pop(key) for key in LISTS if isinstance(named.get(key), list)), *args]
    if not args:
        return None
    first, rest = args[0], args[1:]
    if name == "gelu" and tensorflow:
        named.setdefault("approximate", False)
    given = operations.settings(name, rest, named)
    if isinstance(first, list):
        return _with(operations.of_list(name, given), first)
    if name == "unstack" and isinstance(first, Tensor):
        return _unstacked(first, given.get("axis", 0))
    if name == "split" and isinstance(first, Tensor):
        return _split(first, given, tensorflow)
    second = rest[0] if rest else None
    if isinstance(first, Tensor) and isinstance(second, Tensor):
        ranks = {len(one.shape) for one in (first, second) if one.shape is not None}
        given = operations.settings(name, rest[1:], named)
        return _with(operations.of_two(name, given), [first, second]) if len(ranks) < 2 else None
    if isinstance(first, Tensor) and len(args) == 2 and (layer := _numbered(name, second, True)):
        return _with(layer, [first])
    if isinstance(second, Tensor) and len(args) == 2:
        return _with(_numbered(name, first, False), [second])
    return _with(operations.of_one(name, given, first.shape), [first]) if isinstance(first, Tensor) else None


def _numbered(name: str, number: Any, tensor_first: bool) -> LayerSpec | None:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    return operations.with_number(name, number, tensor_first)


def _split(tensor: Tensor, given: Mapping[str, Any], tensorflow: bool) -> Expressed | None:
    axis, shape = given.get("axis", 0), tensor.shape
    if not isinstance(axis, int) or shape is None or not -len(shape) <= axis < len(shape):
        return None
    layers = cutting.parts(given.get("indices_or_sections"), axis, shape[axis], tensorflow)
    return Expressed(tuple(layers), (tensor,)) if layers else None


def _unstacked(tensor: Tensor, axis: Any) -> Expressed | None:
    shape = tensor.shape
    if not isinstance(axis, int) or shape is None or not -len(shape) <= axis < len(shape):
        return None
    places = range(shape[axis] or 0)
    layers = [operations.of_one("take", {"indices": place, "axis": axis}) for place in places]
    known = tuple(one for one in layers if one is not None)
    return Expressed(known, (tensor,)) if known and len(known) == len(layers) else None


def _with(layer: LayerSpec | None, tensors: list[Any]) -> Expressed | None:
    if layer is None or not tensors or not all(isinstance(one, Tensor) for one in tensors):
        return None
    return Expressed((layer,), tuple(tensors))
