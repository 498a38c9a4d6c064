"""What comes in as a file: documents, models, code; and what cannot be opened."""

import json

import pytest

from builder.graph import write_graph
from builder.zoo import TEMPLATES
from pages.parts import uploads
from pages.parts.uploads import UploadError, from_code, opened
from runtime.child import ServiceError
from runtime.imports import Opened
from runtime.spec import Start

WEIGHTS = f"{'a' * 64}.npz"
GRAPH = TEMPLATES["mlp"].make()
CODE = """
import keras
from keras import layers

model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(1)])
model.compile(loss="mse")
print("ready")
"""


@pytest.fixture
def asked(monkeypatch):
    """What the service is asked to open, in place of asking it."""
    files = []

    def import_model(data):
        files.append(data)
        if data == b"broken":
            raise ServiceError("This is no model file.")
        return Opened(document=write_graph(GRAPH), notes=("Convolution2D is Conv2D.",), keras="1.2", weights=WEIGHTS)

    monkeypatch.setattr(uploads, "import_model", import_model)
    return files


def test_a_document_is_read_here(asked):
    assert opened("mine.json", write_graph(GRAPH).encode()) == (GRAPH, "", None)
    assert asked == []


@pytest.mark.parametrize("name", ["model.keras", "MODEL.H5", "old.hdf5"])
def test_a_model_file_goes_to_the_service_and_its_notes_are_told(asked, name):
    graph, notes, start = opened(name, b"bytes")
    assert graph == GRAPH
    assert "- Convolution2D is Conv2D." in notes
    assert "begins with its weights" in notes
    assert start == Start(file=WEIGHTS, title=name)
    assert asked == [b"bytes"]


def test_json_of_keras_is_a_model(asked):
    content = json.dumps({"class_name": "Sequential", "config": []}).encode()
    opened("model.json", content)
    assert asked == [content]


def test_code_is_read_and_what_was_passed_over_is_told():
    graph, notes, _ = opened("network.py", CODE.encode())
    assert [node.layer.type for node in graph.nodes] == ["Input", "Dense", "Dense"]
    assert "Line" in notes or notes == ""


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.keras", b"broken", "no model file"),
        ("a.json", b"{", "cannot|can be opened"),
        ("a.json", b"[" * 100_000, "cannot|can be opened"),
        ("a.py", b"import os\nos.system('true')", "Line|model|network"),
        ("a.py", b"\xff\xfe\x00", "Line|Python|text"),
        ("a.py", b"def (", "Line 1"),
    ],
)
def test_what_cannot_be_opened_is_said(asked, name, content, told):
    with pytest.raises(UploadError) as raised:
        opened(name, content)
    assert any(part in str(raised.value) for part in told.split("|")), str(raised.value)


def test_pasted_code_that_makes_nothing_is_told_with_its_line():
    with pytest.raises(UploadError, match=r"Line|model|network"):
        from_code("x = 1")
