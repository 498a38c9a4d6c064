"""A layer of the palette from the class and the settings that a file tells, in today's names."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args

import keras
from pydantic import ValidationError

from builder.activations import ActivationName
from builder.call import OWN, Spec
from builder.constraints import Constraint
from builder.importer.old_names import renamed
from builder.importer.refusal import UnknownLayerError
from builder.importer.steps import looks_at_features_alone
from builder.initializers import Initializer
from builder.layers.base import LAYERS, LayerSpec
from builder.layers.rnn import TimeDistributed
from builder.regularizers import Regularizer

# Settings that change nothing about what a layer computes, or that the graph tells in another way.
SILENT = frozenset(
    """
    autocast batch_input_shape batch_shape build_config build_input_shape cell_type count_params dtype full_output_shape
    ignore implementation input_dim input_dtype input_length input_shape input_spec kernel_constraint kernel_initializer
    kernel_regularizer key_shape name optional query_shape ragged registered_name rng_type sparse time_major trainable value_shape
    vocabulary_size weights zero_output_for_mask
    """.split()  # noqa: SIM905 (one name a line would be thirty lines)
)
EVERY_LAYER = frozenset(
    {"name", "trainable", "dtype", "activity_regularizer", "autocast"}
)  # what all layers note of themselves
# What every layer of then noted, also where there is nothing to choose.
PLAIN = {"groups": 1, "data_format": "channels_last"}
# Layers of Keras 1 and 2 that went without a successor.
GONE = {
    "LocallyConnected1D": "has weights of its own at every place",
    "LocallyConnected2D": "has weights of its own at every place",
    "RandomFourierFeatures": "multiplies by random numbers that are drawn once",
    "AbstractRNNCell": "is a step of a recurrent layer",
    "PeepholeLSTMCell": "lets the gates of an LSTM see its cell",
}
# What the functions were called in earlier Keras.
OLD_ACTIVATIONS = {"swish": "silu", "hard_swish": "hard_silu", "hardsigmoid": "hard_sigmoid", "softmax_v2": "softmax"}
OLD_INITIALIZERS = {
    "normal": "randomnormal",
    "uniform": "randomuniform",
    "zero": "zeros",
    "one": "ones",
    "eye": "identity",
}
SCALINGS: dict[tuple[Any, Any, str], str] = {
    (1.0, "fan_avg", "uniform"): "GlorotUniform",
    (1.0, "fan_avg", "normal"): "GlorotNormal",
    (1.0, "fan_in", "uniform"): "LecunUniform",
    (1.0, "fan_in", "normal"): "LecunNormal",
    (2.0, "fan_in", "uniform"): "HeUniform",
    (2.0, "fan_in", "normal"): "HeNormal",
}


@dataclass(slots=True)
class Settings:
    """One layer on its way: what is noted on it, and layers that must follow it to compute the same."""

    notes: list[str] = field(default_factory=list)
    after: list[LayerSpec] = field(default_factory=list)

    def layer(self, kind: str, config: Mapping[str, Any]) -> LayerSpec:
        """The layer of this class with these settings.

        Raises:
            UnknownLayerError: there is no such layer, or it has a setting that cannot be expressed.
        """
        cls = _class(kind, config)
        if cls.namespace == OWN:
            self.notes.append("is no layer of Keras; it is taken for Layerloom's, which has the same name and settings")
        values: dict[str, Any] = {}
        for name, value in config.items():
            if name in cls.model_fields and name != "type":
                told, converted = self._value(kind, name, value)
                if told:
                    values[name] = converted
            else:
                self._without_field(kind, name, value)
        inner = values.get("layer")
        if kind == "TimeDistributed" and isinstance(inner, TimeDistributed) and looks_at_features_alone(inner.layer):
            values["layer"] = inner.layer
        if kind == "Bidirectional":
            _drop_mirrored(values, config)
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in fault["loc"]) or "it"
            if fault["type"] == "union_tag_invalid":
                raise UnknownLayerError(f"{kind} around {fault['ctx']['tag'][:60]} cannot be expressed.") from None
            came = f"{str(fault['input'])[:60]!r}"
            raise UnknownLayerError(f"{kind} with {place} = {came} cannot be expressed: {fault['msg']}") from None

    def _without_field(self, kind: str, name: str, value: Any) -> None:
        if name == "stateful" and value:
            self.notes.append(
                "kept its state from batch to batch (stateful), which a network here does not: each starts anew"
            )
        elif name == "time_major" and value:
            raise UnknownLayerError(f"{kind} with time_major = True cannot be expressed.")
        elif (
            name in SILENT
            or name == "stateful"
            or value in (None, False, [], {}, PLAIN.get(name))
            or _is_default(kind, name, value)
        ):
            return
        else:
            raise UnknownLayerError(f"{kind} with {name} = {str(value)[:60]!r} cannot be expressed.")

    def _value(self, kind: str, name: str, value: Any) -> tuple[bool, Any]:
        """Whether to set the field, and to what."""
        if isinstance(value, dict) and value.get("type") == "ndarray":
            value = value.get("value")
        if name.endswith("_initializer") or (kind != "Lambda" and name == "initializer"):
            return self._chosen(name, value, Initializer, keep_none=False)
        if name.endswith("_regularizer"):
            return self._chosen(name, _regularizer(value), Regularizer)
        if name.endswith("_constraint"):
            return self._chosen(name, value, Constraint)
        if name in ("activation", "recurrent_activation"):
            return True, self._activation(kind, name, value)
        if isinstance(value, dict) and isinstance(value.get("config"), dict) and name in ("layer", "backward_layer"):
            return True, self.layer(str(value["class_name"]), value["config"])
        if name == "seed":
            return isinstance(value, int) and 0 <= value < 2**31, value
        return True, _tuples(value)

    def _activation(self, kind: str, name: str, value: Any) -> str | None:
        if isinstance(value, Mapping):
            inner = str(value.get("class_name"))
            if inner == "function" or inner in ("builtin_function_or_method",):
                value = value.get("config")
            elif (
                name == "activation" and inner in LAYERS and isinstance(value.get("config"), dict) and inner != "PReLU"
            ):
                if kind in ("SimpleRNN", "LSTM", "GRU"):
                    raise UnknownLayerError(f"{kind} with a layer ({inner}) as {name} cannot be expressed.")
                self.after.append(Settings().layer(*renamed(inner, value["config"])))
                return None
            else:
                raise UnknownLayerError(f"{kind} with {inner[:60]!r} as {name} cannot be expressed.")
        known = OLD_ACTIVATIONS.get(str(value), str(value))
        if value is None:
            return "linear" if kind == "Activation" else None
        if known not in get_args(ActivationName):
            raise UnknownLayerError(
                f"{kind} with {name} = {str(value)[:60]!r} cannot be expressed: no such function in Keras."
            )
        return None if known == "linear" and kind not in ("Activation", "SimpleRNN", "LSTM", "GRU") else known

    def _chosen(self, name: str, value: Any, union: Any, keep_none: bool = True) -> tuple[bool, Any]:
        """An initializer, regularizer or constraint. They only matter when training goes on, so an unknown one is noted."""
        if value is None:
            return keep_none, None
        found = _spec(value, union)
        if found is None:
            told = value.get("class_name") or value.get("name") if isinstance(value, Mapping) else value
            self.notes.append(
                f"{name} {str(told)[:60]!r} is not known here and was left out; results stay, training may differ"
            )
            return False, None
        return True, found


def _tuples(value: Any) -> Any:
    return tuple(_tuples(inner) for inner in value) if isinstance(value, list) else value


def _class(kind: str, config: Mapping[str, Any]) -> type[LayerSpec]:
    cls = LAYERS.get(kind)
    if kind == "Lambda":
        raise UnknownLayerError("Lambda holds Python code, which is never run here. Rebuild what it does from layers.")
    if kind in GONE:
        raise UnknownLayerError(f"{kind} {GONE[kind]}, and Keras 3 has no such layer.")
    if cls is not None and cls.namespace == OWN and _has_settings_of(cls, config):
        return cls
    if cls is None or not cls.namespace.startswith("keras") or cls.namespace == "keras.applications":
        what = (
            "has no counterpart here"
            if hasattr(keras.layers, kind)
            else "is no layer of Keras 3 but its author's own, or of old"
        )
        raise UnknownLayerError(f"The class {kind[:60]} {what}.")
    return cls


def _has_settings_of(cls: type[LayerSpec], config: Mapping[str, Any]) -> bool:
    """Whether these are just what a layer of ours notes: a file names the class, and does not hold its code."""
    return set(config) - EVERY_LAYER == set(cls.model_fields) - {"type", "trainable"}


@cache
def _defaults(kind: str) -> Mapping[str, Any]:
    parameters = inspect.signature(getattr(keras.layers, kind).__init__).parameters
    return {name: parameter.default for name, parameter in parameters.items()}


def _is_default(kind: str, name: str, value: Any) -> bool:
    default = _defaults(kind).get(name, inspect.Parameter.empty) if hasattr(keras.layers, kind) else None
    plain = tuple(value) if isinstance(value, list) else value
    return default is not inspect.Parameter.empty and default in (plain, value)


@cache
def _members(union: Any) -> Mapping[str, type[Spec]]:
    members = get_args(get_args(union)[0])
    return {member.__name__.lower(): member for member in members}


def _spec(value: Any, union: Any) -> Spec | None:
    """One of the choices by the name and the settings that a file tells; None where it is not known."""
    if isinstance(value, str):
        name, config = value, {}
    elif isinstance(value, Mapping):
        name = str(value.get("class_name") or value.get("name"))
        config = value.get("config", {key: one for key, one in value.items() if key != "name"})
    else:
        return None
    config = dict(config) if isinstance(config, Mapping) else {}
    if name == "VarianceScaling":
        how = str(config.get("distribution", "")).removeprefix("truncated_")
        name = SCALINGS.get((config.get("scale"), config.get("mode"), how), name)
        config["distribution"] = (
            "truncated_normal" if config.get("distribution") == "normal" else config.get("distribution")
        )
    if "m" in config:
        config["max_value"] = config["m"]
    plain = name.replace("_", "").lower()
    cls = _members(union).get(OLD_INITIALIZERS.get(plain, plain))
    if cls is None:
        return None
    known = {key: one for key, one in config.items() if key in cls.model_fields and key != "type" and one is not None}
    if not isinstance(known.get("seed", 0), int):
        known.pop("seed")
    try:
        return cls.model_validate(known)
    except ValidationError:
        return None


def _regularizer(value: Any) -> Any:
    """L1L2 with one of both as that one, as Keras 1 and 2 did not write it; without any, None."""
    if not isinstance(value, Mapping):
        return value
    config = value.get("config", value)
    name = str(value.get("class_name") or value.get("name"))
    if name not in ("L1L2", "L1L2Regularizer", "WeightRegularizer", "ActivityRegularizer", "l1l2") or not isinstance(
        config, Mapping
    ):
        return value
    both = {key: float(config.get(key) or 0.0) for key in ("l1", "l2")}
    chosen = {key: strength for key, strength in both.items() if strength}
    if not chosen:
        return None
    kind = "L1L2" if len(chosen) == 2 else next(iter(chosen)).upper()
    return {"class_name": kind, "config": chosen}


def _drop_mirrored(values: dict[str, Any], config: Mapping[str, Any]) -> None:
    """A backward layer that only mirrors the forward one is what Keras makes anyway."""
    forward, backward = values.get("layer"), values.get("backward_layer")
    if forward is None or backward is None:
        return
    if backward == forward.model_copy(update={"go_backwards": not forward.go_backwards}):
        values.pop("backward_layer")
