"""A network of a thousand layers (NASNetLarge): from file to graph, its code, its shapes cold and after one edit."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}

import keras

from builder.codegen import source
from builder.compile import shapes
from builder.edits import Configure, apply
from builder.importer import open_model
from builder.program import lower
from pages.parts.views import view


def main() -> None:
    """Print a line; the measure is the time that Keras itself takes to make the network from the same file."""
    with keras.StatelessScope(initialize_variables=False):
        written = keras.applications.NASNetLarge(weights=None).to_json()
    keras.utils.clear_session(free_memory=False)
    theirs, _ = _timed(lambda: _made(written))
    opened, imported = _timed(lambda: open_model(written.encode()))
    graph = imported.graph
    cold, facts = _timed(lambda: shapes(lower(graph)))
    first = next(node for node in graph.nodes if node.layer.type == "Conv2D")
    edited = apply(graph, Configure(id=first.id, values={"activation": "relu"}))
    again, _ = _timed(lambda: shapes(lower(edited)))
    code, _ = _timed(lambda: source(lower(graph)))
    drawn, _ = _timed(lambda: view(graph, facts, ()))
    print(
        f"NASNetLarge, {len(graph.nodes):,} layers (Keras makes it in {theirs:.1f} s): file to graph {opened:.1f} s, to what the "
        f"canvas is sent {drawn:.2f} s, code {code:.1f} s, shapes {cold:.1f} s, after one edit {again:.2f} s"
    )


def _made(written: str) -> None:
    with keras.StatelessScope(initialize_variables=False):
        keras.models.model_from_json(written)
    keras.utils.clear_session(free_memory=False)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


if __name__ == "__main__":
    main()
