"""Operations by the names that Keras and TensorFlow give them, and what is taken out of a tensor, as layers."""

import pytest

from builder import cutting, operations
from builder.cutting import ELLIPSIS
from builder.layers.base import LayerSpec

ALL = slice(None)


def told(layers: list[LayerSpec] | None) -> list[str] | None:
    return None if layers is None else [f"{one.type} {one.summary()}".strip() for one in layers]


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("math.reduce_mean", "mean"),
        ("Mean", "mean"),
        ("__operators__.truediv", "divide"),
        ("TrueDivide", "divide"),
        ("compat.v1.transpose", "transpose"),
        ("AddV2", "add"),
        ("LogSoftmax", "log_softmax"),
        ("clip_by_value", "clip"),
    ],
)
def test_names_of_old_come_to_those_of_keras(name: str, function: str) -> None:
    assert operations.canonical(name) == function


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "layer"),
    [
        ("mean", [1], {}, "Reduce mean over 1"),
        ("sum", [], {"axis": [1, 2], "keepdims": True}, "Reduce sum over 1 and 2"),
        ("clip", [], {"clip_value_min": 0.0, "clip_value_max": 1.0}, "Clip from 0 to 1"),
        ("transpose", [[0, 2, 1]], {}, "Permute 2, 1"),
        ("pad", [[[0, 0], [1, 2], [0, 0]]], {}, "ZeroPadding1D 1+2"),
        ("elu", [0.5], {}, "ELU alpha 0.5"),
        ("flip", [], {"axis": [1]}, "Slice ::-1 of axis 1"),
    ],
)
def test_operations_on_one_tensor(name: str, args: list[object], kwargs: dict[str, object], layer: str) -> None:
    made = operations.of_one(name, operations.settings(name, args, kwargs))
    assert made is not None
    assert f"{made.type} {made.summary()}".strip() == layer


@pytest.mark.parametrize(
    ("name", "given"),
    [("mean", {}), ("sum", {"axis": 0}), ("transpose", {"axes": [1, 0]}), ("gelu", {}), ("pad", {"pad_width": [[1, 1]] * 3})],
)  # fmt: skip
def test_what_touches_the_batch_or_is_another_function_is_none(name: str, given: dict[str, object]) -> None:
    assert operations.of_one(name, given) is None


def test_a_mean_over_all_places_is_a_pooling_where_the_shape_is_known() -> None:
    pooled = operations.of_one("mean", {"axis": [1, 2]}, (None, 8, 8, 3))
    assert pooled is not None
    assert pooled.type == "GlobalAveragePooling2D"


@pytest.mark.parametrize(
    ("name", "number", "first", "layer"),
    [
        ("subtract", 3, False, "Rescaling x -1 + 3"),
        ("power", 2, True, "Elementwise square"),
        ("maximum", 0, True, "ReLU"),
        ("minimum", 6, False, "Clip to 6"),
        ("rdivide", 1, True, "Elementwise reciprocal"),
    ],
)
def test_a_tensor_with_a_number(name: str, number: float, first: bool, layer: str) -> None:
    made = operations.with_number(name, number, first)
    assert made is not None
    assert f"{made.type} {made.summary()}".strip() == layer


@pytest.mark.parametrize(
    ("picks", "layers"),
    [
        ([ALL, -1], ["Pick -1 of axis 1"]),
        ([ALL, -1, ALL], ["Pick -1 of axis 1"]),
        ([ALL, slice(1, 4, 2), 0], ["Slice 1:4:2 of axis 1", "Pick 0 of axis 2"]),
        ([ALL, 0, slice(2, None)], ["Pick 0 of axis 1", "Slice 2: of axis 1"]),
        ([ALL, None], ["ExpandDims 1"]),
        ([ELLIPSIS, 0], ["Pick 0 of axis 2"]),
        ([ELLIPSIS, None], ["ExpandDims 3"]),
        ([ALL], []),
        ([0], None),
        ([slice(1, None)], None),
    ],
)
def test_what_brackets_take_out_of_a_tensor(picks: list[object], layers: list[str] | None) -> None:
    assert told(cutting.taken(picks, 3)) == layers


def test_parts_of_a_tensor() -> None:
    assert told(cutting.parts(2, -1, 6)) == ["Slice 0:3 of axis -1", "Slice 3: of axis -1"]
    assert told(cutting.parts([1, 3], 1, None)) == ["Slice 0:1 of axis 1", "Slice 1:3 of axis 1", "Slice 3: of axis 1"]
    assert told(cutting.parts([2, 4], 1, None, tensorflow=True)) == ["Slice 0:2 of axis 1", "Slice 2: of axis 1"]
    assert cutting.parts(4, -1, 6) is None
