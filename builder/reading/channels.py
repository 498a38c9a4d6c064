"""How many channels a tensor has, as far as the text tells: `x.shape[-1]` in a function that adapts itself to what comes."""

from __future__ import annotations

import re

from builder.layers.base import LayerSpec
from builder.reading.values import Tensor

MAX_BRANCHES = 1_000
# Layers of these families, and these layers, leave the last axis as it is.
KEEPING = {"normalization", "regularization", "activations", "pooling", "images", "augmentation", "colors"}
KEEPING_TOO = (
    "Activation",
    "UpSampling",
    "ZeroPadding",
    "Cropping",
    "Rescaling",
    "Masking",
    "Identity",
    "MultiHeadAttention",
    "Elementwise",
    "Power",
    "Clip",
)
SAME_RANK = KEEPING - {"pooling"}
FLAT = {"Flatten"}
ELEMENTWISE = {"Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"}


def channels(tensor: Tensor) -> int | None:
    """The length of the last axis, or None where only Keras knows it."""
    total, waiting = 0, [tensor]
    for _ in range(MAX_BRANCHES):
        if not waiting:
            return total
        made = waiting.pop().made
        spec = made.layer.spec if made.layer else None
        if spec is None:
            return None
        if (own := _own(spec)) is not None:
            total += own
        elif spec.type == "Concatenate" and getattr(spec, "axis", None) == -1:
            waiting += [tensor for _, tensor in made.arguments]
        elif made.arguments and (
            spec.family() in KEEPING or spec.type in ELEMENTWISE or spec.type.startswith(KEEPING_TOO)
        ):
            waiting.append(made.arguments[0][1])
        else:
            return None
    return None


def _own(spec: LayerSpec) -> int | None:
    """The length that a layer itself sets."""
    if spec.type == "Input":
        shape: tuple[int | None, ...] = getattr(spec, "shape")  # noqa: B009 (of Input only)
        return shape[-1] if shape else None
    told = next((getattr(spec, name) for name in ("units", "filters", "output_dim") if hasattr(spec, name)), None)
    return told if isinstance(told, int) else None


def rank(tensor: Tensor) -> int | None:
    """How many axes a tensor has, the batch among them, or None where only Keras knows it."""
    for _ in range(MAX_BRANCHES):
        spec = tensor.made.layer.spec if tensor.made.layer else None
        if spec is None:
            return None
        if spec.type == "Input":
            return 1 + len(getattr(spec, "shape"))  # noqa: B009 (of Input only)
        if spec.type in FLAT or spec.type.startswith("Global"):
            return 2
        if axes := re.fullmatch(r".*(?:Conv|Pooling|UpSampling|ZeroPadding|Cropping|Transpose).*?(\d)D.*", spec.type):
            return 2 + int(axes[1])
        same = spec.family() in SAME_RANK or spec.type in ELEMENTWISE or spec.type.startswith((*KEEPING_TOO, "Dense"))
        if not same or not tensor.made.arguments:
            return None
        tensor = tensor.made.arguments[0][1]
    return None
