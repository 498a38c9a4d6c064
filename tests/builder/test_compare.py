"""Two networks side by side."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.compare import changed_inside, compare
from builder.edits import (
    AddLayer,
    Configure,
    Connect,
    Disconnect,
    EditError,
    Expose,
    Fold,
    Move,
    Place,
    Remove,
    Rename,
    RenameBlock,
    Share,
    apply,
)
from builder.graph import Edge, Graph, Node
from builder.layers import example
from builder.zoo import TEMPLATES
from tests.builder.networks import chain, edits, graphs

LENET = TEMPLATES["lenet5"].make()


def done(graph, *steps):
    for step in steps:
        graph = apply(graph, step)
    return graph


def told(before, after):
    return [(one.kind, one.words) for one in compare(before, after)]


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([Configure(id="c1", values={"filters": 64})], [("changed", "c1: filters 6 → 64")]),
        ([Configure(id="c1", values={"kernel_size": [3, 3]})], [("changed", "c1: kernel_size 5x5 → 3x3")]),
        ([Configure(id="c1", values={"use_bias": False})], [("changed", "c1: use_bias on → off")]),
        ([AddLayer(layer="Dropout", id="drop", after="f6")], [("added", "drop: Dropout rate 0.5")]),
        ([Rename(id="c3", to="second")], [("changed", "c3 is called second")]),
        (
            [Rename(id="c3", to="second"), Configure(id="second", values={"filters": 3})],
            [("changed", "c3 is called second"), ("changed", "second: filters 16 → 3")],
        ),
        ([Move(places=(Place(id="c1", x=5000, y=0),))], [("moved", "c1 stands elsewhere")]),
        ([Disconnect(edges=(Edge(source="c1", target="s2"),))], [("changed", "c1 → s2: disconnected")]),
        ([Remove(ids=("c1",), heal=True)], [("removed", "c1: Conv2D")]),
    ],
)
def test_what_was_done_in_words(steps, words):
    found = told(LENET, done(LENET, *steps))
    assert [one for one in found if one[0] != "moved" or words[0][0] == "moved"] == words


def test_a_whole_chain_under_other_names_is_the_same_chain():
    renamed = done(LENET, *[Rename(id=node.id, to=f"{node.id}_x") for node in LENET.nodes])
    assert {kind for kind, _ in told(LENET, renamed)} == {"changed"}
    assert all("is called" in words for _, words in told(LENET, renamed))


def test_a_renamed_layer_is_found_though_its_neighbour_has_changed():
    after = done(LENET, AddLayer(layer="Dropout", id="drop", after="f6"), Rename(id="f6", to="dense"))
    assert [one for one in told(LENET, after) if one[0] != "moved"] == [
        ("added", "drop: Dropout rate 0.5"),
        ("changed", "f6 is called dense"),
    ]


def test_two_that_look_alike_are_not_guessed():
    two = done(Graph(), AddLayer(layer="Dense", id="a"), AddLayer(layer="Dense", id="b"))
    others = done(Graph(), AddLayer(layer="Dense", id="x"), AddLayer(layer="Dense", id="y"))
    assert Counter(kind for kind, _ in told(two, others)) == {"removed": 2, "added": 2}


def test_another_type_under_the_same_name():
    before, after = (Graph(nodes=(Node(id="a", layer=example(layer)),)) for layer in ("Dense", "Flatten"))
    assert told(before, after) == [("changed", "a: Dense → Flatten")]


def test_sharing_is_told():
    two = done(Graph(), AddLayer(layer="Dense", id="a"), AddLayer(layer="Dense", id="b"))
    shared = apply(two, Share(id="b", of="a"))
    assert told(two, shared) == [("changed", "b: uses the layer of a")]
    assert told(shared, two) == [("changed", "b: has a layer of its own")]


def test_the_order_of_what_is_joined_is_told():
    made = done(
        Graph(),
        AddLayer(layer="Dense", id="a"),
        AddLayer(layer="Dense", id="b"),
        AddLayer(layer="Concatenate", id="c"),
        Connect(edge=Edge(source="a", target="c")),
        Connect(edge=Edge(source="b", target="c")),
    )
    turned = made.model_copy(update={"edges": made.edges[::-1]})
    assert told(made, turned) == [("changed", "c: order of its inputs")]


def test_blocks_are_compared_inside():
    flat = chain("Input", "Dense", "Dense", "Dense")
    made = done(flat, Fold(ids=("dense", "dense_1"), name="pair"))
    assert ("added", "the block pair") in told(flat, made)

    inside = apply(made, Configure(id="dense", values={"units": 3}, inside="pair"))
    [one] = compare(made, inside)
    assert (one.words, one.inside) == ("dense: units 64 → 3", "pair")
    assert changed_inside((one,), inside) == {"pair"}

    exposed = apply(made, Expose(node="dense", field="units", name="width", inside="pair"))
    assert told(made, exposed) == [("added", "the parameter width")]
    wider = apply(exposed, Configure(id="pair", values={"values": {"width": 8}}))
    assert told(exposed, wider) == [("changed", "pair: width the block's own → 8")]

    assert told(made, apply(made, RenameBlock(name="pair", to="couple"))) == [
        ("changed", "the block pair is called couple")
    ]


@settings(max_examples=25)
@given(graphs)
def test_nothing_differs_from_itself(graph):
    assert compare(graph, graph) == ()


@settings(max_examples=25)
@given(graphs, graphs)
def test_whatever_differs_is_told_and_its_keys_are_there(before, after):
    found = compare(before, after)
    assert bool(found) == (before != after)
    turned = compare(after, before)
    assert sum(one.kind == "added" for one in found) == sum(one.kind == "removed" for one in turned)
    old, new = {node.id for node in before.nodes}, {node.id for node in after.nodes}
    for one in found:
        assert one.words
        if one.inside is None:
            assert one.before is None or one.before.partition("#")[0] in old
            assert one.after is None or one.after.partition("#")[0] in new


@settings(max_examples=25)
@given(graphs, st.lists(edits, max_size=4))
def test_every_edit_that_changes_something_is_told(graph, steps):
    after = graph
    for step in steps:
        try:
            after = apply(after, step)
        except EditError:
            continue
    assert bool(compare(graph, after)) == (graph != after)


@settings(max_examples=25)
@given(graphs)
def test_a_renamed_node_is_found_again(graph):
    ids = [node.id for node in graph.nodes]
    if len(ids) == len(set(ids)) > 0:
        found = compare(graph, apply(graph, Rename(id=ids[0], to="quite_new")))
        assert ("changed", f"{ids[0]} is called quite_new") in [(one.kind, one.words) for one in found]
