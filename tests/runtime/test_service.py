"""The service against a tiny child without Keras: answers, hangs, deaths, restarts; and once against the real one."""

from __future__ import annotations

import gzip
import os
import signal
import sys
import threading

import psutil
import pytest
from pydantic import BaseModel

from builder.graph import Edge, Graph, Node
from builder.layers import LAYERS
from runtime.child import Child
from runtime.datasets import DATASETS, DataUnavailable, keras_images
from runtime.keras_service import MEMORY_LIMIT
from runtime.run import DataSpec
from runtime.service import KerasService, ServiceError

# A child that does what its questions say. A shape is the number of the question, so that tests see what was asked.
FAKE = """
import json, os, sys, threading, time

def send(**message):
    print(json.dumps(message), flush=True)

def shapes(number, params):
    graph = params["graph"]
    if '"hang"' in graph:
        threading.Event().wait()
    if '"die"' in graph:
        os._exit(3)
    ids = [node["id"] for node in json.loads(graph)["nodes"]]
    return {id: {"shapes": [[None, number]], "dtypes": ["float32"]} for id in ids}

def main():
    send(ready=True)
    for line in sys.stdin:
        question = json.loads(line)
        number, params = question["id"], question["params"]
        match question["method"]:
            case "echo": send(id=number, result=params)
            case "refuse": send(id=number, error="No: " + params["why"])
            case "die": os._exit(3)
            case "hang": threading.Event().wait()
            case "babble": print("not json", flush=True)
            case "shapes": send(id=number, result=shapes(number, params))
            case "dataset":
                for done in range(3):
                    send(id=number, progress=[done, 2])
                if not params.get("stall"):
                    send(id=number, result="done")

main()
"""


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))


@pytest.fixture
def start():
    started = []

    def start(code=FAKE, **limits):
        service = KerasService(command=(sys.executable, "-S", "-c", code), **limits)
        service.start()
        started.append(service)
        return service

    yield start
    for service in started:
        service.close()


def network(*names):
    dense = LAYERS["Dense"](units=1)
    return Graph(nodes=tuple(Node(id=name, layer=dense) for name in names))


def until(service, state):
    with service._changed:
        assert service._changed.wait_for(lambda: service.state == state, timeout=30), service.message


def test_it_answers(start):
    service = start()
    assert service.call("echo", {"text": "Grüße\n"}, timeout=30) == {"text": "Grüße\n"}
    assert service.state == "ready"
    assert service.message == ""


def test_what_a_method_refuses_is_told_and_the_child_lives_on(start):
    service = start()
    with pytest.raises(ServiceError, match="No: too large"):
        service.call("refuse", {"why": "too large"}, timeout=30)
    pid = service.pid
    assert service.call("echo", {}, timeout=30) == {}
    assert service.pid == pid


def test_a_child_that_dies_is_replaced(start):
    service = start()
    with pytest.raises(ServiceError, match="exit status 3") as caught:
        service.call("die", {}, timeout=30)
    assert caught.value.died
    assert service.call("echo", {"again": 1}, timeout=30) == {"again": 1}
    assert "stopped unexpectedly" in service.message


def test_a_child_killed_while_idle_is_replaced(start):
    service = start()
    until(service, "ready")
    first = service.pid
    os.kill(first, signal.SIGKILL)
    with service._changed:
        assert service._changed.wait_for(lambda: service.state == "ready" and service.pid != first, timeout=30)
    assert service.call("echo", {}, timeout=30) == {}


def test_a_child_that_hangs_is_killed_and_replaced(start):
    service = start()
    until(service, "ready")
    hung = psutil.Process(service.pid)
    with pytest.raises(ServiceError, match="did not answer within"):
        service.call("hang", {}, timeout=0.3)
    psutil.wait_procs([hung], timeout=30)
    assert not hung.is_running()
    assert service.call("echo", {"again": 1}, timeout=30) == {"again": 1}
    assert "did not answer" in service.message


