"""A Python call that has not been made yet: written down by `repr`, made by `builder.compile.make`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

OWN = "builder.own_layers"  # layers that a script holds itself

# How a script names what it calls; everything else is written from `keras.` on.
SHORT_NAMES = {"keras.layers": "layers.", OWN: ""}

NO_SYMBOLS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the dotted name of what is called, and its arguments.

    Args:
        target: a dotted name below `keras` or OWN, such as `keras.layers.Dense`; from class variables, never from input.
        args: positional arguments, literals or Calls.
        kwargs: (name, value) pairs in the order in which they are written.
    """

    target: str
    args: tuple[Any, ...] = ()
    kwargs: tuple[tuple[str, Any], ...] = ()

    def __repr__(self) -> str:
        """The call as Python source. `repr` of every literal is also the guard against injected text."""
        namespace, _, name = self.target.rpartition(".")
        written = [repr(value) for value in self.args] + [f"{key}={value!r}" for key, value in self.kwargs]
        return f"{SHORT_NAMES.get(namespace, f'{namespace}.')}{name}({', '.join(written)})"

    def with_kwargs(self, **more: Any) -> Call:
        """The same call with further keyword arguments at its end."""
        return Call(self.target, self.args, (*self.kwargs, *more.items()))

    def walk(self) -> Iterator[Call]:
        """Every call inside this one in the order in which Python makes them, itself last."""
        for value in (*self.args, *(value for _, value in self.kwargs)):
            if isinstance(value, Call):
                yield from value.walk()
        yield self


@dataclass(frozen=True, slots=True)
class Expression:
    """A piece of Python in place of a value, such as a function's parameter; it is made here and never from input."""

    text: str

    def __repr__(self) -> str:
        """The text itself."""
        return self.text


class Spec(BaseModel):
    """Something a person can choose, as a form: a pydantic model that becomes one Call.

    A subclass gets its `type` from its class name, or from `tag`; pass `abstract=True` for a base class. Fields bear Keras's names
    in Keras's order; those in `trailing` stand behind the fields of each subclass. A field without a default is one that
    Keras requires; it is written as a positional argument, or by keyword where `keywords` says that a bare value would not
    tell what it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    namespace: ClassVar[str]
    keywords: ClassVar[bool] = False
    at_call: ClassVar[frozenset[str]] = frozenset()
    trailing: ClassVar[tuple[str, ...]] = ()
    type: str = ""

    def __init_subclass__(cls, abstract: bool = False, tag: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not abstract:
            cls.type = tag or cls.__name__
            cls.__annotations__["type"] = Literal[cls.type]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        for name in cls.trailing:
            if name not in cls.__annotations__:
                cls.__pydantic_fields__[name] = cls.__pydantic_fields__.pop(name)

    def call(self, symbols: Mapping[str, Expression] = NO_SYMBOLS) -> Call:
        """The call that makes this in Keras, with only what differs from Keras's defaults.

        Args:
            symbols: fields that are written as an expression in place of their value, as in the function of a block.
        """
        required, chosen = [], []
        for name, is_required, default in _parameters(type(self)):
            value = symbols.get(name, getattr(self, name))
            if name in self.at_call:
                continue
            if is_required and not self.keywords:
                required.append(_value(value))
            elif is_required or (value is not default and value != default):
                chosen.append((name, _value(value)))
        return Call(f"{self.namespace}.{type(self).__name__}", tuple(required), tuple(chosen))


@cache
def _parameters(spec: type[Spec]) -> tuple[tuple[str, bool, Any], ...]:
    """Name, whether Keras requires it, and default of each parameter: asking pydantic anew each time is slow."""
    fields = spec.model_fields.items()
    return tuple((name, field.is_required(), field.default) for name, field in fields if name != "type")


def _value(value: Any) -> Any:
    if isinstance(value, Spec):
        return value.call()
    if isinstance(value, tuple):
        return tuple(_value(item) for item in value)
    return value
