"""Any pydantic model as widgets: what `fields` describes, drawn; the changed model comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st
from pydantic import BaseModel, ValidationError
from streamlit.delta_generator import DeltaGenerator

from pages.parts import state
from pages.parts.faults import tell
from pages.parts.fields import Field, begin, fields, fresh, label_of, step
from pages.parts.illustrations import Drawing, curve, drawings
from pages.parts.kinds import (
    NONE,
    Choice,
    Flag,
    Kind,
    Nested,
    Number,
    Row,
    Several,
    Text,
    Variants,
    in_front,
    in_short,
    in_words,
    labelled,
    option_name,
    read,
    written,
)
from pages.parts.picking import FEW, pick, picked

Model = TypeVar("Model", bound=BaseModel)
LARGEST = 2**53 - 1  # the largest whole number that a browser counts exactly
MAX_TEXT = 200


def form(
    model: Model,
    key: str,
    *,
    hide: Iterable[str] = (),
    suggested: Model | None = None,
    reset_all: bool = True,
    first: Mapping[str, Iterable[str]] | None = None,
) -> Model | None:
    """Draw a model as widgets.

    Args:
        model: what is shown; when it changes under the form (undo, another tab), the widgets follow.
        key: tells this form from others, and what it is about: `f"{project.id}.{node.id}"`.
        hide: fields that are not asked.
        suggested: what "reset" goes back to, in place of the class's defaults.
        reset_all: whether a button resets all fields at once.
        first: of fields that hold several models, which of the options are offered before all others.

    Returns:
        The model with what a person has changed, or None while nothing is changed. What is not valid is told beside its
        field and left as it was; the other changes are returned.
    """
    key = f"form.{key}.{type(model).__name__}"
    asked = [field for field in fields(type(model)) if field.name not in hide]
    if suggested is not None:
        asked = [replace(field, default=getattr(suggested, field.name), required=False) for field in asked]
    asked = [replace(field, kind=in_front(field.kind, (first or {}).get(field.name, ()))) for field in asked]
    changed, slots = _draw_all(asked, model, key)
    if reset_all:
        _reset_button(asked, model, key)
    return _valid(model, changed, slots)


def _draw_all(asked: list[Field], model: BaseModel, key: str) -> tuple[dict[str, Any], dict[str, DeltaGenerator]]:
    """The fields, the rare ones folded away; what has changed, and a place for a message under each."""
    rare = [field for field in asked if field.rare]
    rare = rare if len(rare) > 1 else []
    common = [field for field in asked if field not in rare]
    values: dict[str, Any] = {}
    slots: dict[str, DeltaGenerator] = {}
    for field in common:
        values[field.name], slots[field.name] = _draw_field(type(model), field, getattr(model, field.name), key)
    if rare:
        with st.expander("More settings"):
            for field in rare:
                values[field.name], slots[field.name] = _draw_field(type(model), field, getattr(model, field.name), key)
        touched = [field.label.lower() for field in rare if getattr(model, field.name) != field.default]
        if touched:
            st.caption(f"Changed there: {', '.join(touched)}.")
    return {name: value for name, value in values.items() if value != getattr(model, name)}, slots


def _draw_field(model: type[BaseModel], field: Field, value: Any, key: str) -> tuple[Any, DeltaGenerator]:
    """One field with its reset button; its value now, and the place under it."""
    key = f"{key}.{field.name}"
    with st.container(key=f"{key}.field", gap="xxsmall"):
        if state.kept(f"{key}:reset"):
            state.forget(f"{key}:reset")
            state.begin_anew(key)
            value = field.default
        with st.container(horizontal=True, vertical_alignment="top", gap="xsmall", wrap=False):
            with st.container(gap="xxsmall"):
                result = _draw_value(field, value, key, drawings(model, field.name))
            if not field.required:
                st.button(
                    "",
                    key=f"reset-{key}",
                    icon=":material/restart_alt:",
                    type="tertiary",
                    help=f"Reset {field.label.lower()} to {in_short(field.default)}",
                    disabled=result == field.default,
                    on_click=state.keep,
                    args=(f"{key}:reset", True),
                )
        return result, st.container(gap="xxsmall")


def _draw_value(field: Field, value: Any, key: str, drawn: Mapping[Any, Drawing]) -> Any:
    """What a field says now: a few pictures are the choice themselves, many of them open beside it."""
    if not drawn:
        return draw(field.kind, value, key, field.label, field.help, field.default)
    if len(drawn) <= FEW:
        return pick(field, value, key, drawn)
    result = draw(field.kind, picked(field, value, key), key, field.label, field.help, field.default)
    if result in drawn:
        st.html(curve(str(result), wide=True).html)
    with st.popover("Choose by curve", type="tertiary"):
        pick(field, result, f"{key}.pictures", drawn, tell=key)
    return result


def _reset_button(asked: list[Field], model: BaseModel, key: str) -> None:
    optional = [field for field in asked if not field.required]
    if optional:
        st.button(
            "Reset to defaults",
            key=f"reset-all-{key}",
            icon=":material/restart_alt:",
            disabled=all(getattr(model, field.name) == field.default for field in optional),
            on_click=_reset_all,
            args=(tuple(f"{key}.{field.name}" for field in optional),),
        )


def _reset_all(keys: tuple[str, ...]) -> None:
    for key in keys:
        state.keep(f"{key}:reset", True)


def _valid(model: Model, changed: dict[str, Any], slots: dict[str, DeltaGenerator]) -> Model | None:
    """The model with those changes that are valid together; the others are told in their places."""
    while changed:
        try:
            values = {name: getattr(model, name) for name in type(model).model_fields}
            return type(model).model_validate({**values, **changed})
        except ValidationError as error:
            # A fault that names no field (or one that nobody touched) is laid to all that has changed.
            faulty: dict[str, str] = {}
            for fault in error.errors(include_url=False):
                message = in_words(fault["msg"])
                named = fault["loc"][0] if fault["loc"] else None
                for name in [named] if named in changed else list(changed):
                    faulty.setdefault(str(name), message)
            for name, message in faulty.items():
                tell(label_of(name), message, slots[name])
            changed = {name: value for name, value in changed.items() if name not in faulty}
    return None


def draw(kind: Kind, value: Any, key: str, label: str, help_: str = "", default: Any = None) -> Any:
    """One value as a widget; what it says now."""
    match kind:
        case Flag():
            return state.says(key, value, bool(value), lambda at, first: st.toggle(label, first, at, help_))
        case Choice(options):
            named = {option_name(option): option for option in options}
            return named[_select(key, option_name(value), list(named), label, help_)]
        case Number():
            return _number(kind, value, key, label, help_, default)
        case Row():
            return _row(kind, value, key, label, help_, default)
        case Text():
            return _text(kind, value, key, label, help_)
        case Nested(model):
            st.caption(label, help=help_ or None)
            return _nested(value if isinstance(value, model) else fresh(model), key)
        case Variants():
            return _variants(kind, value, key, label, help_)
        case Several():
            return _several(kind, value, key, label, help_)


def _select(key: str, name: str, names: list[str], label: str, help_: str) -> str:
    # By name: a selectbox takes None for "nothing chosen yet".
    def widget(at: str, first: str) -> str:
        return st.selectbox(label, names, names.index(first), key=at, help=help_)

    chosen: str = state.says(key, name, name if name in names else names[0], widget)
    return chosen


def _number(kind: Number, value: Any, key: str, label: str, help_: str, default: Any, first: bool = True) -> Any:
    if value is not None and abs(value) > LARGEST:
        return _text(Text(int if kind.integer else float), value, key, label, help_)
    number = int if kind.integer else float

    def widget(at: str, shown: float | None) -> Any:
        return st.number_input(
            label,  # without bounds: see `faults`
            value=shown,
            step=number(step(kind, default)),
            format="%d" if kind.integer else "%.10g",
            key=at,
            help=help_ if first else None,
            placeholder=NONE,
            label_visibility="visible" if first else "hidden",
        )

    return state.says(key, value, None if value is None else number(value), widget)


def _row(kind: Row, value: Any, key: str, label: str, help_: str, default: Any) -> Any:
    parts = value if isinstance(value, tuple) else (None,) * len(kind.parts)
    defaults = default if isinstance(default, tuple) else (None,) * len(kind.parts)
    if not all(isinstance(part, Number) for part in kind.parts):
        names = [f"{label} {place + 1}" for place in range(len(parts))]
        drawn = zip(kind.parts, parts, names, strict=True)
        return tuple(draw(part, item, f"{key}.{name}", name, help_) for part, item, name in drawn)
    results = []
    for place, (column, part) in enumerate(zip(st.columns(len(parts), gap="xsmall"), kind.parts, strict=True)):
        assert isinstance(part, Number)
        entry = Number(part.integer, part.low, part.high, optional=kind.optional)
        name = label if place == 0 else f"{label} {place + 1}"
        with column:
            at = f"{key}.{place}"
            results.append(_number(entry, parts[place], at, name, help_, defaults[place], first=place == 0))
    if kind.optional and None in results:
        if any(result is not None for result in results):
            tell(label, "Fill in all of these, or none.")
            return value
        return None
    return tuple(results)


def _text(kind: Text, value: Any, key: str, label: str, help_: str) -> Any:
    at, first = state.follow(key, value, written(value))
    text = st.text_input(label, first, key=at, help=help_, max_chars=MAX_TEXT, placeholder=NONE)
    try:
        result = read(kind, text) if text != written(value) else value
    except ValueError as error:
        tell(label, str(error))
        result = value
    state.followed(key, value, result)
    return result


def _nested(model: BaseModel, key: str) -> BaseModel:
    """A model's fields below each other, set in from the left, the rare ones folded away; unchanged where they are not valid."""
    asked = list(fields(type(model)))
    if not asked:
        return model
    with st.container(key=f"nested-{key}", gap="xsmall"):
        changed, slots = _draw_all(asked, model, key)
    return _valid(model, changed, slots) or model


def _variants(kind: Variants, value: Any, key: str, label: str, help_: str) -> Any:
    present = kind.label(value)
    chosen = _select(key, present, list(kind.options), label, help_)
    option = kind.options[chosen]
    if option is None:
        return None
    inner = value if chosen == present else begin(option)
    if isinstance(option, Nested):
        return _nested(inner, f"{key}.{chosen}")
    return draw(option, inner, f"{key}.{chosen}", f"{label}: {chosen}")


def _several(kind: Several, value: Any, key: str, label: str, help_: str) -> Any:
    present = labelled(value)
    options = list(dict.fromkeys([*kind.options, *present]))

    def widget(at: str, first: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(st.multiselect(label, options, [name for name in first if name in options], key=at, help=help_))

    chosen = state.says(key, tuple(present), tuple(present), widget)
    result = []
    for name in chosen:
        model = present[name] if name in present else fresh(kind.options[name])
        if fields(type(model)):
            st.caption(name)
        result.append(_nested(model, f"{key}.{name}"))
    return tuple(result)
