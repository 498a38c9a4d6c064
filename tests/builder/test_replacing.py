"""Another layer in the place of one, and parameters of many at once: what fits stays."""

import pytest

from builder.edits import (
    AddLayer,
    Configure,
    ConfigureAll,
    Connect,
    EditError,
    Expose,
    Fold,
    Replace,
    Share,
    apply,
)
from builder.graph import Edge, Graph
from builder.program import lower
from tests.builder.networks import chain, siamese


def pairs(graph: Graph) -> set[str]:
    return {f"{edge.source}>{edge.target}.{edge.port}" for edge in graph.edges}


def test_name_place_connections_and_parameters_of_the_same_kind_stay() -> None:
    graph = apply(chain("Input", "Conv2D", "Flatten"), Configure(id="conv2d", values={"filters": 5, "padding": "same"}))
    after = apply(graph, Replace(id="conv2d", layer="SeparableConv2D"))
    node = after.find("conv2d")
    assert (node.layer.type, node.layer.filters, node.layer.padding) == ("SeparableConv2D", 5, "same")
    assert (node.x, node.y) == (graph.nodes[1].x, graph.nodes[1].y)
    assert after.edges == graph.edges


def test_a_default_is_not_carried_over_and_another_kind_of_value_neither() -> None:
    graph = apply(chain("Input", "Dense"), Replace(id="dense", layer="LSTM"))
    assert graph.find("dense").layer.activation == "tanh"
    graph = apply(chain("Input", "Conv2D"), Configure(id="conv2d", values={"kernel_size": [5, 5]}))
    assert apply(graph, Replace(id="conv2d", layer="Conv1D")).find("conv2d").layer.kernel_size == 3


def test_what_is_asked_for_comes_before_what_was_there() -> None:
    graph = apply(chain("Input", "Dense"), Replace(id="dense", layer="LSTM", values={"units": 3}))
    assert graph.find("dense").layer.units == 3


def test_ports_are_matched_by_name_then_by_place() -> None:
    graph = chain("Input", "Dense", "Dense")
    attention = apply(graph, Replace(id="dense", layer="MultiHeadAttention"))
    assert {"input_layer>dense.query", "input_layer>dense.value", "dense>dense_1.inputs"} <= pairs(attention)
    assert pairs(apply(attention, Replace(id="dense", layer="Dense"))) == pairs(graph)


def test_of_many_inputs_the_first_stays_where_one_is_taken() -> None:
    graph = apply(chain("Input", "Dense"), AddLayer(layer="Add", id="add", after="dense"))
    graph = apply(graph, Connect(edge=Edge(source="input_layer", target="add")))
    assert {"dense>add.inputs", "input_layer>add.inputs"} <= pairs(apply(graph, Replace(id="add", layer="Average")))
    assert pairs(apply(graph, Replace(id="add", layer="Dense"))) == {"input_layer>dense.inputs", "dense>add.inputs"}
    assert pairs(apply(graph, Replace(id="add", layer="Input"))) == {"input_layer>dense.inputs"}


def test_outputs_that_are_gone_take_their_edges_along() -> None:
    graph = apply(chain("Input", "LSTM"), Configure(id="lstm", values={"return_state": True}))
    graph = apply(graph, AddLayer(layer="Dense", id="state"))
    graph = apply(graph, Connect(edge=Edge(source="lstm", output=1, target="state")))
    assert pairs(apply(graph, Replace(id="lstm", layer="Dense"))) == {"input_layer>lstm.inputs"}


def test_who_uses_the_layer_again_keeps_it() -> None:
    graph = apply(siamese(), Replace(id="embed", layer="Dropout"))
    assert graph.find("embed_right").shares is None
    assert lower(graph).missing == ()
    graph = apply(siamese(), Replace(id="embed_right", layer="Dropout"))
    assert graph.find("embed_right").shares is None


def test_parameters_of_a_block_follow() -> None:
    graph = apply(chain("Input", "Dense", "Dropout"), Fold(ids=("dense", "dropout"), name="part"))
    graph = apply(graph, Expose(node="dense", field="units", name="units", inside="part"))
    assert apply(graph, Replace(id="dense", layer="LSTM", inside="part")).block("part").exposes
    assert not apply(graph, Replace(id="dense", layer="Flatten", inside="part")).block("part").exposes


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (Replace(id="gone", layer="Dense"), "removed or renamed"),
        (Replace(id="dense", layer="Nonsense"), "No layer is called"),
        (Replace(id="dense", layer="LSTM", values={"units": -1}), "units"),
        (ConfigureAll(ids=("dense", "gone"), values={"units": 3}), "removed or renamed"),
        (ConfigureAll(ids=("dense",), values={"rate": 0.1}), "None of these layers"),
        (ConfigureAll(ids=("dense",), values={"units": 0}), "units"),
        (Connect(edge=Edge(source="dense", target="dense")), "with itself"),
        (Connect(edge=Edge(source="dense_1", target="dense")), "in a circle"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(edit, said: str) -> None:
    with pytest.raises(EditError, match=said):
        apply(chain("Input", "Dense", "Dense"), edit)


def test_many_change_at_once_each_what_it_has() -> None:
    graph = chain("Input", "Conv2D", "Dropout", "Conv2D", "Dense")
    ids = ("conv2d", "conv2d_1", "dense", "dropout")
    graph = apply(graph, ConfigureAll(ids=ids, values={"activation": "relu", "padding": "same"}))
    assert [getattr(node.layer, "activation", None) for node in graph.nodes] == [None, "relu", None, "relu", "relu"]
    assert graph.find("conv2d_1").layer.padding == "same"


def test_a_shared_layer_is_changed_with_its_owner() -> None:
    graph = apply(chain("Input", "Dense", "Dense"), Share(id="dense_1", of="dense"))
    graph = apply(graph, ConfigureAll(ids=("dense_1",), values={"units": 3}))
    assert [step.layer.units for step in lower(graph).steps[1:]] == [3, 3]
