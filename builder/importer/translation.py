"""From the description of a model to a graph: nested models laid open, shared layers shared, every layer by its name today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from builder.compile import shapes
from builder.graph import Graph
from builder.importer.channels import PLACES, Value, as_first, to_first, to_last, wanted
from builder.importer.composed import Composition, composed
from builder.importer.description import DescribedLayer, DescribedModel
from builder.importer.inbound import LayerCall, Tensor, tensors_in
from builder.importer.inputs import UNTRAINED, connected, input_layer
from builder.importer.old_names import renamed
from builder.importer.old_weights import Origin, gates_hard
from builder.importer.operations import expressed
from builder.importer.order import in_order
from builder.importer.refusal import DAMAGED, ModelFileError, UnknownLayerError, damage, no_damage
from builder.importer.settings import Settings
from builder.importer.steps import at_each_step
from builder.importer.stored import Path
from builder.importer.substitutes import softened, substitute
from builder.importer.writing import UNKNOWN, Writing
from builder.layers.base import LAYERS, LayerSpec
from builder.names import MAX_LENGTH
from builder.program import lower

MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Translated:
    """A graph, what is to be said about it, and for each node with weights where these are in the file."""

    graph: Graph
    notes: tuple[str, ...]
    sources: dict[str, tuple[Path, Origin]]


def translate(model: DescribedModel, generation: int, theano: bool = False) -> Translated:
    """The graph of a described model.

    Args:
        generation: 1, 2 or 3, of the Keras that wrote it.
        theano: whether kernels are turned round, as Theano's convolutions of Keras 1 took them.

    Raises:
        ModelFileError: layers that cannot be expressed, all of them by name.
    """
    with no_damage():
        return _Translation(generation, theano).whole(model)


class _Translation:
    def __init__(self, generation: int, theano: bool) -> None:
        self._generation, self._theano = generation, theano
        self._writing = Writing()
        self._owners: dict[Path, str] = {}
        self._sources: dict[str, tuple[Path, Origin]] = {}
        self._notes: dict[str, list[str]] = {}  # what -> layers
        self._refused: list[str] = []
        self._parts: list[str] = []  # of what is split, of which a network may use some only

    def whole(self, model: DescribedModel) -> Translated:
        """The graph of the model of the file."""
        layers = {layer.name: layer for layer in model.layers}
        given = []
        for name in model.inputs:
            layer, notes = input_layer(layers[name])
            self._note(name, notes)
            given.append(Value(self._writing.place(name, layer, ())))
        outputs = self._model(model, (), given)
        if self._refused:
            told = [f"- {one}" for one in self._refused[:MOST_TOLD]]
            more = len(self._refused) - len(told)
            many = f"{len(self._refused)} of its layers" if len(self._refused) > 1 else "one of its layers"
            told.insert(0, f"The model cannot be opened, because {many} cannot be expressed:")
            raise ModelFileError("\n".join([*told, *([f"... and {more} more."] if more else [])]))
        ends = self._ends(model, [value.node for value in given], outputs)
        self._writing.drop({*self._parts} - self._writing.used() - {*ends})
        return Translated(self._writing.graph(ends), tuple(self._all_notes()), self._sources)

    def _ends(self, model: DescribedModel, inputs: Iterable[str], outputs: Sequence[Value]) -> list[str]:
        """The nodes whose first outputs are what the model returns; Identity where one is used further or given twice."""
        outputs = [self._as_file(value) for value in outputs]
        given = Counter(value.node for value in outputs)
        used = self._writing.used() | set(inputs)
        ends: list[str] = []
        for tensor, value in zip(model.outputs, outputs, strict=True):
            if value.output or value.node in used or given[value.node] > 1:
                name = self._writing.place(
                    f"{value.node}_output", LAYERS["Identity"](), [("inputs", value)], told=False
                )
                self._note(tensor.layer, ["is an output that is used further, so an Identity layer names it"])
                ends.append(name)
            else:
                ends.append(value.node)
        return ends

    def _model(self, model: DescribedModel, around: Path, given: Sequence[Value]) -> list[Value]:
        if len(given) != len(model.inputs):
            raise ModelFileError(f"{model.name} takes {len(model.inputs)} inputs, but is called with {len(given)}.")
        results: dict[tuple[str, int], list[Value]] = {
            (name, 0): [value] for name, value in zip(model.inputs, given, strict=True)
        }
        for layer, number in in_order(model):
            if (layer.name, number) not in results:
                results[layer.name, number] = self._called(layer, layer.calls[number], around, results)
        return [_result(results, tensor) for tensor in model.outputs]

    def _called(
        self, layer: DescribedLayer, call: LayerCall, around: Path, results: dict[tuple[str, int], list[Value]]
    ) -> list[Value]:
        path = (*around, layer.name)
        try:
            if layer.model is not None:
                if call.kwargs.get("training") is False:
                    self._note("/".join(path), [UNTRAINED])
                return self._model(layer.model, path, [_result(results, tensor) for tensor in call.tensors()])
            came = [_result(results, tensor) for tensor in call.tensors()]
            whole = composed(layer, call, self._generation, lambda: self._shape(came[0]))
            if whole is not None:
                return self._composed(whole.at_each_step() if layer.steps else whole, path, came)
            return (self._operation if layer.operation else self._layer)(layer, call, path, results)
        except UnknownLayerError as error:
            self._refuse(path, str(error))
        except ModelFileError:
            raise
        except DAMAGED as error:
            self._refuse(path, f"its description is damaged ({damage(error)}).")
        return [Value(UNKNOWN)] * 8

    def _operation(
        self, layer: DescribedLayer, call: LayerCall, path: Path, results: dict[tuple[str, int], list[Value]]
    ) -> list[Value]:
        def shape(tensor: Tensor) -> tuple[int | None, ...] | None:
            return self._shape(self._as_file(_result(results, tensor)))

        one = expressed(layer, call, shape)
        kinds = dict.fromkeys(spec.type for spec in one.layers)
        self._note("/".join(path), [f"is the operation {layer.function}, expressed by {', '.join(kinds)}"])
        values = [self._as_file(_result(results, tensor)) for tensor in one.tensors]
        found = []
        for number, spec in enumerate(one.layers):
            ports = spec.signature().ports
            inputs = list(zip(ports if len(ports) > 1 else ports * len(values), values, strict=True))
            name = f"{_named(path)}_{number}" if number else _named(path)
            node = self._writing.place(name, at_each_step(spec) if layer.steps else spec, inputs)
            found.append(Value(node))
            if len(one.layers) > 1:
                self._parts.append(node)
        return found

    def _composed(self, whole: Composition, path: Path, given: Sequence[Value]) -> list[Value]:
        """Several layers that do the work of one."""
        values = [self._as_file(value) for value in given]
        for part in whole.parts:
            signature = part.layer.signature()
            ports = signature.ports if len(signature.ports) > 1 else signature.ports * len(part.inputs)
            inputs = [(port, values[number]) for port, number in zip(ports, part.inputs, strict=True)]
            own = (*path, part.name) if part.name else path
            node = self._writing.place(_named(own), part.layer, inputs, self._owners.get(own), told=not part.name)
            if own not in self._owners:
                self._owners[own] = node
                if part.weights:
                    self._sources[node] = (path, Origin(part.weights, self._generation))
            values.append(Value(node))
        self._note("/".join(path), [whole.note])
        return values[-1:]

    def _refuse(self, path: Path, why: str) -> None:
        told = f"{'/'.join(path)[:100]}: {why}"
        if told not in self._refused:
            self._refused.append(told)

    def _layer(
        self, layer: DescribedLayer, call: LayerCall, path: Path, results: dict[tuple[str, int], list[Value]]
    ) -> list[Value]:
        kind, config = renamed(*substitute(layer), self._generation)
        note = config.pop("_note", None)
        came = [_result(results, tensor) for tensor in tensors_in(call.args)]
        want = wanted(kind, config, came)
        if kind == "Flatten" and config.get("data_format") == "channels_first" and came and not want.moved:
            want = replace(want, moved=max(len(self._shape(came[0]) or ()) - 2, 0))
        settings = Settings()
        if layer.steps and config.get("data_format") == "channels_first":
            raise UnknownLayerError(f"{kind} with channels first inside another layer cannot be expressed.")
        spec = settings.layer(kind, want.settings)
        if hasattr(spec, "trainable") and config.get("trainable") is False:
            spec = spec.model_copy(update={"trainable": False})
        before, spec, after = softened(spec) if self._generation < 3 else ([], spec, [])
        extras = [*settings.after, *after]
        if layer.steps:
            spec, extras = at_each_step(spec), [at_each_step(extra) for extra in extras]
        spec, inputs, notes = connected(spec, call, self._generation)
        told = self._told(layer, spec, config, bool(before or after))
        self._note("/".join(path), [*settings.notes, *notes, *([note] if note else []), *told])
        values = [(port, self._as(want.moved, _result(results, tensor))) for port, tensor in inputs]
        name = _named(path)
        for number, extra in enumerate(before):
            placed = self._writing.place(f"{name}_scale{number or ''}", extra, values[:1], told=False)
            values = [("inputs", Value(placed, 0, want.moved))]
        node = self._writing.place(name, spec, values, self._owners.get(path))
        if path not in self._owners:
            self._owners[path] = node
            first = config.get("data_format") == "channels_first"
            self._sources[node] = (path, Origin(layer.kind, self._generation, first, self._theano))
        return self._followed(node, spec, extras, want.gives)

    def _shape(self, value: Value) -> tuple[int | None, ...] | None:
        """The shape of a tensor, batch first, where it can be known."""
        if self._refused:  # the graph has gaps
            return None
        facts = shapes(lower(self._writing.graph(()))).get(value.node)
        return facts.shapes[value.output] if facts and facts.shapes else None

    def _followed(self, node: str, spec: LayerSpec, after: Sequence[LayerSpec], moved: int) -> list[Value]:
        last = node
        for extra in after:
            last = self._writing.place(
                f"{node}_{extra.type.lower()}", extra, [("inputs", Value(last, 0, moved))], told=False
            )
        return [Value(last, 0, moved), *(Value(node, number) for number in range(1, len(spec.outputs())))]

    def _told(self, layer: DescribedLayer, spec: LayerSpec, config: dict[str, Any], softened: bool) -> Iterator[str]:
        """What a person should know about a translation."""
        if layer.kind not in (spec.type, getattr(spec, "layer", spec).type):
            yield f"was {layer.kind}, is {spec.type} now"
        if layer.kind == "Deconvolution2D":
            yield "had an output_shape of its own; here it follows from the input"
        if config.get("data_format") == "channels_first":
            yield "had the channels first; here they are moved to the end"
        if softened:
            yield "has hard_sigmoid, which was steeper in Keras 1 and 2: a Rescaling by 1.2 before it gives the same results"
        if self._generation < 3 and gates_hard(spec):
            yield (
                "has hard_sigmoid gates, in which Keras 1 and 2 rise by 0.2 and Keras 3 by 1/6; weights that come along are "
                "scaled by 1.2, so that results stay the same"
            )
        if self._theano and config.get("padding") == "same" and spec.type in PLACES and _steps(spec):
            yield 'pads with "same" and strides, where Theano and TensorFlow place the window differently: results may differ'
        policy = config.get("dtype")
        named = policy.get("config", {}).get("name") if isinstance(policy, dict) else policy
        if named not in (None, "float32") and spec.type != "Input":
            yield f"computed in {str(named)[:40]}; here it computes in float32"

    def _as(self, moved: int, value: Value) -> Value:
        """The tensor with its channels at the end, or where the file has them."""
        if value.node == UNKNOWN or value.moved == moved:
            return value
        value = self._as_file(value)
        return self._writing.permuted(value, to_last(moved), moved) if moved else value

    def _as_file(self, value: Value) -> Value:
        if not value.moved or value.node == UNKNOWN:
            return as_first(value)
        return self._writing.permuted(value, to_first(value.moved), 0)

    def _note(self, layer: str, notes: Sequence[str]) -> None:
        for note in notes:
            names = self._notes.setdefault(note, [])
            if layer not in names:
                names.append(layer)

    def _all_notes(self) -> Iterator[str]:
        changed = self._writing.renamed
        if changed:
            shown = ", ".join(f"{old} -> {new}" for old, new in changed[:MOST_TOLD])
            more = f" and {len(changed) - MOST_TOLD} more" if len(changed) > MOST_TOLD else ""
            yield f"Names that cannot be names of layers here were changed: {shown}{more}."
        for note, layers in self._notes.items():
            more = f" and {len(layers) - MOST_TOLD} more" if len(layers) > MOST_TOLD else ""
            yield f"{', '.join(layers[:MOST_TOLD])}{more}: {note}."


def _named(path: Path) -> str:
    """The name for a layer: with those of the models around it, unless that is too long."""
    name = "_".join(path)
    return name if len(name) <= MAX_LENGTH else path[-1]


def _steps(spec: LayerSpec) -> bool:
    strides = getattr(spec, "strides", 1)
    return strides not in (1, (1, 1), (1, 1, 1))


def _result(results: dict[tuple[str, int], list[Value]], tensor: Tensor) -> Value:
    found = results.get((tensor.layer, tensor.call), [])
    if tensor.output >= len(found):
        raise ModelFileError(
            f"The description of the model is damaged: output {tensor.output} of {tensor.layer[:60]!r} is missing."
        )
    return found[tensor.output]
