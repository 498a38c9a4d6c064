"""What an imported name means: every way in which Keras has been imported over the years comes to one dotted name."""

from __future__ import annotations

import builtins
import re
from functools import lru_cache

from builder.layers.base import LAYERS
from builder.older import RENAMED
from builder.reading.values import Name

# Keras calls these layers by two names.
SAME = {
    f"{whole}{short}{axes}D": f"{whole}{long}{axes}D"
    for whole in ("", "Global")
    for short, long in (("MaxPool", "MaxPooling"), ("AvgPool", "AveragePooling"))
    for axes in (1, 2, 3)
} | RENAMED

# `layers.concatenate([a, b])` and its like: a layer, made and called at once.
MERGING = {
    name: name.capitalize() for name in ("add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract")
}  # fmt: skip

ROOT = re.compile(
    r"(tensorflow(\.compat\.v\d|\.python)?\.keras|tf_keras|keras)((\.api|\.src|\._tf_keras)?(\._v\d)?(\.keras)?)(?=\.|$)"
)
PARTS = "layers|models|initializers|regularizers|constraints|activations|applications|engine"


@lru_cache(maxsize=4096)
def canonical(dotted: str) -> str:
    """`tensorflow.keras.layers.core.Dense` -> `keras.layers.Dense`."""
    dotted = ROOT.sub("keras", dotted, count=1) if ROOT.match(dotted) else dotted
    dotted = re.sub(rf"^keras\.({PARTS})(\.[a-z_0-9]+)+\.([A-Z]\w*)$", r"keras.\1.\3", dotted)
    dotted = re.sub(r"^keras\.(models|engine)\.(Sequential|Model|Functional)$", r"keras.\2", dotted)
    dotted = re.sub(r"^keras\.layers\.(Input)$", r"keras.\1", dotted)
    dotted = re.sub(r"^keras\.Functional$", "keras.Model", dotted)
    space, _, last = dotted.rpartition(".")
    return f"{space}.{SAME[last]}" if space == "keras.layers" and last in SAME else dotted


def attribute(name: Name, attribute_name: str) -> Name:
    """What stands under a name within an imported one."""
    return Name(canonical(f"{name.dotted}.{attribute_name}"))


def built_in(name: str) -> Name | None:
    """A function or type of Python that every text may use."""
    return Name(f"builtins.{name}") if hasattr(builtins, name) else None


def usual(name: str) -> Name | None:
    """What a name means to everybody, where the import has been left out of a pasted text."""
    modules = {
        "keras": "keras",
        "tf": "tensorflow",
        "tensorflow": "tensorflow",
        "np": "numpy",
        "math": "math",
        "layers": "keras.layers",
        "models": "keras.models",
        "regularizers": "keras.regularizers",
        "initializers": "keras.initializers",
        "applications": "keras.applications",
        "Sequential": "keras.Sequential",
        "Model": "keras.Model",
        "Input": "keras.Input",
    }
    if name in modules:
        return Name(modules[name])
    return starred(name, "keras.layers")


def starred(name: str, module: str) -> Name | None:
    """What `from keras.layers import *` gives under this name."""
    dotted = canonical(f"{module}.{name}")
    space, _, last = dotted.rpartition(".")
    if space == "keras.layers":
        return Name(dotted) if last in LAYERS or last in MERGING or last in ("Lambda", "InputLayer") else None
    return Name(dotted) if dotted in ("keras.Sequential", "keras.Model", "keras.Input") else None


def canonical_activation(text: str) -> Name:
    """The function that `activations.get("relu")` gives."""
    return Name(f"keras.activations.{text}")


def activation(name: Name) -> str | None:
    """The activation function that a dotted name means: `tf.nn.relu` -> `relu`."""
    space, _, last = name.dotted.rpartition(".")
    return last if space in ("keras.activations", "tensorflow.nn", "keras.ops", "keras.ops.nn") else None
