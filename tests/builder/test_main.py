"""python -m builder: exit statuses, one JSON document, messages without a traceback."""

import json

import numpy as np
import pytest

from builder import terminal
from builder.__main__ import parser
from builder.graph import read_graph
from builder.layers.base import LAYERS
from builder.zoo import TEMPLATES


def call(*arguments: str) -> int:
    return terminal.run(parser(), arguments)


def test_a_template_becomes_a_document_and_code(tmp_path, capsys):
    file = tmp_path / "network.json"
    assert call("template", "lenet5", "-o", str(file)) == 0
    assert read_graph(file.read_text()) == TEMPLATES["lenet5"].make()
    assert call("code", str(file), "--style", "sequential") == 0
    assert "keras.Sequential(" in capsys.readouterr().out


def test_lists(capsys):
    assert call("list", "layers", "--json") == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == list(LAYERS)
    assert call("list", "templates") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [n for n in TEMPLATES if n != "empty"]
    assert call("list", "blocks", "--json") == 0
    blocks = {(row["name"], row["template"]): row["parameters"] for row in json.loads(capsys.readouterr().out)}
    assert blocks["bottleneck", "resnet152"] == "filters, widened"
    assert call("list", "zoo", "--json") == 0
    assert "MobileNetV2" in [row["name"] for row in json.loads(capsys.readouterr().out)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("{", "network document"),
        ('{"version": 2}', "version"),
        ('{"nodes": [{"id": "a", "layer": {"type": "Nonsense"}}]}', "Nonsense"),
        ('{"nodes": [{"id": "x\\");import os#", "layer": {"type": "Flatten"}}]}', "import os"),
    ],
)
def test_what_cannot_be_read_ends_with_2_and_words(content, said, tmp_path, capsys):
    file = tmp_path / "network.json"
    if content is not None:
        file.write_text(content)
    assert call("code", str(file)) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_python_code_becomes_a_document(tmp_path, capsys):
    code, network = tmp_path / "model.py", tmp_path / "network.json"
    assert call("template", "resnet18", "-o", str(network)) == 0
    assert call("code", str(network), "-o", str(code)) == 0
    assert call("import", str(code), "-o", str(network)) == 0
    assert [node.id for node in read_graph(network.read_text()).nodes] == [
        node.id for node in TEMPLATES["resnet18"].make().nodes
    ]
    code.write_text("import keras\nmodel = keras.Sequential([keras.layers.Dense(2)])\nmodel.fit(x)\n")
    assert capsys.readouterr().err == ""
    assert call("import", str(code), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["layers"] == 1
    assert [note.partition(":")[0] for note in told["notes"]] == ["Line 2", "Line 3"]
    assert call("import", str(code), "--weights", str(tmp_path / "w.npz")) == 1
    code.write_text("import keras\nmodel = keras.Sequential([keras.layers.Dense(wide)])\n")
    capsys.readouterr()
    assert call("import", str(code)) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("Line 2: `wide` is not defined")
    assert shown.out == ""


def test_no_is_1(tmp_path, capsys):
    file = tmp_path / "network.json"
    file.write_text('{"version": 1}')
    assert call("code", str(file)) == 1
    assert "empty" in capsys.readouterr().err


def test_an_unknown_template_names_those_there_are(capsys):
    assert call("template", "lenet6") == 2
    assert "lenet5" in capsys.readouterr().err


@pytest.mark.keras
def test_check_and_summary(tmp_path, capsys):
    file = tmp_path / "network.json"
    call("template", "lenet5", "-o", str(file))
    assert call("check", str(file), "--json") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert call("summary", str(file), "--json") == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["c1"]["output_shape"] == [None, 28, 28, 6]
    assert rows["c1"]["macs"] == 28 * 28 * 6 * 25
    assert sum(row["parameters"] for row in rows.values()) == 61_706
    broken = json.loads(file.read_text())
    broken["edges"] = [edge for edge in broken["edges"] if edge["target"] != "c3"]
    file.write_text(json.dumps(broken))
    assert call("check", str(file), "--json") == 1
    assert "c3" in {problem["node"] for problem in json.loads(capsys.readouterr().out)}


@pytest.mark.keras
def test_a_model_file_becomes_a_document_and_its_weights_a_file(tmp_path, capfd):
    from builder.importer import load_weights
    from tests.builder import old_keras

    config = old_keras.sequential(("Dense", {"batch_input_shape": [None, 3], "output_dim": 2}))
    arrays = {"W": np.ones((3, 2), "float32"), "b": np.ones(2, "float32")}
    model, network, weights = tmp_path / "model.h5", tmp_path / "network.json", tmp_path / "weights.npz"
    model.write_bytes(old_keras.h5(config, {"dense_1": arrays}, keras_version="1.2.2"))
    assert call("import", str(model), "-o", str(network), "--weights", str(weights), "--json") == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["keras"], told["layers"], told["weights"]) == ("1.2.2", 2, True)
    assert [node.id for node in read_graph(network.read_text()).nodes] == ["input_layer", "dense_1"]
    assert np.array_equal(load_weights(weights)["dense_1"][0], arrays["W"])
    alone = tmp_path / "model.json"
    alone.write_text(json.dumps(config))
    assert call("import", str(alone)) == 0
    assert read_graph(capfd.readouterr().out) == read_graph(network.read_text())
    assert call("import", str(alone), "--weights", str(weights)) == 1
    alone.write_text("{")
    assert call("import", str(alone)) == 2
    assert "Was the file cut off" in capfd.readouterr().err
