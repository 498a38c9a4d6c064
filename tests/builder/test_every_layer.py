"""Each layer, at every rank that it accepts: shapes, weights and outputs of the model are those of the code, executed."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import pytest

from builder.codegen import source
from builder.compile import build, shapes
from builder.graph import Edge, Graph, Node
from builder.layers import LAYERS
from builder.layers.base import LayerSpec
from builder.layers.core import Input
from builder.program import Facts, lower

# Stateful and random layers warn that they are run without training; Keras's own warnings are not the matter here.
pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

Shape = tuple[int, ...]

# One example at each rank, batch included; the first that a layer accepts is taken.
RANKS: dict[int, tuple[Shape, ...]] = {
    2: ((6,), (1,), (1000,)),
    3: ((5, 6), (1000, 2)),
    4: ((7, 5, 6), (7, 5, 3), (32, 30, 3)),
    5: ((4, 7, 5, 6), (4, 7, 5, 3)),
    6: ((3, 4, 7, 5, 2),),
}
WHOLE_NUMBERS = {"CategoryEncoding", "Embedding", "HashedCrossing", "ReversibleEmbedding"}
# What an example needs in order to fit these shapes.
VALUES: Mapping[str, Mapping[str, Any]] = {
    "GroupNormalization": {"groups": 2},
    "MatMul": {"transpose_second": True},
    "Reshape": {"target_shape": (2, -1)},
}
SIMPLE = [
    layer for layer in LAYERS.values() if layer is not Input and layer.namespace not in ("keras.applications", "keras")
]


def example(layer: type[LayerSpec], /, **values: Any) -> LayerSpec:
    return layer.model_validate({**dict(layer.example()), **VALUES.get(layer.__name__, {}), **values})


def network(layer: LayerSpec, *incoming: tuple[str, Shape], kind: str = "float32") -> Graph:
    """An Input for each (port, shape), all of them into `layer`, which is called `it`."""
    inputs = [
        Node(id=f"x{n}", layer=Input(shape=shape, dtype=None if kind == "float32" else kind))
        for n, (_, shape) in enumerate(incoming)
    ]
    edges = [Edge(source=node.id, target="it", port=port) for node, (port, _) in zip(inputs, incoming, strict=True)]
    return Graph(nodes=(*inputs, Node(id="it", layer=layer)), edges=tuple(edges))


def needed(layer: LayerSpec, shape: Shape) -> list[tuple[str, Shape]]:
    """The shape at each port that must be connected, twice where there may be any number."""
    ports = ("inputs", "inputs") if layer.ports is None else layer.signature().needed
    return [(port, shape) for port in ports]


def said(graph: Graph) -> Facts:
    return shapes(lower(graph))["it"]


def assert_code_is_the_model(graph: Graph) -> None:
    """The model of a graph and the code of it, executed, tell and compute the same with the same weights."""
    program, facts = lower(graph), said(graph)
    assert facts.error is None, facts.error
    built = build(program)
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(source(program), scope)
    coded = scope["model"]
    random = np.random.default_rng(7)
    weights = [drawn(random, weight) for weight in built.get_weights()]
    built.set_weights(weights)
    coded.set_weights(weights)
    data = [drawn(random, np.zeros((2, *tensor.shape[1:]), tensor.dtype)) for tensor in built.inputs]
    ours, theirs = (
        keras.tree.flatten(model(data if len(data) > 1 else data[0], training=False)) for model in (built, coded)
    )
    assert built.count_params() == coded.count_params() == facts.parameters
    for tensor, shape in zip(ours, facts.shapes, strict=False):
        assert all(told in (None, size) for told, size in zip(shape, tensor.shape, strict=True)), shape
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)


def drawn(random: np.random.Generator, like: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Random numbers above zero, as variances must be; small whole ones where whole ones are asked for."""
    if np.issubdtype(like.dtype, np.integer):
        return random.integers(0, 6, like.shape).astype(like.dtype)
    return random.uniform(0.1, 1, like.shape).astype(like.dtype)


@pytest.mark.parametrize("layer", SIMPLE, ids=lambda layer: layer.__name__)
def test_code_is_the_model_at_every_rank(layer: type[LayerSpec]) -> None:
    kind = "int32" if layer.__name__ in WHOLE_NUMBERS else "float32"
    accepted = 0
    for candidates in RANKS.values():
        graphs = (network(one := example(layer), *needed(one, shape), kind=kind) for shape in candidates)
        if graph := next((graph for graph in graphs if not said(graph).error), None):
            assert_code_is_the_model(graph)
            accepted += 1
    assert accepted


STEPS, FILM = (5, 6), (5, 7, 8, 3)
KERNEL = {"filters": 4, "kernel_size": (3, 3), "padding": "same"}
STATE, CELL, PICTURE = ("initial_state", (3,)), ("initial_state", (3,)), ("initial_state", (7, 8, 4))
ASKED = [("query", STEPS), ("value", (4, 6)), ("key", (4, 6))]
ASKING = ("MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention")


