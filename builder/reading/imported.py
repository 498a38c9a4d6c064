"""Calls of what is imported: layers, models, choices of Keras, and the functions of Python that are known."""

from __future__ import annotations

import ast
from difflib import get_close_matches
from typing import Any

from builder import operations
from builder.call import OWN
from builder.constraints import ConstraintSpec
from builder.initializers import InitializerSpec
from builder.layers.base import LAYERS
from builder.layers.excluded import EXCLUDED
from builder.older import ARGUMENTS
from builder.reading import arrays, fields, models, names, plain
from builder.reading.computed import CELLS, Computed
from builder.reading.trace import tensors
from builder.reading.values import (
    FaultError,
    Function,
    Instance,
    Layer,
    Model,
    Name,
    Noise,
    Scope,
    Shape,
    Super,
    Tensor,
    Unknown,
    is_plain,
)
from builder.regularizers import RegularizerSpec

SELF, CLASS = " self", " class"  # no names of Python
KINDS = {
    "keras.initializers": InitializerSpec,
    "keras.regularizers": RegularizerSpec,
    "keras.constraints": ConstraintSpec,
}
RANDOM = {
    "normal": ("keras.random", "tensorflow.random"),
    "random_normal": ("keras.backend", "tensorflow"),
}


class Imported(Computed):
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
        if space.startswith("keras.datasets.") and last == "load_data":
            return arrays.loaded(space.rpartition(".")[2], line) or self.unread(node)
        if last in RANDOM and space in RANDOM[last]:
            return Noise(line)
        if (known := arrays.function(last, args, kwargs)) is not None:
            return known
        if dotted == "builtins.abs" and args and isinstance(args[0], Tensor):
            return self.operation("abs", args, kwargs, line)
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
            return self.on_tensors(name, args, kwargs, node)
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
            return self.merged(last, args, kwargs, line)
        if last == "Lambda":  # what its function does is read, as that of any function in the text
            return args[0] if args else kwargs.get("function", self.unread(node))
        if last in CELLS:
            return self.trace.layer(CELLS[last], args, kwargs, line)
        if last in ("RNN", "StackedRNNCells"):
            return self._of_cells(last, args, kwargs, node)
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

    def _super(self, scope: Scope, node: ast.Call) -> Any:
        try:
            instance, cls = scope.find(SELF), scope.find(CLASS)
        except KeyError:
            return self.unread(node)
        return Super(instance, cls.base)

    # Methods.

    def _method(self, owner: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call) -> Any:
        line = node.lineno
        if isinstance(owner, Unknown):
            return arrays.method(owner, name, args, kwargs)
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

    def carry_out(self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], line: int) -> Any:
        """A function of the text, carried out with these arguments."""
        raise NotImplementedError

    def _add(self, model: Model, part: Any, line: int) -> None:
        """`model.add(part)`; what an object of a layer class of the text or a Lambda does is carried out at once."""
        if isinstance(part, Function | Name):
            return self._add_function(model, part, line)
        if not isinstance(part, Instance) or not model.outputs or model.layers is None:
            return models.add(self.trace, model, part, line)
        given = list(model.outputs)
        returned = self.of_instance(part, (given[0],), {}, line)
        model.outputs = tensors(returned, f"what {part.cls.name} returns", line)
        model.layers.append(Model(line, given, model.outputs, inside=True))
        return None

    def _add_function(self, model: Model, part: Function | Name, line: int) -> None:
        """What a Lambda holds: its function, or one of Keras or TensorFlow."""
        if not model.outputs or model.layers is None:
            raise FaultError(
                line, "What a Lambda does is read where the shape of an example is known. Put a keras.Input first."
            )
        given = list(model.outputs)
        if isinstance(part, Function):
            returned = self.carry_out(part, (given[0],), {}, line)
        else:
            returned = self.operation(operations.canonical(part.dotted.rpartition(".")[2]), given[:1], {}, line)
        model.outputs = tensors(returned, "what the Lambda returns", line)
        model.layers.append(Model(line, given, model.outputs, inside=True))

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
