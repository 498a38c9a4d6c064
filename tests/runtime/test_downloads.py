"""Downloads against a server on loopback that serves, stalls, trickles, breaks off or refuses."""

from __future__ import annotations

import gzip
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import numpy as np
import pytest

from runtime.datasets import DATASETS, DataUnavailable, downloads, keras_images
from runtime.run import DataSpec
from runtime.service import ServiceError

PIXELS = np.arange(40 * 28 * 28, dtype=np.uint8).reshape(40, 28, 28)
LABELS = np.arange(40, dtype=np.uint8) % 10


class Handler(BaseHTTPRequestHandler):
    """Does what the server is told to do, or what the path says."""

    def do_GET(self):
        what = self.server.does or self.path.rpartition("/")[2]
        if what == "gone":
            self.send_error(404, "Not Found")
            return
        self.send_response(200)
        body = self.server.files.get(what, b"x" * 300_000)
        if what != "unknown":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if what == "stall":
            self.wfile.write(body[:1000])
            self.wfile.flush()
            self.server.closing.wait(30)
        elif what == "trickle":
            while not self.server.closing.wait(0.01) and self._wrote(b"x"):
                pass
        elif what == "short":
            self.wfile.write(body[:1000])
        else:
            self.wfile.write(body)

    def _wrote(self, data):
        try:
            self.wfile.write(data)
        except OSError:
            return False
        return True

    def log_message(self, *_):
        pass


@contextmanager
def serving(files=(), does=""):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.files, server.does, server.closing = dict(files), does, threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def url():
    with serving() as address:
        yield address


@pytest.fixture
def told():
    steps = []
    token = downloads.progress.set(lambda received, total: steps.append((received, total)))
    yield steps
    downloads.progress.reset(token)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(downloads, "SILENCE", 0.2)


def test_a_file_arrives_with_progress(url, told, tmp_path):
    downloads.retrieve(f"{url}/whole", str(tmp_path / "file"))
    assert (tmp_path / "file").read_bytes() == b"x" * 300_000
    assert told[-1] == (300_000, 300_000)
    assert [received for received, _ in told] == sorted(received for received, _ in told)


