"""Disabled layers: as if they were not there, wherever one tensor passes through."""

import pytest

from builder.bridging import enabled
from builder.codegen import source
from builder.edits import AddLayer, Configure, Connect, Disable, Edit, EditError, Fold, Remove, Share, Unfold, apply
from builder.graph import Edge, Graph, read_graph, write_graph
from builder.program import Facts, Ref, lower
from builder.validate import problems
from tests.builder.networks import chain, encoder_decoder, siamese, staged


def done(graph: Graph, *edits: Edit) -> Graph:
    for edit in edits:
        graph = apply(graph, edit)
    return graph


def codes(graph: Graph, **known: dict[str, Facts]) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.node) for problem in problems(graph, **known)]


def test_the_code_is_that_of_the_network_without_the_layer() -> None:
    graph = chain("Input", "Dense", "Dropout", "Dense")
    off = apply(graph, Disable(ids=("dropout",)))
    assert source(lower(off)) == source(lower(apply(graph, Remove(ids=("dropout",), heal=True))))
    assert apply(off, Disable(ids=("dropout",), disabled=False)) == graph
    assert read_graph(write_graph(off)) == off


def test_several_in_a_row_and_the_last_one() -> None:
    graph = done(chain("Input", "Dense", "Dropout", "Dense"), Disable(ids=("dense", "dropout", "dense_1")))
    assert [step.id for step in lower(graph).steps] == ["input_layer"]
    graph = apply(graph, Disable(ids=("dense_1",), disabled=False))
    assert lower(graph).steps[-1].refs() == (Ref("input_layer"),)


def test_what_cannot_be_passed_through_is_told_and_switched_on_again() -> None:
    graph = chain("Input", "Dense")
    graph = done(graph, AddLayer(layer="Add", id="add", after="dense"), AddLayer(layer="Dense", id="last", after="add"))
    graph = done(graph, Connect(edge=Edge(source="input_layer", target="add")), Disable(ids=("add",)))
    [problem] = [problem for problem in problems(graph) if problem.code == "nothing_passes"]
    assert problem.node == "add"
    assert "2 different tensors" in problem.message
    assert set(lower(graph).missing) == {"add", "last"}
    assert lower(done(graph, *problem.fixes[0].edits)).missing == ()


def test_a_disabled_input_passes_nothing_on() -> None:
    graph = apply(chain("Input", "Dense"), Disable(ids=("input_layer",)))
    assert ("nothing_passes", "input_layer") in codes(graph)
    assert lower(graph).missing


def test_states_do_not_pass_through_a_disabled_encoder() -> None:
    assert ("nothing_passes", "encoder") in codes(apply(encoder_decoder(), Disable(ids=("encoder",))))


def test_a_shape_that_no_longer_fits_is_told_at_the_disabled_layer_too() -> None:
    graph = apply(chain("Input", "Flatten", "Dense"), Disable(ids=("flatten",)))
    facts = {"input_layer": Facts(shapes=((None, 8, 8, 1),)), "dense": Facts(error="no")}
    [problem] = [problem for problem in problems(graph, facts=facts) if problem.node == "flatten"]
    assert problem.code == "passed_on_wrongly"
    assert "8x8x1 from input_layer" in problem.message


def test_fixes_fit_the_network_as_it_is_drawn() -> None:
    graph = apply(chain("Input", "Conv2D", "Dropout", "Dense"), Disable(ids=("dropout",)))
    facts = {
        "input_layer": Facts(shapes=((None, 8, 8, 1),)),
        "conv2d": Facts(shapes=((None, 6, 6, 32),)),
        "dense": Facts(shapes=((None, 6, 6, 64),)),
    }
    [problem] = [problem for problem in problems(graph, facts=facts) if problem.code == "dense_on_map"]
    fixed = done(graph, *problem.fixes[0].edits)
    assert {"dropout>flatten", "flatten>dense"} <= {f"{edge.source}>{edge.target}" for edge in fixed.edges}


def test_a_layer_used_twice_stays_with_the_second_node_as_it_is() -> None:
    graph = apply(siamese(), Configure(id="embed", values={"units": 7}))
    off = lower(apply(graph, Disable(ids=("embed",))))
    second = next(step for step in off.steps if step.id == "embed_right")
    assert (second.made_as, second.layer.units) == ("embed_right", 7)
    assert apply(graph, Remove(ids=("embed",), heal=True)).find("embed_right").layer.units == 7


def test_inside_a_block_the_instances_keep_their_outputs() -> None:
    graph = done(
        chain("Input", "Dense", "Dropout", "Dense"),
        Fold(ids=("dense", "dropout"), name="part"),
    )
    before = graph.signature(graph.find("part"))
    graph = apply(graph, Disable(ids=("dropout",), inside="part"))
    assert graph.signature(graph.find("part")) == before
    assert lower(graph).missing == ()
    assert lower(graph).block("part").body.outputs == (Ref("dense"),)
    both = apply(graph, Disable(ids=("dense",), inside="part"))
    assert lower(both).block("part").body.outputs == (Ref("input_layer"),)
    assert "Dropout" not in source(lower(both))
    assert apply(graph, Unfold(id="part")).find("part_dropout").disabled


def test_the_input_of_a_block_cannot_be_disabled() -> None:
    with pytest.raises(EditError, match="input of the block"):
        apply(staged(), Disable(ids=("x",), inside="unit"))


def test_nothing_is_made_anew_where_all_is_enabled() -> None:
    graph = staged()
    assert enabled(graph) is graph


def test_sharing_with_a_disabled_layer() -> None:
    graph = done(chain("Input", "Dense", "Dense"), Share(id="dense_1", of="dense"), Disable(ids=("dense",)))
    assert lower(graph).missing == ()
