"""A model file of any Keras, or a model that is at hand, opened as a graph."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from builder.compile import shapes
from builder.graph import Graph
from builder.importer.description import DescribedModel, describe
from builder.importer.files import Contents, read_contents
from builder.importer.refusal import ModelFileError
from builder.importer.stored import Array, Given, Listed, Path, Stored, Structured
from builder.importer.translation import Translated, translate
from builder.importer.weights import Weights, WeightsError, collected
from builder.program import Facts, lower

Backend = Literal["theano", "tensorflow"]
# Settings that only Keras 1 wrote.
OLD_SETTINGS = frozenset(
    {"nb_filter", "border_mode", "init", "inner_init", "W_regularizer", "dim_ordering", "p", "pool_length"}
)


@dataclass(frozen=True, slots=True)
class Imported:
    """A network from a model file.

    `notes` say in sentences what was translated, and how. `weights` are there when the file has them; `keras` names the
    version that wrote it, as far as it is known.
    """

    graph: Graph
    notes: tuple[str, ...]
    weights: Weights | None
    keras: str


def open_model(data: bytes, weights: bytes | None = None, backend: Backend | None = None) -> Imported:
    """The network in a model file: .keras, .h5 or the JSON of `to_json`, of Keras 1, 2 or 3.

    Nothing in the file is executed, unpickled or followed out of it.

    Args:
        data: the file.
        weights: a file of weights alone (.h5) that belongs to a JSON.
        backend: what Keras 1 computed with, where the file does not tell: Theano took kernels turned round. Without it,
            channels in front ("th") are taken for Theano.

    Raises:
        ModelFileError: what the file is instead, what is damaged, or which layers cannot be expressed.
    """
    contents = read_contents(data)
    beside = read_contents(weights) if weights is not None else None
    if contents.config is None:
        raise ModelFileError(
            "This file holds weights only, and no architecture. Open the model's JSON (model.to_json()) together with it, or "
            "save the whole model with model.save(...)."
        )
    generation = _generation(contents)
    theano, guess = _theano(contents, generation, backend)
    described = describe(contents.config)
    translated = translate(described, generation, theano)
    stored = _stored(beside or contents, described)
    found = None if stored is None else _checked(stored, translated)
    version = contents.version or f"{generation}"
    return Imported(translated.graph, (*_general(generation, found, guess), *translated.notes), found, version)


def graph_of(model: Any) -> Imported:
    """A Keras 3 model that is at hand, as a graph, with its weights.

    Args:
        model: a Functional or Sequential `keras.Model`, such as one of keras.applications with weights=None.

    Raises:
        ModelFileError: layers that cannot be expressed.
    """
    translated = translate(describe(json.loads(model.to_json())), 3)
    weights = collected(Given(dict(_live(model, ()))), translated.sources, _layers(translated.graph))
    return Imported(translated.graph, translated.notes, weights, "3")


def _live(model: Any, around: Path) -> Iterator[tuple[Path, list[Array]]]:
    for layer in model.layers:
        path = (*around, layer.name)
        held = getattr(layer, "layer", layer)  # what a TimeDistributed holds may be a model
        cells = getattr(getattr(layer, "cell", None), "cells", None)
        if hasattr(held, "layers") and hasattr(held, "summary"):
            yield from _live(held, path)
        elif cells is not None:
            yield from (((*path, cell.name), cell.get_weights()) for cell in cells)
        else:
            yield path, layer.get_weights()


def _layers(graph: Graph) -> dict[str, Any]:
    return {node.id: node.layer for node in graph.nodes}


def _stored(contents: Contents, described: DescribedModel) -> Stored | None:
    if contents.weights is None:
        return None
    return Structured(contents.weights, described) if contents.structured else Listed(contents.weights)


def _checked(stored: Stored, translated: Translated) -> Weights:
    """The weights of the file, as many numbers for each node as its layer has."""
    weights = collected(stored, translated.sources, _layers(translated.graph))
    facts = shapes(lower(translated.graph))
    uses: dict[str, list[Facts]] = {}  # of which the first alone tells the parameters
    for node in translated.graph.nodes:
        if node.id in facts:
            uses.setdefault(node.shares or node.id, []).append(facts[node.id])
    wrong = []
    for node_id in translated.sources:
        told = uses.get(node_id, ())
        parameters = sum(fact.parameters for fact in told)
        came = sum(array.size for array in weights.get(node_id, ()))
        if told and not any(fact.error for fact in told) and came != parameters:
            wrong.append(f"{node_id}: the layer has {parameters:,} parameters, the file {came:,}")
    if wrong:
        raise WeightsError(
            "The weights in the file do not fit its layers.\n" + "\n".join(f"- {one}" for one in wrong[:5])
        )
    return weights


def _generation(contents: Contents) -> int:
    """1, 2 or 3: from the version that the file tells, else from how it is written."""
    told = contents.version[:1]
    if told in ("1", "2", "3"):
        return int(told)
    assert contents.config is not None
    if "module" in contents.config:
        return 3
    settings = set(_settings(contents.config))
    old = ("class_name", "Merge") in settings or any(name in OLD_SETTINGS for name, _ in settings)
    return 1 if old else 2


def _settings(value: Any) -> Iterator[tuple[str, str]]:
    """Every setting that is a text, and the name of every other, at any depth."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict):
            yield from ((name, one if isinstance(one, str) else "") for name, one in inner.items())
            waiting += inner.values()
        elif isinstance(inner, list):
            waiting += inner


def _theano(contents: Contents, generation: int, backend: Backend | None) -> tuple[bool, bool]:
    """Whether kernels are turned round, and whether that is a guess."""
    if generation != 1:
        return False, False
    if backend or contents.backend:
        return (backend or contents.backend) == "theano", False
    first = ("dim_ordering", "th") in _settings(contents.config)
    return first, first


def _general(generation: int, weights: Weights | None, guess: bool) -> Iterator[str]:
    if generation < 3:
        yield f"The model was written by Keras {generation}; its layers and settings have today's names."
    if guess and weights is not None:
        yield (
            "The file does not tell whether Theano or TensorFlow computed it. Its images have the channels first, so it was "
            "taken for Theano, whose kernels are turned round; if it was TensorFlow, open it again and say so."
        )
    if weights is None:
        yield "The file holds no weights: the network starts with random ones."
