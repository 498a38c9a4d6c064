"""Models within a text: Sequential, functional, nested; what they and their layers tell and do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from builder.reading import fields
from builder.reading.plain import TYPES
from builder.reading.trace import Trace, tensors
from builder.reading.values import FaultError, Inside, Layer, Made, Model, Name, Part, Tensor, Unknown

# What is done with a model once it is there: it says nothing about the network.
TRAINING = {"compile", "fit", "fit_generator", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch"}  # fmt: skip
WEIGHTS = {"load_weights", "set_weights", "adapt"}


def functional(trace: Trace, args: tuple[Any, ...], kwargs: Mapping[str, Any], line: int) -> Model:
    """`keras.Model(inputs, outputs)`."""
    given = dict(zip(("inputs", "outputs", "name"), args, strict=False)) | dict(kwargs)
    older = {"input": "inputs", "output": "outputs"}
    given = {older.get(name, name): value for name, value in given.items()}
    for name in ("inputs", "outputs"):
        if given.get(name) is None:
            raise FaultError(line, f"A model needs {name}. Write keras.Model(inputs, outputs).")
    model = Model(
        line,
        tensors(given["inputs"], "the inputs of the model", line),
        tensors(given["outputs"], "the outputs of the model", line),
        name=given["name"] if isinstance(given.get("name"), str) else None,
        listed=isinstance(given["outputs"], list | tuple),
    )
    trace.models.append(model)
    return model


def sequential(
    trace: Trace,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    line: int,
    added: Callable[[Model, Any, int], None],
) -> Model:
    """`keras.Sequential([...])`, whose parts are `added` one after the other."""
    name = kwargs.get("name", args[1] if len(args) > 1 else None)
    model = Model(line, layers=[], name=name if isinstance(name, str) else None)
    trace.models.append(model)
    parts = fields.known(args[0], "Sequential", line) if args else kwargs.get("layers") or ()
    if not isinstance(parts, list | tuple):
        raise FaultError(line, "Sequential takes a list of layers: keras.Sequential([layers.Dense(10), ...]).")
    for part in parts:
        added(model, part, line)
    return model


def add(trace: Trace, model: Model, part: Any, line: int) -> None:
    """`model.add(layer)`: Keras calls each layer as soon as the shape of the first is known."""
    if model.layers is None:
        raise FaultError(line, "Only a Sequential model has add. Call the layer on a tensor instead: x = layer(x).")
    trace.budget.spend(line)
    part = fields.known(part, "the model", line)
    if part is model:
        raise FaultError(line, "A model cannot be a part of itself.")
    if isinstance(part, Layer) and part.spec.type == "Input" and part.uses:
        part = Tensor(part.uses[0])
    if isinstance(part, Tensor) and part.made.layer is not None and not part.made.arguments and not model.layers:
        model.inputs, model.outputs = [part], [part]
        return
    if isinstance(part, Model) and part.layers is not None and not model.layers and not model.outputs:
        part.inside = True
        for one in [*part.inputs, *part.layers]:  # as Keras does: the shape is that of the part
            add(trace, model, one, line)
        return
    if not isinstance(part, Layer | Model):
        hint = (
            " It is called on something already; a Sequential calls its layers itself."
            if isinstance(part, Tensor)
            else ""
        )
        raise FaultError(line, f"A Sequential holds layers; this is a {type(part).__name__}.{hint}")
    if not model.outputs and not model.layers and isinstance(part, Layer):
        _first(trace, model, part, line)
    model.layers.append(part)
    if model.outputs:
        model.outputs = tensors(_applied(trace, part, model.outputs, line), "the model", line)


def _first(trace: Trace, model: Model, layer: Layer, line: int) -> None:
    """The Input that comes with the shape of the first layer."""
    shape = layer.shape
    if shape is None and layer.spec.namespace == "keras.applications":
        shape = backbone_shape(layer)
    if shape is not None:
        tokens = "int32" if layer.spec.type == "Embedding" else None
        model.inputs = model.outputs = [trace.input_of(shape, layer.line, tokens)]


def backbone_shape(layer: Layer) -> tuple[int | None, ...]:
    """The shape of the images that a backbone takes where nothing else is said."""
    given: tuple[int | None, ...] | None = getattr(layer.spec, "input_shape", None)
    return given or ((224, 224, 3) if getattr(layer.spec, "include_top", False) else (None, None, 3))


def _applied(trace: Trace, part: Layer | Model, given: list[Tensor], line: int) -> Any:
    value = given[0] if len(given) == 1 else given
    if isinstance(part, Layer):
        return trace.call(part, (value,), {}, line)
    return call(trace, part, (value,), line)


def call(trace: Trace, model: Model, args: tuple[Any, ...], line: int) -> Any:
    """`encoder(x)`: the layers of a model, called once more on other tensors."""
    trace.look(line)
    given = tensors(args[0] if args else None, "the model that is called", line)
    model.inside = True
    if model.layers is not None:
        for part in model.layers:
            given = tensors(_applied(trace, part, given, line), "the model", line)
        if not model.outputs:
            model.inputs, model.outputs = tensors(args[0], "the model", line), given
        return given[0] if len(given) == 1 else tuple(given)
    if len(given) != len(model.inputs):
        raise FaultError(line, f"This model takes {len(model.inputs)} tensors; here are {len(given)}.")
    known: dict[Tensor, Tensor] = dict(zip(model.inputs, given, strict=True))
    for made in needed(model.outputs, set(model.inputs), trace.made):
        if made.layer is None or not made.arguments:
            raise FaultError(line, "This model uses an Input that is not among its inputs. Name it in keras.Model.")
        arguments = [(port, known[tensor]) for port, tensor in made.arguments]
        again = trace.use(made.layer, arguments, made.options, line)
        for number, tensor in enumerate(again if isinstance(again, tuple) else (again,)):
            known[Tensor(made, number)] = tensor
    outputs = tuple(known[tensor] for tensor in model.outputs)
    return outputs if model.listed or len(outputs) > 1 else outputs[0]


def at_each_step(trace: Trace, model: Model, line: int) -> Model:
    """`TimeDistributed(model)` as a chain of its layers, each at every step.

    Raises:
        FaultError: the model is no chain.
    """
    model.inside = True
    if model.layers is None or not all(isinstance(part, Layer) for part in model.layers):
        raise FaultError(
            line,
            "TimeDistributed is read around a layer or a Sequential of layers. Put a TimeDistributed around each layer of "
            "this model instead.",
        )
    wrapped: list[Layer | Model] = [
        trace.layer("TimeDistributed", (part,), {"name": part.name} if part.name else {}, line)
        for part in model.layers
        if isinstance(part, Layer) and part.spec.type != "Input"
    ]
    return Model(line, layers=wrapped, name=model.name, inside=True)


def needed(outputs: list[Tensor], known: set[Tensor], made: list[Made]) -> list[Made]:
    """The calls that lead to some tensors, in their order; what is known is not asked further."""
    found: set[Made] = set()
    waiting = [tensor for tensor in outputs if tensor not in known]
    while waiting:
        one = waiting.pop().made
        if one not in found:
            found.add(one)
            waiting += [tensor for _, tensor in one.arguments if tensor not in known]
    return [one for one in made if one in found]


def layers_of(trace: Trace, model: Model, line: int) -> list[Layer]:
    """Every layer of a model, each once, in order."""
    trace.look(line)
    found: list[Layer | None]
    if model.layers is not None:
        found = [made.layer for tensor in model.inputs if not (made := tensor.made).arguments]
        for part in model.layers:
            found += [part] if isinstance(part, Layer) else layers_of(trace, part, line)
    else:
        found = [made.layer for made in needed(model.outputs, set(), trace.made)]
    return list(dict.fromkeys(layer for layer in found if layer is not None))


def freeze(trace: Trace, target: Layer | Model | Part, trainable: bool, line: int) -> None:
    """`layer.trainable = False`, for all layers of a model at once, or some within a backbone."""
    if isinstance(target, Part):
        _freeze_part(trace, target, trainable, line)
        return
    for layer in [target] if isinstance(target, Layer) else layers_of(trace, target, line):
        layer.trainable, layer.trainable_layers = trainable, None


def _freeze_part(trace: Trace, part: Part, trainable: bool, line: int) -> None:
    """`for layer in backbone.layers[:-20]: layer.trainable = False`, or the last 20 set free again."""
    layer = part.layer
    if part.last is None:
        freeze(trace, layer, trainable, line)
    elif part.at_end == trainable and layer.trainable != trainable:
        layer.trainable, layer.trainable_layers = True, part.last
    elif layer.trainable != trainable:
        single_layers(trace, layer, line)


def single_layers(trace: Trace, backbone: Layer, line: int) -> None:
    """Note what cannot be held: other layers of a backbone than its last ones, on their own."""
    trace.note(
        line,
        f"Single layers within {backbone.spec.type} are passed over: it is one layer here, of which all layers learn, "
        "none, or the last ones.",
    )


def get_layer(trace: Trace, model: Model, name: Any, index: Any, line: int) -> Layer:
    """`model.get_layer("conv1")`."""
    found = layers_of(trace, model, line)
    if isinstance(index, int) and -len(found) <= index < len(found):
        return found[index]
    for layer in found:
        if layer.called == name:
            return layer
    there = ", ".join(layer.called for layer in found[:8])
    raise FaultError(line, f"The model has no layer {str(name)[:60]!r}; there are {there or 'none yet'}.")


def attribute(trace: Trace, owner: Layer | Model, name: str, line: int) -> Any:
    """What a layer or a model tells of itself; NotImplemented where that is no plain fact."""
    if name == "name":
        return (owner.called if isinstance(owner, Layer) else owner.name) or Unknown(
            line, "The name of a model is not kept"
        )
    if name == "trainable":
        return (
            owner.trainable if isinstance(owner, Layer) else Unknown(line, "Whether all of it is trainable is not kept")
        )
    if name == "layers":
        return Inside([Part(owner)]) if isinstance(owner, Layer) else layers_of(trace, owner, line)
    if name in ("input", "inputs", "output", "outputs"):
        found = _ends(trace, owner, name.startswith("input"), line)
        return found[0] if len(found) == 1 and not name.endswith("s") else found
    if isinstance(owner, Layer) and name in type(owner.spec).model_fields and name != "type":
        return getattr(owner.spec, name)
    return NotImplemented


def _ends(trace: Trace, owner: Layer | Model, inputs: bool, line: int) -> list[Tensor]:
    if isinstance(owner, Model):
        if not owner.outputs:
            raise FaultError(
                line,
                "The model has no tensors yet: its first layer must say the shape of an example. Add keras.Input first.",
            )
        return owner.inputs if inputs else owner.outputs
    if not owner.uses:
        if owner.spec.namespace != "keras.applications":
            raise FaultError(line, f"{owner.called} is not called yet, so that nothing goes in or comes out.")
        trace.call(owner, (trace.input_of(backbone_shape(owner), line),), {}, line)
    made = owner.uses[0]
    if inputs:
        return [tensor for _, tensor in made.arguments]
    return [Tensor(made, part) for part in range(len(owner.signature.outputs))]


def pop(model: Model) -> None:
    """`model.pop()`: the last layer goes."""
    if model.layers:
        last = model.layers.pop()
        if model.outputs and isinstance(last, Layer):
            model.outputs = [tensor for _, tensor in model.outputs[0].made.arguments]


def is_layer(value: Any, kinds: Any) -> bool | None:
    """`isinstance(layer, layers.Dense)`; None where that cannot be told, as of the layers within a backbone."""
    listed = kinds if isinstance(kinds, tuple) else (kinds,)
    if not isinstance(value, Layer | Tensor) or not all(isinstance(kind, Name) for kind in listed):
        return None
    names = {kind.dotted for kind in listed}
    if not all(name.startswith("keras.layers.") or name in TYPES for name in names):
        return None
    return isinstance(value, Layer) and bool(names & {"keras.layers.Layer", f"keras.layers.{value.spec.type}"})
