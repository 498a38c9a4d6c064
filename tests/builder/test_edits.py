"""Edits: what each does, what it refuses, and that nothing drawn at random breaks the document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from builder.edits import (
    EDIT,
    AddLayer,
    Configure,
    Connect,
    Disconnect,
    Edit,
    EditError,
    Fold,
    Insert,
    Load,
    Move,
    Paste,
    Place,
    Remove,
    Rename,
    Unfold,
    apply,
)
from builder.edits.room import HEIGHT, STEP, WIDTH, followers
from builder.graph import FAR, MAX_NODES, Edge, Graph, Node, read_graph, write_graph
from builder.layers import example
from tests.builder.networks import chain, edits, graphs, ids


def pairs(graph: Graph) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in graph.edges}


def overlapping(graph: Graph) -> list[tuple[str, str]]:
    return [
        (one.id, other.id)
        for place, one in enumerate(graph.nodes)
        for other in graph.nodes[:place]
        if abs(one.x - other.x) < WIDTH and abs(one.y - other.y) < HEIGHT
    ]


@given(graph=graphs, steps=st.lists(edits, max_size=6))
def test_any_edit_gives_a_valid_document_or_an_edit_error(graph: Graph, steps: list[Edit]) -> None:
    for edit in steps:
        try:
            graph = apply(graph, edit)
        except EditError:
            continue
    assert read_graph(write_graph(graph)) == graph


def places(graph: Graph) -> dict[str, tuple[float, float]]:
    return {node.id: (node.x, node.y) for node in graph.nodes}


def long_chain() -> Graph:
    return chain("Input", "Dense", "Dropout", "Activation", "Flatten", "BatchNormalization")


MIDDLE = ("dense", "dropout", "activation")


def test_what_follows_closes_the_gap_that_folding_leaves_and_makes_room_again() -> None:
    graph = long_chain()
    folded = apply(graph, Fold(ids=MIDDLE, name="part"))
    assert list(places(folded).values()) == [(0, 0), (0, STEP), (0, 2 * STEP), (0, 3 * STEP)]
    unfolded = apply(folded, Unfold(id="part"))
    assert list(places(unfolded).values()) == list(places(graph).values())
    again = apply(apply(folded, Configure(id="part", values={"repeat": 2})), Unfold(id="part"))
    assert not overlapping(again)
    assert places(again)["flatten"] == (0, 7 * STEP)


def test_folding_leaves_what_stands_beside_and_keeps_a_join_below_its_other_branch() -> None:
    graph = apply(long_chain(), AddLayer(layer="Dense", id="beside", x=300, y=3 * STEP))
    graph = apply(graph, AddLayer(layer="Add", id="join", x=0, y=6 * STEP))
    for source in ("beside", "batch_normalization"):
        graph = apply(graph, Connect(edge=Edge(source=source, target="join")))
    before, after = places(graph), places(apply(graph, Fold(ids=MIDDLE, name="part")))
    assert {name for name in after if name != "part" and before[name] != after[name]} == {
        "flatten",
        "batch_normalization",
        "join",
    }
    assert after["join"] == (0, 4 * STEP)  # and not in the row of the branch beside
    held = apply(graph, Move(places=(Place(id="beside", x=300, y=5 * STEP),)))
    assert places(apply(held, Fold(ids=MIDDLE, name="part")))["join"] == (0, 6 * STEP)


def test_a_wide_spacing_stays_wide_when_a_gap_closes() -> None:
    graph = long_chain()
    wide = apply(graph, Move(places=tuple(Place(id=node.id, x=node.x, y=2 * node.y) for node in graph.nodes)))
    after = places(apply(wide, Fold(ids=MIDDLE, name="part")))
    assert list(after.values()) == [(0, 0), (0, 2 * STEP), (0, 4 * STEP), (0, 6 * STEP)]


@given(graph=graphs, fold=st.builds(Fold, ids=st.lists(ids, min_size=1, max_size=4), name=st.just("part")))
def test_folding_moves_only_what_follows_and_covers_nothing_anew(graph: Graph, fold: Fold) -> None:
    try:
        after = apply(graph, fold)
    except EditError:
        return
    placed, was = places(after), places(graph)
    moved = {name for name in placed if name in was and placed[name] != was[name]}
    assert moved <= followers(after.edges, "part")
    assert all(placed[name][0] == was[name][0] and placed[name][1] < was[name][1] for name in moved)
    covered = [pair for pair in overlapping(after) if "part" not in pair]
    assert set(covered) <= set(overlapping(graph))


@given(edit=edits)
def test_an_edit_survives_its_own_json(edit: Edit) -> None:
    try:
        again = EDIT.validate_json(EDIT.dump_json(edit))
    except ValidationError:
        assert "nan" in repr(edit) or "inf" in repr(edit)
    else:
        assert type(again) is type(edit)


@given(steps=st.lists(edits.filter(lambda edit: not isinstance(edit, Load)), max_size=12))
def test_edits_never_make_a_name_twice_nor_a_dangling_edge(steps: list[Edit]) -> None:
    graph = chain("Input", "Dense", "Dense")
    for edit in steps:
        try:
            graph = apply(graph, edit)
        except EditError:
            continue
    names = [node.id for node in graph.nodes]
    assert len(names) == len(set(names))
    assert {name for pair in pairs(graph) for name in pair} <= set(names)


def test_append_connects_behind_and_stands_below() -> None:
    graph = chain("Input", "Dense", "Dense")
    assert pairs(graph) == {("input_layer", "dense"), ("dense", "dense_1")}
    assert not overlapping(graph)


def test_append_after_a_layer_in_the_middle_goes_between_and_moves_the_rest_down() -> None:
    graph = apply(chain("Input", "Dense", "Dense", "Dense"), AddLayer(layer="Activation", after="dense"))
    assert pairs(graph) == {
        ("input_layer", "dense"),
        ("dense", "activation"),
        ("activation", "dense_1"),
        ("dense_1", "dense_2"),
    }
    assert not overlapping(graph)


def test_all_branches_follow_the_layer_that_is_appended() -> None:
    graph = apply(chain("Input", "Dense"), AddLayer(layer="Dense", id="b"))
    graph = apply(graph, Connect(edge=Edge(source="input_layer", target="b")))
    graph = apply(graph, AddLayer(layer="Activation", after="input_layer"))
    assert pairs(graph) == {("input_layer", "activation"), ("activation", "dense"), ("activation", "b")}


def test_a_second_end_is_put_beside_what_stands_there() -> None:
    graph = chain("Input", "Dense")
    graph = apply(graph, Disconnect(edges=graph.edges))
    graph = apply(graph, AddLayer(layer="Dense", after="input_layer"))
    assert not overlapping(graph)


def test_an_input_appended_stands_beside_without_an_edge() -> None:
    graph = apply(chain("Input", "Dense"), AddLayer(layer="Input", after="dense"))
    assert pairs(graph) == {("input_layer", "dense")}
    assert not overlapping(graph)


def test_a_layer_dropped_on_an_edge_goes_into_it() -> None:
    graph = chain("Input", "Dense", "Dense")
    dropped = AddLayer(layer="Activation", edge=graph.edges[1], x=5, y=graph.nodes[1].y + 20)
    graph = apply(graph, dropped)
    assert pairs(graph) == {("input_layer", "dense"), ("dense", "activation"), ("activation", "dense_1")}
    assert not overlapping(graph)


def test_an_existing_layer_inserted_leaves_its_place_closed() -> None:
    graph = chain("Input", "Dense", "Activation", "Dense", "Dense")
    graph = apply(graph, Insert(id="activation", edge=Edge(source="dense_1", target="dense_2")))
    assert pairs(graph) == {
        ("input_layer", "dense"),
        ("dense", "dense_1"),
        ("dense_1", "activation"),
        ("activation", "dense_2"),
    }


def test_the_order_of_inputs_of_a_merge_survives_an_insertion() -> None:
    into = (Edge(source="a", target="m"), Edge(source="b", target="m"))
    dense = example("Dense")
    graph = Graph(nodes=tuple(Node(id=name, layer=dense) for name in ("a", "b", "m")), edges=into)
    graph = apply(graph, AddLayer(layer="Activation", id="c", edge=into[0]))
    assert [edge.source for edge in graph.edges if edge.target == "m"] == ["c", "b"]


def test_a_port_that_takes_one_tensor_gives_up_the_edge_it_had() -> None:
    graph = apply(chain("Input", "Dense", "Dense"), Connect(edge=Edge(source="input_layer", target="dense_1")))
    assert pairs(graph) == {("input_layer", "dense"), ("input_layer", "dense_1")}


def test_removing_several_heals_across_all_of_them() -> None:
    graph = apply(chain("Input", "Dense", "Dense", "Dense"), Remove(ids=("dense_1", "dense"), heal=True))
    assert pairs(graph) == {("input_layer", "dense_2")}
    graph = apply(chain("Input", "Dense", "Dense"), Remove(ids=("dense",)))
    assert pairs(graph) == set()


def test_configure_changes_what_it_names_only() -> None:
    graph = apply(chain("Input", "Dense"), Configure(id="dense", values={"units": 3}))
    graph = apply(graph, Configure(id="dense", values={"activation": "relu"}))
    layer = graph.nodes[1].layer
    assert (layer.units, layer.activation) == (3, "relu")


def test_edges_follow_a_new_name() -> None:
    graph = apply(chain("Input", "Dense", "Dense"), Rename(id="dense", to="hidden"))
    assert pairs(graph) == {("input_layer", "hidden"), ("hidden", "dense_1")}


def test_of_two_of_one_name_the_later_is_renamed_even_if_they_are_equal() -> None:
    node = Node(id="a", layer=example("Dense"))
    graph = Graph(nodes=(node, node), edges=(Edge(source="a", target="a"),))
    graph = apply(graph, Rename(id="a", to="b"))
    assert [node.id for node in graph.nodes] == ["a", "b"]
    assert pairs(graph) == {("a", "a")}


def test_pasting_twice_keeps_names_apart_and_edges_inside() -> None:
    graph = chain("Input", "Dense", "Dense")
    copied = Paste(nodes=graph.nodes[1:], edges=graph.edges, dx=300)
    graph = apply(apply(graph, copied), copied)
    assert [node.id for node in graph.nodes[3:]] == ["dense_2", "dense_3", "dense_4", "dense_5"]
    assert pairs(graph) - pairs(chain("Input", "Dense", "Dense")) == {("dense_2", "dense_3"), ("dense_4", "dense_5")}


def test_a_paste_stays_on_the_canvas() -> None:
    node = Node(id="a", layer=example("Dense"), x=FAR)
    assert apply(Graph(), Paste(nodes=(node,), dx=FAR)).nodes[0].x == FAR


def test_moving_passes_over_nodes_that_are_gone() -> None:
    graph = apply(chain("Input"), Move(places=(Place(id="input_layer", x=1, y=2), Place(id="gone", x=0, y=0))))
    assert (graph.nodes[0].x, graph.nodes[0].y) == (1, 2)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (Configure(id="gone", values={}), "removed or renamed"),
        (Configure(id="dense", values={"units": -3}), "units: Input should be greater than or equal to 1"),
        (Configure(id="dense", values={"units": float("nan")}), "units"),
        (Configure(id="dense", values={"nothing": 1}), "nothing"),
        (Configure(id="dense", values={"type": "Input"}), "cannot be changed"),
        (AddLayer(layer="Nonsense"), "No layer is called 'Nonsense'"),
        (AddLayer(layer="Dense", id="dense"), "taken"),
        (AddLayer(layer="Dense", after="gone"), "removed or renamed"),
        (AddLayer(layer="Dense", edge=Edge(source="dense", target="dense")), "is gone"),
        (AddLayer(layer="Input", edge=Edge(source="input_layer", target="dense")), "takes no input"),
        (Insert(id="dense", edge=Edge(source="input_layer", target="dense")), "already"),
        (Connect(edge=Edge(source="input_layer", target="dense", port="query")), "its inputs are inputs"),
        (Connect(edge=Edge(source="dense", target="input_layer")), "it has no input"),
        (Connect(edge=Edge(source="input_layer", target="dense", output=2)), "no output number 3"),
        (Rename(id="dense", to="input_layer"), "taken"),
        (Paste(nodes=(Node(id="a", layer=example("Dense")),) * MAX_NODES), "at most 5000 nodes"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(edit: Edit, said: str) -> None:
    with pytest.raises(EditError) as refusal:
        apply(chain("Input", "Dense"), edit)
    assert said in str(refusal.value)


def test_all_faults_of_a_layer_are_told_at_once() -> None:
    with pytest.raises(EditError) as refusal:
        apply(chain("Dense"), Configure(id="dense", values={"units": 0, "activation": "loud"}))
    assert "units" in str(refusal.value)
    assert "activation" in str(refusal.value)


nested: object = "x"
for _ in range(100):
    nested = [nested]


@pytest.mark.parametrize(
    "value",
    [nested, "x" * 10_001, [0] * 10_001, [[0] * 200] * 200, object(), b"bytes"],
    ids=lambda value: type(value).__name__,
)
def test_values_without_bounds_are_refused(value: object) -> None:
    with pytest.raises(ValidationError, match=r"A value is|at most"):
        Configure(id="dense", values={"units": value})


@pytest.mark.parametrize(
    "document",
    [
        '{"type": "Explode"}',
        '{"type": "Rename", "id": "a", "to": "x\\");import os#"}',
        '{"type": "Move", "places": [{"id": "a", "x": NaN, "y": 0}]}',
        '{"type": "Move", "places": [{"id": "a", "x": 1e300, "y": 0}]}',
        '{"type": "Configure", "id": "a", "values": ' + "[" * 300 + "]" * 300 + "}",
        '{"type": "Connect", "edge": {"source": "a", "target": "b", "output": -1}}',
    ],
)
def test_an_edit_from_outside_is_checked(document: str) -> None:
    with pytest.raises(ValidationError):
        EDIT.validate_json(document)
