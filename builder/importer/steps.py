"""Layers of a model that a TimeDistributed holds: what does each one's work at every step."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from builder.importer.channels import PLAIN
from builder.importer.refusal import UnknownLayerError
from builder.layers.attention import MultiHeadAttention
from builder.layers.base import LayerSpec
from builder.layers.core import Dense
from builder.layers.merging import Concatenate
from builder.layers.normalization import BatchNormalization, LayerNormalization
from builder.layers.operations import ExpandDims, MatMul, Pick, Reduce, Slice, Squeeze, Stack
from builder.layers.reshaping import Permute
from builder.layers.rnn import TimeDistributed


def at_each_step(spec: LayerSpec) -> LayerSpec:
    """The layer that does to a sequence at each step what this one does to what stands there.

    Raises:
        UnknownLayerError: none does.
    """
    if spec.type in PLAIN and not getattr(spec, "noise_shape", None):
        return spec
    if isinstance(spec, MatMul):
        return spec
    if isinstance(spec, Concatenate | Stack | ExpandDims | Pick | Slice):
        return spec if spec.axis < 0 else spec.model_copy(update={"axis": spec.axis + 1})
    if isinstance(spec, Reduce | Squeeze) and spec.axis is not None:
        return spec.model_copy(update={"axis": _shifted(spec.axis)})
    if isinstance(spec, Permute):
        return Permute(dims=(1, *(place + 1 for place in spec.dims)))
    if isinstance(spec, MultiHeadAttention) and not spec.use_causal_mask:
        axes = spec.attention_axes or (1,)  # where nothing is said: of (batch, steps, features) the steps
        return spec.model_copy(update={"attention_axes": _shifted(axes)})
    if isinstance(spec, TimeDistributed) and looks_at_features_alone(spec.layer):
        return spec
    try:
        return TimeDistributed.model_validate({"layer": spec, "trainable": getattr(spec, "trainable", True)})
    except ValidationError:
        raise UnknownLayerError(f"{spec.type} inside a TimeDistributed cannot be expressed.") from None


def _shifted(axes: Any) -> Any:
    """The same axes behind that of the steps; those counted from the end stay."""
    if isinstance(axes, int):
        return axes + 1 if axes > 0 else axes
    return tuple(_shifted(axis) for axis in axes)


def looks_at_features_alone(spec: LayerSpec) -> bool:
    """Whether a layer does the same at every place, so that it does not matter how many axes of places there are."""
    if isinstance(spec, LayerNormalization | BatchNormalization):
        return spec.axis == -1
    return isinstance(spec, Dense) or spec.type in PLAIN
