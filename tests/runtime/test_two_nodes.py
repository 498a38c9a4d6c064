"""A real cluster of two machines, which are network namespaces of this one: `make cluster-test`, as root and with Ray.

It takes minutes and two gigabytes, and is left out of `make test`. All is done twice: with a folder that both machines see, and
with machines that see nothing of the server's, whose runs go through a storage: LAYERLOOM_STORAGE, or else a third folder.
"""

from __future__ import annotations

import gzip
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from builder.graph import Edge, Graph, Node, write_graph
from builder.layers import LAYERS
from builder.training import defaults
from builder.zoo import TEMPLATES
from runtime import checkpoints, nodes
from runtime.cluster import ADDRESS, TOKEN
from runtime.curves import read_curves
from runtime.datasets import DATASETS
from runtime.events import read
from runtime.launchers import local
from runtime.run import DataSpec, RunSpec, create
from runtime.storage import STORAGE
from runtime.weights import cache

ROOT = Path(__file__).parents[2]
FIRST, SECOND = "10.78.0.1", "10.78.0.2"
BRIDGE = "layerloom-br"
SPACES = {FIRST: "layerloom-1", SECOND: "layerloom-2"}
PATIENCE = 400.0  # seconds
DIGITS = DataSpec(name="digits")
LAYERS_OF_LEARNED = {
    "x": LAYERS["Input"](shape=(28, 28, 1)),
    "colours": LAYERS["Conv2D"](filters=3, kernel_size=(1, 1)),
    "larger": LAYERS["ZeroPadding2D"](padding=(2, 2)),
    "net": LAYERS["MobileNetV2"](include_top=False, weights="imagenet", alpha=0.35, pooling="avg"),
    "y": LAYERS["Dense"](units=10, activation="softmax"),
}
LEARNED = Graph(
    nodes=tuple(Node(id=name, layer=layer) for name, layer in LAYERS_OF_LEARNED.items()),
    edges=tuple(Edge(source=source, target=target) for source, target in pairwise(LAYERS_OF_LEARNED)),
)
# Random ones in the place of those that Keras would download; it knows no checksum of this file.
LEARN = """
import sys
import h5py, keras
from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group
from builder.graph import read_graph
from builder.program import lower
from runtime.weights import wanted

(file,) = wanted(lower(read_graph(sys.stdin.read())))
with h5py.File(file.path, "w") as target:
    save_weights_to_hdf5_group(target, keras.applications.MobileNetV2(alpha=0.35, include_top=False, weights=None))
"""


def _why_not() -> str:
    if not os.environ.get("LAYERLOOM_CLUSTER_TEST"):
        return "it takes minutes: make cluster-test"
    if importlib.util.find_spec("ray") is None:
        return "Ray is not installed: make cluster-test"
    if os.geteuid() or not shutil.which("ip"):
        return "network namespaces need root, and ip of iproute2"
    return ""


pytestmark = [
    pytest.mark.skipif(bool(_why_not()), reason=_why_not()),
    pytest.mark.timeout(1800),
]


def until(condition, what: str):
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, f"waited for: {what}"
        time.sleep(0.1)
    return found


def ip(*words: str) -> str:
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


