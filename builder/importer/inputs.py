"""What goes into a layer: the Input of a network, and the ports that the arguments of a call mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from builder.importer.description import DescribedLayer
from builder.importer.inbound import LayerCall, Tensor, tensors_in
from builder.importer.refusal import ModelFileError, UnknownLayerError
from builder.layers.base import LayerSpec, Signature
from builder.layers.core import Input

UNTRAINED = "was called with training=False; here it learns with the network, unless you freeze it (trainable off)"
WHOLE = ("int", "uint", "bool")


def input_layer(layer: DescribedLayer) -> tuple[Input, list[str]]:
    """The Input that an InputLayer becomes, and what is noted on it.

    Raises:
        ModelFileError: the file does not tell its shape, or it takes text.
    """
    notes = []
    shape = layer.config.get("batch_shape") or layer.config.get("batch_input_shape")
    if shape is None and isinstance(layer.config.get("input_shape"), list):
        shape = [None, *layer.config["input_shape"]]
    if not isinstance(shape, list | tuple) or not shape:
        raise ModelFileError(
            "The file does not tell the shape of the model's input. Call the model once with data, or give its first layer an "
            "Input, and save it again."
        )
    if shape[0] is not None:
        notes.append(f"took batches of exactly {shape[0]} examples; here any number goes")
    told = layer.config.get("dtype") or layer.config.get("input_dtype")
    kind = str(told.get("config", {}).get("name") if isinstance(told, Mapping) else told or "float32")
    if kind == "string":
        raise ModelFileError(f"The input {layer.name[:60]!r} takes text; what comes into a network here are numbers.")
    whole = kind.startswith(WHOLE)
    if kind not in ("float32", "int32"):
        notes.append(f"took numbers of the kind {kind[:20]}; here it takes {'int32' if whole else 'float32'}")
    try:
        return Input(shape=tuple(shape[1:]), dtype="int32" if whole else None), notes
    except ValidationError as error:
        raise ModelFileError(
            f"The input shape {str(shape)[:100]} cannot be used: {error.errors()[0]['msg']}."
        ) from None


def connected(
    spec: LayerSpec, call: LayerCall, generation: int = 3
) -> tuple[LayerSpec, list[tuple[str, Tensor]], list[str]]:
    """The ports that each tensor of a call goes into.

    Args:
        generation: 1, 2 or 3, of the Keras that wrote it.

    Returns:
        The layer (with the settings that are given at the call), ports and tensors in order, and what is noted.

    Raises:
        UnknownLayerError: an argument that cannot be expressed.
    """
    signature, notes = spec.signature(), []
    inputs = list(_by_position(spec, signature, call.args))
    changed: dict[str, Any] = {}
    for name, value in call.kwargs.items():
        tensors = list(tensors_in(value))
        if name in signature.ports and tensors:
            inputs += [(name, tensor) for tensor in tensors]
        elif name in type(spec).at_call and not tensors:
            changed[name] = value
        elif name == "training" and value is False and spec.type == "BatchNormalization":
            notes.append(UNTRAINED)
        elif name == "training" and value is True and generation == 3:
            continue  # Keras 3 notes it with layers that only do something while training, and asks the model as it runs
        elif value in (None, False, [], {}):
            continue
        else:
            raise UnknownLayerError(f"{spec.type} called with {name[:60]} = {_told(value)} cannot be expressed.")
    if not inputs:
        raise UnknownLayerError(f"{spec.type} is called without any input.")
    return spec.model_copy(update=changed) if changed else spec, inputs, notes


def _by_position(spec: LayerSpec, signature: Signature, args: tuple[Any, ...]) -> Iterator[tuple[str, Tensor]]:
    ports = signature.ports
    if signature.as_list and len(args) == 1 and isinstance(args[0], list):
        args = tuple(args[0])
    elif "initial_state" in ports and len(args) == 1 and isinstance(args[0], list):  # Keras 2: [inputs, *states]
        args = (args[0][0], args[0][1:])
    for place, value in enumerate(args):
        tensors = list(tensors_in(value))
        if not tensors and value in (None, False, [], {}):
            continue
        many = len(tensors) > 1
        if place >= len(ports) or not tensors or (many and ports[place] not in signature.lists):
            raise UnknownLayerError(f"{spec.type} called with {_told(value)} at place {place + 1} cannot be expressed.")
        yield from ((ports[place], tensor) for tensor in tensors)


def _told(value: Any) -> str:
    tensors = list(tensors_in(value))
    return (
        f"{len(tensors)} tensors"
        if len(tensors) > 1
        else f"the output of {tensors[0].layer}"
        if tensors
        else str(value)[:60]
    )
