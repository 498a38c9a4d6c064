"""What the canvas shows of each node: the document, what Keras says, and what does not fit, as small JSON values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import prod
from typing import Any

from builder.checks.structure import input_values
from builder.graph import Block, Edge, Graph, Node, write_graph
from builder.layers import example as example_of
from builder.layers import family_labels, palette
from builder.layers.base import LayerSpec, Signature
from builder.names import fresh_id
from builder.problem import Problem
from builder.program import Facts
from builder.training import Task

View = dict[str, dict[str, Any]]


def view(graph: Graph, facts: Mapping[str, Facts] | None, problems: Iterable[Problem]) -> View:
    """Every node as the canvas shows it, by key.

    Args:
        graph: the document; a name that it uses twice gets a key `name#2`, so that both are seen.
        facts: what Keras says; None while that is not known.
        problems: what does not fit; those of the whole network are not shown at a node.
    """
    incoming: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        incoming.setdefault(edge.target, []).append(edge)
    troubles: dict[str | None, list[dict[str, str]]] = {}
    for problem in problems:
        said = {"severity": problem.severity, "message": problem.message, "remedy": problem.remedy}
        troubles.setdefault(problem.node, []).append(said)
    shown: View = {}
    count: dict[str, int] = {}
    for node in graph.nodes:
        count[node.id] = count.get(node.id, 0) + 1
        key = node.id if count[node.id] == 1 else f"{node.id}#{count[node.id]}"
        said_of = (facts or {}).get(node.id)
        shown[key] = {
            **_drawn(node, graph.signature(node)),
            "key": key,
            "inputs": [[edge.source, edge.output, edge.port] for edge in incoming.get(key, ())],
            "shape": shapes_text(said_of) if said_of else "",
            "parameters": parameters_text(said_of) if said_of else "",
            "measures": measures(said_of) if said_of else None,
            "troubles": troubles.get(node.id, []),
        }
    return shown


def _drawn(node: Node, signature: Signature) -> dict[str, Any]:
    """What depends on the node alone."""
    drawn = {"id": node.id, "x": node.x, "y": node.y, "layer": _settings(node.layer), **_kind(node.layer, signature)}
    if node.disabled:
        drawn["disabled"] = True
    return drawn | ({"shares": node.shares, "summary": f"uses {node.shares} again"} if node.shares else {})


@lru_cache(maxsize=20_000)
def _settings(layer: LayerSpec) -> dict[str, Any]:
    """The layer as it stands in a document; one that only moves is not written again."""
    document = write_graph(Graph(nodes=(Node(id="layer", layer=layer),)))
    settings: dict[str, Any] = json.loads(document)["nodes"][0]["layer"]
    return settings


@lru_cache(maxsize=20_000)
def _kind(layer: LayerSpec, signature: Signature) -> dict[str, Any]:
    return {
        "family": layer.family(),
        "summary": layer.summary(),
        "ports": list(signature.ports),
        "lists": sorted(signature.lists),
        "optional": sorted(signature.optional),
        "outputs": list(signature.outputs),
    }


@lru_cache(maxsize=200)
def library(blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
    """The blocks as they stand in the document, so that the canvas can copy them with their instances."""
    written: list[dict[str, Any]] = json.loads(write_graph(Graph(blocks=blocks))).get("blocks", [])
    return written


@lru_cache(maxsize=1)
def offered() -> dict[str, Any]:
    """The palette: families in order with their labels, and every layer with all that a new node of it shows."""
    return {
        "families": {**family_labels(), "blocks": "Blocks"},
        "entries": [{**entry, **_entry(entry["type"])} for entry in palette()],
    }


def _entry(layer_type: str) -> dict[str, Any]:
    node = Node(id=fresh_id(layer_type, ()), layer=example_of(layer_type))
    signature = node.layer.signature()
    return {"name": node.id, "layer": _settings(node.layer), **_kind(node.layer, signature)}


def example(task: Task | None) -> dict[str, Any]:
    """What an Input needs to take the examples of the data; nothing where these are not known."""
    values = input_values(task) if task else {}
    return {name: value for name, value in values.items() if value is not None}


def shapes_text(facts: Facts) -> str:
    """The shape of one example as people write it: `28x28x32`; `?` for an open size, several outputs after commas."""
    return ", ".join(
        "x".join("?" if size is None else str(size) for size in shape[1:]) or "1" for shape in facts.shapes
    )


def parameters_text(facts: Facts) -> str:
    """`320 parameters`; nothing for a layer that learns nothing."""
    return f"{facts.parameters:,} parameters" if facts.parameters else ""


def measures(facts: Facts) -> dict[str, Any]:
    """What a node can be coloured by, and is explained with: numbers, or None where they are not known.

    `memory` is that of the output for one example, in bytes; `size` counts the numbers in it; `field` is the receptive
    field along each axis, in pixels or steps, and `why` says why there is none.
    """
    first = facts.shapes[0][1:] if facts.shapes else ()
    return {
        "parameters": facts.parameters,
        "trainable": facts.trainable,
        "macs": facts.macs,
        "memory": facts.activation_bytes,
        "size": prod(size for size in first if size is not None) if facts.shapes and None not in first else None,
        "field": facts.field,
        "why": facts.field_why,
    }
