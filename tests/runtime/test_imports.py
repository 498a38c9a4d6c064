"""Model files on their way from the screen to the service and back."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from runtime import imports, keras_service
from runtime.service import ServiceError
from runtime.starts import folder
from tests.builder import old_keras

DENSE = old_keras.sequential(("Dense", {"batch_input_shape": [None, 3], "output_dim": 2}))
KERNEL, BIAS = np.ones((3, 2), "float32"), np.zeros(2, "float32")
FILE = old_keras.h5(DENSE, {"dense_1": {"W": KERNEL, "b": BIAS}}, keras_version="1.2.2")


class Direct:
    """The child's method, called at once; what it raises arrives as it does through the pipes."""

    def call(self, method: str, params: dict[str, Any], timeout: float) -> Any:
        try:
            return json.loads(json.dumps(keras_service.METHODS[method](params, lambda *_: None)))
        except ValueError as error:
            raise ServiceError(str(error)) from None


@pytest.fixture
def service(tmp_path, monkeypatch) -> Any:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    return Direct()


@pytest.mark.keras
def test_a_file_becomes_a_network_and_its_weights_are_kept(service, tmp_path):
    from builder.importer import load_weights

    opened = imports.import_model(FILE, keras=service)
    assert [node.id for node in opened.graph.nodes] == ["input_layer", "dense_1"]
    assert opened.keras == "1.2.2"
    weights = load_weights(folder() / opened.weights)
    assert np.array_equal(weights["dense_1"][0], KERNEL)
    assert list((tmp_path / "uploads").iterdir()) == []
    assert imports.import_model(FILE, keras=service) == opened
    assert len(list(folder().iterdir())) == 1


@pytest.mark.keras
def test_an_architecture_alone_has_no_weights(service):
    opened = imports.import_model(json.dumps(DENSE).encode(), keras=service)
    assert opened.weights is None
    assert any("no weights" in note for note in opened.notes)


@pytest.mark.keras
def test_what_cannot_be_opened_is_said_and_leaves_nothing(service, tmp_path):
    with pytest.raises(ServiceError, match="damaged or was cut off"):
        imports.import_model(FILE[:700], keras=service)
    assert list((tmp_path / "uploads").iterdir()) == []
    assert list(folder().iterdir()) == []


def test_a_large_upload_does_not_reach_the_service(monkeypatch, service):
    monkeypatch.setattr(imports, "MAX_UPLOAD", 10)
    with pytest.raises(ServiceError, match="at most"):
        imports.import_model(FILE, keras=service)
