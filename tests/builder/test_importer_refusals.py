"""Files that must not be opened: each is refused in words, at once, and nothing in them runs."""

from __future__ import annotations

import contextlib
import io
import json
import pickle
import zipfile

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.builder import old_keras

pytestmark = pytest.mark.keras

DENSE = old_keras.sequential(("Dense", {"batch_input_shape": [None, 3], "output_dim": 2}))
ARRAYS = {"dense_1": {"dense_1_W": np.ones((3, 2), "float32"), "dense_1_b": np.ones(2, "float32")}}


def refusal(data: bytes) -> str:
    from builder.importer import ModelFileError, open_model

    with pytest.raises(ModelFileError) as refused:
        open_model(data)
    return str(refused.value)


def archive(**members: bytes) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "."), data)
    return memory.getvalue()


def altered(change) -> bytes:
    """A good .h5 of which one thing is changed."""
    memory = io.BytesIO(old_keras.h5(DENSE, ARRAYS, keras_version="1.2.2"))
    with h5py.File(memory, "r+") as file:
        change(file)
    return memory.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (pickle.dumps({"model": 1}), "a Python pickle, which is never opened"),
        (b"\x1f\x8b\x08\x00", "packed with gzip"),
        (b"<!doctype html>", "a web page"),
        (b"GIF89a", "of a kind that is not known"),
        (b'{"class_name": "Sequential", "config": [{"class_na', "Was the file cut off"),
        (b'{"nodes": [], "edges": []}', "a network document of Layerloom"),
        (b"[" * 100_000, "no model file"),
        (b'{"a": ' * 5_000 + b"1" + b"}" * 5_000, "nested"),
        (json.dumps(DENSE).replace('"Dense"', '"Dense", "Dense": [' + "[" * 200 + "]" * 200 + "]").encode(), "levels deep"),
        (json.dumps(DENSE).replace("[null, 3]", "null").encode(), "does not tell the shape"),
        (b'{"class_name": "MyModel", "config": {}}', "'MyModel', whose computation is Python code"),
        (b'{"class_name": "Functional", "config": {"layers": 3, "input_layers": []}}', "damaged"),
        (archive(readme__txt=b"hello"), "holds no config.json"),
        (archive(data__pkl=b"x"), "a pickle is never opened"),
        (archive(config__json=b"{"), "Was the file cut off"),
        (archive(config__json=json.dumps(DENSE).encode())[:-30], "damaged or was cut off"),
        (old_keras.h5(DENSE, ARRAYS)[:1000], "damaged or was cut off"),
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 200, "damaged or was cut off"),
    ],
    ids=range(19),
)  # fmt: skip
def test_what_is_no_model(data, said):
    assert said in refusal(data)


def test_a_zip_bomb_is_not_unpacked():
    zeros = b"\0" * 50_000_000
    assert "zip bomb" in refusal(archive(config__json=json.dumps(DENSE).encode(), model__weights__h5=zeros))
    assert "zip bomb" in refusal(archive(config__json=b" " * 40_000_000 + b"{}"))


def test_a_member_that_lies_about_its_size():
    data = archive(config__json=json.dumps(DENSE).encode() + b" " * 5_000)
    size = (len(json.dumps(DENSE)) + 5_000).to_bytes(4, "little")
    said = refusal(data.replace(size, (100).to_bytes(4, "little")))
    assert "damaged" in said or "larger than the zip file says" in said


def test_an_h5_bomb_is_not_read():
    def fill(file):
        zeros = file.create_dataset("model_weights/huge", (10**8,), "f4", chunks=(10**6,), compression="gzip")
        zeros[: 10**6] = 0

    assert "as only a bomb does" in refusal(altered(fill))


def test_links_out_of_the_file_are_not_followed(tmp_path):
    def external(file):
        file["model_weights/away"] = h5py.ExternalLink("/etc/passwd", "/")

    def soft(file):
        file["model_weights/loop"] = h5py.SoftLink("/model_weights")

    def outside(file):
        file.create_dataset("model_weights/raw", (3,), "u1", external=[(str(tmp_path / "secret"), 0, 3)])

    (tmp_path / "secret").write_bytes(b"abc")
    assert "a link to another file ('/'" in refusal(altered(external))
    assert "a link to another place" in refusal(altered(soft))
    assert "out of another file" in refusal(altered(outside))


def test_weights_are_numbers():
    def texts(file):
        file["model_weights/words"] = np.array([b"x"], dtype=h5py.string_dtype())

    def references(file):
        file["model_weights/pointer"] = np.array([file.ref], dtype=h5py.ref_dtype)

    assert "weights are numbers" in refusal(altered(texts))
    assert "weights are numbers" in refusal(altered(references))


def test_weights_of_other_layers():
    def shrink(file):
        del file["model_weights/dense_1/dense_1_W"]
        file["model_weights/dense_1/dense_1_W"] = np.ones((2, 2), "float32")

    def miss(file):
        del file["model_weights/dense_1/dense_1_W"]

    assert "dense_1: the layer has 8 parameters, the file 6" in refusal(altered(shrink))
    assert "does not hold it" in refusal(altered(miss))


