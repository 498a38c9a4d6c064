"""Layers of a model that a TimeDistributed holds: what does each one's work at every step."""

from __future__ import annotations

from pydantic import ValidationError

from builder.importer.channels import PLAIN
from builder.importer.refusal import UnknownLayerError
from builder.layers.base import LayerSpec
from builder.layers.merging import Concatenate
from builder.layers.rnn import TimeDistributed


def at_each_step(spec: LayerSpec) -> LayerSpec:
    """The layer that does to a sequence at each step what this one does to what stands there.

    Raises:
        UnknownLayerError: none does.
    """
    if spec.type in PLAIN and not getattr(spec, "noise_shape", None):
        return spec
    if isinstance(spec, Concatenate):
        return spec if spec.axis < 0 else Concatenate(axis=spec.axis + 1)
    try:
        return TimeDistributed.model_validate({"layer": spec, "trainable": getattr(spec, "trainable", True)})
    except ValidationError:
        raise UnknownLayerError(f"{spec.type} inside a TimeDistributed cannot be expressed.") from None
