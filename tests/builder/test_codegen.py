"""Code is a reading of the same program as the model: executed, it gives the model that `build` makes."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given

from builder.codegen import CodeError, source
from builder.edits import AddLayer, Connect, apply
from builder.flat import flat
from builder.graph import Edge, Graph, write_graph
from builder.layers.attention import MultiHeadAttention
from builder.layers.core import Dense, Input
from builder.layers.merging import Add, Concatenate
from builder.layers.normalization import BatchNormalization
from builder.layers.reshaping import Flatten
from builder.layers.rnn import GRU, LSTM, Bidirectional, TimeDistributed
from builder.program import lower
from builder.regularizers import L2
from builder.zoo import TEMPLATES
from builder.zoo.drawing import chain
from tests.builder.networks import encoder_decoder, graphs, siamese, staged, two_ways

ROOT = Path(__file__).parents[2]


def edged(graph: Graph, *edges: tuple[str, str, str]) -> Graph:
    for source_id, target, port in edges:
        graph = apply(graph, Connect(edge=Edge(source=source_id, target=target, port=port)))
    return graph


def residual() -> Graph:
    graph = chain(dense_1=Input(shape=(8,)), dense=Dense(units=8, activation="relu"), add=Add())
    return edged(graph, ("dense_1", "add", "inputs"))


def two_inputs() -> Graph:
    left = chain(left=Input(shape=(4,)), dense=Dense(units=3), joined=Concatenate(), dense_1=Dense(units=2))
    graph = apply(left, AddLayer(layer="Input", id="right", values={"shape": (5,)}))
    return edged(graph, ("right", "joined", "inputs"))


def attention() -> Graph:
    graph = chain(
        tokens=Input(shape=(6, 8)),
        attended=MultiHeadAttention(num_heads=2, key_dim=4, dropout=0.1),
    )
    graph = Graph(nodes=graph.nodes)
    graph = edged(graph, ("tokens", "attended", "query"), ("tokens", "attended", "value"))
    return apply(apply(graph, AddLayer(layer="Dropout", after="attended")), AddLayer(layer="Softmax", after="dropout"))


def recurrent() -> Graph:
    return chain(
        input_layer=Input(shape=(5, 3)),
        bidirectional=Bidirectional(layer=LSTM(units=4, return_sequences=True)),
        lstm=LSTM(units=4, return_sequences=True),
        time_distributed=TimeDistributed(layer=Dense(units=2, kernel_regularizer=L2(l2=0.1))),
        batch_normalization=BatchNormalization(),
        gru=GRU(units=2),
        flatten=Flatten(),
    )


GRAPHS = {
    **{name: template.make() for name, template in TEMPLATES.items() if name != "empty"},
    "residual": residual(),
    "two_inputs": two_inputs(),
    "attention": attention(),
    "recurrent": recurrent(),
    "staged": staged(),
    "two_ways": two_ways(),
    "siamese": siamese(),
    "encoder_decoder": encoder_decoder(),
}

# Runs in a clean process, where automatic names begin anew for each network; prints what differs.
CHILD = """
import contextlib, json, sys
import keras
import numpy as np
from builder.compile import build
from builder.graph import read_graph
from builder.program import lower

# Without the shapes that wrapped layers were built with (a subclassed model is built by its first batch, of two), and
# without the module of layers that the code holds itself.
def config(layer):
    def kept(found):
        own = found.get("module") in ("__main__", "builtins", None) or found["module"].startswith("builder.")
        return {k: v for k, v in found.items() if k != "build_config" and not (k == "module" and own)}
    return json.loads(json.dumps(layer.get_config()), object_hook=kept)

# The layers of a subclassed model under the names that the functional one gives them: `stage_2_conv` is `stage[1].conv`.
def inner(layer, name):
    found = {}
    for attribute, value in vars(layer).items():
        several = value if isinstance(value, list) else [value]
        for number, one in enumerate(several, 1):
            if isinstance(one, keras.Layer) and not attribute.startswith("_"):
                numbered = f"{attribute}_{number}" if value is several else attribute
                found |= inner(one, f"{name}{numbered}_") or {f"{name}{numbered}": one}
    return {} if type(layer).__module__.startswith("keras") else found

def tensors(result):
    return [np.asarray(one) for one in (result if isinstance(result, list) else [result])]

