"""The page of a layer as text: its docstring taken apart, its settings, and an example in Keras code. Draws nothing."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, reduce

from builder.codegen import source
from builder.edits import AddLayer, Connect, Edit, apply
from builder.graph import Edge, Graph
from builder.layers import LAYERS, example, family_labels
from builder.names import fresh_id, fresh_names
from builder.program import lower

SECTION = re.compile(r"^([A-Z]\w+):$")

# An example as each layer takes it, in this order of precedence: by name, by the axes in the name, by family.
TOKENS: dict[str, object] = {"shape": (100,), "dtype": "int32"}
BY_NAME: dict[str, dict[str, object]] = {
    "Embedding": TOKENS,
    "ReversibleEmbedding": TOKENS,
    "CategoryEncoding": {"shape": (1,), "dtype": "int32"},
    "Hashing": {"shape": (1,), "dtype": "int32"},
    "HashedCrossing": {"shape": (1,), "dtype": "int32"},
    "IntegerLookup": {"shape": (1,), "dtype": "int32"},
    "TimeDistributed": {"shape": (10, 28, 28, 3)},
    "SpectralNormalization": {"shape": (28, 28, 3)},
    "Reshape": {"shape": (64,)},
    "Permute": {"shape": (10, 64)},
    "MelSpectrogram": {"shape": (16000,)},
    "STFTSpectrogram": {"shape": (16000, 1)},
    "RepeatVector": {"shape": (64,)},
    "Squeeze": {"shape": (100, 1)},
    "MatMul": {"shape": (32, 32)},
    "LocalResponseNormalization": {"shape": (28, 28, 32)},
    "PositionEmbedding": {"shape": (100, 32)},
    "ConvLSTM1D": {"shape": (10, 100, 8)},
    "ConvLSTM2D": {"shape": (10, 32, 32, 3)},
    "ConvLSTM3D": {"shape": (10, 16, 16, 16, 3)},
    "Masking": {"shape": (100, 32)},
    "Softmax": {"shape": (10,)},
}
BY_AXES: dict[str, tuple[int, ...]] = {"1D": (100, 32), "2D": (28, 28, 3), "3D": (16, 16, 16, 3)}
BY_FAMILY: dict[str, tuple[int, ...]] = {
    "normalization": (28, 28, 32),
    "images": (224, 224, 3),
    "augmentation": (224, 224, 3),
    "colors": (224, 224, 3),
    "rnn": (100, 32),
    "attention": (100, 32),
    "operations": (100, 32),
    "applications": (224, 224, 3),
    "reshaping": (28, 28, 3),
}
ELSE = (64,)


@dataclass(frozen=True, slots=True)
class LayerPage:
    """What is told of a layer: the first sentence, further paragraphs, and the sections of its docstring by name."""

    name: str
    family: str
    sentence: str
    more: str
    sections: Mapping[str, str]


@cache
def layer_page(name: str) -> LayerPage:
    """The page of a layer.

    Raises:
        KeyError: no such layer.
    """
    layer = LAYERS[name]
    sentence, _, rest = inspect.cleandoc(layer.__doc__ or "").partition("\n")
    more: list[str] = []
    sections: dict[str, list[str]] = {}
    lines = more
    for line in rest.splitlines():
        if found := SECTION.match(line):
            lines = sections.setdefault(found[1], [])
        else:
            lines.append(line)
    texts = {title: inspect.cleandoc("\n" + "\n".join(body)) for title, body in sections.items()}
    return LayerPage(name, family_labels()[layer.family()], sentence, "\n".join(more).strip(), texts)


@cache
def example_network(name: str) -> Graph:
    """The smallest network in which a layer stands: an Input for each port that must be connected, and the layer."""
    if name == "Input":
        return _network([AddLayer(layer="Input", id="image"), AddLayer(layer="Flatten", id="flatten", after="image")])
    ports = _ports(name)
    inputs = list(fresh_names(["x"] * len(ports), ()))
    node = fresh_id(name, inputs)
    edits: list[Edit] = [AddLayer(layer="Input", id=one, values=_input_values(name)) for one in inputs]
    edits.append(AddLayer(layer=name, id=node))
    edits += [Connect(edge=Edge(source=one, target=node, port=port)) for one, port in zip(inputs, ports, strict=True)]
    return _network(edits)


def example_code(name: str) -> str:
    """A program in Keras that makes the layer and calls it."""
    return source(lower(example_network(name)), "functional")


def search(words: str) -> list[str]:
    """The layers of which name, family or text hold all of these words: those first that are called so."""
    wanted = words.lower().split()
    found = [name for name in LAYERS if all(word in _text(name) for word in wanted)]
    return sorted(found, key=lambda name: not any(word in name.lower() for word in wanted))


def meant(name: str) -> str | None:
    """The layer that a name means, whatever its capitals; None when there is none."""
    return next((layer for layer in LAYERS if layer.lower() == name.lower()), None)


def similar(name: str) -> list[str]:
    """Layers whose names are like this one."""
    known = {layer.lower(): layer for layer in LAYERS}
    return [known[close] for close in get_close_matches(name.lower()[:64], known, 3, 0.5)]


@cache
def _text(name: str) -> str:
    layer = LAYERS[name]
    return f"{name} {family_labels()[layer.family()]} {layer.__doc__} {' '.join(layer.model_fields)}".lower()


def _ports(name: str) -> Sequence[str]:
    signature = example(name).signature()
    return [port for port in signature.needed for _ in range(2 if port in signature.lists else 1)]


def _input_values(name: str) -> dict[str, object]:
    if given := BY_NAME.get(name):
        return given
    axes = next((shape for ending, shape in BY_AXES.items() if ending in name), None)
    return {"shape": axes or BY_FAMILY.get(LAYERS[name].family(), ELSE)}


def _network(edits: Sequence[Edit]) -> Graph:
    return reduce(apply, edits, Graph())
