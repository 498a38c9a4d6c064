"""What runs take along to machines of a cluster: two homes and two caches of Keras, with a shared folder or a storage between."""

from __future__ import annotations

import hashlib
import json
import sys
from io import StringIO

import pytest

from builder.graph import Edge, Graph, Node, write_graph
from builder.layers import LAYERS
from runtime import provisions, weights
from runtime.cluster import JOB
from runtime.home import home
from runtime.launchers import remote
from runtime.launchers.remote import Attempt
from runtime.mirror.incoming import Incoming
from runtime.mirror.kept import job_name
from runtime.provisions import FILES, FOLDER, LIST, Provision, lay_out, own_folder, take
from runtime.run import DataSpec, RunSpec, create
from runtime.storage import ChangedError, Storage

LEARNED, OWN = b"learned on ImageNet" * 1000, b"a person's own" * 1000
PICTURES = {
    f"fashion-mnist/{name}.gz": name.encode()
    for name in (
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    )
}


def spec(**of_layer):
    nodes = (
        Node(id="x", layer=LAYERS["Input"](shape=(32, 32, 3))),
        Node(id="a", layer=LAYERS["MobileNetV2"](include_top=False, **of_layer)),
    )
    graph = Graph(nodes=nodes, edges=(Edge(source="x", target="a"),))
    return RunSpec(graph=graph, data=DataSpec(name="fashion_mnist"), device="cluster")


@pytest.fixture
def at(tmp_path, monkeypatch):
    """Goes to a machine: `shared` means that it sees the server's folder."""

    def go(machine, shared=False):
        monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / ("server" if shared else machine)))
        monkeypatch.setenv("KERAS_HOME", str(tmp_path / f"{machine}-keras"))
        monkeypatch.setenv(JOB, "" if machine == "server" else "its job")

    go("server")
    for name, content in PICTURES.items():
        (weights.cache("datasets") / name).parent.mkdir(exist_ok=True)
        (weights.cache("datasets") / name).write_bytes(content)
    return go


@pytest.fixture
def keras_tells(tmp_path, monkeypatch):
    """A child that tells, as Keras would, that a network needs learned.h5; how often it was asked."""
    asked = tmp_path / "asked"
    told = [{"network": "MobileNetV2", "name": "learned.h5", "url": "http://127.0.0.1:1/learned.h5", "hash": None}]
    code = f"import sys; sys.stdin.read(); open({str(asked)!r}, 'a').write('.'); print({json.dumps(told)!r})"
    monkeypatch.setattr(provisions, "ASK", (sys.executable, "-c", code))
    provisions._told.cache_clear()
    return lambda: len(asked.read_text()) if asked.exists() else 0


@pytest.fixture
def storage(tmp_path, monkeypatch):
    (tmp_path / "storage").mkdir()
    monkeypatch.setenv("LAYERLOOM_STORAGE", f"file://{tmp_path}/storage")
    return Storage(f"file://{tmp_path}/storage")


def sent(storage, run, number=1):
    Incoming(storage, run, number).begin()


def brought(storage, run, number=1):
    """The folder of a run on the node, as its attempt has brought it in."""
    folder = home() / "runs" / run.id
    Attempt(storage, run.id, number)._bring(folder)
    return folder


def pictures():
    """What lies in Keras's folder of data sets on this machine."""
    folder = weights.cache("datasets")
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_learned_weights_and_data_come_through_a_storage_once_for_all_runs(at, keras_tells, storage, tmp_path):
    (weights.cache() / "learned.h5").write_bytes(LEARNED)
    first, second = create(spec(weights="imagenet")), create(spec(weights="imagenet"))
    sent(storage, first)
    shelf = tmp_path / "storage" / FOLDER
    before = {path.name: path.stat().st_mtime_ns for path in shelf.iterdir()}
    assert len(before) == 1 + len(PICTURES)
    sent(storage, second)
    assert {path.name: path.stat().st_mtime_ns for path in shelf.iterdir()} == before
    assert keras_tells() == 1
    at("node")
    brought(storage, first)
    assert (weights.cache() / "learned.h5").read_bytes() == LEARNED
    assert pictures() == PICTURES


def test_a_file_of_ones_own_goes_to_the_run_alone(at, storage, tmp_path):
    (weights.own_folder() / "mine.weights.h5").write_bytes(OWN)
    run = create(spec(weights="mine.weights.h5"))
    sent(storage, run)
    at("node")
    (weights.own_folder() / "mine.weights.h5").write_bytes(b"what another server calls so")
    folder = brought(storage, run)
    there = run.__class__(folder, run.record)
    assert (own_folder(there) / "mine.weights.h5").read_bytes() == OWN
    assert (weights.own_folder() / "mine.weights.h5").read_bytes() != OWN


def test_what_the_server_lacks_is_left_to_the_machine(at, keras_tells, storage):
    run = create(spec(weights="imagenet"))
    sent(storage, run)
    at("node")
    (weights.cache() / "learned.h5").write_bytes(LEARNED)
    brought(storage, run)
    assert keras_tells() == 0  # as it has no learned weights at all
    assert (weights.cache() / "learned.h5").read_bytes() == LEARNED