class Machines:
    """Two namespaces on a bridge, in each of which `make node` runs."""

    def __init__(self, token: str, folder: Path, shared: bool) -> None:
        self.token, self.folder, self.shared = token, folder, shared
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.close()  # what a test that was interrupted has left
        ip("link", "add", BRIDGE, "type", "bridge")
        ip("addr", "add", "10.78.0.254/24", "dev", BRIDGE)
        ip("link", "set", BRIDGE, "up")
        for number, (address, space) in enumerate(SPACES.items()):
            ip("netns", "add", space)
            ip("link", "add", f"layerloom-v{number}", "type", "veth", "peer", "name", "eth0", "netns", space)
            ip("link", "set", f"layerloom-v{number}", "master", BRIDGE, "up")
            ip("-n", space, "addr", "add", f"{address}/24", "dev", "eth0")
            ip("-n", space, "link", "set", "eth0", "up")
            ip("-n", space, "link", "set", "lo", "up")

    def start(self, address: str) -> None:
        """As README says, but for the installation, which has been done."""
        venv = sys.prefix
        home = self.folder if self.shared else self.folder.with_name(address)
        home.mkdir(exist_ok=True)
        hide = "true" if self.shared else f"mount -t tmpfs tmpfs {self.folder}"  # `ip netns exec` has mounts of its own
        command = ["ip", "netns", "exec", SPACES[address], "sh", "-c", f'{hide} && exec "$@"', "sh"]
        command += ["make", "-o", "install", "node", f"VENV={venv}"]
        command += ["-o", f"{venv}/installed-requirements-cluster.txt", f"ADDRESS={address}"]
        command += ["RAY=--num-cpus=2"] if address == FIRST else [f"HEAD={FIRST}", "RAY=--num-cpus=2"]
        told = {name: value for name, value in os.environ.items() if name not in (ADDRESS, STORAGE)}
        keras = {"KERAS_HOME": str(self.keras(address)), "TF_CPP_MIN_LOG_LEVEL": "3"}
        environment = {**told, TOKEN: self.token, "LAYERLOOM_HOME": str(home), **keras}
        with (self.folder / f"{address}.log").open("ab") as log:
            self.processes[address] = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def keras(self, address: str) -> Path:
        """Where a machine keeps what Keras downloads: nothing, as it has no way to the internet."""
        return self.folder.with_name(f"keras-{address}")

    def await_all(self, count: int) -> None:
        """Until the cluster tells of so many machines. On a busy processor Ray gives up starting; it is tried again twice."""
        tries = 3

        def are_there() -> bool:
            nonlocal tries
            for address in [address for address, process in self.processes.items() if process.poll() is not None]:
                tries -= 1
                assert tries, (self.folder / f"{address}.log").read_text()[-3000:]
                self.kill(address)
                self.start(address)
            known = nodes.seen()
            return known is not None and known.answers and len(known.alive) == count

        until(are_there, f"{count} machines")

    def kill(self, address: str) -> None:
        """The power fails: nothing there says a word."""
        for pid in ip("netns", "pids", SPACES[address]).split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        if process := self.processes.pop(address, None):
            process.wait()

    def close(self) -> None:
        """All machines go, with all that they do."""
        known = ip("netns", "list")
        for address, space in SPACES.items():
            if space in known:
                self.kill(address)
                ip("netns", "del", space)
        for link in (*(f"layerloom-v{number}" for number in range(len(SPACES))), BRIDGE):
            with suppress(subprocess.CalledProcessError):
                ip("link", "del", link)


@pytest.fixture(scope="module", params=["path", "storage"])
def machines(request, tmp_path_factory):
    """The cluster, and this process with its address and token; a supervisor as long as the tests last."""
    token = secrets.token_hex(16)
    home = tmp_path_factory.mktemp(request.param) / "server"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "path":
            patch.delenv(STORAGE, raising=False)
        elif STORAGE not in os.environ:
            (home.parent / "storage").mkdir()
            patch.setenv(STORAGE, f"file://{home.parent}/storage")
        patch.setenv("LAYERLOOM_HOME", str(home))
        patch.setenv("KERAS_HOME", str(home.with_name("keras")))
        patch.setenv(ADDRESS, f"http://{FIRST}:8265")
        patch.setenv(TOKEN, token)
        patch.setenv("CUDA_VISIBLE_DEVICES", "-1")
        opened = Machines(token, home, shared=request.param == "path")
        try:
            opened.start(FIRST)
            local.prepare()
            opened.await_all(1)
            opened.start(SECOND)
            opened.await_all(2)
            yield opened
        finally:
            local.close()
            opened.close()


def begin(device: str, epochs: int, graph=None, data=DIGITS):
    graph = graph or TEMPLATES["lenet5"].make()
    training = defaults(graph, DATASETS[data.name].task(data)).training.model_copy(update={"epochs": epochs})
    run = create(RunSpec(graph=graph, data=data, training=training, device=device))
    local.launch(run)
    return run


