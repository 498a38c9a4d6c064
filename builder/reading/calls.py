"""Calls in a text: functions and classes of its own are carried out, those of Keras make what they make."""

from __future__ import annotations

import ast
from typing import Any

from builder.constraints import ConstraintSpec
from builder.initializers import InitializerSpec
from builder.layers.base import LAYERS
from builder.reading import fields, models, names, plain
from builder.reading.expressions import written
from builder.reading.statements import Return, Statements
from builder.reading.trace import tensors
from builder.reading.values import (
    Bound,
    Class,
    FaultError,
    Function,
    Instance,
    Layer,
    Model,
    Name,
    Scope,
    StopReadingError,
    Super,
    Tensor,
    Unknown,
    is_plain,
)
from builder.regularizers import RegularizerSpec

MAX_CALLS = 25  # of functions within one another
SELF, CLASS = " self", " class"  # no names of Python
KINDS = {
    "keras.initializers": InitializerSpec,
    "keras.regularizers": RegularizerSpec,
    "keras.constraints": ConstraintSpec,
}
# Functions on tensors that are a layer too: `keras.ops.concatenate([a, b])`, `tf.add(a, b)`.
ON_TENSORS = {**names.MERGING, "concat": "Concatenate"}


class Calls(Statements):
    """Carries out calls."""

    def __init__(self) -> None:
        super().__init__()
        self.within: list[str] = []

    def call(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call, scope: Scope) -> Any:
        """What a call comes to."""
        line = node.lineno
        self.budget.weigh([args, kwargs], line)
        match function:
            case Unknown():
                return function
            case Name():
                return self._named(function, args, kwargs, node, scope)
            case Function():
                return self.carry_out(function, args, kwargs, line)
            case Bound() if function.function is not None:
                return self.carry_out(function.function, (function.owner, *args), kwargs, line, function.owner)
            case Bound():
                return self._method(function.owner, function.name, args, kwargs, node)
            case Layer():
                return self.trace.call(function, args, kwargs, line)
            case Model():
                given = args or tuple(kwargs[name] for name in ("inputs", "x") if name in kwargs)
                return models.call(self.trace, function, given, line)
            case Class():
                return self.make(function, args, kwargs, line)
            case Instance():
                return self.of_instance(function, args, kwargs, line)
            case Tensor():
                raise FaultError(
                    line,
                    f"`{written(node.func)}` is a tensor, which cannot be called. Call a layer on it: layers.Dense(10)(x).",
                )
        return self.unread(node)

    def carry_out(
        self,
        function: Function,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        line: int,
        instance: Any = None,
    ) -> Any:
        """A function of the text, carried out with these arguments.

        Raises:
            FaultError: the arguments do not fit.
            StopReadingError: functions call one another without end.
        """
        if len(self.within) >= MAX_CALLS:
            raise StopReadingError(
                line, f"More than {MAX_CALLS} functions call one another here. Write the network without that."
            )
        function.called = True
        scope = Scope(function.scope)
        scope.values = self._arguments(function, args, kwargs, line)
        if isinstance(instance, Instance):
            scope.values[SELF] = instance
            scope.values[CLASS] = _defined_in(instance.cls, function)
        self.within.append(function.name)
        depth, self.depth = self.depth, 0
        try:
            if isinstance(function.node, ast.Lambda):
                return self.evaluate(function.node.body, scope)
            flow = self.run(function.node.body, scope)
        finally:
            self.within.pop()
            self.depth = depth
        return flow.value if isinstance(flow, Return) else None

    def _arguments(
        self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], line: int
    ) -> dict[str, Any]:
        declared = function.node.args
        places = [one.arg for one in (*declared.posonlyargs, *declared.args)]
        every = [*places, *(one.arg for one in declared.kwonlyargs)]
        found = dict(zip(places, args, strict=False))
        if len(args) > len(places):
            if declared.vararg is None:
                raise FaultError(line, f"{function.name} takes {len(places)} values; here are {len(args)}.")
            found[declared.vararg.arg] = args[len(places) :]
        elif declared.vararg is not None:
            found[declared.vararg.arg] = ()
        more: dict[str, Any] = {}
        for name, value in kwargs.items():
            if name in found and name in every:
                raise FaultError(line, f"{function.name} is given {name} twice.")
            if name in every:
                found[name] = value
            else:
                more[name] = value
        if declared.kwarg is not None:
            found[declared.kwarg.arg] = more
        elif more:
            raise FaultError(
                line, f"{function.name} takes nothing that is called {next(iter(more))}. It takes {', '.join(every)}."
            )
        for name in every:
            if name not in found and name not in function.defaults:
                raise FaultError(line, f"{function.name} needs {name}, which is not given here.")
        return {**function.defaults, **found}

    # Classes of the text.

    def make(self, cls: Class, args: tuple[Any, ...], kwargs: dict[str, Any], line: int) -> Instance:
        """An object of a class of the text."""
        cls.made = True
        name = kwargs.get("name")
        instance = Instance(cls, line, (args, kwargs), name=name if isinstance(name, str) else None)
        if method := cls.method("__init__"):
            self.carry_out(method, (instance, *args), kwargs, line, instance)
        return instance

    def of_instance(self, instance: Instance, args: tuple[Any, ...], kwargs: dict[str, Any], line: int) -> Any:
        """`network(x)`: what its `call` does, with the layers that it made."""
        if instance.model is not None and instance.cls.method("call") is None:
            return models.call(self.trace, instance.model, args, line)
        returned = self.called(instance, args, kwargs, line)
        if instance.cls.model and instance.model is None:
            given = tensors(args, "the model that is called", line)
            instance.model = Model(
                line,
                given,
                tensors(returned, "what the model returns", line),
                listed=isinstance(returned, list | tuple),
            )
            self.trace.models.append(instance.model)
        return returned

    def called(self, instance: Instance, args: tuple[Any, ...], kwargs: dict[str, Any], line: int) -> Any:
        """What the `call` of an object returns."""
        method = instance.cls.method("call")
        if method is None:
            raise FaultError(
                instance.cls.node.lineno,
                f"{instance.cls.node.name} has no call(self, inputs), so that it cannot be called.",
            )
        if build := instance.cls.method("build"):
            shape = Unknown(build.node.lineno, "The shape that build gets is known only when Keras computes it")
            if not build.called:
                self.carry_out(build, (instance, shape), {}, line, instance)
        known = {one.arg for one in (*method.node.args.args, *method.node.args.kwonlyargs)}
        kept = {name: value for name, value in kwargs.items() if name in known or name not in ("training", "mask")}
        return self.carry_out(method, (instance, *args), kept, line, instance)

    # What is imported.

    def _named(self, name: Name, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call, scope: Scope) -> Any:
        dotted, line = name.dotted, node.lineno
        space, _, last = dotted.rpartition(".")
        if dotted == "builtins.super":
            return self._super(scope, node)
        if dotted == "builtins.isinstance" and len(args) == 2:
            told = plain.is_type(*args)
            return self.unread(node) if told is None else told
        if dotted in plain.FUNCTIONS:
            if unplain := next((one for one in args if not is_plain(one)), None):
                return unplain if isinstance(unplain, Unknown) else self.unread(node)
            return plain.function(dotted, args, kwargs, line, self.budget)
        if dotted in ("keras.Input", "keras.layers.InputLayer"):
            return self.trace.input(args, kwargs, line)
        if dotted == "keras.Model":
            return models.functional(self.trace, args, kwargs, line)
        if dotted == "keras.Sequential":
            return models.sequential(self.trace, args, kwargs, line)
        if space == "keras.layers":
            return self._layer(last, args, kwargs, node)
        if space == "keras.applications" and last in LAYERS:
            return self._backbone(last, args, kwargs, line)
        if space in KINDS and (cls := fields.choice(KINDS[space], last)):
            made, symbols = fields.spec(cls, args, kwargs, line)
            return self.unread(node) if symbols else made
        if args and _has_tensor(args):
            return self._on_tensors(name, args, kwargs, node)
        return self.unread(node)

    def _layer(self, last: str, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call) -> Any:
        line = node.lineno
        if last in LAYERS:
            return self.trace.layer(last, args, kwargs, line)
        if last in names.MERGING:
            return self._merge(last, args, kwargs, line)
        if last == "Lambda":
            return Unknown(line, "A Lambda layer holds Python code, which is read and never run")
        if not last[:1].isupper():
            return self.unread(node)
        return Unknown(line, f"Layerloom has no layer that is called {last}{_meant(last)}")

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
        if last in ON_TENSORS and space in (
            "keras.ops",
            "keras.ops.numpy",
            "tensorflow",
            "tensorflow.math",
            "keras.backend",
        ):
            return self._merge(last, args, kwargs, node.lineno)
        return Unknown(node.lineno, f"`{written(node)}` is no layer that Layerloom has")

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

    def _of_model(self, model: Model, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call) -> Any:
        line = node.lineno
        if name == "add":
            return models.add(self.trace, model, args[0] if args else kwargs.get("layer"), line)
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
        """Say once what becomes of training and of weights."""
        if name in models.TRAINING:
            self.trace.note(line, f"{name} is passed over: how the network is trained is chosen on the Train page.")
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


def _defined_in(cls: Class, function: Function) -> Class:
    """The class, or the base of it, that a method stands in."""
    while cls.base is not None and function not in cls.scope.values.values():
        cls = cls.base
    return cls


def _has_tensor(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_tensor, value))
    return isinstance(value, Tensor)


def _meant(last: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(last, LAYERS, 1)
    return f" (is {near[0]} meant?)" if near else ""
