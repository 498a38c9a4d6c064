"""Calls in a text: functions and classes of its own are carried out, those of Keras make what they make."""

from __future__ import annotations

import ast
from typing import Any

from builder.reading import models
from builder.reading.imported import CLASS, SELF, Imported
from builder.reading.statements import Return
from builder.reading.trace import tensors
from builder.reading.values import (
    NOT_TRAINING,
    TRAINING,
    Bound,
    Class,
    FaultError,
    Function,
    Instance,
    Layer,
    Model,
    Name,
    Partial,
    Scope,
    StopReadingError,
    Tensor,
    Unknown,
)
from builder.reading.written import written

MAX_CALLS = 25  # of functions within one another


class Calls(Imported):
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
            case Partial():
                return self.call(function.function, (*function.args, *args), {**function.kwargs, **kwargs}, node, scope)
            case Name("functools.partial") if args:
                return Partial(args[0], args[1:], kwargs)
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
            case Model() | Instance() if data := next((one for one in args if _is_data(one)), None):
                return data
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
            if function.name == "call" and "training" in scope.values and "training" not in kwargs:
                scope.values["training"] = TRAINING if scope.values["training"] in (None, False, TRAINING) else True
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
        cls.called = True
        name = kwargs.get("name")
        instance = Instance(cls, line, (args, kwargs), name=name if isinstance(name, str) else None)
        if method := cls.method("__init__"):
            self.carry_out(method, (instance, *args), kwargs, line, instance)
        elif cls.kind == "plain":  # such as a dataclass
            instance.attributes |= kwargs
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
        method = instance.cls.method("__call__" if instance.cls.kind == "plain" else "call")
        if method is None:
            raise FaultError(
                instance.cls.node.lineno,
                f"{instance.cls.name} has no call(self, inputs), so that it cannot be called.",
            )
        if build := instance.cls.method("build"):
            shape = Unknown(build.node.lineno, "The shape that build gets is known only when Keras computes it")
            if not instance.built:
                instance.built = True
                self.carry_out(build, (instance, shape), {}, line, instance)
        known = {one.arg for one in (*method.node.args.args, *method.node.args.kwonlyargs)}
        kept = {name: value for name, value in kwargs.items() if name in known or name not in ("training", "mask")}
        return self.carry_out(method, (instance, *args), kept, line, instance)


def _is_data(value: Any) -> bool:
    return isinstance(value, Unknown) and value not in (TRAINING, NOT_TRAINING)


def _defined_in(cls: Class, function: Function) -> Class:
    """The class, or the base of it, that a method stands in."""
    while cls.base is not None and function not in cls.scope.values.values():
        cls = cls.base
    return cls
