"""What the microscope says about what it shows."""

from __future__ import annotations

import numpy as np

from pages.parts.observations import answer_in_words, features_in_words, kernels_in_words


def test_filters_before_training_are_said_to_be_random() -> None:
    kernels = np.zeros((5, 5, 1, 6))
    assert "**6 filters** of 5 × 5 weights for one channel" in kernels_in_words(kernels, kernels.shape, 0)
    assert "random" in kernels_in_words(kernels, kernels.shape, 0)
    assert "random" not in kernels_in_words(kernels, (), 1)
    assert "each of 3 incoming channels" in kernels_in_words(np.zeros((3, 3, 2, 1)), (3, 3, 3, 1), 1)


def test_maps_that_are_dark_everywhere_are_counted() -> None:
    features = np.ones((4, 4, 3))
    assert "zero everywhere" not in features_in_words(features)
    features[:, :, 1] = 0
    assert "1 of them is zero everywhere" in features_in_words(features)
    features[:, :, 2] = 0
    assert "2 of them are zero everywhere" in features_in_words(features)


def test_the_scale_is_named() -> None:
    assert "brighter" in features_in_words(np.ones((2, 2, 1)))
    assert "red is above zero" in features_in_words(-np.ones((2, 2, 1)))


def test_numbers_and_sequences() -> None:
    assert features_in_words(np.array([0.1, 0.7, 0.2])) == "**3 numbers** for this example, the largest at place 2."
    assert "**4 channels** over 9 steps" in features_in_words(np.zeros((9, 4)))


def test_the_whole_is_told_where_only_a_part_was_recorded() -> None:
    assert "**512 maps** of 7 × 7" in features_in_words(np.ones((7, 7, 64)), (7, 7, 512))


def test_what_is_no_number_is_told() -> None:
    assert "2 values are no number" in features_in_words(np.array([[[np.nan], [np.inf]]]))
    assert "none of them a number" in features_in_words(np.array([np.nan]))


def test_the_answer_is_told_only_where_the_output_is_shares() -> None:
    assert answer_in_words(np.array([0.05, 0.95]), ("cat", "dog")) == "The network says **dog** and is 95 % sure."
    assert answer_in_words(np.array([2.0, -1.0]), ("cat", "dog")) == ""
    assert answer_in_words(np.array([0.5, 0.5]), ()) == ""
    assert answer_in_words(np.ones((2, 2, 1)), ("cat", "dog")) == ""
