"""How values are entered, read from their types."""

from typing import Annotated, Literal, Optional

import pytest
from pydantic import BaseModel, Field

from pages.parts.kinds import Choice, Flag, Nested, Number, Row, Several, Text, Variants, kind_of, read, written


class Steady(BaseModel):
    type: Literal["Steady"] = "Steady"


class Falling(BaseModel):
    type: Literal["Falling"] = "Falling"
    rate: float = 0.9


Schedule = Annotated[Steady | Falling, Field(discriminator="type")]
Size = Annotated[int, Field(ge=1, le=9)]


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (bool, Flag()),
        (bool | None, Choice((None, True, False))),
        (Literal["same", "valid"], Choice(("same", "valid"))),
        (Literal["same", "valid"] | None, Choice((None, "same", "valid"))),
        (Literal["auto"] | bool, Choice(("auto", True, False))),
        (int, Number(integer=True)),
        (Annotated[int, Field(gt=0, lt=10)], Number(integer=True, low=1, high=9)),
        (Annotated[float, Field(gt=0)], Number(integer=False, low=0)),
        (Annotated[int, Field(ge=1)] | None, Number(integer=True, low=1, optional=True)),
        (tuple[Size, Size], Row((Number(True, 1, 9), Number(True, 1, 9)))),
        (Optional[Annotated[tuple[int, int], Field()]], Row((Number(True), Number(True)), optional=True)),  # noqa: UP045
        (Falling, Nested(Falling)),
        (Schedule, Variants({"Steady": Nested(Steady), "Falling": Nested(Falling)})),
        (Schedule | None, Variants({"none": None, "Steady": Nested(Steady), "Falling": Nested(Falling)})),
        (Falling | None, Variants({"none": None, "Falling": Nested(Falling)})),
        (float | Falling, Variants({"number": Number(False), "Falling": Nested(Falling)})),
        (Literal["a"] | int, Variants({"by name": Choice(("a",)), "number": Number(True)})),
        (tuple[Schedule, ...], Several({"Steady": Steady, "Falling": Falling})),
        (tuple[Falling, ...], Several({"Falling": Falling})),
        (int | tuple[int, ...], Text(int | tuple[int, ...])),
        (str, Text(str)),
    ],
)
def test_a_type_has_its_kind(annotation, kind):
    assert kind_of(annotation) == kind


@pytest.mark.parametrize(
    ("value", "label"), [(None, "none"), (0.5, "number"), (2, "number"), (Falling(), "Falling"), ("relu", "by name")]
)
def test_a_value_is_one_of_the_variants(value, label):
    assert kind_of(float | Falling | Literal["relu"] | None).label(value) == label


SHAPE = kind_of(Annotated[tuple[int | None, ...], Field(max_length=3)])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("28, 28, 1", (28, 28, 1)),
        ("(28, 28, 1)", (28, 28, 1)),
        ("28x28 x 1", (28, 28, 1)),
        ("28 × 28", (28, 28)),
        ("8", (8,)),
        ("?, 3", (None, 3)),
        ("None, 3", (None, 3)),
        ("[4, 5]", (4, 5)),
        ("", ()),
    ],
)
def test_a_shape_is_read_as_people_write_it(text, value):
    assert read(SHAPE, text) == value


@pytest.mark.parametrize("text", ["28, a", "28,,1", "__import__('os')", "1.5", "(" * 150, "1, 2, 3, 4", "x"])
def test_what_is_no_shape_is_said(text):
    with pytest.raises(ValueError, match=r"expected numbers separated by commas|has to be|should have at most"):
        read(SHAPE, text)


@pytest.mark.parametrize("value", [(28, None, 1), (), (1e-7, 2.5), (3,)])
def test_what_is_written_is_read_back(value):
    assert read(kind_of(tuple[float | None, ...]), written(value)) == value


def test_a_number_or_several():
    axis = kind_of(int | tuple[int, ...])
    assert (read(axis, "-1"), read(axis, "1, 2"), written(-1), written((1, 2))) == (-1, (1, 2), "-1", "1, 2")


def test_a_word_stays_a_word():
    assert read(kind_of(str | None), "mean") == "mean"
    assert read(kind_of(str | None), "") is None
