"""A program without blocks: names, values, repeats, and what cannot be written out."""

import pytest

from builder.edits import EditError, Expose, Fold, RemoveBlock, Rename, RenameBlock, Unexpose, Unfold, apply
from builder.flat import MAX_STEPS, flat
from builder.graph import Block, Exposed, Graph
from builder.layers.base import LayerSpec
from builder.layers.blocks import BlockInput, Instance
from builder.layers.core import Dense, Input
from builder.program import Ref, lower
from builder.validate import problems
from tests.builder.networks import connected, of, staged, two_ways


def layers(graph: Graph) -> dict[str, LayerSpec]:
    return {step.id: step.layer for step in flat(lower(graph)).program.steps}


def codes(graph: Graph) -> set[str]:
    return {problem.code for problem in problems(graph)}


def test_inner_layers_bear_the_names_of_their_instances_and_repeats_are_numbered():
    names = list(layers(staged()))
    assert names[:6] == [
        "image",
        "stage1_conv",
        "stage1_unit_1_conv1",
        "stage1_unit_1_dropout",
        "stage1_unit_1_conv2",
        "stage1_unit_1_add",
    ]
    assert "stage2_unit_2_conv2" in names
    assert "refined_2_add" in names
    assert len(names) == len(set(names))


def test_values_reach_the_layers_through_blocks_within_blocks():
    found = layers(staged())
    assert found["stage1_unit_1_conv1"].filters == 8
    assert found["stage2_unit_2_conv1"].filters == found["stage2_conv"].filters == 12
    assert found["stage2_conv"].strides == (2, 2)
    assert found["refined_1_dropout"].rate == 0.2


def test_what_a_block_returns_and_nothing_takes_leaves_the_network():
    program = lower(two_ways())
    assert program.outputs == (Ref("mixed", 1), Ref("end"))
    assert flat(program).program.outputs == (Ref("mixed_right"), Ref("end"))


def bomb() -> Graph:
    blocks = [Block(name="b0", nodes=of(x=BlockInput(), one=Dense(units=1)), edges=connected("x > one"))]
    for number in range(1, 6):
        nodes = of(x=BlockInput(), again=Instance(block=f"b{number - 1}", repeat=1000))
        blocks.append(Block(name=f"b{number}", nodes=nodes, edges=connected("x > again.x")))
    nodes = of(image=Input(shape=(1,)), whole=Instance(block="b5"))
    return Graph(nodes=nodes, edges=connected("image > whole.x"), blocks=tuple(blocks))


def test_a_repeat_of_repeats_of_repeats_is_refused_not_written_out():
    written = flat(lower(bomb())).program
    assert written.missing == ("whole",)
    assert len(written.steps) <= MAX_STEPS
    assert codes(bomb()) == {"name_inside"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda graph: graph.model_copy(update={"blocks": ()}), "unknown_block"),
        (lambda graph: with_values(graph, {"filters": 0}), "block_value"),
        (lambda graph: with_values(graph, {"nothing": 1}), "block_value"),
        (lambda graph: apply(graph, Rename(id="image", to="stage2_conv")), "name_inside"),
        (lambda graph: unconnected(graph), "unfinished_block"),
    ],
)
def test_what_does_not_fit_is_told(change, code):
    assert code in codes(change(staged()))


def with_values(graph: Graph, values: dict[str, object]) -> Graph:
    nodes = tuple(
        node.model_copy(update={"layer": Instance(block="stage", values=values)}) if node.id == "stage2" else node
        for node in graph.nodes
    )
    return Graph(**dict(graph) | {"nodes": nodes})


def unconnected(graph: Graph) -> Graph:
    unit, stage = graph.blocks
    return Graph(**dict(graph) | {"blocks": (Block(**dict(unit) | {"edges": unit.edges[1:]}), stage)})


def test_folding_and_unfolding_leave_the_same_network():
    graph = Graph(
        nodes=of(image=Input(shape=(4,)), one=Dense(units=3), two=Dense(units=3), end=Dense(units=1)),
        edges=connected("image > one", "one > two", "two > end", "one > end"),
    )
    graph = apply(graph, Fold(ids=("one", "two"), name="pair"))
    assert [node.id for node in graph.nodes] == ["image", "pair", "end"]
    assert graph.block("pair").signature().ports == ("image",)
    assert graph.block("pair").signature().outputs == ("two", "identity")
    unfolded = apply(graph, Unfold(id="pair"))
    assert {node.id for node in unfolded.nodes} == {"image", "pair_one", "pair_two", "pair_identity", "end"}
    assert list(layers(unfolded)) == list(layers(graph))


def test_a_fold_that_would_make_a_loop_is_refused():
    graph = Graph(
        nodes=of(image=Input(shape=(4,)), one=Dense(units=3), two=Dense(units=3), three=Dense(units=1)),
        edges=connected("image > one", "one > two", "two > three"),
    )
    with pytest.raises(EditError, match="two lies between"):
        apply(graph, Fold(ids=("one", "three"), name="pair"))
    with pytest.raises(EditError, match="stays outside"):
        apply(graph, Fold(ids=("image", "one"), name="pair"))


def test_what_is_done_inside_a_block_reaches_its_instances():
    graph = staged()
    graph = apply(graph, Rename(id="x", to="came", inside="stage"))
    assert ("image", "stage1", "came") in {(edge.source, edge.target, edge.port) for edge in graph.edges}
    graph = apply(graph, Expose(node="conv2", field="use_bias", name="bias", inside="unit"))
    assert graph.block("unit").exposes[-1] == Exposed(name="bias", places=(("conv2", "use_bias"),))
    graph = apply(graph, Unexpose(name="filters", inside="unit"))
    assert graph.find("refined").layer.values == {"rate": 0.2}
    assert problems(graph) == ()


def test_a_block_is_renamed_everywhere_and_removed_only_when_nothing_uses_it():
    graph = apply(staged(), RenameBlock(name="unit", to="residual"))
    assert graph.find("refined").layer.block == "residual"
    assert graph.block("stage").nodes[2].layer.block == "residual"
    with pytest.raises(EditError, match="is used by refined"):
        apply(graph, RemoveBlock(name="residual"))


@pytest.mark.keras
def test_keras_is_asked_about_what_is_inside():
    from builder.compile import shapes, shapes_inside

    program = lower(staged())
    facts = shapes(program)
    assert set(facts) == {"image", "stage1", "stage2", "refined", "pool", "label"}
    assert facts["stage2"].shapes == ((None, 4, 4, 12),)
    inside = shapes_inside(program, ("stage2",))
    assert inside["x"].shapes == ((None, 8, 8, 8),)
    assert inside["conv"].parameters + inside["unit"].parameters == facts["stage2"].parameters
    assert shapes_inside(program, ("stage2", "unit"))["conv1"].shapes == ((None, 4, 4, 12),)
