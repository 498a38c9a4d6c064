"""Initializers are those of Keras, and each makes a weight."""

from typing import get_args

import pytest

from builder.initializers import Initializer, InitializerSpec

pytestmark = pytest.mark.keras

CHOICES = get_args(get_args(Initializer)[0])
ELSEWHERE = {"STFT": "fills the kernel of STFTSpectrogram, which sets it itself"}


@pytest.mark.parametrize("choice", CHOICES)
def test_the_signature_is_that_of_keras(choice: type[InitializerSpec]) -> None:
    from tests.builder.keras_signature import assert_same_signature

    assert_same_signature(choice)


@pytest.mark.parametrize("choice", CHOICES)
def test_it_draws_a_weight(choice: type[InitializerSpec]) -> None:
    from builder.compile import make

    assert make(choice().call())((4, 3)).shape == (4, 3)


def test_none_of_keras_is_missing() -> None:
    import keras

    from tests.builder.keras_signature import public_classes

    assert {c.__name__ for c in CHOICES} | set(ELSEWHERE) == public_classes(keras.initializers, "Initializer")
