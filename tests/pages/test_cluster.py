"""The cluster on the pages: machines and what they do, what a run asks, and what is told when nobody answers."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.graph import Graph
from builder.program import Facts
from pages.parts.cluster import standstill_in_words, waiting_in_words
from runtime import tickets
from runtime.cluster import ADDRESS, TOKEN, Node
from runtime.nodes import Seen, tell
from runtime.process import Worker
from runtime.run import Run, RunSpec, create

PAGES = Path(__file__).parents[2] / "pages"
URL = "http://10.0.0.1:8265"
HEAD = Node(id="a", address="10.0.0.1", alive=True, head=True, cpus=4, gpus=1, memory=8_000_000_000, load=12.0)
GONE = Node(id="b", address="10.0.0.2", alive=False)


class Service:
    message = ""

    def shapes(self, graph: object, wait: float = 0.0) -> dict[str, Facts]:
        return {}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setenv(ADDRESS, URL)
    monkeypatch.setenv(TOKEN, "secret")
    monkeypatch.setattr("runtime.service.service", Service)


def saw(**told: object) -> None:
    tell(Seen(**{"url": URL, "at": time.time(), "nodes": (HEAD, GONE), **told}))


def running() -> Run:
    run = create(RunSpec(graph=Graph(), device="cluster:cpus=2"), name="Ours")
    run.worker_file.write_text(Worker(pid=1, started=0, job="layerloom-1").model_dump_json())
    run.events.write_text('{"type": "Resumed", "at": 1}\n')
    return run


def show() -> AppTest:
    app = AppTest.from_file(PAGES / "devices.py", default_timeout=60)
    app.run()
    assert not app.exception, app.exception
    return app


def html(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def test_machines_are_shown_with_what_they_do() -> None:
    saw(jobs={running().id: ("a",)})
    shown = html(show())
    assert "10.0.0.1 (head)" in shown
    assert "of 8.0 GB used</td><td>Ours</td>" in shown
    assert "<td>10.0.0.2</td><td></td><td></td><td></td><td></td><td>gone; its runs go on elsewhere</td>" in shown


def test_one_that_does_not_answer_is_told_with_the_age_of_what_was_known() -> None:
    saw(at=time.time() - 600, error="The cluster cannot be reached.")
    (warning,) = show().warning
    assert warning.value == "The cluster cannot be reached. What was known is 10 minutes old."


def test_without_a_token_the_page_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN)
    (warning,) = show().warning
    assert "There is no token" in warning.value


def test_without_a_cluster_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS)
    app = show()
    assert "Cluster" not in [header.value for header in app.subheader]
    assert not app.warning


def choice() -> None:
    import streamlit as st

    from builder.graph import Graph
    from builder.training import Training
    from pages.parts.device_choice import choose_device

    st.session_state["chosen"] = choose_device(st.session_state.get("chosen", "cpu"), Graph(), Training())


def test_a_run_asks_for_workers_and_cpus_and_gpus() -> None:
    saw()
    app = AppTest.from_function(choice, default_timeout=60).run()
    assert "Cluster (1 machine, 4 CPUs, 1 GPU)" in app.selectbox[0].options
    app.selectbox[0].select("cluster").run()
    assert app.session_state["chosen"] == "cluster:cpus=1"
    for number, value in ((1, 4), (2, 1), (0, 2)):
        app.number_input[number].set_value(value).run()
    assert app.session_state["chosen"] == "cluster:2:cpus=4:gpus=1"
    assert any("without a password" in caption.value for caption in app.caption)


def test_what_a_run_waits_for_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    run = running()
    tickets.put(tickets.Ticket(run=run.id, device=run.spec.device))
    saw()
    assert "goes on from its newest checkpoint as soon as a machine has room" in waiting_in_words(run)
    run.events.unlink()
    assert "begins as soon as" in waiting_in_words(run)
    saw(packing=(run.id,))
    assert "is being brought" in waiting_in_words(run)
    saw(troubles={run.id: "The storage s3://bucket cannot be used."})
    assert waiting_in_words(run).endswith("The storage s3://bucket cannot be used.")
    saw(error="Nobody answers.")
    assert waiting_in_words(run) == "It waits for the cluster. Nobody answers."
    monkeypatch.delenv(ADDRESS)
    assert "started without one" in waiting_in_words(run)


def test_why_curves_stand_still_is_told() -> None:
    run = running()
    saw()
    assert standstill_in_words(run) == ""
    saw(troubles={run.id: "The storage s3://bucket cannot be used."})
    assert standstill_in_words(run).endswith("it trains on meanwhile. The storage s3://bucket cannot be used.")
    assert standstill_in_words(create(RunSpec(graph=Graph()))) == ""
