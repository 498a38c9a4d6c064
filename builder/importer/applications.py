"""The networks of keras.applications, opened as graphs."""

from __future__ import annotations

import json

import keras

from builder.graph import Graph
from builder.importer.description import describe
from builder.importer.translation import translate


def application_graph(name: str) -> Graph:
    """A network of keras.applications, layer by layer, without its weights.

    Args:
        name: as in `builder.zoo.applications.PUBLISHED`, such as "ResNet50".

    Raises:
        ModelFileError: it has layers that cannot be expressed.
    """
    try:
        with keras.StatelessScope(initialize_variables=False):  # a network of gigabytes costs nothing
            written = getattr(keras.applications, name)(weights=None).to_json()
    finally:
        keras.utils.clear_session(free_memory=False)
    return translate(describe(json.loads(written)), 3).graph
