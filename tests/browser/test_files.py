"""What comes in and goes out: networks of the zoo, a model file of Keras, an export of what was trained."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.test_journey import TRAINED_WITHIN, begin, button, goto, projects

__all__ = ["projects"]  # the fixture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def keras_file() -> bytes:
    """A .keras file of a small Sequential, as Keras 3 writes its description."""

    def layer(kind, **config):
        return {"module": "keras.layers", "class_name": kind, "config": config, "registered_name": None}

    layers = [
        layer("InputLayer", batch_shape=[None, 8, 8, 1], dtype="float32", name="image"),
        layer("Conv2D", filters=4, kernel_size=[3, 3], activation="relu", name="Conv-1"),
        layer("Flatten", name="flatten"),
        layer("Dense", units=10, activation="softmax", name="digit"),
    ]
    config = {"module": "keras", "class_name": "Sequential", "config": {"name": "small", "layers": layers}}
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
    return memory.getvalue()


def test_a_network_of_the_zoo_is_found_and_opened(page, app_url, settled, projects):
    page.goto(f"{app_url}/zoo")
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    page.get_by_role("tab", name="Table").click()
    search = page.get_by_placeholder("Name, author")
    search.fill("lenet")
    search.press("Enter")
    settled(page)
    grid = page.get_by_test_id("stDataFrame").locator("canvas").first.bounding_box()
    page.mouse.click(grid["x"] + 16, grid["y"] + 52)  # the box at the left of the first row
    expect(page.get_by_text("Gradient-Based Learning Applied to Document Recognition")).to_be_visible()
    button(page, "Open it").click()
    page.wait_for_url(re.compile(r"/build\?project=[0-9a-f]{32}"))
    expect(page.locator("[data-layer=c1]")).to_be_visible()
    project = projects.project(page.url.rpartition("=")[2])
    assert {"c1", "s2", "c3"} <= {node.id for node in project.graph.nodes}


def test_a_model_file_of_keras_is_opened_with_its_names(page, app_url, projects):
    page.goto(app_url)
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(
        {"name": "small.keras", "mimeType": "application/octet-stream", "buffer": keras_file()}
    )
    page.wait_for_url(re.compile(r"/build\?project=[0-9a-f]{32}"), timeout=TRAINED_WITHIN)
    expect(page.locator("[data-layer=conv_1]")).to_be_visible()
    project = projects.project(page.url.rpartition("=")[2])
    assert [node.id for node in project.graph.nodes] == ["image", "conv_1", "flatten", "digit"]


def test_a_trained_network_leaves_as_onnx_that_was_compared(page, app_url):
    begin(page, app_url, "mlp")
    goto(page, "Train")
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("1")
    epochs.press("Enter")
    expect(button(page, "Train")).to_be_enabled(timeout=TRAINED_WITHIN)
    button(page, "Train").click()
    button(page, "Export the code").click(timeout=TRAINED_WITHIN)
    page.get_by_role("tab", name="Trained model").click()
    row = page.locator("[class*=st-key-export-onnx]")
    row.get_by_role("button", name="Make", exact=True).click()
    expect(row.get_by_text(re.compile("largest difference"))).to_be_visible(timeout=TRAINED_WITHIN)
    with page.expect_download() as download:
        row.get_by_role("button", name=re.compile("Download")).click()
    assert download.value.suggested_filename.endswith(".onnx")
