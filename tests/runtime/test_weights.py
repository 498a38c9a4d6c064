"""Weights of backbones: what a network needs, fetched from a server on loopback that serves, lies or stalls."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from builder.graph import Edge, Graph, Node
from builder.layers import LAYERS
from builder.program import lower
from runtime import weights
from runtime.curves import fold_all
from runtime.datasets import downloads
from runtime.events import Downloading, Started
from runtime.weights import WeightsFile, WeightsUnavailable, fetch, missing_own, own_folder, provide, wanted

BODY = bytes(range(256)) * 1000
MD5, SHA256 = hashlib.md5(BODY).hexdigest(), hashlib.sha256(BODY).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Serves BODY, or stalls in the middle of it, or before it answers at all."""

    def do_HEAD(self):
        self._begin()

    def do_GET(self):
        self._begin()
        self.server.asked.append(self.path)
        self.wfile.write(BODY[: 1000 if "stall" in self.path else None])
        if "stall" in self.path:
            self.wfile.flush()
            self.server.closing.wait(30)

    def _begin(self):
        if "silent" in self.path:
            self.server.closing.wait(30)
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def serving():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.closing = [], threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(downloads, "SILENCE", 0.2)
    monkeypatch.setattr(weights, "ANSWERS", 0.2)


@pytest.fixture
def server():
    with serving() as running:
        yield running


def file(server, path="resnet.h5", hash=None):
    return WeightsFile("ResNet50", "resnet.h5", f"http://127.0.0.1:{server.server_address[1]}/{path}", hash)


def untold(*_):
    """Nobody is told."""


@pytest.mark.parametrize("hash", [None, MD5, SHA256])
def test_weights_arrive_where_keras_looks_once_and_with_progress(server, tmp_path, hash):
    steps = []
    path = fetch(file(server, hash=hash), lambda which, received, total: steps.append((which.name, received, total)))
    assert path == tmp_path / "keras" / "models" / "resnet.h5"
    assert path.read_bytes() == BODY
    assert steps[-1] == ("resnet.h5", len(BODY), len(BODY))
    fetch(file(server, hash=hash), untold)
    assert server.asked == ["/resnet.h5"]


def test_a_damaged_file_in_the_cache_is_fetched_again(server):
    whole = file(server, hash=MD5)
    whole.path.write_bytes(b"half of it")
    assert not whole.here
    assert fetch(whole, untold).read_bytes() == BODY


@pytest.mark.parametrize(
    ("path", "hash", "words"),
    [
        ("resnet.h5", "0" * 32, "another file than Keras expects"),
        ("stall", None, "timed out"),
        ("silent", None, "timed out"),
    ],
)
def test_what_cannot_be_had_is_told_and_leaves_nothing_behind(server, path, hash, words):
    asked = file(server, path, hash)
    with pytest.raises(WeightsUnavailable, match=words) as told:
        fetch(asked, untold)
    assert list(asked.path.parent.iterdir()) == []
    assert all(part in str(told.value) for part in ("ResNet50", str(asked.path.parent), asked.url, "random"))


def test_offline_says_what_to_do(server):
    gone = file(server)
    server.shutdown()
    server.server_close()
    with pytest.raises(WeightsUnavailable, match="refused"):
        fetch(gone, untold)


def test_the_size_is_told_before(server):
    assert file(server).size() == len(BODY)
    assert file(server, "silent").size() == 98 * 2**20  # what Keras publishes
    assert WeightsFile("MobileNetV3Small", "x.h5", "http://127.0.0.1:1/x.h5").size() is None


def network(**values):
    nodes = (
        Node(id="x", layer=LAYERS["Input"](shape=(32, 32, 3))),
        Node(id="a", layer=LAYERS["MobileNetV2"](include_top=False, **values)),
        Node(id="b", layer=LAYERS["VGG16"](include_top=False, pooling="avg", weights=None)),
    )
    return lower(Graph(nodes=nodes, edges=(Edge(source="x", target="a"), Edge(source="x", target="b"))))


def test_a_file_of_ones_own_must_lie_in_the_folder():
    program = network(weights="mine.weights.h5")
    with pytest.raises(WeightsUnavailable, match=r"mine.weights.h5 is not in .*home/weights"):
        provide(program, untold, own_folder())
    (own_folder() / "mine.weights.h5").write_bytes(b"")
    assert missing_own(program, own_folder()) == []


def test_a_download_shows_until_training_begins():
    news = Downloading(at=1.0, name="resnet.h5", received=5, total=10)
    started = Started(at=2.0, device="cpu", epochs=1, steps=1, batch_size=1, examples=1, parameters=1)
    assert fold_all([news]).download == news
    assert fold_all([news, started]).download is None


@pytest.mark.keras
def test_what_a_network_wants_is_what_keras_would_fetch(tmp_path, monkeypatch):
    from keras.src.utils import file_utils

    (asked,) = wanted(network(weights="imagenet"))
    assert asked.network == "MobileNetV2"
    assert asked.name == "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"
    assert asked.url.startswith("https://storage.googleapis.com/tensorflow/keras-applications/")
    assert wanted(network(weights=None)) == []
    asked.path.write_bytes(BODY)
    monkeypatch.setattr(file_utils.config, "keras_home", lambda: str(tmp_path / "keras"))
    assert file_utils.get_file(asked.name, asked.url, cache_subdir="models") == str(asked.path)


@pytest.mark.keras
def test_the_keras_service_tells_the_files_without_fetching_them():
    from runtime.keras_service import METHODS

    layer = {"type": "MobileNetV2", "weights": "imagenet"}
    nodes = [{"id": "x", "layer": {"type": "Input", "shape": [224, 224, 3]}}, {"id": "a", "layer": layer}]
    graph = {"version": 1, "nodes": nodes, "edges": [{"source": "x", "target": "a"}]}
    (told,) = METHODS["weights"]({"graph": json.dumps(graph)}, untold)
    assert WeightsFile(**told).name.endswith("_1.0_224.h5")
    assert not WeightsFile(**told).here


@pytest.mark.keras
def test_hashes_are_judged_as_keras_does(tmp_path):
    from keras.src.utils import file_utils

    path = tmp_path / "file"
    path.write_bytes(BODY)
    for hash in (MD5, SHA256):
        assert file_utils.validate_file(str(path), hash)
