"""What Keras is asked: `shapes` never disagrees with really building a layer and calling it on data."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import psutil
import pytest
import tensorflow as tf
from tensorflow.python.framework import ops

from builder.compile import BuildError, asking, build, make, shapes
from builder.graph import Edge, Graph, Node
from builder.layers import LAYERS
from builder.layers.base import LayerSpec
from builder.program import Facts, lower

pytestmark = pytest.mark.keras

BATCH = 2
SHAPES = ((12,), (8, 6), (12, 12, 3), (2, 12, 12, 3))  # one example at each rank
LSTM = {"type": "LSTM", "units": 3}

# Beside each layer's example: what changes its shape, its weights or its work.
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    ("Activation", {"activation": "softmax"}),
    ("Dense", {"use_bias": False, "activation": "relu"}),
    ("Conv1D", {"padding": "causal", "dilation_rate": 2}),
    ("Conv1D", {"padding": "same", "strides": 3, "groups": 2}),
    ("Conv1D", {"kernel_size": 9}),
    ("Conv2D", {"padding": "same", "strides": (2, 3)}),
    ("Conv2D", {"filters": 6, "groups": 3, "dilation_rate": (2, 2)}),
    ("Conv2D", {"groups": 5}),
    ("Conv2D", {"strides": (2, 2), "dilation_rate": (2, 2)}),
    ("Conv2D", {"kernel_size": (13, 1)}),
    ("Conv2DTranspose", {"strides": (2, 2), "padding": "same"}),
    ("Conv2DTranspose", {"strides": (3, 3), "output_padding": (1, 2)}),
    ("Conv2DTranspose", {"strides": (2, 2), "output_padding": (2, 2)}),
    ("DepthwiseConv2D", {"depth_multiplier": 3, "padding": "same"}),
    ("DepthwiseConv2D", {"strides": (1, 2)}),
    ("SeparableConv2D", {"depth_multiplier": 2, "strides": (2, 2)}),
    ("MaxPooling1D", {"pool_size": 9}),
    ("MaxPooling2D", {"pool_size": (3, 2), "strides": (1, 1), "padding": "same"}),
    ("AveragePooling2D", {"pool_size": (13, 13)}),
    ("GlobalMaxPooling1D", {"keepdims": True}),
    ("GlobalAveragePooling2D", {"keepdims": True}),
    ("BatchNormalization", {"axis": 1, "scale": False}),
    ("BatchNormalization", {"axis": 4}),
    ("BatchNormalization", {"renorm": True}),
    ("LayerNormalization", {"axis": (-1, -2)}),
    ("Dropout", {"noise_shape": (None, 1)}),
    ("Softmax", {"axis": (-1, -2)}),
    ("Reshape", {"target_shape": (-1, 6)}),
    ("Reshape", {"target_shape": (-1, 7)}),
    ("ZeroPadding2D", {"padding": ((0, 1), (2, 3))}),
    ("UpSampling2D", {"size": (3, 2), "interpolation": "bilinear"}),
    ("Concatenate", {"axis": 1}),
    ("SimpleRNN", {"return_sequences": True, "unroll": True}),
    ("LSTM", {"return_sequences": True, "return_state": True}),
    ("GRU", {"return_state": True, "reset_after": False}),
    ("Bidirectional", {"merge_mode": None}),
    ("Bidirectional", {"merge_mode": "sum", "layer": {**LSTM, "return_sequences": True, "return_state": True}}),
    ("Bidirectional", {"layer": LSTM, "backward_layer": {**LSTM, "go_backwards": True}}),
    ("TimeDistributed", {"layer": {"type": "Conv2D", "filters": 4, "kernel_size": (3, 3)}}),
    ("TimeDistributed", {"layer": {"type": "Conv1D", "filters": 4, "kernel_size": 3}}),
    ("TimeDistributed", {"layer": LSTM}),
    ("TimeDistributed", {"layer": {"type": "Flatten"}}),
    ("CategoryEncoding", {"output_mode": "one_hot"}),
    ("Discretization", {"output_mode": "multi_hot"}),
    ("MelSpectrogram", {"fft_length": 16, "sequence_stride": 4, "num_mel_bins": 8}),
    ("STFTSpectrogram", {"frame_length": 4, "expand_dims": True}),
    ("MultiHeadAttention", {"value_dim": 5, "use_bias": False, "use_gate": False}),
    ("MultiHeadAttention", {"output_shape": (7,), "use_gate": True}),
    ("MultiHeadAttention", {"attention_axes": (2,), "sliding_window": 3}),
]
# Of the backbones one, since they take long; all of them are in test_applications.
BACKBONES = {name for name, layer in LAYERS.items() if layer.namespace == "keras.applications"} - {"MobileNetV2"}
CASES = [layer.example() for name, layer in LAYERS.items() if layer.ports != () and name not in BACKBONES]
CASES += [LAYERS[name].model_validate({**dict(LAYERS[name].example()), **values}) for name, values in VARIANTS]
WHOLE_NUMBERS = ("Embedding", "CategoryEncoding", "HashedCrossing")
# Keras takes one axis less as a single example without a batch; within a network it is always a batch.
AXES_OF_ONE = {"images": 3, "augmentation": 3, "colors": 3, "MelSpectrogram": 1, "PreprocessInput": 3}
# Of other axes Keras makes another shape here than it tells.
AXES_OF_ONE |= {f"Adaptive{kind}Pooling{axes}D": axes + 1 for kind in ("Max", "Average") for axes in (1, 2, 3)}
ELSEWHERE = ("the same step down", "softmax takes up to")


@pytest.fixture(autouse=True)
def fresh_session() -> Iterator[None]:
    asking._ask.cache_clear()
    yield
    keras.utils.clear_session(free_memory=False)


def network(layer: LayerSpec, *incoming: tuple[int | None, ...], kind: str | None = None) -> Graph:
    """One Input for each incoming tensor, all of them into `layer`, which is called `it`."""
    ports = layer.ports or ("inputs",) * len(incoming)
    inputs = [Node(id=f"x{n}", layer=LAYERS["Input"](shape=shape, dtype=kind)) for n, shape in enumerate(incoming)]
    edges = [Edge(source=node.id, target="it", port=port) for node, port in zip(inputs, ports, strict=False)]
    return Graph(nodes=(*inputs, Node(id="it", layer=layer)), edges=tuple(edges))


def chain(*layers: LayerSpec) -> Graph:
    nodes = [Node(id=f"n{number}", layer=layer) for number, layer in enumerate(layers)]
    edges = [Edge(source=a.id, target=b.id) for a, b in pairwise(nodes)]
    return Graph(nodes=tuple(nodes), edges=tuple(edges))


def asked(layer: LayerSpec, *incoming: tuple[int | None, ...], kind: str | None = None) -> Facts:
    return shapes(lower(network(layer, *incoming, kind=kind)))["it"]


def really(layer: LayerSpec, *incoming: tuple[int, ...], kind: str = "float32") -> Facts:
    """The same facts from a model with weights, called on data."""
    data = [np.ones((BATCH, *shape), kind) for shape in incoming]
    try:
        model = build(lower(network(layer, *incoming, kind=kind)))
        made = model.get_layer("it")
        returned = made(data) if layer.ports is None or layer.as_list else made(*data)
        model(data if len(data) > 1 else data[0])
    except Exception as error:
        return Facts(error=str(error))
    tensors = list(returned) if isinstance(returned, list | tuple) else [returned]
    return Facts(
        shapes=tuple((None, *tensor.shape[1:]) for tensor in tensors),
        dtypes=tuple(keras.backend.standardize_dtype(tensor.dtype) for tensor in tensors),
        parameters=sum(weight.numpy().size for weight in made.weights),
        trainable=sum(weight.numpy().size for weight in made.trainable_weights),
    )


def count_ports(layer: LayerSpec) -> int:
    return 2 if layer.ports is None else len(layer.ports) - len(layer.optional_ports)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"rank{len(shape) + 1}")
@pytest.mark.parametrize("layer", CASES, ids=lambda layer: layer.type)
def test_the_verdict_is_that_of_a_real_call(layer: LayerSpec, shape: tuple[int, ...]) -> None:
    kind = "int32" if layer.type in WHOLE_NUMBERS else "float32"
    incoming = [shape] * count_ports(layer)
    axes = AXES_OF_ONE.get(layer.family()) or AXES_OF_ONE.get(layer.type)
    axes = 1 if getattr(layer, "output_mode", None) == "multi_hot" else axes  # Keras makes another shape than it tells
    if axes not in (None, len(shape)):
        assert asked(layer, *incoming, kind=kind).error
        return
    said, true = asked(layer, *incoming, kind=kind), really(layer, *incoming, kind=kind)
    if said.error and any(words in said.error for words in ELSEWHERE):
        return  # this processor can do it or not, another one cannot
    assert bool(said.error) == bool(true.error), said.error or true.error
    if not true.error:
        facts = ("shapes", "dtypes", "parameters", "trainable")
        assert [getattr(said, name) for name in facts] == [getattr(true, name) for name in facts]
        assert len(said.shapes) == len(layer.outputs())


@pytest.mark.parametrize(
    ("name", "values", "axes", "takes"),
    [
        ("Softmax", {}, 5, True),
        ("Softmax", {}, 6, False),
        ("Softmax", {"axis": (2, 3)}, 6, True),
        ("Dense", {"units": 2, "activation": "softmax"}, 6, False),
        ("Dense", {"units": 2, "activation": "relu"}, 6, True),
        ("AdditiveAttention", {}, 6, False),
        ("MultiHeadAttention", {"attention_axes": (2,)}, 4, True),
        ("MultiHeadAttention", {"attention_axes": (2,)}, 5, False),
        ("MultiHeadAttention", {"attention_axes": (2, 3)}, 5, True),
        ("DepthwiseConv2D", {"kernel_size": (3, 3), "strides": (1, 2)}, 4, False),
    ],
)
def test_what_some_processors_cannot_compute_is_refused_on_all(
    name: str, values: dict[str, Any], axes: int, takes: bool
) -> None:
    layer = LAYERS[name].model_validate({**dict(LAYERS[name].example()), **values})
    incoming = [(4,) * (axes - 1)] * count_ports(layer)
    said = asked(layer, *incoming)
    assert bool(said.error) != takes
    assert not takes or not really(layer, *incoming).error
    assert takes or any(words in (said.error or "") for words in ELSEWHERE)


@pytest.mark.parametrize("layer", CASES[: len(LAYERS) - len(BACKBONES) - 1])
def test_every_example_can_be_built(layer: LayerSpec) -> None:
    shapes = ((32, 32, 3), *SHAPES, (64,), (1,), (1000,), (1000, 2), (4, 4), (4, 4, 4, 3), (2, 4, 4, 4, 3))
    assert any(not asked(layer, *[shape] * count_ports(layer)).error for shape in shapes)


@pytest.mark.parametrize(("channels", "accepted"), [(3, True), (1, False), (4, False)])
def test_a_backbone_wants_three_channels(channels: int, accepted: bool) -> None:
    backbone = LAYERS["MobileNetV2"].example()
    assert bool(asked(backbone, (32, 32, channels)).error) != accepted
    assert bool(really(backbone, (32, 32, channels)).error) != accepted


def imagenet(**values: Any) -> LayerSpec:
    return LAYERS["MobileNetV2"](**values)


def test_learned_weights_are_judged_and_not_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib.request.urlopen", lambda *_: pytest.fail("a download"))
    assert asked(imagenet(), (224, 224, 3)).shapes == ((None, 1000),)
    assert asked(imagenet(include_top=False, pooling="max"), (96, 64, 3)).shapes == ((None, 1280),)
    assert "classes" in (asked(imagenet(classes=10), (224, 224, 3)).error or "")
    assert "alpha" in (asked(imagenet(alpha=3), (224, 224, 3)).error or "")
    assert "3" in (asked(imagenet(include_top=False, input_shape=(64, 64, 1)), (64, 64, 1)).error or "")


@pytest.mark.parametrize(
    ("layer", "incoming", "reason"),
    [
        (LAYERS["LSTM"].example(), (3,), "Expected ndim=3, found ndim=2. Full shape received: (None, 3)"),
        (LAYERS["Dense"].example(), (None,), "Shapes used to initialize variables must be fully-defined"),
        (LAYERS["Reshape"].example(), (3,), "The total size of the tensor must be unchanged."),
        (LAYERS["MaxPooling2D"].example(), (1, 1, 3), "Computed output size would be zero or negative."),
    ],
    ids=lambda value: value.type if isinstance(value, LayerSpec) else None,
)
def test_the_reason_is_a_sentence_without_automatic_names(
    layer: LayerSpec, incoming: tuple[int | None, ...], reason: str
) -> None:
    error = asked(layer, incoming).error or ""
    assert error.startswith(reason)
    assert not any(noise in error for noise in ("keras_tensor", "Arguments received", "\x1b", "\n", "'None'"))


def test_what_stands_behind_a_rejected_layer_is_left_out() -> None:
    rejected = LAYERS["Conv2D"].example()
    facts = shapes(lower(chain(LAYERS["Input"](shape=(3,)), rejected, LAYERS["Flatten"](), LAYERS["Dense"](units=1))))
    assert list(facts) == ["n0", "n1"]
    assert facts["n0"].shapes == ((None, 3),)
    assert facts["n1"].error
    assert facts["n1"].shapes == ()


def test_a_layer_of_64_gb_is_described_and_takes_no_memory() -> None:
    keras.ops.ones((2, 2))
    before = psutil.Process().memory_info().rss
    facts = asked(LAYERS["Dense"](units=10_000_000), (1600,))
    with keras.StatelessScope():  # gives values to every variable that still waits for one
        pass
    assert facts.parameters == 1601 * 10**7
    assert facts.activation_bytes == 4 * 10**7
    assert psutil.Process().memory_info().rss - before < 10**9


def questions(graph: Graph) -> int:
    """How many layers Keras is asked about."""
    before = asking._ask.cache_info().misses
    shapes(lower(graph))
    return asking._ask.cache_info().misses - before


def test_only_what_changed_is_asked_again() -> None:
    convolutions = [LAYERS["Conv2D"](filters=filters, kernel_size=(3, 3)) for filters in (1, 2, 3, 4)]
    layers = [LAYERS["Input"](shape=(28, 28, 1)), *convolutions]
    assert questions(chain(*layers)) == 5
    assert questions(chain(*layers)) == 0
    renamed = Graph.model_validate_json(re.sub(r'"n(\d)"', r'"node\1"', chain(*layers).model_dump_json()))
    assert questions(renamed) == 0
    assert questions(chain(*layers[:-1], LAYERS["Conv2D"](filters=4, kernel_size=(1, 1)))) == 1
    assert questions(chain(*layers[:-1], convolutions[3].model_copy(update={"trainable": False}))) == 0
    wider = LAYERS["Conv2D"](filters=9, kernel_size=(3, 3))
    assert questions(chain(*layers[:2], wider, *layers[3:])) == 2  # it, and the one whose input changed


def test_a_frozen_layer_has_parameters_but_none_to_train() -> None:
    frozen = asked(LAYERS["Dense"](units=2, trainable=False), (3,))
    assert (frozen.parameters, frozen.trainable) == (8, 0)
    backbone = asked(LAYERS["MobileNetV2"].example().model_copy(update={"trainable": False}), (32, 32, 3))
    assert (backbone.parameters, backbone.trainable) == (2_257_984, 0)


def test_open_sizes_are_kept_and_leave_work_and_memory_unknown() -> None:
    facts = asked(LAYERS["Conv2D"].example(), (None, None, 3))
    assert facts.shapes == ((None, None, None, 32),)
    assert (facts.macs, facts.activation_bytes) == (None, None)


def test_memory_is_that_of_one_example() -> None:
    assert asked(LAYERS["Flatten"](), (5, 6)).activation_bytes == 30 * 4
    assert asked(LAYERS["LSTM"](units=3, return_state=True), (5, 6)).activation_bytes == 3 * 3 * 4


# TensorFlow counts two operations for each multiply-accumulate, but not within loops, einsum, batches of products and
# grouped convolutions,
# and those of a transposed convolution only roughly where the rim is cut off.
COUNTED = ("Conv2D", "Conv2DBackpropInput", "DepthwiseConv2dNative", "MatMul")
FAMILIES_COUNTED = ("convolutional", "pooling", "normalization", "reshaping", "merging")
COUNTABLE = [
    *(layer for layer in CASES if layer.family() in FAMILIES_COUNTED or layer.type in ("Dense", "Embedding")),
    LAYERS["SimpleRNN"](units=5, unroll=True),
    LAYERS["LSTM"](units=5, unroll=True, return_sequences=True),
    LAYERS["GRU"](units=5, unroll=True),
    LAYERS["Bidirectional"](layer={**LSTM, "unroll": True}),
    LAYERS["TimeDistributed"](layer={"type": "Conv2D", "filters": 4, "kernel_size": (3, 3)}),
    LAYERS["TimeDistributed"](layer={"type": "Dense", "units": 4}),
]
COUNTABLE = [
    layer
    for layer in COUNTABLE
    if getattr(layer, "groups", 1) == 1
    and layer.type != "Dot"
    and not (layer.type.endswith("Transpose") and ("3D" in layer.type or layer.padding == "valid"))
]


def counted_by_tensorflow(layer: LayerSpec, *incoming: tuple[int, ...], kind: str) -> int:
    made = make(layer.call())
    specs = [tf.TensorSpec((1, *shape), kind) for shape in incoming]
    graph = (
        tf.function(lambda *tensors: made(list(tensors) if layer.ports is None or layer.as_list else tensors[0]))
        .get_concrete_function(*specs)
        .graph
    )
    work = [
        ops.get_stats_for_node_def(graph, op.node_def, "flops").value
        for op in graph.get_operations()
        if op.type in COUNTED
    ]
    return sum(work) // 2


@pytest.mark.parametrize("layer", COUNTABLE, ids=lambda layer: layer.type)
def test_work_is_what_tensorflow_counts(layer: LayerSpec) -> None:
    kind = "int32" if layer.type == "Embedding" else "float32"
    for shape in SHAPES:
        incoming = [shape] * count_ports(layer)
        facts = asked(layer, *incoming, kind=kind)
        if not facts.error:
            assert facts.macs == counted_by_tensorflow(layer, *incoming, kind=kind), shape


def test_work_of_a_backbone_is_what_tensorflow_counts() -> None:
    layer = LAYERS["MobileNetV2"](include_top=False, weights=None, alpha=0.35)
    assert asked(layer, (32, 32, 3)).macs == counted_by_tensorflow(layer, (32, 32, 3), kind="float32")


def test_work_of_convolutions_by_hand() -> None:
    grouped = LAYERS["Conv2D"](filters=6, kernel_size=(3, 3), groups=3)
    assert asked(grouped, (12, 12, 3)).macs == 10 * 10 * 6 * (3 * 3 * 1)
    transposed = LAYERS["Conv2DTranspose"](filters=32, kernel_size=(3, 3), strides=(3, 3))
    assert asked(transposed, (12, 12, 3)).macs == 12 * 12 * 3 * (3 * 3 * 32)


def test_work_of_attention_by_hand() -> None:
    """4 queries and 6 values of 5 features, 2 heads, d_k = 3, d_v = 7."""
    layer = LAYERS["MultiHeadAttention"](num_heads=2, key_dim=3, value_dim=7)
    projections = 4 * 5 * (2 * 3) + 6 * 5 * (2 * 3) + 6 * 5 * (2 * 7) + 4 * (2 * 7) * 5
    assert asked(layer, (4, 5), (6, 5)).macs == projections + 2 * 4 * 6 * (3 + 7)
    gate = 4 * 5 * (2 * 7)
    gated = layer.model_copy(update={"use_gate": True})
    assert asked(gated, (4, 5), (6, 5)).macs == projections + 2 * 4 * 6 * (3 + 7) + gate


def test_work_is_that_of_the_papers() -> None:
    c1 = asked(LAYERS["Conv2D"](filters=6, kernel_size=(5, 5)), (32, 32, 1))
    c3 = asked(LAYERS["Conv2D"](filters=16, kernel_size=(5, 5)), (14, 14, 6))
    assert (c1.parameters, c1.macs) == (156, 5 * 5 * 6 * 28 * 28)  # LeCun et al., 1998; there C3 is not fully connected
    assert (c3.parameters, c3.macs) == (2416, 5 * 5 * 6 * 16 * 10 * 10)
    small, large = asked(imagenet(), (224, 224, 3)), asked(imagenet(alpha=1.4), (224, 224, 3))
    assert small.macs == pytest.approx(300e6, rel=0.01)  # Sandler et al., 2018, table 4
    assert large.macs == pytest.approx(585e6, rel=0.01)
    assert small.parameters == pytest.approx(3.4e6, rel=0.05)


def test_build_gives_the_functional_model() -> None:
    graph = chain(LAYERS["Input"](shape=(8, 6)), LAYERS["LSTM"](units=3), LAYERS["Dense"](units=2, trainable=False))
    program = lower(graph)
    model = build(program)
    assert [layer.name for layer in model.layers] == ["n0", "n1", "n2"]
    assert model.count_params() == sum(facts.parameters for facts in shapes(program).values())
    assert [layer.trainable for layer in model.layers] == [True, True, False]
    assert model(np.ones((BATCH, 8, 6))).shape == (BATCH, 2)
    again = build(program)
    assert again.get_config() == model.get_config()


def test_build_takes_several_inputs_outputs_and_results() -> None:
    lstm = LAYERS["LSTM"](units=3, return_state=True)
    nodes = (
        Node(id="a", layer=LAYERS["Input"](shape=(8, 6))),
        Node(id="b", layer=LAYERS["Input"](shape=(3,))),
        Node(id="reader", layer=lstm),
        Node(id="sum_up", layer=LAYERS["Add"]()),
        Node(id="other", layer=LAYERS["Flatten"]()),
    )
    edges = (
        Edge(source="a", target="reader"),
        Edge(source="reader", output=2, target="sum_up"),
        Edge(source="b", target="sum_up"),
        Edge(source="a", target="other"),
    )
    model = build(lower(Graph(nodes=nodes, edges=edges)))
    first, second = np.ones((BATCH, 8, 6)), np.ones((BATCH, 3))
    assert [tensor.shape for tensor in model([first, second])] == [(BATCH, 3), (BATCH, 48)]
    cell = model.get_layer("reader")(first)[2]
    np.testing.assert_allclose(model([first, second])[0], cell + second, rtol=1e-6)


def test_build_freezes_a_backbone() -> None:
    backbone = LAYERS["MobileNetV2"].example().model_copy(update={"trainable": False})
    model = build(lower(chain(LAYERS["Input"](shape=(32, 32, 3)), backbone, LAYERS["Dense"](units=2))))
    assert [layer.name for layer in model.layers] == ["n0", "n1", "n2"]
    assert len(model.trainable_weights) == 2


@pytest.mark.parametrize(
    ("graph", "node"),
    [
        (Graph(), ""),
        (chain(LAYERS["Input"](shape=(3,))), ""),
        (Graph(nodes=(Node(id="alone", layer=LAYERS["Flatten"]()),)), "alone"),
        (chain(LAYERS["Input"](shape=(3,)), LAYERS["Flatten"](), LAYERS["Conv2D"].example()), "n2"),
    ],
)
def test_build_says_where_and_why(graph: Graph, node: str) -> None:
    with pytest.raises(BuildError) as caught:
        build(lower(graph))
    assert caught.value.node == node
    assert caught.value.reason


def test_a_model_computes_in_the_numbers_that_are_asked_for() -> None:
    network = lower(chain(LAYERS["Input"](shape=(3,)), LAYERS["Dense"](units=2)))
    for policy, numbers in (("mixed_float16", "float16"), ("float32", "float32")):
        layer = build(network, dtype_policy=policy).get_layer("n1")
        assert (layer.compute_dtype, layer.variable_dtype) == (numbers, "float32")
        assert keras.config.dtype_policy().name == policy
