"""The conversation between canvas and Python, without a browser; tests/browser/test_canvas.py has the rest."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.types import Message

from builder.edits import AddLayer, Configure, Edit, Remove, apply
from builder.graph import Edge, Graph, Node
from builder.layers import LAYERS, example
from builder.program import Facts
from builder.validate import Problem
from pages.parts import canvas, exchange, views
from pages.parts.views import offered, view
from pages.parts.wire import NOTICES_KEPT, Wire, changed
from runtime.datasets import task_of
from runtime.run import DataSpec, RunSpec, create
from runtime.statistics import LayerStatistics, RunStatistics, write
from runtime.store import DatabaseError, Store

CLIENT = "0123456789abcdef"
ADD = {"type": "AddLayer", "layer": "Dense", "id": "dense"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'projects.sqlite'}")


@pytest.fixture
def wire(store: Store) -> Wire:
    return Wire(store.create("Try", Graph()).id, store)


def entry(number: int, *edits: dict[str, Any], epoch: str = "", history: str | None = None) -> dict[str, Any]:
    return {"client": CLIENT, "number": number, "epoch": epoch, "edits": list(edits), "history": history}


def sent(*entries: dict[str, Any], epoch: str = "", have: int = 0) -> dict[str, Any]:
    return {"epoch": epoch, "have": have, "entries": list(entries)}


def graph(store: Store) -> Graph:
    [summary] = store.projects()
    project = store.project(summary.id)
    assert project is not None
    return project.graph


def network(*edits: Edit) -> Graph:
    made = Graph()
    for edit in edits:
        made = apply(made, edit)
    return made


def shown(of: Graph) -> views.View:
    return view(of, None, ())


class TestReceive:
    def test_a_step_is_applied_once_however_often_it_comes(self, wire: Wire, store: Store) -> None:
        for _ in range(3):
            wire.receive(sent(entry(1, ADD)))
        assert [node.id for node in graph(store).nodes] == ["dense"]
        assert wire.tell({})["acknowledged"] == {CLIENT: 1}
        assert wire.tell({})["notices"] == []

    def test_what_cannot_be_kept_is_told_and_taken_when_it_comes_again_and_there_is_room(
        self, wire: Wire, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def no_room(*args: object, **kwargs: object) -> None:
            raise DatabaseError("The disk is full.")

        with monkeypatch.context() as full:
            full.setattr(store, "edit", no_room)
            wire.receive(sent(entry(1, ADD)))
            wire.receive(sent())  # only asks what there is
            told = wire.tell({})
            assert (told["acknowledged"].get(CLIENT, 0), told["unkept"]) == (0, "The disk is full.")
        wire.receive(sent(entry(1, ADD)))
        assert [node.id for node in graph(store).nodes] == ["dense"]
        assert "unkept" not in wire.tell({})

    def test_a_step_taken_before_a_restart_is_not_taken_again(self, wire: Wire, store: Store) -> None:
        paste = {"type": "Paste", "nodes": [{"id": "a", "layer": {"type": "Flatten"}}]}
        wire.receive(sent(entry(1, paste)))
        [summary] = store.projects()
        restarted = Wire(summary.id, store)
        restarted.receive(sent(entry(1, paste), entry(2, ADD)))
        assert [node.id for node in graph(store).nodes] == ["a", "dense"]
        assert restarted.tell({})["acknowledged"] == {CLIENT: 2}

    def test_two_tabs_that_choose_one_name_at_once_both_get_their_layer(self, wire: Wire, store: Store) -> None:
        [summary] = store.projects()
        other = Wire(summary.id, store)
        other.receive(sent(entry(1, ADD) | {"client": CLIENT[::-1]}))
        wire.receive(sent(entry(1, ADD | {"after": "dense"}), entry(2, ADD | {"layer": "Flatten"})))
        assert [node.id for node in graph(store).nodes] == ["dense", "dense_1", "dense_2"]
        assert [edge.target for edge in graph(store).edges] == ["dense_1"]
        told = wire.tell({})
        assert told["acknowledged"] == {CLIENT: 2}
        assert told["select"]["keys"] == ["dense_2"]
        assert told["notices"][0]["text"] == (
            "Another tab has just used the name dense, so your layer is called dense_1."
        )

    def test_undo_of_an_older_epoch_is_dropped(self, wire: Wire, store: Store) -> None:
        wire.receive(sent(entry(1, ADD), entry(2, epoch="older", history="undo")))
        assert len(graph(store).nodes) == 1
        wire.receive(sent(entry(3, epoch=wire.tell({})["epoch"], history="undo")))
        assert len(graph(store).nodes) == 0
        wire.receive(sent(entry(4, epoch=wire.tell({})["epoch"], history="redo")))
        assert len(graph(store).nodes) == 1

    @pytest.mark.parametrize(
        "edit",
        [
            {"type": "AddLayer", "layer": "NoSuchLayer", "id": "x"},
            {"type": "AddLayer", "layer": "Dense", "id": 'x");import os#'},
            {"type": "AddLayer", "layer": "Dense", "id": "x", "x": float("nan")},
            {"type": "Move", "places": [{"id": "x", "x": 1e300, "y": 0}]},
            {"type": "Connect", "edge": {"source": "gone", "target": "dense"}},
            {"type": "Paste", "nodes": [{"id": "x", "layer": {"type": "Dense", "units": -1}}]},
            {"type": "Explode"},
            "nonsense",
        ],
    )
    def test_what_does_not_fit_is_told_and_the_rest_goes_on(self, wire: Wire, store: Store, edit: Any) -> None:
        wire.receive(sent(entry(1, edit), entry(2, ADD)))
        told = wire.tell({})
        assert len(told["notices"]) == 1
        assert told["notices"][0]["text"]
        assert told["acknowledged"] == {CLIENT: 2}
        assert [node.id for node in graph(store).nodes] == ["dense"]

    @pytest.mark.parametrize(
        "message",
        [
            None,
            3,
            "x",
            {},
            {"epoch": "", "have": -1, "entries": []},
            sent({"client": "../..", "number": 1}),
            sent() | {"more": 1},
        ],
    )
    def test_what_cannot_be_read_changes_nothing(self, wire: Wire, store: Store, message: Any) -> None:
        wire.receive(message)
        assert "Reload" in wire.tell({})["notices"][0]["text"]
        assert graph(store) == Graph()

    def test_a_deleted_project_is_told(self, wire: Wire, store: Store) -> None:
        wire.tell({})
        wire.receive(sent(entry(1, ADD)))
        store.delete(store.projects()[0].id)
        wire.receive(sent(entry(2, ADD)))
        assert "deleted" in wire.tell({})["notices"][-1]["text"]

    def test_messages_are_few_and_short(self, wire: Wire) -> None:
        for _ in range(20):
            wire.say("x" * 10_000)
        notices = wire.tell({})["notices"]
        assert len(notices) == NOTICES_KEPT
        assert max(len(notice["text"]) for notice in notices) == 2_000
        assert notices[-1]["number"] == 20


class TestTell:
    def test_only_what_changed_since_the_clients_version(self, wire: Wire) -> None:
        first = network(
            AddLayer(layer="Input", id="a"), AddLayer(layer="Flatten", id="b"), AddLayer(layer="Dense", id="c")
        )
        told = wire.tell(shown(first), palette="P")
        assert (told["base"], told["version"], len(told["nodes"]), told["palette"]) == (0, 1, 3, "P")
        wire.receive(sent(epoch=told["epoch"], have=1))
        second = apply(apply(first, Configure(id="c", values={"units": 3})), Remove(ids=("b",)))
        told = wire.tell(shown(second), palette="P")
        assert (told["base"], told["version"], told["gone"]) == (1, 2, ["b"])
        assert [node["key"] for node in told["nodes"]] == ["c"]
        assert "palette" not in told

    def test_insides_are_told_when_they_change(self, wire: Wire) -> None:
        made = shown(network(AddLayer(layer="Dense", id="c")))
        told = wire.tell(made, insides={"unit": [{"key": "conv"}]})
        assert told["insides"] == {"unit": [{"key": "conv"}]}
        wire.receive(sent(epoch=told["epoch"], have=told["version"]))
        assert "insides" not in wire.tell(made, insides={"unit": [{"key": "conv"}]})
        assert wire.tell(made, insides={})["insides"] == {}

    def test_the_same_view_is_no_new_version(self, wire: Wire) -> None:
        made = shown(network(AddLayer(layer="Dense", id="c")))
        assert wire.tell(made)["version"] == wire.tell(dict(made))["version"] == 1

    @pytest.mark.parametrize(("epoch", "have"), [("another", 1), (None, 77)])
    def test_everything_for_a_version_that_is_not_known(self, wire: Wire, epoch: str | None, have: int) -> None:
        made = shown(network(AddLayer(layer="Dense", id="c")))
        told = wire.tell(made)
        wire.receive(sent(epoch=epoch or told["epoch"], have=have))
        told = wire.tell(made)
        assert (told["base"], len(told["nodes"])) == (0, 1)

    def test_versions_are_forgotten_but_not_the_clients(self, wire: Wire) -> None:
        epoch = wire.tell(shown(Graph()))["epoch"]
        wire.receive(sent(epoch=epoch, have=1))
        for number in range(30):
            told = wire.tell(shown(network(AddLayer(layer="Dense", id=f"d{number}"))))
        assert told["base"] == 1
        assert len(wire._versions) < 15

    def test_a_selection_is_numbered(self, wire: Wire) -> None:
        wire.select(["a"])
        assert wire.tell({})["select"] == {"number": 1, "keys": ["a"]}
        assert wire.selected == ("a",)
        wire.choose(["b", 3, None])
        assert wire.selected == ("b",)
        wire.choose("nonsense")
        wire.unroll(["unit/a", 3, "", "x" * 5_000])
        wire.unroll("nonsense")
        assert wire.unrolled == (("unit", "a"),)
        assert wire.selected == ("b",)


class TestView:
    def test_a_node_shows_what_matters(self) -> None:
        made = network(
            AddLayer(layer="Input", id="a"), AddLayer(layer="Dense", id="b", after="a", values={"activation": "relu"})
        )
        facts = {"b": Facts(shapes=((None, 28, 64),), parameters=1234)}
        problem = Problem(code="x", node="b", message="m", remedy="r", severity="warning")
        node = view(made, facts, [problem])["b"]
        assert node["inputs"] == [["a", 0, "inputs"]]
        assert node["shape"] == "28x64"
        assert node["parameters"] == "1,234 parameters"
        assert node["troubles"] == [{"severity": "warning", "message": "m", "remedy": "r"}]
        assert node["layer"] == {"type": "Dense", "units": 64, "activation": "relu"}
        assert (node["x"], node["y"]) == (0, 130)

    def test_a_name_used_twice_is_seen_twice(self) -> None:
        twice = Graph(
            nodes=(Node(id="a", layer=example("Flatten")), Node(id="a", layer=example("Dense"))),
            edges=(Edge(source="a", target="a"),),
        )
        made = view(twice, None, ())
        assert [(key, node["id"], node["layer"]["type"]) for key, node in made.items()] == [
            ("a", "a", "Flatten"),
            ("a#2", "a", "Dense"),
        ]

    def test_open_sizes_and_several_outputs(self) -> None:
        assert views.shapes_text(Facts(shapes=((None, None, 3), (None,)))) == "?x3, 1"

    def test_a_node_has_its_figures_and_says_which_are_not_known(self) -> None:
        made = network(AddLayer(layer="Dense", id="b"), AddLayer(layer="Dense", id="c"))
        facts = Facts(shapes=((None, 4, 4, 2),), parameters=9, trainable=5, macs=7, activation_bytes=128, field=(3, 3))
        drawn = view(made, {"b": facts}, ())
        assert drawn["b"]["measures"] == {
            "parameters": 9, "trainable": 5, "macs": 7, "memory": 128, "size": 32, "field": (3, 3), "why": "",
        }  # fmt: skip
        assert drawn["c"]["measures"] is None
        assert views.measures(Facts(shapes=((None, None),), field_why="the whole input"))["size"] is None

    def test_the_palette_has_every_layer_with_a_family_that_has_a_label(self) -> None:
        entries = offered()["entries"]
        assert [entry["type"] for entry in entries] == list(LAYERS)
        assert {entry["family"] for entry in entries} <= set(offered()["families"])
        for entry in entries:
            assert entry["tooltip"]
            assert Node(id=entry["name"], layer=entry["layer"]).layer == example(entry["type"])


def test_an_input_begins_with_the_shape_of_the_data() -> None:
    assert views.example(task_of(DataSpec(name="digits"))) == {"shape": (8, 8, 1)}
    assert views.example(task_of(DataSpec(name="gone"))) == {}


def test_changed_names_what_differs() -> None:
    assert changed({"a": 1, "b": 2}, {"a": 1, "b": 3}) == {"b": 3}


class FakeService:
    state = "ready"
    message = ""

    def __init__(self) -> None:
        self.facts: dict[str, Facts] | None = None

    def shapes(self, graph: Graph, wait: float = 0, inside: tuple[str, ...] = ()) -> dict[str, Facts] | None:
        return self.facts


class Answer:
    """What the routes answer to a GET, or with a body to a POST."""

    def __init__(self, path: str, query: str = "", body: bytes | None = None) -> None:
        self.status, self.body, self.headers, self._sent = 0, b"", dict[str, str](), body or b""
        self._asked = False
        scope = {
            "type": "http",
            "method": "GET" if body is None else "POST",
            "path": path,
            "root_path": "",
            "query_string": query.encode(),
            "headers": [],
        }
        asyncio.run(Starlette(routes=canvas.ROUTES)(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": self._sent, "more_body": False}
        await asyncio.Event().wait()  # the browser stays and says nothing more
        raise AssertionError

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")

    def json(self) -> Any:
        return json.loads(self.body)


class TestRoutes:
    @pytest.fixture
    def keras(self, monkeypatch: pytest.MonkeyPatch, store: Store) -> FakeService:
        fake = FakeService()
        monkeypatch.setattr(exchange, "service", lambda: fake)
        monkeypatch.setattr("pages.parts.sight.service", lambda: fake)
        monkeypatch.setattr(exchange, "store", lambda: store)
        return fake

    def test_the_pulse_tells_of_revisions_and_shapes(self, keras: FakeService, store: Store) -> None:
        project = store.create("Try", Graph())
        ask = f"project={project.id}&state=coming"
        assert Answer(exchange.PULSE, ask).json() == {"revision": project.revision, "news": False, "others": []}
        store.rename(project.id, "Other")
        keras.facts = {}
        assert Answer(exchange.PULSE, ask).json() == {"revision": project.revision + 1, "news": True, "others": []}
        keras.state = "restarting"
        assert Answer(exchange.PULSE, ask.replace("coming", "restarting")).json()["news"] is False

    def test_the_pulse_tells_who_else_is_there(self, keras: FakeService, store: Store) -> None:
        project = store.create("Try", Graph())
        for tab, name in (("ada", "Ada"), ("bob", "Bob")):
            exchange.PRESENCE.join(project.id, tab, name)
        Answer(exchange.PULSE, f"project={project.id}&tab=ada&x=1.5&y=2&keys=dense")
        [ada] = Answer(exchange.PULSE, f"project={project.id}&tab=bob&x=nonsense").json()["others"]
        assert (ada["name"], ada["at"], ada["keys"]) == ("Ada", [1.5, 2], ["dense"])

    @pytest.mark.parametrize("project", ["", "nonsense", "../../etc/passwd", "0" * 32, "0" * 100_000])
    def test_a_project_that_is_none(self, keras: FakeService, project: str) -> None:
        assert Answer(exchange.PULSE, f"project={project}").status == 404
        assert Answer(exchange.STATISTICS, f"project={project}").status == 204

    def test_steps_are_answered_with_what_follows_from_them(
        self, keras: FakeService, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wire = Wire(store.create("Try", Graph()).id, store)
        monkeypatch.setitem(exchange.OPEN, wire.epoch, wire)
        ask = f"tab={wire.epoch}"
        first = Answer(exchange.STEPS, ask, json.dumps(sent()).encode()).json()
        have = sent(entry(1, ADD), epoch=wire.epoch, have=first["version"])
        second = Answer(exchange.STEPS, ask, json.dumps(have).encode()).json()
        assert [node["key"] for node in second["nodes"]] == ["dense"]
        assert (second["base"], second["turn"], second["acknowledged"]) == (first["version"], 2, {CLIENT: 1})
        assert (second["undo"], second["totals"][0]["text"]) == (True, "1 layer")
        refused = Answer(exchange.STEPS, ask, b'{"epoch": 1}').json()
        assert "cannot be read" in refused["notices"][0]["text"]

    def test_steps_of_a_tab_that_is_none_are_not_taken(
        self, keras: FakeService, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project = store.create("Try", Graph())
        body = json.dumps(sent(entry(1, ADD))).encode()
        assert Answer(exchange.STEPS, f"tab={project.id}", body).status == 204
        assert graph(store) == Graph()
        wire = Wire(project.id, store)
        monkeypatch.setitem(exchange.OPEN, wire.epoch, wire)
        assert Answer(exchange.STEPS, f"tab={wire.epoch}", b"[" * 100_000).status == 400
        assert Answer(exchange.STEPS, f"tab={wire.epoch}", b" " * (exchange.LARGEST + 1)).status == 413
        store.delete(project.id)
        assert Answer(exchange.STEPS, f"tab={wire.epoch}", body).status == 404

    def test_the_newest_run_that_was_measured_colours_the_canvas(self, tmp_path, monkeypatch) -> None:
        monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
        project = "0" * 31 + "1"
        first = create(RunSpec(graph=Graph()), project=project)
        write(first, RunStatistics(epoch=2, layers={"a": LayerStatistics(mean=1, dead=0)}))
        create(RunSpec(graph=Graph()), project=project)
        assert Answer(exchange.STATISTICS, f"project={project}").json() == {
            "run": first.id, "name": first.name, "live": True, "epoch": 2, "layers": {"a": {"mean": 1, "dead": 0}},
        }  # fmt: skip

    def test_the_bundle_is_served_to_be_kept_and_nothing_else_is(self) -> None:
        answer = Answer(f"{canvas.BUNDLE}/{canvas.ENTRY}")
        assert answer.status == 200
        assert "javascript" in answer.headers["content-type"]
        assert "immutable" in answer.headers["cache-control"]
        assert Answer(f"{canvas.BUNDLE}/../package.json").status == 404


def test_the_bundle_names_the_licences_of_what_it_holds() -> None:
    notices = (canvas.DIST / "THIRD-PARTY.txt").read_text()
    for package in ("react ", "react-dom ", "@xyflow/react ", "zustand ", "d3-zoom ", "scheduler "):
        assert f"\n{package}" in f"\n{notices}"


def test_what_the_canvas_sends_when_another_page_is_already_open_changes_nothing(wire, monkeypatch):
    """Streamlit then calls back without knowing the canvas any more."""
    monkeypatch.setattr(canvas.st, "session_state", {})
    wire.choose(["dense"])
    canvas._hear("canvas-gone", wire)
    assert wire.selected == ("dense",)
