"""Pasting blocks: each comes along, under another name where one of that name differs."""

from builder.edits import Configure, Expose, Paste, Remove, apply
from builder.graph import Graph
from builder.program import lower
from tests.builder.networks import chain, staged


def copied(graph: Graph, *ids: str) -> Paste:
    """What the canvas puts into the clipboard for some nodes of a network."""
    return Paste(nodes=tuple(node for node in graph.nodes if node.id in ids), edges=graph.edges, blocks=graph.blocks)


def test_blocks_come_along_into_another_project() -> None:
    network = staged()
    pasted = apply(chain("Input"), copied(network, "stage1", "stage2"))
    assert pasted.blocks == network.blocks
    assert [node.id for node in pasted.nodes] == ["input_layer", "stage1", "stage2"]
    assert len(pasted.edges) == 1


def test_the_same_block_is_not_there_twice() -> None:
    network = staged()
    pasted = apply(network, copied(network, "stage1"))
    assert pasted.blocks == network.blocks
    assert pasted.nodes[-1].layer.block == "stage"


def test_another_block_of_the_name_is_kept_apart_with_all_that_uses_it() -> None:
    network = staged()
    other = apply(network, Configure(id="dropout", values={"rate": 0.5}, inside="unit"))
    pasted = apply(other, copied(network, "stage1", "refined"))
    assert [block.name for block in pasted.blocks] == ["unit", "stage", "unit_1", "stage_1"]
    assert [node.layer.block for node in pasted.nodes[-2:]] == ["stage_1", "unit_1"]
    assert pasted.block("stage_1").nodes[-1].layer.block == "unit_1"
    all_of_it = apply(apply(other, Remove(ids=("image",))), copied(network, *(node.id for node in network.nodes)))
    assert lower(all_of_it).missing == ("stage1", "stage2", "refined", "pool", "label")


def test_a_block_can_be_pasted_into_itself_as_a_copy() -> None:
    network = staged()
    pasted = apply(network, copied(network, "stage1").model_copy(update={"inside": "unit"}))
    assert [block.name for block in pasted.blocks] == ["unit_1", "stage_1", "unit", "stage"]
    assert pasted.block("unit").nodes[-1].layer.block == "stage_1"


def test_a_block_of_a_text_without_its_inside_keeps_what_is_here() -> None:
    network = apply(staged(), Expose(node="dropout", field="seed", name="seed", inside="unit"))
    edit = Paste(nodes=copied(network, "stage1").nodes)
    assert apply(network, edit).blocks == network.blocks
    assert "stage1" in lower(apply(Graph(), edit)).missing