def test_a_file_of_unknown_length_arrives(url, told, tmp_path):
    downloads.retrieve(f"{url}/unknown", str(tmp_path / "file"))
    assert told[-1] == (300_000, None)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("path", "words"),
    [("stall", "timed out"), ("trickle", "next to nothing"), ("short", "broke after 1,000"), ("gone", "404")],
)
def test_what_does_not_arrive_leaves_nothing_behind(url, tmp_path, path, words):
    with pytest.raises(OSError, match=words):
        downloads.retrieve(f"{url}/{path}", str(tmp_path / "file"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_larger_than_any_data_set_is_refused(url, tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "LARGEST", 1000)
    with pytest.raises(OSError, match="larger than any"):
        downloads.retrieve(f"{url}/whole", str(tmp_path / "file"))
    assert list(tmp_path.iterdir()) == []


class Service:
    """Stands in for the Keras service: tells of progress, waits until it may go on, gives its answer."""

    def __init__(self, answer):
        self.answer, self.asked, self.go_on = answer, [], threading.Event()

    def call(self, method, params, timeout, progress):
        self.asked.append((method, params))
        progress(1, 2)
        assert self.go_on.wait(30)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def answering(monkeypatch):
    """The screen's preview with a service that gives this answer."""
    monkeypatch.setattr(keras_images, "_fetches", {})
    monkeypatch.setattr(keras_images, "TELL", 0.01)

    def answering(answer):
        standin = Service(answer)
        monkeypatch.setattr(keras_images, "service", lambda: standin)
        return standin

    return answering


MNIST, SPEC = DATASETS["mnist"], DataSpec(name="mnist")


def test_the_screen_looks_through_the_service_and_remembers(answering):
    preview, told = MNIST.show(PIXELS, LABELS, LABELS[:20]), []
    service = answering(preview.model_dump(mode="json"))

    def progress(*step):
        told.append(step)
        if step == (1, 2):
            service.go_on.set()

    seen = MNIST.preview(SPEC, progress)
    assert told[-1] == (1, 2)
    assert service.asked == [("dataset", {"data": SPEC.model_dump()})]
    np.testing.assert_allclose(seen.inputs, preview.inputs, atol=1e-4)
    assert seen.inputs.shape == (24, 28, 28, 1)
    assert (seen.train_examples, seen.test_examples) == (40, 20)
    assert seen.train_counts == dict.fromkeys("0123456789", 4)
    assert MNIST.preview(SPEC) is seen
    assert len(service.asked) == 1


def test_who_leaves_during_a_download_finds_it_again(answering):
    service = answering(MNIST.show(PIXELS, LABELS, LABELS).model_dump(mode="json"))

    def leave(*_step):
        raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            MNIST.preview(SPEC, leave)
    service.go_on.set()
    assert MNIST.preview(SPEC).train_examples == 40
    assert len(service.asked) == 1


def test_offline_the_screen_offers_digits_and_tries_again_when_asked_again(answering):
    service = answering(ServiceError("timed out"))
    service.go_on.set()
    for _ in range(2):
        with pytest.raises(
            DataUnavailable, match=r"MNIST is downloaded once .*timed out.*Handwritten digits \(digits\)"
        ):
            MNIST.preview(SPEC)
    assert len(service.asked) == 2


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
def test_facts_need_no_download(name):
    task = DATASETS[name].task(DataSpec(name=name))
    assert len(task.classes) == 10
    assert task.input_shape in ((28, 28, 1), (32, 32, 3))
    assert task.examples in (60_000, 50_000)


def npz():
    file = BytesIO()
    np.savez(file, x_train=PIXELS, y_train=LABELS, x_test=PIXELS[:10], y_test=LABELS[:10])
    return file.getvalue()


def idx(array, header):
    return gzip.compress(bytes(header) + array.tobytes())


@pytest.fixture
def from_loopback(monkeypatch, tmp_path):
    """Lets keras.datasets fetch from this address into an empty cache, without the hashes of the real files."""
    import keras

    def from_loopback(address):
        def get_file(fname=None, origin=None, cache_subdir="datasets", **_):
            here = f"{address}/{origin.rpartition('/')[2]}"
            return keras.utils.get_file(fname, here, cache_subdir=cache_subdir, cache_dir=str(tmp_path))

        for name in ("mnist", "fashion_mnist"):
            module = __import__(f"keras.src.datasets.{name}", fromlist=[name])
            monkeypatch.setattr(module, "get_file", get_file)

    return from_loopback


def same_as_code(name):
    """The arrays of a set, after checking that its code makes the same."""
    spec, made = DataSpec(name=name), {}
    loaded, code = DATASETS[name].load(spec), DATASETS[name].code(spec)
    exec("\n".join((*code.imports, code.body)), made)
    for key in ("x_train", "y_train", "x_test", "y_test"):
        assert made[key].dtype == getattr(loaded, key).dtype
        np.testing.assert_array_equal(made[key], getattr(loaded, key))
    return loaded


@pytest.mark.keras
def test_mnist_is_downloaded_once_and_kept(from_loopback):
    with serving({"mnist.npz": npz()}) as address:
        from_loopback(address)
        DATASETS["mnist"].load(DataSpec(name="mnist"))
    loaded = same_as_code("mnist")
    np.testing.assert_array_equal(loaded.x_train, (PIXELS[..., None] / 255).astype("float32"))
    np.testing.assert_array_equal(loaded.y_train, LABELS.astype("int64"))
    assert (loaded.x_train.dtype, loaded.y_train.dtype, len(loaded.x_test)) == (np.float32, np.int64, 10)


@pytest.mark.keras
def test_fashion_mnist_is_downloaded_once_and_kept(from_loopback):
    files = {
        "train-labels-idx1-ubyte.gz": idx(LABELS, [0] * 8),
        "train-images-idx3-ubyte.gz": idx(PIXELS, [0] * 16),
        "t10k-labels-idx1-ubyte.gz": idx(LABELS[:10], [0] * 8),
        "t10k-images-idx3-ubyte.gz": idx(PIXELS[:10], [0] * 16),
    }
    with serving(files) as address:
        from_loopback(address)
        assert DATASETS["fashion_mnist"].look(DataSpec(name="fashion_mnist")).train_examples == 40
    assert same_as_code("fashion_mnist").x_test.shape == (10, 28, 28, 1)


@pytest.mark.keras
def test_cifar10_has_colours_and_flat_labels(monkeypatch):
    import keras

    pixels, labels = np.arange(4 * 32 * 32 * 3, dtype=np.uint8).reshape(4, 32, 32, 3), np.array([[0], [9], [3], [1]])
    read = ((pixels, labels.astype("uint8")), (pixels[:2], labels[:2].astype("uint8")))
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: read)
    loaded = same_as_code("cifar10")
    assert loaded.y_train.tolist() == [0, 9, 3, 1]
    assert loaded.x_train.shape == (4, 32, 32, 3)
    look = DATASETS["cifar10"].look(DataSpec(name="cifar10"))
    assert look.answers == ("airplane", "truck", "cat", "automobile")


@pytest.mark.keras
@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("does", ["stall", "gone", "short"])
def test_a_worker_without_the_data_says_so(from_loopback, does):
    with serving(does=does) as address:
        from_loopback(address)
        with pytest.raises(DataUnavailable, match=r"could not be had.*\(digits\)"):
            DATASETS["mnist"].load(DataSpec(name="mnist"))


@pytest.mark.keras
def test_a_damaged_file_in_the_cache_is_told(from_loopback, tmp_path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").write_bytes(b"half a file")
    from_loopback("http://127.0.0.1:9")
    with pytest.raises(DataUnavailable, match="MNIST is downloaded once"):
        DATASETS["mnist"].load(DataSpec(name="mnist"))
