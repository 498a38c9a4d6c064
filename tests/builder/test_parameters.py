"""The parameters of a block: where their values come from, and the form of an instance."""

import pytest
from pydantic import ValidationError

from builder.parameters import parameters, values_form
from tests.builder.networks import staged


def test_a_parameter_is_that_of_the_layer_behind_it_even_through_another_block():
    unit, stage = staged().blocks
    assert {name: (p.layer.__name__, p.field, p.value) for name, p in parameters(unit, ()).items()} == {
        "filters": ("Conv2D", "filters", 8),
        "rate": ("Dropout", "rate", 0.1),
    }
    found = parameters(stage, (unit,))
    assert list(found) == ["filters", "units", "stride"]
    assert (found["units"].field, found["units"].value) == ("repeat", 1)
    assert found["stride"].value == (1, 1)


def test_the_form_of_an_instance_has_the_bounds_of_the_layers_inside():
    unit, stage = staged().blocks
    form = values_form(stage, (unit,))
    assert form().model_dump() == {"filters": 8, "units": 1, "stride": (1, 1), "repeat": 1}
    assert form.model_fields["filters"].description.startswith("Number of filters")
    for wrong in ({"filters": 0}, {"stride": (0, 1)}, {"repeat": 0}, {"rate": 0.5}):
        with pytest.raises(ValidationError):
            form(**wrong)
