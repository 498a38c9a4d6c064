"""A cluster is asked in Ray's own words, with its key, and never for long; what it cannot do is told in ours."""

from __future__ import annotations

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from runtime import nodes
from runtime.cluster import ADDRESS, TOKEN, TOKEN_FILE, Cluster, ClusterError, Node, configured, is_private
from runtime.devices import environment, find, refusal
from runtime.nodes import Seen, seen, tell
from tests.ray_head import KEY, RayHead


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.delenv(TOKEN_FILE, raising=False)


@pytest.fixture
def head(tmp_path):
    opened = RayHead(tmp_path)
    yield opened
    opened.close()


def saw(monkeypatch, *known, **told):
    """This process uses a cluster, of which the supervisor has written down these nodes."""
    monkeypatch.setenv(ADDRESS, "http://10.0.0.1:8265")
    monkeypatch.setenv(TOKEN, KEY)
    tell(Seen(url="http://10.0.0.1:8265", at=time.time(), nodes=known, **told))


def test_without_an_address_there_is_no_cluster(monkeypatch):
    monkeypatch.delenv(ADDRESS, raising=False)
    assert configured() is None
    assert seen() is None
    assert find("cluster") is None


@pytest.mark.parametrize("address", ["10.0.0.1:8265", "ray://10.0.0.1:10001", "http://", "http://a:b", "http://a:1/x"])
def test_an_address_that_is_none_is_told(monkeypatch, address):
    monkeypatch.setenv(ADDRESS, address)
    monkeypatch.setenv(TOKEN, KEY)
    with pytest.raises(ClusterError, match="such as http://"):
        configured()
    assert "such as http://" in seen().error


def test_a_cluster_without_a_token_is_not_used(monkeypatch):
    monkeypatch.setenv(ADDRESS, "http://10.0.0.1:8265/")
    monkeypatch.setenv(TOKEN, " ")
    with pytest.raises(ClusterError, match=r"no token for the cluster at http://10\.0\.0\.1:8265"):
        configured()


def test_the_token_may_lie_in_a_file_and_is_not_shown(monkeypatch, tmp_path):
    (tmp_path / "token").write_text(f"{KEY}\n")
    monkeypatch.setenv(ADDRESS, "http://10.0.0.1:8265/")
    monkeypatch.delenv(TOKEN, raising=False)
    monkeypatch.setenv(TOKEN_FILE, str(tmp_path / "token"))
    cluster = configured()
    assert cluster == Cluster("http://10.0.0.1:8265", KEY)
    assert cluster.host == "10.0.0.1"
    assert KEY not in repr(cluster)


def test_nodes_are_told_with_the_head_first_and_the_dead_last(head):
    head.alive["10.0.0.1"] = True
    head.kill("10.0.0.2")
    first, gone = Cluster(head.url, KEY).nodes()
    assert first == Node(
        id="id-10.0.0.1", address="10.0.0.1", alive=True, head=True, cpus=1, memory=8_000_000_000,
        memory_used=2_000_000_000, load=12.5,
    )  # fmt: skip
    assert (gone.address, gone.alive, gone.cpus) == ("10.0.0.2", False, 0)


def test_a_cluster_that_lets_everybody_in_is_refused(head):
    Cluster(head.url, KEY).guard()
    head.asks_for_key = False
    with pytest.raises(ClusterError, match="takes jobs from anybody"):
        Cluster(head.url, KEY).guard()


def test_a_wrong_token_is_told(head):
    with pytest.raises(ClusterError, match="does not accept the token"):
        Cluster(head.url, "wrong").nodes()


def test_a_job_is_sent_once(head):
    cluster = Cluster(head.url, KEY)
    assert cluster.job("one") is None
    for _ in range(2):
        cluster.submit("one", "exit 3", 1, 0, {"A": "b"})
    assert [job["runtime_env"] for job in head.submitted] == [{"env_vars": {"A": "b"}}]
    while not (job := cluster.job("one")).over:
        time.sleep(0.01)
    assert (job.status, job.error_type) == ("FAILED", "JOB_ENTRYPOINT_COMMAND_ERROR")
    cluster.forget("one")
    assert cluster.job("one") is None


def test_one_that_does_not_answer_is_told_and_not_waited_for(monkeypatch):
    monkeypatch.setattr("runtime.cluster.QUICK", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(ClusterError, match="cannot be reached"):
            Cluster(f"http://127.0.0.1:{port}", KEY)._ask("GET", "/", within=0.1)
    with pytest.raises(ClusterError, match="Is Ray running there"):
        Cluster(f"http://127.0.0.1:{port}", KEY).nodes()


def test_the_token_follows_no_redirection_and_other_answers_are_told():
    """To another host it would give the cluster away."""

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(302 if "jobs" in self.path else 200)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    cluster = Cluster(f"http://127.0.0.1:{server.server_port}", KEY)
    with pytest.raises(ClusterError, match="answers 302"):
        cluster.job("one")
    with pytest.raises(ClusterError, match="does not answer as Ray does"):
        cluster.nodes()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("host", "private"),
    [("10.1.2.3", True), ("127.0.0.1", True), ("node7", True), ("a.lan", True), ("8.8.8.8", False), ("a.example.com", False)],
)  # fmt: skip
def test_private_addresses(host, private):
    assert is_private(host) is private


def test_a_device_there_has_the_memory_of_the_largest_node_that_fits(monkeypatch):
    small = Node(id="a", address="10.0.0.1", alive=True, head=True, cpus=8, memory=4_000)
    large = Node(id="b", address="10.0.0.2", alive=True, cpus=2, memory=9_000)
    saw(monkeypatch, small, large, Node(id="c", address="10.0.0.3", alive=False, cpus=64, memory=99_000))
    assert (find("cluster").memory_bytes, find("cluster:cpus=8").memory_bytes) == (9_000, 4_000)
    too_much = find("cluster:cpus=9:gpus=1")
    assert "none of its 2 machines has 9 CPUs and 1 GPUs. Ask for less." in refusal({}, None, too_much)
    assert environment("cluster:cpus=8")["TF_NUM_INTRAOP_THREADS"] == "8"
    assert environment("cluster:cpus=8")["CUDA_VISIBLE_DEVICES"] == "-1"


def test_in_a_job_it_means_what_the_node_has(monkeypatch):
    monkeypatch.delenv(ADDRESS, raising=False)
    monkeypatch.setenv("LAYERLOOM_JOB", "layerloom-1")
    assert find("cluster:cpus=99") == find("cpu")
    assert find("cluster:gpus=9") is None


def test_what_was_seen_ages_and_belongs_to_one_cluster(monkeypatch):
    saw(monkeypatch, Node(id="a", address="10.0.0.1", alive=True, cpus=1))
    assert seen().answers
    monkeypatch.setattr(nodes, "FRESH", -1.0)
    assert not seen().answers
    monkeypatch.setenv(ADDRESS, "http://10.0.0.9:8265")
    assert not seen().nodes
    assert "has not been looked at yet" in seen().error
