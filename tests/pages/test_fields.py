"""What a model asks."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from builder.layers.base import LAYERS
from builder.training import Training
from pages.parts.fields import fields, fresh, step
from pages.parts.kinds import Nested, Number, Several, Text, Variants, read, written


class Example(BaseModel):
    """A thing.

    Units:
        `depth`: metres below the surface.
    """

    type: str = "Example"
    width: int = Field(ge=1, examples=[3], description="How wide.")
    depth: float = 0.0
    kernel_initializer: Annotated[str, Field()] = "zeros"


def test_the_fields_of_a_model_in_its_order():
    width, depth, initializer = fields(Example)
    assert [(f.name, f.label, f.required, f.default, f.rare) for f in (width, depth, initializer)] == [
        ("width", "Width", True, None, False),
        ("depth", "Depth", False, 0.0, False),
        ("kernel_initializer", "Kernel initializer", False, "zeros", True),
    ]


def test_help_is_the_description_else_the_docstring_and_names_the_keras_parameter():
    width, depth, initializer = fields(Example)
    assert width.help == "How wide.\n\nIn Keras: `width`"
    assert depth.help == "`depth`: metres below the surface.\n\nIn Keras: `depth`"
    assert initializer.help == "In Keras: `kernel_initializer`"


def test_a_fresh_model_takes_examples_for_what_it_must_know():
    assert fresh(Example) == Example(width=3)


@pytest.mark.parametrize(
    ("kind", "default", "expected"),
    [
        (Number(integer=True), 32, 1),
        (Number(integer=False), 0.001, 0.0005),
        (Number(integer=False), 1e-7, 5e-8),
        (Number(integer=False, low=0, high=1), 0.5, 0.05),
        (Number(integer=False, low=0, high=1), None, 0.05),
        (Number(integer=False), None, 0.1),
        (Number(integer=False), 30.0, 5.0),
    ],
)
def test_one_click_goes_a_sensible_way(kind, default, expected):
    assert step(kind, default) == expected


@pytest.mark.parametrize("model", [*LAYERS.values(), Training], ids=lambda model: model.__name__)
def test_every_form_of_the_app_can_be_described_and_begun(model):
    made = fresh(model)
    for field in fields(model):
        value = getattr(made, field.name)
        match field.kind:
            case Variants() as kind:
                assert kind.label(value) in kind.options
            case Several() as kind:
                assert {type(item) for item in value} <= set(kind.options.values())
            case Text() as kind:
                assert read(kind, written(value)) == value
            case Nested(inner):
                assert isinstance(value, inner)


def test_words_are_not_read_as_numbers():
    equation = next(field for field in fields(LAYERS["EinsumDense"]) if field.name == "equation")
    assert read(equation.kind, " abc,cd->abd ") == "abc,cd->abd"
    with pytest.raises(ValueError, match="pattern"):
        read(equation.kind, "abc, cd")
