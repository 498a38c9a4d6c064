"""Layers that Keras does not have: their classes stand in exported code, word for word, and are known by that."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from builder.call import OWN
from builder.layers.base import LAYERS
from builder.names import snake_case

FOLDER = Path(__file__).parents[1] / OWN.rpartition(".")[2]


def own_layer(node: ast.ClassDef) -> str | None:
    """The dotted name of the layer whose class this is, if it is exactly that class."""
    layer = LAYERS.get(node.name)
    if layer is None or layer.namespace != OWN or ast.dump(node) != _written(node.name):
        return None
    return f"{OWN}.{node.name}"


@cache
def _written(name: str) -> str:
    tree = ast.parse((FOLDER / f"{snake_case(name)}.py").read_text())
    return next(ast.dump(node) for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
