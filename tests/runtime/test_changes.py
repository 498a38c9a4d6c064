"""How a change is kept."""

import pytest

from builder.edits import (
    AddLayer,
    Configure,
    Disconnect,
    Expose,
    Fold,
    Insert,
    Load,
    Move,
    Paste,
    Place,
    Remove,
    Share,
    Unfold,
)
from builder.graph import DocumentError, Edge, Graph, Node
from builder.layers import example
from runtime.changes import packed, unpacked, words


def test_packing_loses_nothing():
    graph = Graph(nodes=(Node(id="dense", layer=example("Dense"), x=1.5, y=-2),))
    assert unpacked(packed(graph.model_dump_json().encode())) == graph


def test_a_packed_document_of_another_version_is_told_in_words():
    with pytest.raises(DocumentError, match="version: expected 1"):
        unpacked(packed(b'{"version": 9}'))


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        ([AddLayer(layer="Dense")], "Added Dense"),
        (
            [Configure(id="dense", values={"type": "Dense", "units": 3, "use_bias": False})],
            "Changed dense: units, use_bias",
        ),
        ([Move(places=(Place(id="a", x=0, y=0),))], "Moved a layer"),
        ([Remove(ids=("a", "b"))], "Removed a, b"),
        ([Remove(ids=("a", "b", "c", "d"))], "Removed 4 layers"),
        ([Disconnect(edges=(Edge(source="a", target="b"),))], "Disconnected an edge"),
        ([Insert(id="a", edge=Edge(source="b", target="c"))], "Put a between b and c"),
        ([Load(graph=Graph())], "Opened a network of 0 layers"),
        ([Paste(nodes=(Node(id="a", layer=example("Dense")),))], "Pasted a layer"),
        ([Fold(ids=("a", "b"), name="pair")], "Folded 2 layers into pair"),
        ([Unfold(id="pair")], "Unfolded pair"),
        ([Share(id="a", of="b")], "Let a use the layer of b"),
        ([Expose(node="a", field="units", name="width", inside="pair")], "Made units of a the parameter width in pair"),
        ([AddLayer(layer="Dense"), AddLayer(layer="Dense"), Remove(ids=("a",))], "Added Dense; Removed a"),
    ],
)
def test_edits_in_words(edits, told):
    assert words(edits) == told