def test_a_stopped_child_with_a_full_pipe_does_not_hold_the_caller(start):
    service = start()
    until(service, "ready")
    os.kill(service.pid, signal.SIGSTOP)
    with pytest.raises(ServiceError, match="did not answer"):
        service.call("echo", {"text": "x" * 1_000_000}, timeout=0.3)
    assert service.call("echo", {}, timeout=30) == {}


def test_a_child_that_babbles_is_replaced(start):
    service = start()
    with pytest.raises(ServiceError, match="cannot be read"):
        service.call("babble", {}, timeout=30)
    assert service.call("echo", {}, timeout=30) == {}


def test_a_child_that_never_starts_is_given_up(start):
    service = start(code="import sys; sys.exit('no Keras here')")
    until(service, "failed")
    assert "cannot be started" in service.message
    assert service.shapes(network("a"), wait=30) is None
    with pytest.raises(ServiceError, match="cannot be started"):
        service.call("echo", {}, timeout=30)


def test_a_given_up_service_can_be_started_again(start, tmp_path):
    there = tmp_path / "there"
    service = start(code=f"import os, sys\nif not os.path.exists({str(there)!r}): sys.exit(1)\n{FAKE}")
    until(service, "failed")
    service._supervisor.join(30)
    there.touch()
    service.start()
    assert service.call("echo", {}, timeout=30) == {}


def test_a_child_that_is_slow_to_start_is_killed(start):
    service = start(code="import threading; threading.Event().wait()", start_limit=0.1)
    until(service, "failed")
    assert "too long to start" in service.message


def test_a_command_that_is_not_there_is_told():
    service = KerasService(command=("/no/such/python",))
    service.start()
    until(service, "failed")
    assert "cannot be started" in service.message


def test_shapes_are_remembered_without_positions(start):
    service = start()
    graph = network("a", "b")
    first = service.shapes(graph, wait=30)
    moved = Graph(nodes=tuple(Node(id=node.id, layer=node.layer, x=9, y=9) for node in graph.nodes))
    assert set(first) == {"a", "b"}
    assert service.shapes(moved) == first
    connected = Graph(nodes=graph.nodes, edges=(Edge(source="a", target="b"),))
    assert service.shapes(connected, wait=30) != first


def test_shapes_come_later_when_nobody_waits(start):
    service = start()
    graph = network("a")
    while (facts := service.shapes(graph)) is None:
        with service._changed:
            service._changed.wait(30)
    assert set(facts) == {"a"}


