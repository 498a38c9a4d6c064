"""Layers of earlier Keras that several of today's layers compute together, exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from builder.importer.description import DescribedLayer
from builder.importer.inbound import LayerCall, Shape
from builder.importer.old_names import renamed
from builder.importer.refusal import UnknownLayerError
from builder.importer.settings import Settings
from builder.importer.slicing import sliced
from builder.importer.steps import at_each_step
from builder.importer.substitutes import APPLICATIONS, softened
from builder.initializers import Ones
from builder.layers.base import LAYERS, LayerSpec
from builder.layers.core import Dense
from builder.layers.merging import Add, Multiply
from builder.layers.preprocessing import Rescaling

GATE = "HighwayGate"  # the half of a Highway's weights that opens and closes it
# Settings of Dense that a Highway and a MaxoutDense have too.
SHARED = ("activation", "use_bias", "kernel_", "bias_", "trainable")


@dataclass(frozen=True, slots=True)
class Part:
    """One layer of several. `inputs`: by number, first what comes in, then what the parts before give.

    `weights` is the kind of old layer by which its weights are arranged; empty where it has none.
    """

    name: str
    layer: LayerSpec
    inputs: tuple[int, ...] = (0,)
    weights: str = ""


@dataclass(frozen=True, slots=True)
class Composition:
    """Parts in order, of which the last gives what the layer gave, and what is to be told about it."""

    parts: tuple[Part, ...]
    note: str

    def at_each_step(self) -> Composition:
        """The same inside a TimeDistributed."""
        return replace(self, parts=tuple(replace(part, layer=at_each_step(part.layer)) for part in self.parts))


def composed(
    layer: DescribedLayer, call: LayerCall, generation: int, shape: Callable[[], Shape | None]
) -> Composition | None:
    """The layers that compute what a layer of the file did; None where one layer does.

    Args:
        shape: tells the shape of what comes in, batch first, where it is known.

    Raises:
        UnknownLayerError: the layer is known, but its size is not.
    """
    if layer.module.startswith(APPLICATIONS) and layer.kind == "CustomScaleLayer":
        scale = Rescaling(scale=layer.config.get("scale", 1.0))
        return Composition(
            (Part("scale", scale, (1,)), Part("", Add(), (0, 2))),
            "adds a part of its second input: a Rescaling and an Add",
        )
    if layer.kind in ("GetItem", "SlicingOpLambda"):
        came = shape()
        cuts = sliced(layer, call, None if came is None else len(came))
        if cuts is None:
            raise UnknownLayerError(f"{layer.kind} takes something out of a tensor that no layer takes exactly so.")
        layers = cuts or [LAYERS["Identity"]()]
        last = len(layers) - 1
        parts = [Part("" if number == last else f"cut_{number}", cut, (number,)) for number, cut in enumerate(layers)]
        return Composition(tuple(parts), "takes a part of a tensor")
    if layer.kind == "MaxoutDense":
        return Composition(
            tuple(_maxout(layer.config, generation)),
            "is the greatest of several Dense layers, here of one that is split",
        )
    if layer.kind == "Highway":
        size = (shape() or (None,))[-1]
        if size is None:
            raise UnknownLayerError("Highway cannot be expressed, because the size of its input is not known.")
        return Composition(
            tuple(_highway(layer.config, generation, size)), "is a Dense and a gate that mixes it with what comes in"
        )
    return None


def _dense(config: Mapping[str, Any], generation: int, units: int) -> LayerSpec:
    """The Dense with the settings that an old layer shares with it."""
    told = renamed("Dense", config, generation)[1]
    return Settings().layer("Dense", {"units": units} | {name: told[name] for name in told if name.startswith(SHARED)})


def _maxout(config: Mapping[str, Any], generation: int) -> Sequence[Part]:
    units, pieces = int(config["output_dim"]), int(config.get("nb_feature", 4))
    dense = _dense({**config, "activation": None}, generation, units * pieces)
    return (
        Part("dense", dense, weights="MaxoutDense"),
        Part("pieces", LAYERS["Reshape"].model_validate({"target_shape": (pieces, units)}), (1,)),
        Part("", LAYERS["GlobalMaxPooling1D"](), (2,)),
    )


def _highway(config: Mapping[str, Any], generation: int, units: int) -> Sequence[Part]:
    dense = _dense(config, generation, units)
    before, dense, after = softened(dense) if generation < 3 else ([], dense, [])
    gate = Dense(units=units, activation="sigmoid", use_bias=getattr(dense, "use_bias", True), bias_initializer=Ones())
    cut = [Part(f"cut_{number}", extra, (number,)) for number, extra in enumerate((*before, *after), 1)]
    inner = 1 + len(cut)  # the number of the value that is gated
    return (
        Part("dense", dense, weights="Highway"),
        *cut,
        Part("gate", gate, weights=GATE),
        Part("carry", Rescaling(scale=-1.0, offset=1.0), (inner + 1,)),
        Part("new", Multiply(), (inner, inner + 1)),
        Part("kept", Multiply(), (0, inner + 2)),
        Part("", Add(), (inner + 3, inner + 4)),
    )