def test_half_a_file_on_a_machine_is_brought_anew_and_a_whole_one_is_not(at, storage, tmp_path):
    run = create(spec(weights=None))
    sent(storage, run)
    at("node")
    half, whole, *_ = (weights.cache("datasets") / name for name in PICTURES)
    half.parent.mkdir()
    half.write_bytes(b"tra")
    whole.write_bytes(PICTURES[f"fashion-mnist/{whole.name}"])
    before = whole.stat().st_ino
    brought(storage, run)
    assert pictures() == PICTURES
    assert whole.stat().st_ino == before


def test_a_machine_without_room_says_so(at, storage, monkeypatch, capsys):
    run = create(spec(weights=None))
    sent(storage, run)
    at("node")
    monkeypatch.setattr(provisions, "ROOM", 1 << 62)
    monkeypatch.setenv(JOB, job_name(run, 1))
    assert remote.main(run.id) == 2
    assert "There is no room for datasets/fashion-mnist/" in capsys.readouterr().err
    assert pictures() == {}


def test_a_damaged_one_is_refused_and_put_anew_when_the_run_is_sent_again(at, storage, tmp_path):
    run = create(spec(weights=None))
    sent(storage, run)
    shelved = next((tmp_path / "storage" / FOLDER).iterdir())
    shelved.write_bytes(bytes(len(shelved.read_bytes())))
    at("node")
    with pytest.raises(ChangedError):
        brought(storage, run)
    at("server")
    provisions.put(run, storage, anew=True)
    at("node")
    brought(storage, run)
    assert pictures() == PICTURES


def test_where_all_see_the_folder_they_are_links_that_each_machine_takes(at, keras_tells, tmp_path):
    (weights.cache() / "learned.h5").write_bytes(LEARNED)
    run = create(spec(weights="imagenet"))
    lay_out(run)
    at("node", shared=True)
    take(run)
    assert (weights.cache() / "learned.h5").read_bytes() == LEARNED
    assert pictures() == PICTURES
    assert (weights.cache() / "learned.h5").stat().st_nlink == 3  # here, in the folder that all see, on the server
    assert own_folder(run) == weights.own_folder()


def test_what_is_not_whole_in_the_folder_that_all_see_is_not_taken(at, tmp_path):
    run = create(spec(weights=None))
    lay_out(run)
    for shelved in (home() / FOLDER).iterdir():
        content = shelved.read_bytes()
        shelved.unlink()
        shelved.write_bytes(bytes(len(content)))
    at("node", shared=True)
    take(run)
    assert pictures() == {}
    (run.folder / LIST).write_text('[{"name": "models/../../x", "size": 1, "sha256": "00"}]')
    take(run)
    assert pictures() == {}


def test_a_list_made_by_hand_brings_nothing_to_the_server_and_replaces_nothing_anywhere(at):
    run = create(spec(weights=None))
    (weights.cache() / "learned.h5").write_bytes(LEARNED)
    listed = []
    for name in ("learned.h5", "other.h5"):
        provision = Provision(name=f"models/{name}", size=len(OWN), sha256=hashlib.sha256(OWN).hexdigest())
        listed.append(provision.model_dump())
        (home() / FOLDER).mkdir(exist_ok=True)
        (home() / FOLDER / provision.sha256).write_bytes(OWN)
    (run.folder / LIST).write_text(json.dumps(listed))
    take(run)
    assert [path.name for path in weights.cache().iterdir()] == ["learned.h5"]
    at("node", shared=True)
    (weights.cache() / "learned.h5").write_bytes(LEARNED)
    take(run)
    assert (weights.cache() / "learned.h5").read_bytes() == LEARNED
    assert (weights.cache() / "other.h5").read_bytes() == OWN


def test_that_keras_cannot_tell_stands_in_the_log_and_holds_up_nothing(at, monkeypatch, storage):
    (weights.cache() / "learned.h5").write_bytes(LEARNED)
    monkeypatch.setattr(provisions, "ASK", (sys.executable, "-c", "raise SystemExit(1)"))
    provisions._told.cache_clear()
    run = create(spec(weights="imagenet"))
    lay_out(run)
    sent(storage, run)
    assert run.log_end().count("Keras does not tell") == 2
    at("node")
    brought(storage, run)
    assert pictures() == PICTURES


@pytest.mark.parametrize("name", ["models/../x", "/etc/passwd", "models/.hidden", "other/x", "models/a/b/c", "models/"])
def test_a_name_leads_nowhere_else(name):
    with pytest.raises(ValueError, match="name"):
        Provision(name=name, size=1, sha256="0" * 64)


@pytest.mark.keras
def test_keras_tells_the_files_of_a_network(at, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", StringIO(write_graph(spec(weights="imagenet").graph)))
    provisions.main()
    (told,) = FILES.validate_json(capsys.readouterr().out)
    assert told.name == "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"