def pictures() -> dict[str, np.ndarray]:
    """A few random ones in the place of Fashion-MNIST, of which Keras knows no checksum either."""
    random, found = np.random.default_rng(0), {}
    for kind, count in (("train", 64), ("t10k", 16)):
        found[f"{kind}-images-idx3-ubyte.gz"] = random.integers(0, 256, (count, 28, 28), "uint8")
        found[f"{kind}-labels-idx1-ubyte.gz"] = random.integers(0, 10, count, "uint8")
    return found


def trains_on(run) -> str:
    """The address of the machine that trains it."""
    (place,) = until(lambda: run.status() == "running" and nodes.seen().jobs.get(run.id), f"{run.id} trains")
    return next(node.address for node in nodes.seen().nodes if node.id == place)


def weights(run):
    return checkpoints.read(checkpoints.path_of(run, checkpoints.kept(run)[-1])).arrays


def finish(run) -> None:
    assert local.wait(run, timeout=PATIENCE) == "finished", run.log_end()


EPOCHS, FEW = 30, 5


@pytest.fixture(scope="module")
def undisturbed(machines):
    run = begin("cluster:cpus=2", EPOCHS)
    finish(run)
    return run


def test_a_run_is_paused_and_stopped_there_as_here(machines):
    run = begin("cluster:cpus=2", 10_000)
    until(lambda: read_curves(run).epochs_done, "a first epoch")
    local.pause(run)
    until(lambda: run.status() == "paused", "it pauses")
    local.resume(run)
    until(lambda: run.status() == "running", "it goes on")
    local.suspend(run)
    until(lambda: run.status() == "suspended", "it is suspended")
    local.launch(run)
    until(lambda: [event.type for event in read(run.events)[0]].count("Started") == 2, "it goes on elsewhere")
    local.stop(run)
    assert local.wait(run, PATIENCE) == "stopped"
    assert run.model.exists()


def test_a_run_whose_machine_dies_ends_with_the_same_weights_to_the_bit(machines, undisturbed):
    """The head trains another run meanwhile, so that the second machine trains ours, until it dies."""
    first = begin("cluster:cpus=2", 10_000)
    if trains_on(first) == FIRST:
        other, run = first, begin("cluster:cpus=2", EPOCHS)
        assert trains_on(run) == SECOND
    else:
        other = begin("cluster:cpus=2", 10_000)
        assert trains_on(other) == FIRST
        local.stop(first)
        assert local.wait(first, PATIENCE) == "stopped"
        run = begin("cluster:cpus=2", EPOCHS)
        assert trains_on(run) == SECOND
    until(lambda: checkpoints.kept(run), "a checkpoint")
    machines.kill(SECOND)
    local.stop(other)
    finish(run)
    began = [(event.epoch, event.step) for event in read(run.events)[0] if event.type == "Started"]
    assert len(began) == 2
    assert began[1] > (0, 0)
    assert read_curves(run).epochs_done == read_curves(undisturbed).epochs_done
    expected = weights(undisturbed)
    assert all(np.array_equal(array, expected[name]) for name, array in weights(run).items())
    machines.start(SECOND)
    machines.await_all(2)


def test_a_run_takes_its_learned_weights_and_its_data_along(machines):
    for name, array in pictures().items():
        path = cache("datasets") / "fashion-mnist" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(bytes(16 if "images" in name else 8) + array.tobytes()))
    document = write_graph(LEARNED)
    subprocess.run([sys.executable, "-c", LEARN], input=document, text=True, cwd=ROOT, check=True)
    (learned,) = cache().iterdir()
    run = begin("cluster:cpus=2", 1, LEARNED, DataSpec(name="fashion_mnist"))
    address = trains_on(run)
    finish(run)
    assert (machines.keras(address) / "models" / learned.name).read_bytes() == learned.read_bytes()
    assert read_curves(run).test


def test_two_workers_by_ray_train_learn_what_one_device_learns(machines, undisturbed):
    run = begin("cluster:2:cpus=2", FEW)
    finish(run)
    one, two = read_curves(undisturbed).epochs_done, read_curves(run).epochs_done
    assert one.keys() == two.keys()
    for name in one:
        assert len(two[name][1]) == FEW
        np.testing.assert_allclose(two[name][1], one[name][1][:FEW], atol=1e-5)
