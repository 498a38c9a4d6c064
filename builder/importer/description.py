"""A model as its file describes it, of whichever Keras: layers by name, their settings, and what they are called with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from builder.importer.inbound import LayerCall, Tensor, ends, noted_calls, renumbered, shifted
from builder.importer.refusal import MAX_NESTED, ModelFileError, no_damage

REGISTERED = "Custom>"  # before the names of classes that are not Keras's own
MODELS = ("Functional", "Model", "Sequential")
STATES = {"LSTMCell": 2, "GRUCell": 1, "SimpleRNNCell": 1}


@dataclass(frozen=True, slots=True)
class DescribedLayer:
    """A layer of the file.

    `model` is what is inside when it is, or holds, a model itself; with `steps` it is inside a TimeDistributed and does its
    work at each step. `stored` is the class that its weights are filed under, where that is not its own.
    """

    kind: str
    module: str
    name: str
    config: Mapping[str, Any]
    calls: tuple[LayerCall, ...]
    model: DescribedModel | None = None
    steps: bool = False
    stored: str = ""

    @property
    def operation(self) -> bool:
        """Whether this is an operation, such as `x + 3`, and no layer."""
        return ".ops" in self.module or self.kind in ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer")

    @property
    def function(self) -> str:
        """What an operation is called in its file."""
        return str(self.config.get("function") or self.kind)[:60]


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
    with no_damage():
        return _model(written, 1)


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
    kind, config = str(written["class_name"]).removeprefix(REGISTERED), written["config"]
    inner = _held(written, calls, depth)
    named = written.get("name") or (inner.name if inner and kind in MODELS else config.get("name")) or kind.lower()
    told = config if isinstance(config, dict) else {}
    if shape := ((written.get("build_config") or {}).get("shapes_dict") or {}).get("query_shape"):
        told = {**told, "query_shape": shape}  # as earlier Keras wrote it among the settings
    return DescribedLayer(kind, _module(written, kind), str(named), told, calls, inner)


def _held(written: Mapping[str, Any], calls: tuple[LayerCall, ...], depth: int) -> DescribedModel | None:
    """What is inside a layer: of a model its layers, of a TimeDistributed those of its model, of an RNN its cells."""
    kind, config = written["class_name"], written["config"]
    if kind in MODELS:
        return _model(written, depth + 1)
    if kind == "TimeDistributed" and config["layer"]["class_name"] in MODELS:
        return _at_each_step(_model(config["layer"], depth + 1))
    if kind == "RNN" and config["cell"]["class_name"] == "StackedRNNCells":
        return _stacked(config, calls)
    return None


def _at_each_step(model: DescribedModel) -> DescribedModel:
    """The model of a TimeDistributed: the same layers, each of them at each step."""
    return replace(
        model,
        layers=tuple(
            replace(layer, steps=True, model=layer.model and _at_each_step(layer.model)) for layer in model.layers
        ),
    )


def _stacked(config: Mapping[str, Any], calls: tuple[LayerCall, ...]) -> DescribedModel | None:
    """The cells that an RNN runs one after the other at each step, as one layer each that reads what the one before tells."""
    cells = config["cell"]["config"]["cells"]
    if not cells or any(cell["class_name"] not in STATES for cell in cells):
        return None
    if config["cell"]["config"].get("reverse_state_order"):
        raise ModelFileError("StackedRNNCells with reverse_state_order cannot be expressed.")
    begun = any(len(list(call.tensors())) > 1 for call in calls)
    entered = ["steps"]
    layers: list[DescribedLayer] = []
    states: list[Tensor] = []
    for number, cell in enumerate(cells, 1):
        last = number == len(cells)
        settings = {
            **config,
            "cell": cell,
            "go_backwards": number == 1 and config.get("go_backwards", False),
            "return_sequences": not last or config.get("return_sequences", False),
        }
        starts = [f"start_{number}_{place}" for place in range(STATES[cell["class_name"]])] if begun else []
        entered += starts
        told = {"initial_state": [Tensor(start) for start in starts]} if starts else {}
        call = LayerCall((Tensor(layers[-1].name if layers else "steps"),), told)
        name = str(cell["config"].get("name") or f"cell_{number}")
        layer = DescribedLayer("RNN", "", name, settings, (call,), stored=cell["class_name"])
        layers.append(_distinct(layer, layers))
        states += [Tensor(layers[-1].name, 0, place + 1) for place in range(STATES[cell["class_name"]])]
    inputs = [DescribedLayer("InputLayer", "", name, {}, ()) for name in entered]
    outputs = (Tensor(layers[-1].name), *(states if config.get("return_state") else ()))
    return DescribedModel("cells", True, (*inputs, *layers), tuple(entered), outputs)


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
