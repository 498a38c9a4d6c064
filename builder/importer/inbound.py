"""What layers are called with, as the files of Keras 1, 2 and 3 write it: tensors by the layer that they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Shape = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Tensor:
    """What call number `call` of a layer returned at place `output`; its shape where the file tells it, batch first."""

    layer: str
    call: int = 0
    output: int = 0
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class LayerCall:
    """What a layer is called with: tensors and other values, in lists as the file has them."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def tensors(self) -> Iterator[Tensor]:
        """Every tensor among the arguments, in order."""
        return tensors_in((self.args, self.kwargs))


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Every tensor in nested lists and objects, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from tensors_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from tensors_in(inner)


def ends(value: Any) -> Iterator[Tensor]:
    """Tensors of `input_layers` and `output_layers`: one, a list or an object of [layer, call, output]."""
    if isinstance(value, list | tuple) and len(value) == 3 and isinstance(value[0], str):
        yield Tensor(value[0], int(value[1]), int(value[2]))
    elif isinstance(value, str):
        raise ValueError(f"{value[:60]!r} is no list of tensors")
    else:
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from ends(inner)


def noted_calls(inbound: Any, names: set[str]) -> tuple[LayerCall, ...]:
    """The calls that a layer's `inbound_nodes` note.

    Args:
        names: of all layers of the model, by which Keras 2 tells tensors among the arguments.
    """
    return tuple(_new_call(node) if isinstance(node, Mapping) else _old_call(node, names) for node in inbound)


def _new_call(node: Mapping[str, Any]) -> LayerCall:
    """As Keras 3 writes it: {"args": [...], "kwargs": {...}}."""
    return LayerCall(tuple(_revived(value) for value in node["args"]), _revived(node.get("kwargs") or {}))


def _revived(value: Any) -> Any:
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            layer, call, output = value["config"]["keras_history"]
            shape = value["config"].get("shape")
            return Tensor(str(layer), int(call), int(output), None if shape is None else tuple(shape))
        return {key: _revived(inner) for key, inner in value.items()}
    return [_revived(inner) for inner in value] if isinstance(value, list | tuple) else value


def _old_call(node: Any, names: set[str]) -> LayerCall:
    """As Keras 1 and 2 write it: [[layer, call, output, kwargs], ...], or one of these alone."""
    alone = bool(node) and isinstance(node[0], str)
    entries = [node] if alone else node
    first: list[Any] = entries[0] if entries else []
    kwargs = first[3] if len(first) > 3 and isinstance(first[3], Mapping) else {}
    tensors = [_old_tensor(entry) for entry in entries]
    one = alone or len(tensors) == 1
    return LayerCall((tensors[0] if one else tensors,), {key: _referred(v, names) for key, v in kwargs.items()})


def _old_tensor(entry: Any) -> Any:
    if isinstance(entry[0], list):  # a list among the arguments, as of states
        return [_old_tensor(one) for one in entry]
    if entry[0] == "_CONSTANT_VALUE":
        return entry[2]
    return Tensor(str(entry[0]), int(entry[1]), int(entry[2]))


def _referred(value: Any, names: set[str]) -> Any:
    """An argument of Keras 2, in which [layer, call, output] stands for a tensor."""
    if isinstance(value, list):
        if len(value) in (3, 4) and isinstance(value[0], str) and isinstance(value[1], int) and value[0] in names:
            return Tensor(value[0], value[1], int(value[2]))
        return [_referred(inner, names) for inner in value]
    return {key: _referred(v, names) for key, v in value.items()} if isinstance(value, Mapping) else value


def shifted(call: LayerCall, offsets: Mapping[str, int]) -> LayerCall:
    """The call with the numbers of other calls corrected: layer -> how far they are off."""

    def moved(value: Any) -> Any:
        if isinstance(value, Tensor):
            return renumbered(value, offsets)
        if isinstance(value, Mapping):
            return {key: moved(inner) for key, inner in value.items()}
        return [moved(inner) for inner in value] if isinstance(value, list | tuple) else value

    return LayerCall(tuple(moved(value) for value in call.args), moved(call.kwargs)) if offsets else call


def renumbered(tensor: Tensor, offsets: Mapping[str, int]) -> Tensor:
    """The tensor with the number of its call corrected."""
    return replace(tensor, call=tensor.call - offsets[tensor.layer]) if tensor.layer in offsets else tensor
