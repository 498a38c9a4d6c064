"""Names of earlier Keras: each leads to one of today, and today's stay."""

import pytest

from builder.layers.base import LAYERS
from builder.older import ARGUMENTS, BECAME, RENAMED, argument


def test_layers_of_old_are_layers_of_today() -> None:
    assert {*RENAMED.values(), *BECAME.values()} <= set(LAYERS)
    assert not {*RENAMED, *BECAME} & set(LAYERS)


def test_arguments_of_old_are_arguments_of_today() -> None:
    every = {name for layer in LAYERS.values() for name in layer.model_fields} | {"data_format"}
    assert set(ARGUMENTS.values()) <= every


@pytest.mark.parametrize("layer", LAYERS)
def test_an_argument_of_today_keeps_its_name_in_a_file(layer: str) -> None:
    assert {name for name in LAYERS[layer].model_fields if argument(layer, name) != name} == set()


def test_what_an_argument_means_depends_on_the_layer() -> None:
    assert argument("Dense", "init") == "kernel_initializer"
    assert argument("Embedding", "init") == "embeddings_initializer"
    assert argument("Dropout", "p") == "rate"
    assert argument("L2", "l") == "l2"