@pytest.mark.parametrize(
    ("name", "values", "incoming"),
    [
        ("SimpleRNN", {"units": 3}, [("inputs", STEPS), STATE]),
        ("GRU", {"units": 3, "return_state": True}, [("inputs", STEPS), STATE]),
        ("LSTM", {"units": 3, "return_sequences": True}, [("inputs", STEPS), STATE, CELL]),
        ("ConvLSTM2D", {**KERNEL, "return_state": True}, [("inputs", FILM), PICTURE, PICTURE]),
        *((name, {}, ASKED) for name in ASKING),
        *((name, {"use_causal_mask": True}, ASKED[:2]) for name in ASKING),
        *((name, {"return_attention_scores": True}, ASKED[:2]) for name in ASKING),
        ("Attention", {"score_mode": "concat", "use_scale": True}, ASKED),
        ("Dot", {"axes": (2, 1), "normalize": True}, [("first", (5, 6)), ("second", (6, 4))]),
        ("EinsumDense", {"equation": "abc,cd->acd", "output_shape": (6, 2), "bias_axes": "d"}, [("inputs", STEPS)]),
        ("PReLU", {"shared_axes": (1, 2)}, [("inputs", FILM[1:])]),
        ("Permute", {"dims": (3, 1, 2)}, [("inputs", FILM[1:])]),
        ("MatMul", {"transpose_second": True}, [("first", STEPS), ("second", (4, 6))]),
        ("MatMul", {"transpose_second": False}, [("first", STEPS), ("second", (6, 4))]),
        ("Squeeze", {"axis": 2}, [("inputs", (5, 1))]),
        ("Slice", {"start": None, "stop": None, "step": -1}, [("inputs", STEPS)]),
        ("Reduce", {"function": "std", "axis": (1, 2), "keepdims": True}, [("inputs", STEPS)]),
        ("SpectralNormalization", {"layer": {"type": "Conv2D", **KERNEL}}, [("inputs", FILM[1:])]),
        ("TimeDistributed", {"layer": {"type": "SeparableConv1D", "filters": 4, "kernel_size": 3}}, [("inputs", (4, 8, 3))]),
        ("TimeDistributed", {"layer": {"type": "GlobalAveragePooling2D"}}, [("inputs", FILM)]),
    ],
)  # fmt: skip
def test_code_is_the_model_with_other_ports_and_values(
    name: str, values: dict[str, Any], incoming: list[tuple[str, Shape]]
) -> None:
    assert_code_is_the_model(network(example(LAYERS[name], **values), *incoming))


def test_the_order_matters_where_two_come_in() -> None:
    graph = network(LAYERS["Subtract"].example(), ("second", (3,)), ("first", (3,)))
    first, second = np.array([[5.0, 6, 7]]), np.ones((1, 3))
    assert build(lower(graph))([second, first]).numpy().tolist() == [[4, 5, 6]]


def test_scores_of_tokens_come_of_the_weights_that_made_their_vectors() -> None:
    tokens = LAYERS["ReversibleEmbedding"](input_dim=9, output_dim=4)
    turned = tokens.model_copy(update={"reverse": True})
    nodes = (
        Node(id="x", layer=Input(shape=(5,), dtype="int32")),
        Node(id="vectors", layer=tokens),
        Node(id="it", layer=turned, shares="vectors"),
    )
    graph = Graph(nodes=nodes, edges=(Edge(source="x", target="vectors"), Edge(source="vectors", target="it")))
    facts = shapes(lower(graph))
    assert (facts["it"].shapes, facts["it"].parameters, facts["it"].macs) == (((None, 5, 9),), 0, 5 * 4 * 9)
    assert (facts["vectors"].parameters, facts["vectors"].macs) == (36, 0)
    assert "reverse=True" in source(lower(graph))
    assert build(lower(graph)).count_params() == 36


@pytest.mark.parametrize(
    ("name", "values", "incoming", "work"),
    [
        ("Conv3D", {"filters": 2, "kernel_size": (2, 3, 3)}, [(4, 7, 8, 3)], 3 * 5 * 6 * 2 * (2 * 3 * 3 * 3)),
        ("Conv3DTranspose", {"filters": 2, "kernel_size": (2, 2, 2)}, [(4, 7, 8, 3)], 4 * 7 * 8 * 3 * (2 * 2 * 2 * 2)),
        ("ConvLSTM2D", {"filters": 2, "kernel_size": (3, 3)}, [(5, 7, 8, 3)], 5 * 5 * 6 * 4 * 2 * 3 * 3 * (3 + 2)),
        ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": (5, 7)}, [(5, 6)], 5 * 6 * 7),
        ("EinsumDense", {"equation": "abc,bcd->ad", "output_shape": (7,)}, [(5, 6)], 5 * 6 * 7),
        ("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 7}, [(5, 6)], 5 * 6 * 7),
        ("Dot", {"axes": -1}, [(6,), (6,)], 6),
        ("MatMul", {"transpose_second": True}, [(5, 6), (4, 6)], 5 * 6 * 4),
        ("Dot", {"axes": (2, 1)}, [(5, 6), (6, 4)], 5 * 6 * 4),
        ("Attention", {}, [(5, 6), (4, 6)], 5 * 4 * (6 + 6)),
        ("Attention", {"score_mode": "concat"}, [(5, 6), (4, 6)], 5 * 4 * 6),
        ("SpectralNormalization", {"layer": {"type": "Dense", "units": 7}}, [(5, 6)], 5 * 6 * 7),
        (
            "GroupQueryAttention",
            {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2},
            [(5, 6), (7, 6)],
            5 * 6 * 12 + 2 * 7 * 6 * 6 + 5 * 12 * 6 + 4 * 5 * 7 * (3 + 3),
        ),
    ],
)
def test_work_by_hand(name: str, values: dict[str, Any], incoming: list[Shape], work: int) -> None:
    layer = example(LAYERS[name], **values)
    facts = said(network(layer, *zip(layer.signature().needed, incoming, strict=True)))
    assert facts.macs == work, facts.error
