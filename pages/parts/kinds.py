"""The ways in which a value is entered, read from its type; and values as text."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Optional, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

NONE = "none"


@dataclass(frozen=True)
class Flag:
    """Yes or no."""


@dataclass(frozen=True)
class Choice:
    """One of some values; None among them stands for "none"."""

    options: tuple[Any, ...]


@dataclass(frozen=True)
class Number:
    """A number from `low` to `high`, where None stands for no bound; an empty entry is None if `optional`."""

    integer: bool
    low: float | None = None
    high: float | None = None
    optional: bool = False


@dataclass(frozen=True)
class Row:
    """Several entries side by side, a tuple of fixed length; all of them empty is None if `optional`."""

    parts: tuple[Kind, ...]
    optional: bool = False


@dataclass(frozen=True)
class Text:
    """What is written as text: a sequence of any length, or one of several simple types."""

    annotation: Any

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """What checks it."""
        return TypeAdapter(self.annotation)


@dataclass(frozen=True)
class Nested:
    """A model inside the model."""

    model: type[BaseModel]


@dataclass(frozen=True)
class Variants:
    """One of several kinds by label, None standing for no value: a union tagged by `type`, or a mixed one."""

    options: Mapping[str, Kind | None]

    def label(self, value: Any) -> str:
        """Which of the options a value is."""
        if value is None:
            return NONE
        if isinstance(value, BaseModel):
            return type(value).__name__
        simple = (label for label, kind in self.options.items() if kind is not None and not isinstance(kind, Nested))
        return next((label for label in simple if fits(self.options[label], value)), next(iter(self.options)))


@dataclass(frozen=True)
class Several:
    """Any number of models out of some, in order."""

    options: Mapping[str, type[BaseModel]]


Kind = Flag | Choice | Number | Row | Text | Nested | Variants | Several


def kind_of(annotation: Any, metadata: Iterable[Any] = ()) -> Kind:
    """How values of a type are entered."""
    metadata = tuple(metadata)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner = [part for item in args[1:] for part in (item.metadata if isinstance(item, FieldInfo) else [item])]
        return kind_of(args[0], (*metadata, *inner))
    if origin is Literal:
        return Choice(args)
    if annotation is bool:
        return Flag()
    if annotation in (int, float):
        return _number(annotation is int, metadata)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Nested(annotation)
    if origin in (Union, UnionType):
        return _union(annotation, args, metadata)
    if origin is tuple and args[-1:] != (Ellipsis,):
        return Row(tuple(kind_of(part) for part in args))
    if origin is tuple and isinstance(many := kind_of(args[0]), Variants | Nested):
        return Several(_models(many))
    return Text(_annotated(annotation, metadata))


def in_front(kind: Kind, names: Iterable[str]) -> Kind:
    """The kind with some of the models to choose from before the others."""
    if not isinstance(kind, Several):
        return kind
    order = dict.fromkeys([*(name for name in names if name in kind.options), *kind.options])
    return Several({name: kind.options[name] for name in order})


def labelled(models: Iterable[BaseModel]) -> dict[str, BaseModel]:
    """Models by type; a second one of a type is numbered."""
    labels: dict[str, BaseModel] = {}
    for model in models:
        name, count = type(model).__name__, 1
        while (label := name if count == 1 else f"{name} {count}") in labels:
            count += 1
        labels[label] = model
    return labels


def fits(kind: Kind | None, value: Any) -> bool:
    """Whether a value that is no model is of this kind."""
    match kind:
        case Flag():
            return isinstance(value, bool)
        case Number(integer):
            return isinstance(value, int if integer else (int, float)) and not isinstance(value, bool)
        case Choice(options):
            return value in options
        case Row(parts):
            return isinstance(value, tuple) and len(value) == len(parts)
        case Text():
            return True
    return False


def written(value: Any) -> str:
    """A value as text, as `read` takes it: `28, 28, 1`; an open size is `?`."""
    if value is None:
        return ""
    if isinstance(value, tuple) and all(item is None or isinstance(item, int | float) for item in value):
        return ", ".join("?" if item is None else repr(item) for item in value)
    return value if isinstance(value, str) else repr(value)


def in_short(value: Any) -> str:
    """A value in a line: the name of a model, else as it is written."""
    return type(value).__name__ if isinstance(value, BaseModel) else written(value) or NONE


def option_name(option: Any) -> str:
    """What one of the values of a choice is called."""
    return NONE if option is None else str(option)


def read(kind: Text, text: str) -> Any:
    """The value that a text stands for.

    Raises:
        ValueError: what was expected and what came.
    """
    text = text.strip()
    faults = []
    for candidate in [text] if _is_words(kind.annotation) else _candidates(text):
        try:
            return kind.adapter.validate_python(candidate)
        except ValidationError as error:
            faults.append(in_words(error.errors(include_url=False)[0]["msg"]))
    raise ValueError(
        faults[-1] if faults else f"expected numbers separated by commas, such as 28, 28, 1; got {text[:60]!r}"
    )


def _is_words(annotation: Any) -> bool:
    return annotation is str or (get_origin(annotation) is Annotated and _is_words(get_args(annotation)[0]))


def in_words(message: str) -> str:
    """A message of pydantic as a person is told it."""
    return message.removeprefix("Value error, ").replace("Input should be", "This has to be")


def _candidates(text: str) -> list[Any]:
    """What a text can mean, the likelier first."""
    if not text:
        return [None, (), ""]
    plain = re.sub(r"(?<=[\d?])\s*[x×;]\s*(?=[\d?])", ", ", text).replace("?", "None")
    try:
        value = ast.literal_eval(plain)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return [text] if re.fullmatch(r"[A-Za-z_]\w*", text) else []
    value = tuple(value) if isinstance(value, list) else value
    return [value] if isinstance(value, tuple) else [value, (value,), text]


def _number(integer: bool, metadata: Iterable[Any]) -> Number:
    bounds = {key: getattr(item, key) for item in metadata for key in ("ge", "gt", "le", "lt") if hasattr(item, key)}
    low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
    if integer:  # a whole number above 0 is at least 1
        low = low + 1 if "gt" in bounds and "ge" not in bounds else low
        high = high - 1 if "lt" in bounds and "le" not in bounds else high
    return Number(integer, low, high)


def _union(annotation: Any, args: tuple[Any, ...], metadata: tuple[Any, ...]) -> Kind:
    optional = NoneType in args
    kinds = [kind_of(member, metadata) for member in args if member is not NoneType]
    if len(kinds) == 1 and optional:
        return _or_none(kinds[0])
    if all(isinstance(kind, Choice | Flag) for kind in kinds):
        named = [option for kind in kinds for option in (kind.options if isinstance(kind, Choice) else (True, False))]
        return Choice((None, *named) if optional else tuple(named))
    if all(isinstance(kind, Number | Row | Text) for kind in kinds):
        return Text(_annotated(annotation, metadata))
    options: dict[str, Kind | None] = {NONE: None} if optional else {}
    for kind in kinds:
        options |= _options(kind)
    return Variants(options)


def _or_none(kind: Kind) -> Kind:
    match kind:
        case Number() | Row():
            return dataclasses.replace(kind, optional=True)
        case Choice(options):
            return Choice((None, *(option for option in options if option is not None)))
        case Flag():
            return Choice((None, True, False))
        case Text(annotation):
            return Text(Optional[annotation])  # noqa: UP045 (an Annotated takes no |)
    return Variants({NONE: None, **_options(kind)})


def _options(kind: Kind) -> Mapping[str, Kind | None]:
    match kind:
        case Variants(options):
            return options
        case Nested(model):
            return {model.__name__: kind}
        case Number():
            return {"number": kind}
        case Choice():
            return {"by name": kind}
    return {"written out": kind}


def _models(kind: Variants | Nested) -> dict[str, type[BaseModel]]:
    return {label: option.model for label, option in _options(kind).items() if isinstance(option, Nested)}


def _annotated(annotation: Any, metadata: tuple[Any, ...]) -> Any:
    return Annotated[annotation, *metadata] if metadata else annotation
