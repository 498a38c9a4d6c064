"""Regularizers are those of Keras, and each gives a penalty."""

from typing import get_args

import pytest

from builder.regularizers import Regularizer, RegularizerSpec

pytestmark = pytest.mark.keras

CHOICES = get_args(get_args(Regularizer)[0])


@pytest.mark.parametrize("choice", CHOICES)
def test_the_signature_is_that_of_keras(choice: type[RegularizerSpec]) -> None:
    from tests.builder.keras_signature import assert_same_signature

    assert_same_signature(choice)


@pytest.mark.parametrize("choice", CHOICES)
def test_it_gives_a_penalty(choice: type[RegularizerSpec]) -> None:
    import keras

    from builder.compile import make

    assert make(choice().call())(keras.ops.ones((4, 3))) >= 0


def test_none_of_keras_is_missing() -> None:
    import keras

    from tests.builder.keras_signature import public_classes

    assert {c.__name__ for c in CHOICES} == public_classes(keras.regularizers, "Regularizer")
