"""Receptive fields: those that the paper gives, the formula on each kind of layer, and words where there is none."""

from __future__ import annotations

import pytest
from hypothesis import given

from builder.edits import AddLayer, Connect, Edit, apply
from builder.flat import flat
from builder.graph import Edge, Graph
from builder.program import lower
from builder.receptive import Receptive, receptive_fields
from builder.zoo import TEMPLATES
from tests.builder.networks import graphs


def fields(graph: Graph) -> dict[str, Receptive]:
    return receptive_fields(flat(lower(graph)).program)


def network(*edits: Edit) -> Graph:
    graph = Graph()
    for edit in edits:
        graph = apply(graph, edit)
    return graph


def chain(shape: list[int], *layers: tuple[str, dict[str, object]]) -> Receptive:
    """The field behind the last of some layers in a row."""
    names = ["image", *(f"layer_{number}" for number in range(len(layers)))]
    edits = [
        AddLayer(layer=kind, id=name, values=values, after=before)
        for (kind, values), before, name in zip(layers, names, names[1:], strict=False)
    ]
    return fields(network(AddLayer(layer="Input", id="image", values={"shape": shape}), *edits))[names[-1]]


@pytest.mark.parametrize(
    ("template", "size"),
    [("alexnet", 195), ("vgg_d", 212), ("mobilenet", 315), ("resnet50", 483), ("resnet101", 1027), ("resnet152", 1507)],
)
def test_the_networks_of_the_paper_have_the_fields_of_its_table(template: str, size: int) -> None:
    found = [one.size for one in fields(TEMPLATES[template].make()).values() if one.size]
    assert max(found) == (size, size)


@pytest.mark.parametrize(
    ("layers", "size", "jump"),
    [
        ([("Conv2D", {"kernel_size": [3, 5]})], (3, 5), (1, 1)),
        ([("Conv2D", {"kernel_size": [3, 3], "dilation_rate": [4, 1]})], (9, 3), (1, 1)),
        ([("MaxPooling2D", {})] * 2, (4, 4), (4, 4)),
        ([("MaxPooling2D", {"pool_size": [3, 3], "strides": [2, 1]})], (3, 3), (2, 1)),
        ([("MaxPooling2D", {}), ("UpSampling2D", {})], (2, 2), (1, 1)),
        ([("MaxPooling2D", {}), ("UpSampling2D", {"interpolation": "bilinear"})], (4, 4), (1, 1)),
        ([("MaxPooling2D", {}), ("Conv2DTranspose", {"kernel_size": [3, 3], "strides": [2, 2]})], (4, 4), (1, 1)),
        (
            [("SpectralNormalization", {"layer": {"type": "Conv2D", "filters": 2, "kernel_size": [3, 3]}})],
            (3, 3),
            (1, 1),
        ),
        ([("BatchNormalization", {}), ("ReLU", {}), ("ZeroPadding2D", {})], (1, 1), (1, 1)),
    ],
)
def test_kernel_stride_and_dilation_along_each_axis(layers, size, jump) -> None:
    found = chain([32, 32, 3], *layers)
    assert (found.size, found.jump, found.why) == (size, jump, "")


def test_the_longest_path_counts() -> None:
    found = fields(
        network(
            AddLayer(layer="Input", id="image", values={"shape": [32, 32, 3]}),
            AddLayer(layer="Conv2D", id="wide", values={"kernel_size": [7, 3], "padding": "same"}, after="image"),
            AddLayer(layer="Conv2D", id="tall", values={"kernel_size": [3, 5], "padding": "same"}),
            Connect(edge=Edge(source="image", target="tall")),
            AddLayer(layer="Concatenate", id="both", after="wide"),
            Connect(edge=Edge(source="tall", target="both")),
        )
    )
    assert found["both"].size == (7, 5)


@pytest.mark.parametrize(
    ("layers", "why"),
    [
        ([("Flatten", {}), ("Dense", {})], "Dense connects all"),
        ([("GlobalAveragePooling2D", {}), ("Dense", {})], "GlobalAveragePooling2D looks at all places"),
        ([("Reshape", {"target_shape": [1024, 3]})], "Reshape lays the places out anew"),
        ([("VGG16", {})], "is a whole network"),
        ([("Conv1D", {})], "other axes"),
    ],
)
def test_where_there_is_none_words_say_why(layers, why) -> None:
    found = chain([32, 32, 3], *layers)
    assert found.size is None
    assert why in found.why


def test_a_dense_layer_that_goes_over_channels_only_widens_nothing() -> None:
    assert chain([32, 32, 3], ("Conv2D", {"kernel_size": [3, 3]}), ("Dense", {})).size == (3, 3)


def test_tokens_and_steps_are_places_too() -> None:
    assert chain([50], ("Embedding", {}), ("Conv1D", {"kernel_size": 5})).size == (5,)
    assert chain([50, 8], ("TimeDistributed", {"layer": {"type": "Dense", "units": 2}})).size == (1,)
    clip = ("TimeDistributed", {"layer": {"type": "Conv2D", "filters": 2, "kernel_size": [3, 3]}})
    assert chain([9, 32, 32, 3], clip).size == (1, 3, 3)
    assert "the whole of each step" in chain([9, 32, 32, 3], ("TimeDistributed", {"layer": {"type": "Flatten"}})).why


def test_a_row_of_numbers_has_no_places_until_it_is_laid_out() -> None:
    assert not chain([784]).size
    assert chain([784], ("Reshape", {"target_shape": [28, 28, 1]}), ("Conv2D", {"kernel_size": [3, 3]})).size == (3, 3)


@given(graphs)
def test_every_network_has_an_answer_for_every_layer(graph: Graph) -> None:
    program = flat(lower(graph)).program
    found = receptive_fields(program)
    assert set(found) == {step.id for step in program.steps}
    assert all(one.size is not None or one.why for one in found.values())
