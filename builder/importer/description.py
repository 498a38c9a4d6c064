"""A model as its file describes it, of whichever Keras: layers by name, their settings, and what they are called with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from builder.importer.inbound import LayerCall, Tensor, ends, noted_calls, renumbered, shifted
from builder.importer.refusal import MAX_NESTED, ModelFileError

MODELS = ("Functional", "Model", "Sequential")


@dataclass(frozen=True, slots=True)
class DescribedLayer:
    """A layer of the file; `model` is what is inside when it is a model itself."""

    kind: str
    module: str
    name: str
    config: Mapping[str, Any]
    calls: tuple[LayerCall, ...]
    model: DescribedModel | None = None

    @property
    def operation(self) -> bool:
        """Whether this is an operation, such as `x + 3`, and no layer."""
        return ".ops" in self.module or self.kind in ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer")


@dataclass(frozen=True, slots=True)
class DescribedModel:
    """A model of the file. `inputs` are the names of its InputLayers."""

    name: str
    sequential: bool
    layers: tuple[DescribedLayer, ...]
    inputs: tuple[str, ...]
    outputs: tuple[Tensor, ...]


def describe(written: Mapping[str, Any]) -> DescribedModel:
    """The model in the JSON of a file: {"class_name": ..., "config": ...}.

    Raises:
        ModelFileError: it is no Sequential or Functional model, or its parts do not hang together.
    """
    try:
        return _model(written, 1)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(f"The description of the model is damaged ({type(error).__name__}: {error}).") from None


def _model(written: Mapping[str, Any], depth: int) -> DescribedModel:
    kind = str(written.get("class_name"))
    if kind not in MODELS:
        raise ModelFileError(
            f"The file holds a model of the class {kind[:60]!r}, whose computation is Python code that a file does not hold. "
            "Only Sequential and Functional models can be opened."
        )
    if depth > MAX_NESTED:
        raise ModelFileError(f"Models are nested more than {MAX_NESTED} deep.")
    config = written["config"]
    if kind == "Sequential" or isinstance(config, list) or "input_layers" not in config:
        return _sequential(written, depth)
    return _functional(config, depth)


def _layer(written: Mapping[str, Any], calls: tuple[LayerCall, ...], depth: int) -> DescribedLayer:
    kind, config = str(written["class_name"]), written["config"]
    inner = _model(written, depth + 1) if kind in MODELS else _at_each_step(written, depth)
    named = written.get("name") or (inner.name if inner and kind in MODELS else config.get("name")) or kind.lower()
    return DescribedLayer(
        kind, _module(written, kind), str(named), config if isinstance(config, dict) else {}, calls, inner
    )


def _at_each_step(written: Mapping[str, Any], depth: int) -> DescribedModel | None:
    """The model that a TimeDistributed holds, if it does: the same chain of layers, each of them at each step."""
    held = written["config"].get("layer") if written["class_name"] == "TimeDistributed" else None
    if not isinstance(held, Mapping) or held.get("class_name") not in MODELS:
        return None
    model = _model(held, depth + 1)
    if not model.sequential:
        raise ModelFileError(
            f"TimeDistributed around {model.name[:60]!r} cannot be expressed: it is no chain of layers."
        )
    layers = tuple(
        layer
        if layer.kind == "InputLayer"
        else replace(
            layer, kind="TimeDistributed", config={"layer": {"class_name": layer.kind, "config": layer.config}}
        )
        for layer in model.layers
    )
    return replace(model, layers=layers)


def _module(written: Mapping[str, Any], kind: str) -> str:
    """Where the class comes from. In .h5 Keras 3 leaves that out; an operation is known there by having no `trainable`."""
    new = any(isinstance(node, Mapping) for node in written.get("inbound_nodes") or ())
    unnamed = new and not written.get("module") and kind not in MODELS and "trainable" not in written["config"]
    return "keras.src.ops" if unnamed else str(written.get("module") or "")


def _sequential(written: Mapping[str, Any], depth: int) -> DescribedModel:
    """As a functional model: each layer is called with what the one before returned."""
    config = written["config"]
    entries = config if isinstance(config, list) else config["layers"]
    name = "sequential" if isinstance(config, list) else str(config.get("name", "sequential"))
    if not entries:
        raise ModelFileError(f"The model {name!r} has no layers.")
    if entries[0]["class_name"] == "Merge":
        return _branched(name, entries, depth)
    layers: list[DescribedLayer] = []
    if entries[0]["class_name"] != "InputLayer":
        shape = _input_shape(entries[0]) or _shape(written)
        kind = "int32" if entries[0]["class_name"] == "Embedding" else None
        first = {"batch_input_shape": shape, "dtype": kind} if shape else {}
        layers.append(DescribedLayer("InputLayer", "", "input_layer", first, ()))
    for entry in entries:
        calls = () if entry["class_name"] == "InputLayer" else (LayerCall((Tensor(layers[-1].name),)),)
        layers.append(_distinct(_layer(entry, calls, depth), layers))
    return DescribedModel(name, True, tuple(layers), (layers[0].name,), (Tensor(layers[-1].name),))


def _branched(name: str, entries: list[Mapping[str, Any]], depth: int) -> DescribedModel:
    """A Keras 1 Sequential that starts with a Merge of other models."""
    layers: list[DescribedLayer] = []
    branches, inputs = [], []
    for number, written in enumerate(entries[0]["config"]["layers"]):
        branch = _model(written, depth + 1) if written["class_name"] in MODELS else None
        if branch is None:
            raise ModelFileError(
                f"The first Merge of {name!r} joins a {written['class_name']} layer; only models can be."
            )
        for inner in branch.inputs:
            entered = next(layer for layer in branch.layers if layer.name == inner)
            layers.append(replace(entered, name=f"{inner}_{number + 1}" if number else inner))
            inputs.append(layers[-1].name)
        given = [Tensor(one) for one in inputs[-len(branch.inputs) :]]
        layers.append(
            DescribedLayer("Sequential", "", f"branch_{number + 1}", {}, (LayerCall((given,)),), replace(branch))
        )
        branches.append(Tensor(layers[-1].name))
    layers.append(_layer(entries[0], (LayerCall((branches,)),), depth))
    for entry in entries[1:]:
        layers.append(_distinct(_layer(entry, (LayerCall((Tensor(layers[-1].name),)),), depth), layers))
    return DescribedModel(name, False, tuple(layers), tuple(inputs), (Tensor(layers[-1].name),))


def _distinct(layer: DescribedLayer, before: list[DescribedLayer]) -> DescribedLayer:
    """The layer under a name that none before bears: Keras 1 did not ask for that."""
    names = {one.name for one in before}
    name, number = layer.name, 1
    while name in names:
        number += 1
        name = f"{layer.name}_{number}"
    return layer if name == layer.name else replace(layer, name=name)


def _input_shape(entry: Mapping[str, Any]) -> list[Any] | None:
    config = entry["config"]
    if entry["class_name"] in MODELS:
        inner = config if isinstance(config, list) else config["layers"]
        return _input_shape(inner[0]) or _shape(entry)
    if "layer" in config and "batch_input_shape" not in config and not _shape(entry):
        return None
    if found := config.get("batch_input_shape") or config.get("batch_shape"):
        return list(found)
    if found := config.get("input_shape"):
        return [None, *found]
    if entry["class_name"] != "Embedding" and (size := config.get("input_dim")):
        return [None, config.get("input_length"), size] if "input_length" in config else [None, size]
    return _shape(entry)


def _shape(written: Mapping[str, Any]) -> list[Any] | None:
    """The input shape that Keras 3 notes beside a layer or a Sequential that has been built."""
    config = written["config"]
    noted = config.get("build_input_shape") if isinstance(config, dict) else None
    noted = noted or (written.get("build_config") or {}).get("input_shape")
    return list(noted) if noted and all(size is None or isinstance(size, int) for size in noted) else None


def _functional(config: Mapping[str, Any], depth: int) -> DescribedModel:
    entries = config["layers"]
    names = {str(entry.get("name") or entry["config"]["name"]) for entry in entries}
    layers = [_layer(entry, noted_calls(entry.get("inbound_nodes") or (), names), depth) for entry in entries]
    if len({layer.name for layer in layers}) < len(layers):
        raise ModelFileError("Two layers of the model have the same name.")
    inputs = tuple(tensor.layer for tensor in ends(config["input_layers"]))
    outputs = tuple(ends(config["output_layers"]))
    offsets = _offsets(layers, outputs)
    layers = [replace(layer, calls=tuple(shifted(call, offsets) for call in layer.calls)) for layer in layers]
    outputs = tuple(renumbered(tensor, offsets) for tensor in outputs)
    name = str(config.get("name", "model"))
    return DescribedModel(name, False, tuple(layers), inputs, outputs)


def _offsets(layers: list[DescribedLayer], outputs: tuple[Tensor, ...]) -> dict[str, int]:
    """How far call numbers are off: Keras 2 counts the call that made a nested model as the first."""
    greatest: dict[str, int] = {}
    for tensor in (*outputs, *(t for layer in layers for call in layer.calls for t in call.tensors())):
        greatest[tensor.layer] = max(tensor.call, greatest.get(tensor.layer, 0))
    return {
        layer.name: greatest.get(layer.name, 0) - len(layer.calls) + 1
        for layer in layers
        if layer.calls and greatest.get(layer.name, 0) >= len(layer.calls)
    }