def compare_outputs(coded, built, where):
    draw = np.random.default_rng(0)
    inputs = [draw.normal(size=(2, *tensor.shape[1:])).astype("float32") for tensor in built.inputs]
    inputs = inputs[0] if len(inputs) == 1 else inputs
    coded(inputs)
    layers = {**{layer.name: layer for layer in coded.layers}, **inner(coded, "")}
    for layer in built.layers:
        if layer.weights:
            layers[layer.name].set_weights(layer.get_weights())
    for one, other in zip(tensors(coded(inputs)), tensors(built(inputs)), strict=True):
        np.testing.assert_array_equal(one, other, err_msg=str(where))

def compare(case, where):
    scope = {"__name__": "__main__"}
    exec(case["source"], scope)
    coded, built = scope["model"], build(lower(read_graph(case["graph"])))
    assert coded.count_params() == built.count_params(), where
    if not case["large"]:
        compare_outputs(coded, built, where)
    plain = [layer for layer in coded.layers if type(layer).__module__.startswith("keras")]
    theirs = [config(layer) for layer in plain if not isinstance(layer, keras.layers.InputLayer)]
    ours = {layer.name: config(layer) for layer in built.layers}
    assert all(one == ours[one["name"]] for one in theirs), where
    if case["style"] == "functional":
        a, b = config(coded), config(built)
        assert {**a, "name": ""} == {**b, "name": ""}, where

for case in json.load(sys.stdin):
    keras.utils.clear_session(free_memory=False)  # before the scope, which it would end
    # A large network is compared without its weights, which would take minutes to draw.
    with keras.StatelessScope(initialize_variables=False) if case["large"] else contextlib.nullcontext():
        compare(case, (case["name"], case["style"]))
print("equal")
"""


@pytest.mark.keras
def test_executed_code_is_the_model_that_is_built():
    cases = []
    for name, graph in GRAPHS.items():
        program = lower(graph)
        large = name in TEMPLATES and "Images" in TEMPLATES[name].group and not TEMPLATES[name].data
        styles = ["functional"] + (["sequential"] if flat(program).program.chain() and not large else [])
        styles += [] if large else ["subclass"]
        cases += [
            {
                "name": name,
                "style": style,
                "large": large,
                "graph": write_graph(graph),
                "source": source(program, style),
            }
            for style in styles
        ]
    assert {case["style"] for case in cases} == {"functional", "sequential", "subclass"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps(cases),
        env={**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "equal", done.stderr[-3000:]


@pytest.mark.parametrize("style", ["functional", "sequential", "subclass"])
def test_names_are_left_out_where_keras_gives_the_same(style):
    text = source(lower(chain(input_layer=Input(shape=(3,)), dense=Dense(units=4), dense_1=Dense(units=2))), style)
    assert "name=" not in text


def test_a_name_that_keras_would_not_give_is_written():
    text = source(lower(chain(input_layer=Input(shape=(3,)), dense_1=Dense(units=4), dense=Dense(units=2))))
    assert 'name="dense_1"' in text
    assert 'name="dense"' not in text.replace('name="dense_1"', "")


def test_what_a_sequential_model_cannot_hold_is_told():
    with pytest.raises(CodeError, match=r"2 layers branch off from dense_1|add takes 2 inputs"):
        source(lower(residual()), "sequential")
    with pytest.raises(CodeError, match="one input"):
        source(lower(two_inputs()), "sequential")


def test_an_unfinished_network_has_no_code():
    with pytest.raises(CodeError, match="empty"):
        source(lower(Graph()))
    with pytest.raises(CodeError, match="dense"):
        source(lower(apply(Graph(), AddLayer(layer="Dense"))))


def test_a_frozen_backbone_is_frozen_before_it_is_called():
    from builder.layers.applications.mobilenet import MobileNetV2

    graph = chain(
        image=Input(shape=(32, 32, 3)), backbone=MobileNetV2(include_top=False, weights=None, trainable=False)
    )
    lines = source(lower(graph)).splitlines()
    frozen = lines.index("backbone_layer.trainable = False")
    assert lines.index("backbone = backbone_layer(image)") == frozen + 1


@given(graphs)
def test_code_of_any_complete_graph_is_python(graph: Graph):
    for style in ("functional", "subclass", "sequential"):
        try:
            text = source(lower(graph), style)
        except CodeError:
            continue
        ast.parse(text)
        assert source(lower(graph), style) == text
