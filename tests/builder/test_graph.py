"""The document: what can be read, what is refused with which words, and that writing loses nothing."""

import json

import pytest
from hypothesis import given

from builder.graph import DocumentError, Edge, Graph, Node, read_graph, write_graph
from builder.layers import LAYERS, example
from tests.builder.networks import chain, graphs


@given(graphs)
def test_what_is_written_reads_back_equal(graph: Graph) -> None:
    assert read_graph(write_graph(graph)) == graph


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_every_layer_of_the_palette_reads_back_equal(layer: str) -> None:
    graph = Graph(nodes=(Node(id="a", layer=example(layer)),))
    assert read_graph(write_graph(graph)) == graph


def test_a_document_holds_its_version_and_no_defaults() -> None:
    document = json.loads(write_graph(chain("Input", "Dense")))
    assert document == {
        "version": 1,
        "nodes": [
            {"id": "input_layer", "layer": {"type": "Input", "shape": [28, 28, 1]}},
            {"id": "dense", "layer": {"type": "Dense", "units": 64}, "y": 130.0},
        ],
        "edges": [{"source": "input_layer", "target": "dense"}],
    }


def refusal(document: str | bytes) -> str:
    with pytest.raises(DocumentError) as refused:
        read_graph(document)
    return str(refused.value)


def node(**fields: object) -> str:
    return json.dumps({"version": 1, "nodes": [{"id": "a", "layer": {"type": "Dense", "units": 1}, **fields}]})


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "Was the file cut off"),
        (write_graph(chain("Input", "Dense"))[:100], "Was the file cut off"),
        (b"\x89HDF\r\n\x1a\n", "Was the file cut off, or is it of another kind"),
        (b"\xff\xfe", "document"),
        ("\ud800", "document"),
        ("[" * 100_000, "recursion limit"),
        ('{"nodes": ' + "[" * 150 + "]" * 150 + "}", "nodes 1"),
        ("[1, 2]", "Input should be an object"),
        ('{"version": 2}', "version: expected 1, got '2'"),
        ('{"version": null}', "version: expected 1, got 'None'"),
        ('{"version": 1, "layers": []}', "layers: nothing of this name belongs here"),
        (node(layer={"type": "Sorcery"}), "no layer is called 'Sorcery'"),
        (node(layer={"units": 3}), "nodes 1, layer"),
        (node(layer={"type": "Dense"}), "units: Field required"),
        (node(layer={"type": "Dense", "units": -3}), "units: Input should be greater than or equal to 1 (got '-3')"),
        (node(layer={"type": "Dense", "units": float("nan")}), "units"),
        (node(layer={"type": "Dense", "units": 10**4000}), "units"),
        (node(layer={"type": "Dense", "units": 3, "kernel_size": 3}), "kernel_size: nothing of this name belongs here"),
        (node(x=float("nan")), "x: Input should be a finite number"),
        (node(x=float("inf")), "x: Input should be"),
        (node(x=1e9), "x: Input should be less than or equal to"),
        (node(id='x");import os#'), "becomes a Python variable"),
        (node(id="class"), "Choose another, such as 'class_1'"),
        (node(id="x" * 65), "at most 64 characters"),
        ('{"edges": [{"source": "a", "target": "b", "output": -1}]}', "edges 1, output"),
        ('{"edges": [' + ",".join(['{"source": "a", "target": "b"}'] * 20_001) + "]}", "at most 20000 items"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(document: str | bytes, said: str) -> None:
    assert said in refusal(document)


def test_all_faults_are_told_at_once_up_to_a_screenful() -> None:
    bad = {"id": "1", "layer": {"type": "Dense", "units": 0}, "x": "far"}
    few = refusal(json.dumps({"version": 1, "nodes": [bad, bad]}))
    assert [few.count(word) for word in ("id:", "units:", "x:")] == [2, 2, 2]
    many = refusal(json.dumps({"version": 1, "nodes": [bad] * 1000}))
    assert len(many.splitlines()) == 22
    assert "and 2980 more" in many


def test_fifty_megabytes_are_refused_unread() -> None:
    assert "at most 5 MB; this one has 50 MB" in refusal(b"[" * 50_000_000)


def test_wrong_networks_are_documents_all_the_same() -> None:
    a, b = (Node(id=name, layer=example("Dense")) for name in ("a", "a"))
    loop = (Edge(source="a", target="a"), Edge(source="a", target="gone"))
    graph = Graph(nodes=(a, b), edges=loop)
    assert read_graph(write_graph(graph)) == graph