def test_code_and_custom_classes_are_refused_by_name_and_never_run(tmp_path):
    import keras

    ran = tmp_path / "ran"
    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x * 2, name="doubled")])
    model.save(file := tmp_path / "model.keras")
    assert "doubled: Lambda holds Python code, which is never run here" in refusal(file.read_bytes())
    evil = {"class_name": "subprocess.run", "module": "os", "config": {"command": f"touch {ran}"}, "name": "evil"}
    for layer in (evil, {**evil, "class_name": "__lambda__"}, {**evil, "module": "keras.layers", "class_name": "Foo"}):
        written = json.loads(model.to_json())
        written["config"]["layers"][1] = layer
        assert "evil" in refusal(json.dumps(written).encode())
    assert not ran.exists()


def test_a_circle_and_models_without_end():
    from builder.importer.refusal import MAX_NESTED

    def call(name):
        return [[[name, 0, 0, {}]]]

    layers = [
        {"class_name": "InputLayer", "name": "x", "config": {"name": "x", "batch_input_shape": [None, 2]}, "inbound_nodes": []},
        {"class_name": "Activation", "name": "a", "config": {"activation": "relu"}, "inbound_nodes": call("b")},
        {"class_name": "Activation", "name": "b", "config": {"activation": "relu"}, "inbound_nodes": call("a")},
    ]  # fmt: skip
    config = {"layers": layers, "input_layers": [["x", 0, 0]], "output_layers": [["b", 0, 0]]}
    assert "in a circle" in refusal(json.dumps({"class_name": "Model", "config": config}).encode())
    nested = DENSE["config"]
    for _ in range(MAX_NESTED + 1):
        nested = [{"class_name": "Sequential", "config": nested}]
    assert "nested more than" in refusal(json.dumps({"class_name": "Sequential", "config": nested}).encode())
    doubling = [
        {"class_name": "Activation", "config": {"name": "a", "activation": "relu", "batch_input_shape": [None, 2]}}
    ]
    for depth in range(14):
        twice = [
            {"class_name": "Sequential", "config": {"name": f"m{depth}{side}", "layers": doubling}} for side in "ab"
        ]
        doubling = twice
    assert "more than 5,000 layers" in refusal(json.dumps({"class_name": "Sequential", "config": doubling}).encode())


ODD = (
    None,
    True,
    -1,
    2**70,
    float("nan"),
    float("inf"),
    "",
    "relu",
    [],
    [[]],
    {},
    [1, 2],
    {"class_name": "Dense"},
    [["a", 0, 0]],
)


def places(value, path=()):
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(value[key], (*path, key))


@settings(max_examples=60)
@given(place=some.integers(0, 10_000), odd=some.sampled_from(ODD), missing=some.booleans())
def test_whatever_is_wrong_in_a_description_is_told(place, odd, missing):
    from builder.importer import ModelFileError, open_model

    whole = described_widely()
    path = (found := list(places(whole)))[place % len(found)]
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    if missing:
        del inner[path[-1]]
    else:
        inner[path[-1]] = odd
    with contextlib.suppress(ModelFileError):  # anything else is a fault
        open_model(json.dumps(whole).encode())


def described_widely():
    """A model of old with two inputs, cells, a wrapper, an operation, a slice and layers that several today compute."""

    def layer(kind, name, inbound, **config):
        return {"class_name": kind, "name": name, "config": {"name": name, **config}, "inbound_nodes": inbound}

    cells = [{"class_name": kind, "config": {"units": 2, "name": kind.lower()}} for kind in ("LSTMCell", "GRUCell")]
    stacked = {"class_name": "StackedRNNCells", "config": {"cells": cells}}
    every = {"start": None, "stop": None, "step": None}
    dense = {"class_name": "Dense", "config": {"units": 2, "kernel_regularizer": {"class_name": "L2", "config": {}}}}
    layers = [
        layer("InputLayer", "a", [], batch_input_shape=[None, 4, 3], dtype="float32"),
        layer("InputLayer", "b", [], batch_input_shape=[None, 2], sparse=False),
        layer("RNN", "r", [[["a", 0, 0, {}]]], cell=stacked, return_sequences=True),
        layer("TimeDistributed", "t", [[["r", 0, 0, {}]]], layer=dense),
        layer("SlicingOpLambda", "s", [["t", 0, 0, {"slice_spec": [every, -1]}]], function="__operators__.getitem"),
        layer("TFOpLambda", "o", [["s", 0, 0, {"y": ["b", 0, 0]}]], function="math.subtract"),
        layer("Highway", "h", [[["o", 0, 0, {}]]], activation="relu", init="uniform", bias=True),
        layer("MaxoutDense", "m", [[["h", 0, 0, {}]]], output_dim=2, nb_feature=3),
    ]
    config = {"layers": layers, "input_layers": [["a", 0, 0], ["b", 0, 0]], "output_layers": [["m", 0, 0]]}
    return {"class_name": "Model", "config": config}


def test_a_wide_description_is_opened_when_nothing_is_wrong_in_it():
    from builder.importer import open_model

    kinds = {node.layer.type for node in open_model(json.dumps(described_widely()).encode()).graph.nodes}
    assert {"LSTM", "GRU", "TimeDistributed", "Pick", "Subtract", "GlobalMaxPooling1D"} <= kinds


def test_weights_that_layerloom_wrote_are_checked_too(tmp_path):
    from builder.importer import WeightsError, load_weights

    file = tmp_path / "weights.npz"
    np.savez(file, **{"dense/0": np.array([{"a": 1}], dtype=object)})
    with pytest.raises(WeightsError):
        load_weights(file)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("dense/0.npy", b"\0" * 50_000_000)
    with pytest.raises(WeightsError, match="would unpack"):
        load_weights(file)
