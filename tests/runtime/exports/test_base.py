"""What is said of a network before it is exported."""

import inspect

import pytest

from builder.layers import example
from builder.layers.blocks import BlockInput, Instance
from builder.zoo import TEMPLATES
from builder.zoo.drawing import block, network
from runtime.exports import DOCUMENTS, EXPORTS, FORMATS
from runtime.exports.base import RECURRENT, Comparison, in_words, recurrent
from runtime.exports.litert import CANNOT as NOT_IN_LITERT
from runtime.exports.litert import ONE_AT_A_TIME
from runtime.exports.onnx import CANNOT as NOT_IN_ONNX


def row(*kinds):
    return network({f"layer{number}": example(kind) for number, kind in enumerate(("Input", *kinds))})


def test_every_export_says_what_it_is_for():
    assert list(EXPORTS) == [*FORMATS, *DOCUMENTS]
    endings = [export.ending for export in EXPORTS.values()]
    assert len(set(endings)) == len(endings)
    for export in EXPORTS.values():
        assert export.about.endswith(".")
        assert len(export.about) < 125


@pytest.mark.parametrize("kind", ["LSTM", "Bidirectional"])
def test_recurrent_layers_are_found_where_they_are_hidden(kind):
    plain = row(kind)
    folded = block("unit", {"x": BlockInput(), "memory": example(kind)})
    hidden = network({"steps": example("Input"), "unit": Instance(block="unit")}, "steps > unit.x", blocks=(folded,))
    for graph in (plain, hidden):
        assert "LSTM" in recurrent(graph)
        assert FORMATS["litert"].refusal(graph) == ""
        assert ONE_AT_A_TIME in FORMATS["litert"].limits(graph)
        assert "LSTM" in FORMATS["litert-int8"].refusal(graph)
    assert recurrent(row("TimeDistributed")) == []
    assert ONE_AT_A_TIME not in FORMATS["litert"].limits(row("Dense"))


def test_what_has_no_operation_is_refused_before_it_is_tried():
    graph = row("Hashing", "Normalization")
    assert FORMATS["onnx"].refusal(graph) == "ONNX cannot hold Hashing and Normalization. Take SavedModel or LiteRT."
    assert FORMATS["litert-float16"].refusal(graph) == "LiteRT cannot hold Hashing. Take SavedModel or ONNX."
    assert FORMATS["savedmodel"].refusal(graph) == ""


def test_the_templates_can_be_exported_in_every_format_but_for_loops():
    for name, template in TEMPLATES.items():
        graph = template.make()
        refused = {export for export in FORMATS if FORMATS[export].refusal(graph)}
        assert refused == ({"litert-int8"} if recurrent(graph) else set()), name


@pytest.mark.keras
def test_what_cannot_be_held_is_named_as_in_keras():
    import keras

    for name in NOT_IN_ONNX | NOT_IN_LITERT | RECURRENT:
        assert inspect.isclass(getattr(keras.layers, name))


def test_words():
    assert in_words([]) == ""
    assert in_words(["LSTM"]) == "LSTM"
    assert in_words(["LSTM", "GRU", "RNN"]) == "LSTM, GRU and RNN"
    assert "no difference" in str(Comparison(samples=3, largest=0, scale=1))
