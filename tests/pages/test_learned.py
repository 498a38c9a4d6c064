"""Learned weights on the screen: what they take, how far they are, and what to do where they do not come."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from streamlit.testing.v1 import AppTest

from builder.edits import Fold, apply
from builder.graph import Graph, Node, write_graph
from builder.layers import LAYERS
from builder.zoo import TEMPLATES
from builder.zoo.gallery import transfer
from pages.parts import learned
from pages.parts.learned import networks
from runtime.fetching import Download
from runtime.weights import WeightsFile

FILE = WeightsFile("MobileNetV2", "mobilenet.h5", "http://127.0.0.1:9/mobilenet.h5", "0" * 32)


class Service:
    def call(self, method, params, timeout):
        assert method == "weights"
        assert json.loads(params["graph"])
        return [asdict(FILE)]


def page(graph):
    from builder.graph import read_graph
    from pages.parts.learned import draw_learned

    draw_learned(read_graph(graph), "project")


@pytest.fixture
def downloads(tmp_path, monkeypatch):
    """The downloads that were begun; none of them goes on by itself."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(learned, "service", Service)
    begun: dict[str, Download] = {}
    monkeypatch.setattr(learned, "begin", lambda file: begun.setdefault(file.name, Download(file)))
    monkeypatch.setattr(learned, "download_of", lambda file: begun.get(file.name))
    return begun


def test_which_networks_need_learned_weights():
    assert networks(transfer("MobileNetV2", True)) == ("MobileNetV2",)
    assert networks(transfer("MobileNetV2", False)) == ()
    assert networks(TEMPLATES["lenet5"].make()) == ()
    twice = [Node(id=name, layer=LAYERS["VGG16"](weights="imagenet")) for name in ("one", "two")]
    assert networks(Graph(nodes=tuple(twice))) == ("VGG16",)
    assert networks(apply(Graph(nodes=tuple(twice)), Fold(ids=("one",), name="inner"))) == ("VGG16",)


def test_from_the_size_to_a_failure_and_to_the_file(downloads):
    app = AppTest.from_function(page, args=(write_graph(transfer("MobileNetV2", True)),), default_timeout=60).run()
    assert "at most 14 MB" in app.markdown[0].value
    app.button[0].click().run()
    download = downloads["mobilenet.h5"]
    download.received, download.total = 5_000_000, 9_400_000
    assert not app.run().exception
    (bar,) = app.get("progress")
    assert (bar.proto.value, bar.proto.text) == (53, "Learned weights of MobileNetV2: 5 of 9 MB")
    download.over, download.error = True, "The server is silent."
    app.run()
    assert [error.value for error in app.error] == ["The server is silent."]
    assert [button.label for button in app.button] == ["Try again"]
    download.error = ""
    FILE.path.write_bytes(b"")
    assert "are here" in app.run().caption[-1].value
    assert not app.error


def test_a_network_without_learned_weights_says_nothing(downloads):
    app = AppTest.from_function(page, args=(write_graph(TEMPLATES["lenet5"].make()),), default_timeout=60).run()
    assert not app.markdown
    assert not app.button
