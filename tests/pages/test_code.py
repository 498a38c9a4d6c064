"""Keras code that is pasted onto the canvas."""

from __future__ import annotations

import pytest

from builder.edits import EditError, apply
from builder.graph import Graph
from builder.reading import CodeReadError
from pages.parts.code import read_paste
from tests.builder.networks import staged

MODEL = """from tensorflow import keras
model = keras.Sequential([
    keras.Input((28, 28, 1)),
    keras.layers.Flatten(),
    keras.layers.Dense(10),
])
model.compile("adam")
"""


def test_layers_come_below_those_that_are_there_under_free_names() -> None:
    once, notes = read_paste(MODEL, Graph())
    graph = apply(Graph(), once)
    assert [node.id for node in graph.nodes] == ["input_layer", "flatten", "dense"]
    assert "Train page" in notes[0]
    twice, _ = read_paste(MODEL, graph)
    both = apply(graph, twice)
    assert [node.id for node in both.nodes[3:]] == ["input_layer_1", "flatten_1", "dense_1"]
    assert len(both.edges) == 4
    assert min(node.y for node in both.nodes[3:]) > max(node.y for node in graph.nodes)


@pytest.mark.parametrize(
    "text", ["Dense(3),\nDropout(0.2),", "model.add(layers.Dense(3))\nmodel.add(layers.Dropout(.2))"]
)
def test_a_few_layers_out_of_a_model_are_read_too(text: str) -> None:
    paste, notes = read_paste(text, Graph())
    assert [node.layer.type for node in paste.nodes] == ["Dense", "Dropout"]
    assert len(paste.edges) == 1
    assert notes == []


@pytest.mark.parametrize(("text", "words"), [("Dense(3),\nDense(foo),", "Line 2"), ("hello world", "not Python")])
def test_what_cannot_be_read_is_told_with_its_line(text: str, words: str) -> None:
    with pytest.raises(CodeReadError, match=words):
        read_paste(text, Graph())


def test_inside_of_a_block() -> None:
    paste, _ = read_paste("Dense(3)", staged(), "unit")
    assert any(node.id == "dense" for node in apply(staged(), paste).inside("unit").nodes)
    with pytest.raises(EditError):
        read_paste("Dense(3)", staged(), "nothing")
