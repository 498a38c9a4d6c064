"""Calls of what is imported: layers, models, choices of Keras, and the functions of Python that are known."""

from __future__ import annotations

import ast
from difflib import get_close_matches
from typing import Any

from builder.call import OWN
from builder.constraints import ConstraintSpec
from builder.initializers import InitializerSpec
from builder.layers.base import LAYERS
from builder.layers.excluded import EXCLUDED
from builder.older import ARGUMENTS
from builder.reading import fields, models, names, plain
from builder.reading.statements import Statements
from builder.reading.trace import tensors
from builder.reading.values import (
    FaultError,
    Instance,
    Layer,
    Model,
    Name,
    Scope,
    Shape,
    Super,
    Tensor,
    Unknown,
    is_plain,
)
from builder.reading.written import written
from builder.regularizers import RegularizerSpec

SELF, CLASS = " self", " class"  # no names of Python
KINDS = {
    "keras.initializers": InitializerSpec,
    "keras.regularizers": RegularizerSpec,
    "keras.constraints": ConstraintSpec,
}
# Functions on tensors that are a layer too: `keras.ops.concatenate([a, b])`, `tf.add(a, b)`.
ON_TENSORS = {**names.MERGING, "concat": "Concatenate"}


class Imported(Statements):
    """Carries out calls of what is imported, and the methods of models."""

    def __init__(self) -> None:
        super().__init__()
        self.training: dict[int, str] = {}  # line -> what is done with the model there

    def of_instance(self, instance: Instance, args: tuple[Any, ...], kwargs: dict[str, Any], line: int) -> Any:
        """What an object of a class of the text returns when it is called."""
        raise NotImplementedError

    def _named(self, name: Name, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call, scope: Scope) -> Any:
        dotted, line = name.dotted, node.lineno
        space, _, last = dotted.rpartition(".")
        if dotted == "builtins.super":
            return self._super(scope, node)
        if dotted == "builtins.isinstance" and len(args) == 2:
            told = plain.is_type(*args) if is_plain(args[0]) else models.is_layer(*args)
            return self.unread(node) if told is None else told
        if dotted in plain.FUNCTIONS:
            if unplain := next((one for one in args if not is_plain(one)), None):
                return unplain if isinstance(unplain, Unknown) else self.unread(node)
            return plain.function(dotted, args, kwargs, line, self.budget)
        if last == "image_data_format":
            return "channels_last"
        if dotted == "keras.activations.get" and args:
            return names.canonical_activation(args[0]) if isinstance(args[0], str) else args[0]
        if last == "int_shape" and args and isinstance(args[0], Tensor):
            return Shape(args[0])
        if dotted in ("keras.Input", "keras.layers.InputLayer"):
            return self.trace.input(args, kwargs, line)
        if dotted == "keras.Model":
            return models.functional(self.trace, args, kwargs, line)
        if dotted == "keras.Sequential":
            return models.sequential(self.trace, args, kwargs, line, self._add)
        if space == "keras.layers":
            return self._layer(last, args, kwargs, node)
        if space == OWN and last in LAYERS:
            return self.trace.layer(last, args, kwargs, line)
        if space == "keras.applications" and last in LAYERS:
            return self._backbone(last, args, kwargs, line)
        if space in KINDS and (cls := fields.choice(KINDS[space], last)):
            made, symbols = fields.spec(cls, args, kwargs, line)
            return self.unread(node) if symbols else made
        if space == "keras.applications" and last[:1].isupper():
            return Unknown(line, f"Layerloom has no backbone that is called {last}{_meant(last)}")
        if args and _has_tensor(args):
            return self._on_tensors(name, args, kwargs, node)
        return self.unread(node)

    def _layer(self, last: str, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call) -> Any:
        line = node.lineno
        if last == "TimeDistributed":
            return self._at_each_step(args, kwargs, line)
        if last in LAYERS:
            if last == "Conv2D":
                args, kwargs = self._older_convolution(args, kwargs, node)
            return self.trace.layer(last, args, kwargs, line)
        if last in names.MERGING:
            return self._merge(last, args, kwargs, line)
        if last == "Lambda":
            words = "A Lambda layer holds Python code, which is read and never run"
            return Unknown(line, words, remedy="Rebuild what it does from layers.")
        if not last[:1].isupper():
            return self.unread(node)
        return Unknown(line, f"Layerloom has no layer that is called {last}{_meant(last)}")

    def _at_each_step(self, args: tuple[Any, ...], kwargs: dict[str, Any], line: int) -> Any:
        """`TimeDistributed(model)`: a TimeDistributed around each of the model's layers."""
        given = dict(zip(("layer",), args, strict=False)) | kwargs
        if not isinstance(model := given.get("layer"), Model):
            return self.trace.layer("TimeDistributed", args, kwargs, line)
        return models.at_each_step(self.trace, model, line)

    def _older_convolution(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """`Convolution2D(32, 3, 3)` of Keras 1, which gave rows and columns of the filters apart."""
        if {"nb_row", "nb_col"} <= set(kwargs):
            return args, {name: value for name, value in kwargs.items() if name not in ("nb_row", "nb_col")} | {
                "kernel_size": (kwargs["nb_row"], kwargs["nb_col"])
            }
        older = ast.unparse(node.func).endswith("Convolution2D") or any(name in ARGUMENTS for name in kwargs)
        if older and len(args) == 3 and all(isinstance(one, int) for one in args):
            self.trace.note(
                node.lineno, f"{args[1]}, {args[2]} are read as rows and columns of the filters, as in Keras 1."
            )
            return (args[0], args[1:]), kwargs
        return args, kwargs

    def _backbone(self, last: str, args: tuple[Any, ...], kwargs: dict[str, Any], line: int) -> Layer:
        tensor = kwargs.pop("input_tensor", None)
        layer = self.trace.layer(last, args, kwargs, line)
        if isinstance(tensor, Tensor):
            self.trace.call(layer, (tensor,), {}, line)
        return layer

    def _merge(self, last: str, args: tuple[Any, ...], kwargs: dict[str, Any], line: int) -> Any:
        values = kwargs.get("inputs", kwargs.get("values", kwargs.get("xs")))
        if args:
            values = args[0] if isinstance(args[0], list | tuple) else args
        named = {name: value for name, value in kwargs.items() if name not in ("inputs", "values", "xs")}
        if isinstance(args[0] if args else None, list | tuple) and len(args) > 1:
            named["axis"] = args[1]
        return self.trace.merge(
            ON_TENSORS[last], values if isinstance(values, list | tuple) else (values,), line, **named
        )

    def _on_tensors(self, name: Name, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call) -> Any:
        space, _, last = name.dotted.rpartition(".")
        if activation := names.activation(name):
            try:
                layer = self.trace.layer("Activation", (activation,), {}, node.lineno)
            except FaultError:
                layer = None
            if layer is not None:
                return self.trace.call(layer, args[:1], {}, node.lineno)
        if last == "preprocess_input" and space.startswith("keras.applications."):
            return self._preprocessed(space.rpartition(".")[2], args[0], node)
        if last in ON_TENSORS and space in (
            "keras.ops",
            "keras.ops.numpy",
            "tensorflow",
            "tensorflow.math",
            "keras.backend",
        ):
            return self._merge(last, args, kwargs, node.lineno)
        return Unknown(node.lineno, f"`{written(node)}` is no layer that Layerloom has")

    def _preprocessed(self, network: str, tensor: Any, node: ast.Call) -> Any:
        """`keras.applications.vgg16.preprocess_input(x)`."""
        network = {"resnet50": "resnet"}.get(network, network)
        try:
            layer = self.trace.layer("PreprocessInput", (network,), {}, node.lineno)
        except FaultError:
            return Unknown(node.lineno, f"`{written(node)}` is no layer that Layerloom has")
        return self.trace.call(layer, (tensor,), {}, node.lineno)

    def _super(self, scope: Scope, node: ast.Call) -> Any:
        try:
            instance, cls = scope.find(SELF), scope.find(CLASS)
        except KeyError:
            return self.unread(node)
        return Super(instance, cls.base)

    # Methods.

    def _method(self, owner: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call) -> Any:
        line = node.lineno
        if is_plain(owner):
            return plain.method(owner, name, args, kwargs, line, self.budget)
        if isinstance(owner, Instance):
            return self._of_network(owner, name, args, kwargs, node)
        if isinstance(owner, Model):
            return self._of_model(owner, name, args, kwargs, node)
        return self.unread(node)

    def _of_network(
        self, owner: Instance, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call
    ) -> Any:
        if name == "__init__":
            if args or {"inputs", "outputs"} & set(kwargs):
                owner.model = models.functional(self.trace, args, kwargs, node.lineno)
            return None
        if name == "build" and owner.cls.model:
            return self.build(owner, args, kwargs, node)
        if owner.model is not None:
            return self._of_model(owner.model, name, args, kwargs, node)
        self.told_of(name, node.lineno)
        return self.unread(node)

    def _add(self, model: Model, part: Any, line: int) -> None:
        """`model.add(part)`; what an object of a layer class of the text does is carried out at once."""
        if not isinstance(part, Instance) or not model.outputs or model.layers is None:
            return models.add(self.trace, model, part, line)
        given = list(model.outputs)
        returned = self.of_instance(part, (given[0],), {}, line)
        model.outputs = tensors(returned, f"what {part.cls.name} returns", line)
        model.layers.append(Model(line, given, model.outputs, inside=True))
        return None

    def _of_model(self, model: Model, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call) -> Any:
        line = node.lineno
        if name == "add":
            return self._add(model, args[0] if args else kwargs.get("layer"), line)
        if name == "pop" and model.layers:
            return models.pop(model)
        if name == "get_layer":
            given = dict(zip(("name", "index"), args, strict=False)) | kwargs
            return models.get_layer(self.trace, model, given.get("name"), given.get("index"), line)
        if name == "build":
            return self.build(model, args, kwargs, node)
        model.trained = model.trained or name in models.TRAINING
        self.told_of(name, line)
        return self.unread(node)

    def told_of(self, name: str, line: int) -> None:
        """Say what becomes of training and of weights."""
        if name in models.TRAINING:
            self.training[line] = name
        elif name in models.WEIGHTS:
            self.trace.note(
                line, f"{name} is passed over: the weights are not in this text, so that the network starts anew."
            )

    def build(self, owner: Model | Instance, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call) -> Any:
        """`model.build((None, 28, 28, 1))`: the shape of an example, where nothing has told it yet."""
        shape = kwargs.get("input_shape", args[0] if args else None)
        if (isinstance(owner, Model) and owner.outputs) or shape is None:
            return self.unread(node)
        if isinstance(shape, Unknown):
            self.trace.note(
                shape.line, f"{shape.words}, so that the Input is missing: add one with the shape of an example."
            )
            return shape
        shape = fields.known(shape, "build", node.lineno)
        tensor = self.trace.input_of(shape[1:] if isinstance(shape, tuple) else shape, node.lineno)
        if isinstance(owner, Model):
            models.call(self.trace, owner, (tensor,), node.lineno)
            owner.inside = False
        else:
            self.of_instance(owner, (tensor,), {}, node.lineno)
        return None


def _has_tensor(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_tensor, value))
    return isinstance(value, Tensor)


def _meant(last: str) -> str:
    if last in EXCLUDED:
        return f" ({EXCLUDED[last]})"
    near = get_close_matches(last, LAYERS, 1)
    return f" (is {near[0]} meant?)" if near else ""
