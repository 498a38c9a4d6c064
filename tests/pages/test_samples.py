"""Data sets as pictures, tables and figures."""

import numpy as np
import pytest

from pages.parts.samples import balance_figure, examples_figure, examples_html, look, shape_in_words
from runtime.datasets import DATASETS, Preview
from runtime.run import DataSpec


def test_pictures_keep_their_pixels_and_bear_their_answer():
    preview = Preview(inputs=np.zeros((2, 8, 8, 1), "float32"), answers=("<b>", "7"), train_examples=2, test_examples=0)
    page = examples_html(DATASETS["digits"], preview)
    assert page.count("data:image/png;base64,") == 2
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_a_table_names_its_columns_and_the_answer():
    page = examples_html(DATASETS["iris"], look(DataSpec(name="iris")))
    assert "<th>petal width (cm)</th><th>class</th>" in page
    assert any(f"<td>{name}</td>" in page for name in DATASETS["iris"].classes)


def test_points_are_coloured_by_class():
    preview = look(DataSpec(name="moons"))
    figure = examples_figure(DATASETS["moons"], preview)
    assert [trace.name for trace in figure.data] == ["class 0", "class 1"]
    assert sum(len(trace.x) for trace in figure.data) == len(preview.inputs)


def test_a_curve_ends_in_the_value_to_predict():
    preview = look(DataSpec(name="sine"))
    curve = examples_figure(DATASETS["sine"], preview).data[0]
    assert len(curve.y) == preview.inputs.shape[1] + 1
    assert curve.y[-1] == pytest.approx(float(preview.answers[0]))


def test_the_balance_counts_training_and_test():
    preview = look(DataSpec(name="iris", test_fraction=0.2))
    training, test = balance_figure(preview).data
    assert sum(training.y) + sum(test.y) == 150
    assert list(training.x) == list(DATASETS["iris"].classes)


@pytest.mark.parametrize(("shape", "words"), [((8, 8, 1), "8 × 8 × 1"), ((None, 3), "? × 3"), ((), "one number")])
def test_shapes_in_words(shape, words):
    assert shape_in_words(shape) == words


def test_sequences_of_signs_are_told_by_their_names():
    preview = look(DataSpec(name="reversal"))
    page = examples_html(DATASETS["reversal"], preview)
    digits, before, answer = (page.split("<td>")[place].split("</td>")[0].split() for place in (1, 2, 3))
    assert answer == digits[::-1]
    assert before == ["start", *answer[:-1]]
    assert "<img" not in page
