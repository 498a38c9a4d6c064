"""Layers of Keras that are no public layers, and functions that changed: what computes the same today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.importer.description import DescribedLayer
from builder.importer.old_weights import RECURRENT, STEEPER
from builder.importer.refusal import UnknownLayerError
from builder.layers.base import LayerSpec
from builder.layers.core import Activation
from builder.layers.preprocessing import Rescaling

APPLICATIONS = "keras.src.applications."


def substitute(layer: DescribedLayer) -> tuple[str, Mapping[str, Any]]:
    """Class and settings; those of the layers that keras.applications keeps to itself as public layers that do the same.

    LayerScale multiplies each channel by a number, as a depthwise convolution with 1x1 filters does; StochasticDepth drops
    whole examples of a branch, as a Dropout does whose pattern has length 1 along every axis but the batch.
    """
    if layer.module.startswith(APPLICATIONS):
        if layer.kind == "LayerScale":
            first = {"class_name": "Constant", "config": {"value": layer.config.get("init_values", 1e-6)}}
            return "DepthwiseConv2D", {"kernel_size": [1, 1], "use_bias": False, "depthwise_initializer": first}
        if layer.kind == "StochasticDepth":
            return "Dropout", {"rate": layer.config.get("drop_path_rate", 0.0), "noise_shape": [None, 1, 1, 1]}
    return layer.kind, layer.config


def softened(spec: LayerSpec) -> tuple[list[LayerSpec], LayerSpec, list[LayerSpec]]:
    """A layer with hard_sigmoid of Keras 1 or 2: what comes before it, the layer itself, and what follows.

    Keras 3's function of 1.2 times the value is the old one. In recurrent layers the weights are scaled instead.

    Raises:
        UnknownLayerError: an LSTM whose cell is cut by it twice, where scaled weights do not help.
    """
    scale, cut = Rescaling(scale=STEEPER), Activation(activation="hard_sigmoid")
    inner = getattr(spec, "layer", spec)
    if getattr(inner, "activation", None) != "hard_sigmoid":
        return [], spec, []
    if spec.type == "Activation":
        return [scale], spec, []
    if inner.type in RECURRENT:
        if inner.type not in ("SimpleRNN", "GRU"):
            raise UnknownLayerError(
                f"{inner.type} with activation = 'hard_sigmoid' was another function in Keras 1 and 2."
            )
        return [], spec, []
    plain = inner.model_copy(update={"activation": None})
    return [], plain if inner is spec else spec.model_copy(update={"layer": plain}), [scale, cut]
