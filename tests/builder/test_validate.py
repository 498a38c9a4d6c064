"""Problems: each kind is told at its node, and every fix takes its problem away."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder import checks
from builder.checks.rejections import EXPLAINERS
from builder.edits import AddLayer, Connect, Disconnect, Remove, apply
from builder.graph import Edge, Graph, Node
from builder.layers import example
from builder.program import Facts, lower
from builder.training import Task, Training
from builder.validate import CHECKS, Fix, Problem, problems
from tests.builder.networks import chain, graphs, ids

DIGITS = Task(data="digits", input_shape=(8, 8, 1), kind="classes", classes=tuple("0123456789"), examples=1437)


def fixed(graph: Graph, fix: Fix) -> Graph:
    for edit in fix.edits:
        graph = apply(graph, edit)
    return graph


def kinds(found: tuple[Problem, ...]) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.node) for problem in found]


def only(found: tuple[Problem, ...], code: str) -> Problem:
    [problem] = [problem for problem in found if problem.code == code]
    return problem


@given(graph=graphs, task=st.none() | st.just(DIGITS), training=st.none() | st.just(Training()))
def test_every_fix_applies_and_takes_its_problem_away(
    graph: Graph, task: Task | None, training: Training | None
) -> None:
    found = problems(graph, task=task, training=training)
    for problem in found:
        assert problem.node is None or graph.find(problem.node)
        for fix in problem.fixes:
            after = problems(fixed(graph, fix), task=task, training=training)
            key = (problem.code, problem.node)
            assert Counter(kinds(after))[key] < Counter(kinds(found))[key], fix.label


REASONS = [
    "Expected min_ndim=4, found ndim=2.",
    "Expected ndim=3, found ndim=2.",
    "Kernel shape must have the same length as input, but received kernel of shape (3, 3, 1, 32) and input of shape (None, 7).",
    "Computed output size would be zero or negative.",
    "Shapes used to initialize variables must be fully-defined",
    "Something new",
]
shapes = st.lists(st.none() | st.integers(0, 20), max_size=5).map(lambda sizes: (None, *sizes))
answers = st.builds(
    Facts,
    shapes=st.lists(shapes, max_size=2).map(tuple),
    dtypes=st.lists(st.sampled_from(["float32", "int32"]), max_size=2).map(tuple),
    parameters=st.sampled_from([0, 10**10]),
    error=st.none() | st.sampled_from(REASONS),
)


@given(graph=graphs, facts=st.dictionaries(ids, answers, max_size=6), task=st.none() | st.just(DIGITS))
def test_facts_of_another_graph_do_no_harm(graph: Graph, facts: dict[str, Facts], task: Task | None) -> None:
    for problem in problems(graph, facts=facts, task=task, training=Training()):
        for fix in problem.fixes:
            fixed(graph, fix)


@given(graphs)
def test_a_network_without_errors_can_be_computed(graph: Graph) -> None:
    if not any(problem.severity == "error" for problem in problems(graph)):
        assert not lower(graph).missing


def test_a_finished_chain_has_no_problem() -> None:
    assert problems(chain("Input", "Dense", "Dense"), training=Training()) == ()


def test_an_empty_network_says_how_to_start_and_offers_the_input_of_the_data() -> None:
    [problem] = problems(Graph(), task=DIGITS)
    assert (problem.code, problem.node) == ("empty", None)
    graph = fixed(Graph(), problem.fixes[0])
    assert graph.nodes[0].layer.shape == (8, 8, 1)
    assert kinds(problems(graph)) == [("no_output", "input_layer")]


def test_an_input_alone_gets_the_output_that_the_data_asks_for() -> None:
    [problem] = problems(chain("Input"), task=DIGITS)
    assert [fix.label for fix in problem.fixes] == ["Add Dense: 10 units, softmax"]
    graph = fixed(chain("Input"), problem.fixes[0])
    assert [node.layer.type for node in graph.nodes] == ["Input", "Flatten", "Dense"]
    assert (graph.nodes[-1].layer.units, graph.nodes[-1].layer.activation) == (10, "softmax")
    assert len(graph.edges) == 2
    assert problems(chain("Input"))[0].fixes == ()


def test_a_missing_input_is_told_once_and_added_before_the_first_layers() -> None:
    graph = apply(chain("Dense", "Dense"), AddLayer(layer="Dense", id="branch"))
    found = problems(graph, task=DIGITS)
    problem = only(found, "no_input")
    assert "unconnected" not in [problem.code for problem in found]
    graph = fixed(graph, problem.fixes[0])
    assert {(edge.source, edge.target) for edge in graph.edges} >= {
        ("input_layer", "dense"),
        ("input_layer", "branch"),
    }


def test_a_free_input_offers_the_nearest_end() -> None:
    graph = chain("Input", "Dense", "Dense", "Dense")
    graph = apply(graph, Disconnect(edges=(graph.edges[1],)))
    [problem] = problems(graph)
    assert (problem.code, problem.node) == ("unconnected", "dense_1")
    assert problem.fixes[0].label == "Connect dense to dense_1"
    assert problems(fixed(graph, problem.fixes[0])) == ()


def test_an_unconnected_input_and_an_unconnected_layer_are_one_problem() -> None:
    graph = chain("Input", "Dense", "Dense")
    [problem] = problems(apply(graph, Disconnect(edges=(graph.edges[0],))))
    assert (problem.code, problem.node) == ("unconnected", "dense")


def test_every_port_that_is_free_is_named() -> None:
    graph = apply(chain("Input"), AddLayer(layer="MultiHeadAttention", id="attention"))
    problem = only(problems(graph), "unconnected")
    assert problem.message == "Nothing comes into attention at query and value."
    assert problems(fixed(graph, problem.fixes[0])) == ()


def looped(graph: Graph, edge: Edge) -> Graph:
    """The network with an edge that Connect refuses, as a file may hold it."""
    return Graph(nodes=graph.nodes, edges=(*graph.edges, edge))


def test_a_loop_is_told_in_its_order_and_opened_where_it_closes() -> None:
    graph = chain("Input", "Add", "Dense", "Dense")
    graph = looped(graph, Edge(source="dense_1", target="add"))
    problem = only(problems(graph), "cycle")
    assert "add -> dense -> dense_1 -> add" in problem.message
    assert fixed(graph, problem.fixes[0]) == chain("Input", "Add", "Dense", "Dense")


def test_long_loops_are_shortened() -> None:
    graph = chain("Input", "Add", *["Dense"] * 50)
    problem = only(problems(looped(graph, Edge(source="dense_49", target="add"))), "cycle")
    assert len(problem.message) < 300


def two(name: str) -> Graph:
    graph = chain("Input", "Dense", "Dense")
    return Graph(nodes=(*graph.nodes, Node(id=name, layer=example("Dense"))), edges=graph.edges)


def test_a_name_used_twice_is_renamed_and_nothing_else_is_said_of_it() -> None:
    graph = two("dense")
    problem = only(problems(graph), "name_twice")
    assert [node.id for node in fixed(graph, problem.fixes[0]).nodes] == ["input_layer", "dense", "dense_1", "dense_2"]


def test_a_dangling_connection_is_removed() -> None:
    graph = chain("Input", "Dense")
    graph = Graph(nodes=graph.nodes, edges=(*graph.edges, Edge(source="dense", target="gone")))
    [problem] = problems(graph)
    assert (problem.code, problem.node) == ("dangling_edge", "dense")
    assert fixed(graph, problem.fixes[0]) == chain("Input", "Dense")


@pytest.mark.parametrize(
    ("edge", "code", "node"),
    [
        (Edge(source="input_layer", target="dense", port="query"), "unknown_port", "dense"),
        (Edge(source="input_layer", output=3, target="dense"), "unknown_output", "input_layer"),
    ],
)
def test_a_connection_at_no_port_is_the_only_problem(edge: Edge, code: str, node: str) -> None:
    graph = Graph(nodes=chain("Input", "Dense").nodes, edges=(edge,))
    assert kinds(problems(graph)) == [(code, node)]


def test_a_port_with_two_connections_keeps_the_one_that_is_chosen() -> None:
    graph = chain("Input", "Dense", "Dense")
    graph = Graph(nodes=graph.nodes, edges=(*graph.edges, Edge(source="input_layer", target="dense_1")))
    problem = only(problems(graph), "port_taken")
    assert [fix.label for fix in problem.fixes] == ["Keep dense", "Keep input_layer"]
    assert fixed(graph, problem.fixes[0]) == chain("Input", "Dense", "Dense")


def test_a_connection_written_twice_is_kept_once() -> None:
    graph = chain("Input", "Add", "Dense")
    twice = Graph(nodes=graph.nodes, edges=(graph.edges[0], *graph.edges))
    problem = only(problems(twice), "edge_twice")
    assert Counter(fixed(twice, problem.fixes[0]).edges) == Counter(graph.edges)


def test_a_merge_with_one_input_is_a_warning() -> None:
    problem = only(problems(chain("Input", "Dense", "Add")), "lone_merge")
    assert problem.severity == "warning"


def branched() -> Graph:
    graph = apply(chain("Input", "Dense", "Dense", "Dense"), AddLayer(layer="Dense", id="side"))
    graph = apply(graph, AddLayer(layer="Dense", id="tip", after="side"))
    return apply(graph, Connect(edge=Edge(source="dense", target="side")))


def test_a_branch_that_leads_nowhere_is_a_warning_and_for_training_an_error() -> None:
    [problem] = problems(branched())
    assert (problem.code, problem.node, problem.severity) == ("leads_nowhere", "tip", "warning")
    assert problems(branched(), training=Training())[0].severity == "error"


def test_removing_a_branch_removes_what_serves_only_it() -> None:
    [problem] = problems(branched())
    assert fixed(branched(), problem.fixes[0]) == chain("Input", "Dense", "Dense", "Dense")
    kept = fixed(branched(), problem.fixes[1])
    assert [node.id for node in kept.nodes] == ["input_layer", "dense", "side", "tip"]


def test_an_input_that_leads_nowhere_is_removed() -> None:
    graph = apply(chain("Input", "Dense"), AddLayer(layer="Input", id="spare"))
    [problem] = problems(graph)
    assert (problem.code, problem.node) == ("unused_input", "spare")
    assert fixed(graph, problem.fixes[0]) == chain("Input", "Dense")


def test_several_inputs_are_a_problem_of_training_only() -> None:
    graph = apply(chain("Input", "Dense", "Add"), AddLayer(layer="Input", id="second"))
    graph = apply(graph, Connect(edge=Edge(source="second", target="add")))
    assert problems(graph) == ()
    problem = only(problems(graph, training=Training()), "several_inputs")
    assert problem.node == "second"
    assert problems(fixed(graph, problem.fixes[0]), training=Training()) == ()


def test_errors_come_before_warnings_in_the_order_of_the_nodes() -> None:
    graph = apply(branched(), AddLayer(layer="Dense", id="loose"))
    found = problems(apply(graph, Remove(edges=(graph.edges[0],))))
    assert [problem.severity for problem in found] == sorted(problem.severity for problem in found)
    places = [graph.nodes.index(graph.find(problem.node)) for problem in found if problem.severity == "error"]
    assert places == sorted(places)


def test_every_code_stands_first_in_the_docstring_of_its_check() -> None:
    docs = [check.__doc__ or "" for check in (*CHECKS, *EXPLAINERS)]
    documented = {code for doc in docs for code in re.findall(r"`(\w+)`", doc.partition(":")[0])}
    told = {
        code for file in Path(checks.__path__[0]).glob("*.py") for code in re.findall(r'code="(\w+)"', file.read_text())
    }
    assert told == documented


def test_two_layers_of_one_name_are_told_as_the_first_of_them() -> None:
    nodes = (Node(id="a", layer=example("Activation")), Node(id="a", layer=example("Input")))
    graph = Graph(nodes=nodes, edges=(Edge(source="a", target="a"),))
    assert {code for code, _ in kinds(problems(graph, task=DIGITS))} == {"name_twice", "cycle"}


def test_old_shapes_of_what_is_a_circle_now_are_not_followed_forever() -> None:
    names = ("a", "b", "c")
    layers = ("Activation", "Activation", "LSTM")
    nodes = tuple(Node(id=name, layer=example(layer)) for name, layer in zip(names, layers, strict=True))
    loop = tuple(Edge(source=source, target=target) for source, target in (("a", "b"), ("b", "a"), ("b", "c")))
    old = dict.fromkeys(names, Facts(shapes=((None, 4),), error="Expected ndim=3, found ndim=2."))
    assert "axes_differ" in {code for code, _ in kinds(problems(Graph(nodes=nodes, edges=loop), facts=old))}
