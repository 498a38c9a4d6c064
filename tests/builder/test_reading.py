"""Code, read back, is the network that it was written from: every template, every layer, blocks, whatever is drawn."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.codegen import Style, source
from builder.graph import Edge, Graph, Node
from builder.layers import LAYERS, example
from builder.layers.core import Dense, Input
from builder.names import base_name, fresh_names
from builder.program import lower
from builder.reading import read_code
from builder.scripts import DataCode, script
from builder.training import Training
from builder.zoo import TEMPLATES
from builder.zoo.drawing import chain
from tests.builder.meaning import layers_in, meaning, written
from tests.builder.test_codegen import GRAPHS

NETWORKS = GRAPHS | {name: template.make() for name, template in TEMPLATES.items() if template.make().nodes}
STYLES: tuple[Style, ...] = ("functional", "sequential", "subclass")


CASES = [(name, style) for name, graph in NETWORKS.items() for style in STYLES if written(graph, style)]


def test_each_style_is_read() -> None:
    assert {style for _, style in CASES} == set(STYLES)


@pytest.mark.parametrize(("name", "style"), CASES)
def test_code_read_back_is_the_network(name: str, style: Style) -> None:
    graph = NETWORKS[name]
    text = written(graph, style)
    assert text is not None
    reading = read_code(text)
    assert reading.notes == ()
    assert layers_in(reading.graph) == layers_in(graph)
    assert lower(reading.graph).inputs == lower(graph).inputs
    if style != "sequential":  # which writes blocks out
        assert meaning(reading.graph, reading.graph) == meaning(graph, graph)
        assert written(reading.graph, style) == text


def test_nothing_stands_upon_another() -> None:
    nodes = read_code(source(lower(NETWORKS["googlenet"]))).graph.nodes
    assert len({(node.x, node.y) for node in nodes}) == len(nodes)
    assert nodes[0].y < nodes[-1].y


@pytest.mark.parametrize("style", STYLES)
def test_a_whole_script_is_read_and_what_trains_is_passed_over(style: Style) -> None:
    graph = NETWORKS["mlp"]
    data = DataCode(("import numpy as np",), "x_train, y_train, x_test, y_test = (np.zeros(3) for _ in range(4))")
    reading = read_code(script(lower(graph), Training(), data, 0, style))
    assert meaning(reading.graph, reading.graph) == meaning(graph, graph)
    assert any("fit" in note.words and "Train page" in note.words for note in reading.notes)


def alone(layer_type: str, values: dict[str, object]) -> Graph:
    """One layer, each of its ports connected with an Input of its own, lists with two."""
    layer = LAYERS[layer_type].model_validate(LAYERS[layer_type].example().model_dump() | values)
    signature = layer.signature()
    ports = [port for port in signature.ports for _ in range(2 if port in signature.lists else 1)]
    inputs = [Node(id=f"given{number}", layer=Input(shape=(8, 8, 3))) for number in range(len(ports))]
    edges = (Edge(source=node.id, target="it", port=port) for node, port in zip(inputs, ports, strict=True))
    return Graph(nodes=(*inputs, Node(id="it", layer=layer)), edges=tuple(edges))


@pytest.mark.parametrize("layer_type", [name for name in LAYERS if name != "Input"])
@pytest.mark.parametrize("style", ["functional", "subclass"])
def test_every_layer_is_read(layer_type: str, style: Style) -> None:
    switches = [name for name, field in LAYERS[layer_type].model_fields.items() if field.annotation is bool]
    for values in ({}, *({name: not getattr(example(layer_type), name)} for name in switches)):
        try:
            graph = alone(layer_type, values)
        except ValueError:  # the layer itself refuses this combination
            assert values
            continue
        text = written(graph, style)
        assert text is not None
        reading = read_code(text)
        assert meaning(reading.graph, graph) == meaning(graph, graph)
        assert reading.notes == ()


@pytest.mark.parametrize("style", STYLES)
def test_a_backbone_of_which_the_last_layers_learn_is_read(style: Style) -> None:
    backbone = LAYERS["ResNet50"].model_validate({"trainable_layers": 20, "weights": None})
    graph = chain(image=Input(shape=(224, 224, 3)), backbone=backbone, dense=Dense(units=2))
    text = written(graph, style)
    assert text is not None
    assert meaning(read_code(text).graph, graph) == meaning(graph, graph)


one_input = sorted(name for name, layer in LAYERS.items() if layer.ports == ("inputs",))
ids = st.sampled_from(["x", "dense", "dense_1", "conv2d", "input_layer", "first", "lstm_2", "y", "out1", "add"])


@settings(max_examples=25)
@given(names=st.lists(ids, min_size=2, max_size=8, unique=True), kinds=st.lists(st.sampled_from(one_input), min_size=8))
def test_any_chain_is_read(names: list[str], kinds: list[str]) -> None:
    first, *others = names
    graph = chain(
        **{first: Input(shape=(4,))}, **{name: example(kind) for name, kind in zip(others, kinds, strict=False)}
    )
    for style in STYLES:
        text = written(graph, style)
        if text is not None:
            reading = read_code(text)
            assert meaning(reading.graph, graph) == meaning(graph, graph)


@st.composite
def complete_graphs(draw: st.DrawFn) -> Graph:
    """Layers of any kind, each port connected with something before; some use the layer of another once more."""
    nodes = [Node(id="given", layer=Input(shape=(8, 8, 3))), Node(id="input_layer", layer=Input(shape=(4,)))]
    edges: list[Edge] = []
    for number, kind in enumerate(draw(st.lists(st.sampled_from(sorted(LAYERS)), max_size=8))):
        layer = example(kind)
        owners = [node.id for node in nodes if node.layer.type == kind and node.shares is None and layer.shareable]
        shares = draw(st.sampled_from([None, *owners])) if draw(st.booleans()) else None
        name = draw(st.sampled_from([f"{kind.lower()}{number}", next(fresh_names([base_name(kind)], _ids(nodes)))]))
        for port in layer.signature().ports:
            for _ in range(draw(st.integers(1, 3)) if port in layer.signature().lists else 1):
                origin = draw(st.sampled_from(nodes))
                part = draw(st.integers(0, len(origin.layer.outputs()) - 1))
                edges.append(Edge(source=origin.id, target=name, port=port, output=part))
        nodes.append(Node(id=name, layer=layer, shares=shares))
    return Graph(nodes=tuple(nodes), edges=tuple(edges))


@settings(max_examples=60)
@given(complete_graphs())
def test_any_complete_graph_is_read(graph: Graph) -> None:
    assert not lower(graph).missing
    for style in ("functional", "subclass"):
        text = written(graph, style)
        if text is not None:  # there is more than inputs
            read = read_code(text).graph
            assert meaning(read, graph) == meaning(graph, graph)
            assert lower(read).outputs == lower(graph).outputs


def test_names_that_keras_counts_are_those_of_the_layers() -> None:
    names = list(fresh_names(["dense"] * 3, ()))
    graph = chain(input_layer=Input(shape=(3,)), **{name: Dense(units=2) for name in names})
    text = source(lower(graph), "sequential")
    assert "name=" not in text
    assert _ids(read_code(text).graph.nodes) == ["input_layer", *names]


def _ids(nodes: Iterable[Node]) -> list[str]:
    return [node.id for node in nodes]
