"""Constraints are those of Keras, and each keeps the shape of a weight."""

from typing import get_args

import pytest

from builder.constraints import Constraint, ConstraintSpec

pytestmark = pytest.mark.keras

CHOICES = get_args(get_args(Constraint)[0])


@pytest.mark.parametrize("choice", CHOICES)
def test_the_signature_is_that_of_keras(choice: type[ConstraintSpec]) -> None:
    from tests.builder.keras_signature import assert_same_signature

    assert_same_signature(choice)


@pytest.mark.parametrize("choice", CHOICES)
def test_it_keeps_the_shape(choice: type[ConstraintSpec]) -> None:
    import keras

    from builder.compile import make

    assert make(choice().call())(keras.ops.ones((4, 3))).shape == (4, 3)


def test_none_of_keras_is_missing() -> None:
    import keras

    from tests.builder.keras_signature import public_classes

    assert {c.__name__ for c in CHOICES} == public_classes(keras.constraints, "Constraint")
