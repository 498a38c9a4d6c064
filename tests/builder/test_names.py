"""Names: what a node may be called, and the names that are given."""

import keyword
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from builder.layers import LAYERS
from builder.names import RESERVED, NodeId, base_name, fresh_id, fresh_names, snake_case

NODE_ID = TypeAdapter(NodeId)


@pytest.mark.parametrize("name", ["a", "conv2d_1", "stem", "x" * 64])
def test_a_plain_name_is_accepted(name: str) -> None:
    assert NODE_ID.validate_python(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "Conv", "1st", "_a", "a-b", "a b", "a\n", "é", "x" * 65, "lambda", "match", "model", "len", 'x");import os#'],
)
def test_what_would_break_a_script_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        NODE_ID.validate_python(name)


def test_the_first_name_is_that_of_keras_and_the_next_are_numbered() -> None:
    assert [fresh_id("Conv2D", set()), fresh_id("Conv2D", {"conv2d"}), fresh_id("Conv2D", {"conv2d", "conv2d_1"})] == [
        "conv2d",
        "conv2d_1",
        "conv2d_2",
    ]
    assert fresh_id("Input", set()) == "input_layer"
    assert fresh_id("Lambda", set()) == "lambda_1"


def test_snake_case_is_that_of_keras() -> None:
    assert [snake_case(name) for name in ("MaxPooling2D", "LSTM", "ReLU")] == ["max_pooling2d", "lstm", "re_lu"]


def test_every_layer_of_the_palette_gets_its_plain_name() -> None:
    for layer in LAYERS:
        assert fresh_id(layer, set()) == base_name(layer)


name = st.from_regex(r"[a-z][a-z0-9_]{0,63}", fullmatch=True).filter(
    lambda name: name not in RESERVED and not keyword.iskeyword(name) and not keyword.issoftkeyword(name)
)


@given(wanted=st.lists(name, max_size=20), taken=st.sets(name | st.just("output_1"), max_size=20))
def test_fresh_names_are_valid_and_never_twice(wanted: list[str], taken: set[str]) -> None:
    given_names = list(fresh_names(wanted, taken))
    assert len(given_names) == len(wanted) == len(set(given_names))
    assert not taken & set(given_names)
    for one in given_names:
        NODE_ID.validate_python(one)


def test_a_copy_keeps_the_name_that_a_person_chose() -> None:
    assert list(fresh_names(["stem", "stem_1"], {"stem", "stem_1"})) == ["stem_2", "stem_3"]


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
def test_no_node_can_hide_what_a_model_has() -> None:
    import keras

    own = {name for name in dir(keras.Model()) if re.fullmatch("[a-z][a-z0-9_]*", name)}
    assert own <= RESERVED
