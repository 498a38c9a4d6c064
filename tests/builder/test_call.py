"""Calls and Specs: what is written down is what a person would type, and holds nothing that came in as text."""

import ast
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from builder.call import Call, Spec


class Thing(Spec):
    """A Spec as the families have them."""

    namespace: ClassVar[str] = "keras.layers"

    size: int = Field(ge=1)
    name: str = "plain"
    sides: tuple[int, int] = (1, 1)


class Named(Thing):
    """The same, written by keyword."""

    keywords: ClassVar[bool] = True


class Box(Spec):
    """Holds other Specs."""

    namespace: ClassVar[str] = "keras.layers"

    inside: Thing
    more: tuple[Thing, ...] = ()


def test_only_what_differs_from_the_default_is_written() -> None:
    assert repr(Thing(size=3).call()) == "layers.Thing(3)"
    assert repr(Thing(size=3, sides=(1, 2)).call()) == "layers.Thing(3, sides=(1, 2))"
    assert repr(Named(size=3, name="big").call()) == "layers.Named(size=3, name='big')"


def test_specs_within_specs_become_calls_within_calls() -> None:
    call = Box(inside=Thing(size=1), more=(Thing(size=2), Thing(size=3))).call()
    assert repr(call) == "layers.Box(layers.Thing(1), more=(layers.Thing(2), layers.Thing(3)))"


def test_walk_goes_the_way_python_makes_the_calls() -> None:
    inner = Call("keras.initializers.Zeros")
    middle = Call("keras.layers.Dense", (4,), (("kernel_initializer", inner),))
    outer = Call("keras.layers.TimeDistributed", (middle,))
    assert list(outer.walk()) == [inner, middle, outer]


def test_further_arguments_come_last_and_leave_the_call_as_it_was() -> None:
    call = Call("keras.Input", (), (("shape", (3,)),))
    assert repr(call.with_kwargs(name="x")) == "keras.Input(shape=(3,), name='x')"
    assert repr(call) == "keras.Input(shape=(3,))"


@given(st.text(max_size=40))
def test_text_stays_text_whatever_it_holds(text: str) -> None:
    written = ast.parse(repr(Thing(size=1, name=text).call()), mode="eval").body
    assert isinstance(written, ast.Call)
    assert [ast.literal_eval(keyword.value) for keyword in written.keywords] == ([text] if text != "plain" else [])


@pytest.mark.parametrize(
    "values", [{}, {"size": 0}, {"size": 1, "colour": 2}, {"size": float("nan")}, {"type": "Box", "size": 1}]
)
def test_what_does_not_fit_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Thing.model_validate(values)


def test_a_spec_is_a_value() -> None:
    assert Thing(size=1) == Thing(size=1)
    assert len({Thing(size=1), Thing(size=1), Thing(size=2)}) == 2
    with pytest.raises(ValidationError):
        Thing(size=1).size = 2  # type: ignore[misc]
