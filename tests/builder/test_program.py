"""Lowering: order, ports, what is left out; it never fails, whatever the document holds."""

import pytest
from hypothesis import given

from builder.bridging import switched_off
from builder.edits import AddLayer, Connect, apply
from builder.graph import Edge, Graph, Node
from builder.layers import example
from builder.program import Argument, Ref, lower
from tests.builder.networks import chain, graphs


def test_a_chain_is_lowered_in_order() -> None:
    program = lower(chain("Input", "Dense", "Dense"))
    assert [step.id for step in program.steps] == ["input_layer", "dense", "dense_1"]
    assert (program.inputs, program.outputs, program.missing) == (("input_layer",), (Ref("dense_1"),), ())
    assert program.steps[1].arguments == (Argument(None, (Ref("input_layer"),)),)
    assert repr(program.steps[1].call) == "layers.Dense(64, name='dense')"
    assert program.chain()


def test_the_order_is_that_of_the_edges_and_then_that_of_adding() -> None:
    graph = chain("Input", "Dense", "Dense")
    program = lower(Graph(nodes=graph.nodes[::-1], edges=graph.edges))
    assert [step.id for step in program.steps] == ["input_layer", "dense", "dense_1"]
    apart = Graph(nodes=tuple(Node(id=name, layer=example("Input")) for name in "cab"))
    assert [step.id for step in lower(apart).steps] == ["c", "a", "b"]


def test_a_merge_takes_its_inputs_as_one_list_in_the_order_of_the_edges() -> None:
    graph = apply(chain("Input", "Dense"), AddLayer(layer="Add", after="dense"))
    graph = apply(graph, Connect(edge=Edge(source="input_layer", target="add")))
    program = lower(graph)
    assert program.steps[-1].arguments == (Argument(None, (Ref("dense"), Ref("input_layer")), many=True),)
    assert not program.chain()


def test_several_ports_are_passed_by_name_and_an_optional_one_may_be_free() -> None:
    graph = apply(chain("Input"), AddLayer(layer="MultiHeadAttention", after="input_layer"))
    same = (Ref("input_layer"),)
    assert lower(graph).steps[-1].arguments == (Argument("query", same), Argument("value", same))


def test_one_of_several_results_is_named_by_its_place() -> None:
    graph = apply(chain("Input"), AddLayer(layer="LSTM", values={"return_state": True}, after="input_layer"))
    assert repr(lower(graph).outputs) == "(lstm[0],)"
    assert not lower(graph).chain()
    graph = apply(graph, AddLayer(layer="Dense", id="dense"))
    program = lower(apply(graph, Connect(edge=Edge(source="lstm", output=2, target="dense"))))
    assert program.steps[-1].refs() == (Ref("lstm", 2),)


def wrong(*edges: Edge) -> Graph:
    return Graph(nodes=chain("Input", "Dense", "Dense").nodes, edges=edges)


@pytest.mark.parametrize(
    ("graph", "missing"),
    [
        (wrong(), ("dense", "dense_1")),
        (wrong(Edge(source="dense", target="dense_1")), ("dense", "dense_1")),
        (
            wrong(Edge(source="dense", target="dense_1"), Edge(source="dense_1", target="dense")),
            ("dense", "dense_1"),
        ),
        (wrong(Edge(source="input_layer", target="dense", port="query")), ("dense", "dense_1")),
        (wrong(Edge(source="input_layer", target="dense", output=1)), ("dense", "dense_1")),
        (wrong(Edge(source="gone", target="dense"), Edge(source="dense", target="gone")), ("dense", "dense_1")),
        (
            wrong(Edge(source="input_layer", target="dense"), Edge(source="dense", target="dense")),
            ("dense", "dense_1"),
        ),
        (Graph(nodes=chain("Input", "Dense").nodes * 2), ("input_layer", "dense")),
    ],
    ids=["no edges", "no start", "cycle", "unknown port", "unknown output", "dangling", "self loop", "names twice"],
)
def test_what_cannot_be_computed_is_missing_and_the_rest_is_there(graph: Graph, missing: tuple[str, ...]) -> None:
    program = lower(graph)
    assert program.missing == missing
    assert {step.id for step in program.steps} == {node.id for node in graph.nodes} - set(missing)


@given(graphs)
def test_every_step_comes_after_what_it_needs(graph: Graph) -> None:
    program = lower(graph)
    known: set[str] = set()
    for step in program.steps:
        assert {ref.step for ref in step.refs()} <= known
        known.add(step.id)
    off = switched_off(graph)
    assert known | set(program.missing) | off == {node.id for node in graph.nodes}
    assert not known & off
    assert not known & set(program.missing)
