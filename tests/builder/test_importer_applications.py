"""The forty networks of keras.applications, opened layer by layer: what Keras counts, and their code read back."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from builder.codegen import source
from builder.graph import Graph, write_graph
from builder.program import lower
from builder.reading import read_code
from builder.zoo.applications import PUBLISHED

pytestmark = pytest.mark.keras

ROOT = Path(__file__).parents[2]
# One of each family, for what takes long; all forty were compared by hand.
EXECUTED = [
    "MobileNetV3Small",
    "ResNet50V2",
    "DenseNet121",
    "EfficientNetB0",
    "ConvNeXtTiny",
    "NASNetMobile",
    "Xception",
]
CHILD = """
import json, sys
import keras
from builder.compile import build
from builder.graph import read_graph
from builder.program import lower

def config(model):
    return json.loads(json.dumps(model.get_config()), object_hook=lambda d: {k: d[k] for k in d if k != "build_config"})

for case in json.load(sys.stdin):
    with keras.StatelessScope(initialize_variables=False):
        keras.utils.clear_session(free_memory=False)
        scope = {"__name__": "__main__"}
        exec(case["source"], scope)
        coded, built = scope["model"], build(lower(read_graph(case["graph"])))
        assert {**config(coded), "name": ""} == {**config(built), "name": ""}, case["name"]
        assert coded.count_params() == built.count_params(), case["name"]
print("equal")
"""


def drawn(graph: Graph) -> tuple[dict[str, object], set[tuple[str, int, str, str]]]:
    """A graph without the places of its nodes."""
    edges = {(edge.source, edge.output, edge.target, edge.port) for edge in graph.edges}
    return {node.id: (node.layer, node.shares) for node in graph.nodes}, edges


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_has_the_parameters_that_keras_counts_and_its_code_is_read_back(name):
    from builder.compile import shapes
    from builder.importer.applications import application_graph

    graph = application_graph(name)
    program = lower(graph)
    assert program.missing == ()
    facts = shapes(program)
    assert not [node for node, fact in facts.items() if fact.error]
    assert sum(fact.parameters for fact in facts.values()) == PUBLISHED[name].parameters
    assert drawn(read_code(source(program)).graph) == drawn(graph)


def test_its_code_executed_is_the_model_that_is_built():
    from builder.importer.applications import application_graph

    graphs = {name: application_graph(name) for name in EXECUTED}
    cases = [
        {"name": name, "graph": write_graph(graph), "source": source(lower(graph))} for name, graph in graphs.items()
    ]
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps(cases),
        env={**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "equal", done.stderr[-3000:]