def test_the_newest_network_is_described_first_and_the_oldest_dropped(start, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    service = start(code=f"open({str(gate)!r}).read()\n{FAKE}")
    for number in range(40):
        assert service.shapes(network(f"n{number}")) is None
    gate.write_text("open")
    newest = service.shapes(network("n39"), wait=30)["n39"].shapes[0][1]
    older = service.shapes(network("n38"), wait=30)["n38"].shapes[0][1]
    assert newest < older
    with service._changed:
        assert service._changed.wait_for(lambda: not service._wanted and len(service._known) == 32, timeout=30)
    assert service.shapes(network("n0")) is None


@pytest.mark.parametrize("name", ["hang", "die"])
def test_a_network_that_keras_cannot_bear_is_not_asked_for_ever(start, name):
    service = start(shapes_limit=0.3)
    assert service.shapes(network(name), wait=30) == {}
    assert service.shapes(network(name)) == {}
    assert set(service.shapes(network("good"), wait=30)) == {"good"}


def test_many_threads_share_it(start):
    service = start()
    answers = {}

    def ask(number):
        answers[number] = service.call("echo", {"number": number}, timeout=30)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == {number: {"number": number} for number in range(20)}


def test_a_busy_child_is_not_killed_by_those_who_wait_for_their_turn(start):
    service = start()
    until(service, "ready")
    first = service.pid
    with service._turn, pytest.raises(ServiceError, match="busy"):
        service.call("echo", {}, timeout=0.1)
    assert service.call("echo", {}, timeout=30) == {}
    assert service.pid == first


def test_progress_is_passed_on(start):
    told = []
    assert start().call("dataset", {}, timeout=30, progress=lambda *step: told.append(step)) == "done"
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_a_download_that_stalls_is_given_up_and_the_child_lives_on(start):
    service = start()
    until(service, "ready")
    first = service.pid
    with pytest.raises(ServiceError, match="did not answer"):
        service.call("dataset", {"stall": True}, timeout=0.3)
    assert service.call("echo", {}, timeout=30) == {}
    assert service.pid == first


def test_a_page_that_is_left_during_a_download_leaves_nothing_behind(start):
    service = start()

    def leave(done, total):
        raise RuntimeError("rerun")

    with pytest.raises(RuntimeError, match="rerun"):
        service.call("dataset", {}, timeout=30, progress=leave)
    assert service.call("echo", {}, timeout=30) == {}


def test_closing_ends_the_child_and_those_who_wait(start):
    service = start()
    until(service, "ready")
    child = psutil.Process(service.pid)
    service.close()
    psutil.wait_procs([child], timeout=30)
    assert not child.is_running()
    with pytest.raises(ServiceError, match="shut down"):
        service.call("echo", {}, timeout=30)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Keras's own folder, with a small Fashion-MNIST in it."""
    folder = tmp_path_factory.mktemp("keras")
    images = folder / "datasets" / "fashion-mnist"
    images.mkdir(parents=True)
    for part, count in (("train", 30), ("t10k", 20)):
        labels, pixels = bytes(number % 10 for number in range(count)), bytes([255]) * (count * 28 * 28)
        (images / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(bytes(8) + labels))
        (images / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(bytes(16) + pixels))
    return folder


@pytest.fixture(scope="module")
def real(tmp_path_factory, cache):
    """The real service, once for all tests that need Keras. It is offline."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERLOOM_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("KERAS_HOME", str(cache))
        patch.setenv("https_proxy", "http://127.0.0.1:9")
        service = KerasService()
        service.start()
        yield service
        service.close()


def dense_network(units):
    return Graph(
        nodes=(
            Node(id="x", layer=LAYERS["Input"](shape=(1000,))),
            Node(id="dense", layer=LAYERS["Dense"](units=units)),
        ),
        edges=(Edge(source="x", target="dense"),),
    )


@pytest.mark.keras
def test_keras_describes_a_network(real):
    facts = real.shapes(dense_network(10), wait=200)
    assert facts["dense"].shapes == ((None, 10),)
    assert facts["dense"].parameters == 10_010
    assert isinstance(facts["x"], BaseModel)


@pytest.mark.keras
def test_a_layer_of_40_gigabytes_is_described_not_built(real):
    assert real.call("ping", {}, timeout=200)["keras"].startswith("3.")
    before = psutil.Process(real.pid).memory_info().rss
    assert psutil.Process(real.pid).rlimit(psutil.RLIMIT_DATA) == (MEMORY_LIMIT, MEMORY_LIMIT)
    facts = real.shapes(dense_network(10_000_000), wait=60)
    assert facts["dense"].parameters == 10_010_000_000
    assert psutil.Process(real.pid).memory_info().rss - before < 500e6


@pytest.mark.keras
def test_a_set_is_previewed_and_one_that_cannot_be_had_is_told_with_a_remedy(real, monkeypatch):
    monkeypatch.setattr(keras_images, "service", lambda: real)
    monkeypatch.setattr(keras_images, "_fetches", {})
    real.call("ping", {}, timeout=200)
    preview = DATASETS["fashion_mnist"].preview(DataSpec(name="fashion_mnist"))
    assert (preview.train_examples, preview.test_examples) == (30, 20)
    assert preview.inputs.shape == (24, 28, 28, 1)
    assert preview.inputs.min() == 1
    with pytest.raises(DataUnavailable, match=r"MNIST is downloaded once .* choose Handwritten digits \(digits\)"):
        DATASETS["mnist"].preview(DataSpec(name="mnist"))
    assert real.state == "ready"


@pytest.mark.keras
def test_the_real_child_ends_with_its_parent(tmp_path):
    child = Child((sys.executable, "-m", "runtime.keras_service"), {}, tmp_path / "log")
    process = psutil.Process(child.pid)
    child._stdin.close()
    psutil.wait_procs([process], timeout=60)
    assert not process.is_running()
    child.listen(lambda: None, lambda why: None)
