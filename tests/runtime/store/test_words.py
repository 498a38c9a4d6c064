"""What a change is called."""

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
from builder.graph import Edge, Graph, Node
from builder.layers import example
from runtime.store.words import words


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
