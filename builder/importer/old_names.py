"""The classes and arguments of Keras 1 and 2 in the names of Keras 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.importer.refusal import UnknownLayerError
from builder.older import BECAME, RECURRENT, RENAMED, argument

MERGES = {
    "sum": "Add",
    "mul": "Multiply",
    "concat": "Concatenate",
    "ave": "Average",
    "max": "Maximum",
    "min": "Minimum",
    "sub": "Subtract",
    "dot": "Dot",
    "cos": "Dot",
}
CELLS = {"LSTMCell": "LSTM", "GRUCell": "GRU", "SimpleRNNCell": "SimpleRNN"}

ORDERINGS = {"th": "channels_first", "tf": "channels_last", "default": "channels_last"}
DROPPED = frozenset(
    {
        "nb_col",
        "kernel_dim2",
        "kernel_dim3",
        "consume_less",
        "mode_type",
        "output_shape_type",
        "arguments",
        "input_dtype",
    }
)


def renamed(kind: str, config: Mapping[str, Any], generation: int = 3) -> tuple[str, dict[str, Any]]:
    """Class and settings in today's names.

    Args:
        generation: of the Keras that wrote them: where a setting is missing, its default of then holds.

    Raises:
        UnknownLayerError: a setting of old that nothing today does.
    """
    if kind == "Merge":
        return _merge(config)
    if kind == "RNN" and isinstance(config.get("cell"), Mapping) and config["cell"].get("class_name") in CELLS:
        cell = config["cell"]
        outer = {key: value for key, value in config.items() if key not in ("cell", "class_name")}
        return renamed(CELLS[cell["class_name"]], {**cell["config"], **outer}, generation)
    if kind == "RNN":
        raise UnknownLayerError(f"RNN with the cell {_cell(config.get('cell'))} cannot be expressed.")
    new = RENAMED.get(kind) or BECAME.get(kind, kind)
    told = {argument(new, name): _value(name, value, config) for name, value in config.items() if name not in DROPPED}
    _special(kind, new, config, told, generation)
    for inner in ("layer", "backward_layer"):
        if isinstance(told.get(inner), Mapping):
            told[inner] = _inner(told[inner], generation)
    return new, told


def _cell(cell: Any) -> str:
    config = cell.get("config") if isinstance(cell, Mapping) else None
    inner = config.get("cells") if isinstance(config, Mapping) else None
    if isinstance(inner, list):
        return f"[{', '.join(_cell(one) for one in inner[:5])}]"
    return str(cell.get("class_name") if isinstance(cell, Mapping) else cell)[:60]


def _value(name: str, value: Any, config: Mapping[str, Any]) -> Any:
    match name:
        case "nb_row":
            return [config["nb_row"], config["nb_col"]]
        case "kernel_dim1":
            return [config["kernel_dim1"], config["kernel_dim2"], config["kernel_dim3"]]
        case "dim_ordering":
            return ORDERINGS.get(str(value), value)
        case _:
            return value


def _special(kind: str, new: str, config: Mapping[str, Any], told: dict[str, Any], generation: int) -> None:
    """What is not a new name alone."""
    if new == "BatchNormalization":
        if config.get("mode", 0) not in (0, None):
            raise UnknownLayerError(
                f"BatchNormalization with mode = {config['mode']} (the batch's own statistics, also when predicting) cannot "
                "be expressed."
            )
        told.pop("mode", None)
        axis = told.get("axis")
        told["axis"] = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis if axis is not None else -1
        told.pop("fused", None)
        told.pop("virtual_batch_size", None)
        if kind == "SyncBatchNormalization":
            told["synchronized"] = True
    if new in ("LayerNormalization", "Softmax") and isinstance(told.get("axis"), list) and len(told["axis"]) == 1:
        told["axis"] = told["axis"][0]
    if new in RECURRENT:
        _recurrent(kind, new, config, told, generation)
    if kind == "Deconvolution2D":
        told.pop("output_shape", None)
    if "1D" in new:
        for name in ("kernel_size", "strides", "dilation_rate", "pool_size", "size", "output_padding"):
            if isinstance(told.get(name), list) and len(told[name]) == 1:
                told[name] = told[name][0]
    if new in ("MaxPooling1D", "AveragePooling1D") and told.get("strides") is None and "pool_size" in told:
        told.pop("strides", None)
    if "Pooling" in new and told.get("strides") is not None and told["strides"] == told.get("pool_size"):
        told.pop("strides")  # as it is where nothing is said
    if new == "MultiHeadAttention":
        _attention(told)
    if new in ("MultiHeadAttention", "SpectralNormalization"):
        for name in ("key_shape", "query_shape", "value_shape"):
            told.pop(name, None)
    if kind == "Embedding" and told.pop("dropout", None):
        told["_note"] = "dropped whole words while training (dropout), which is left out"
    if kind == "Permute" and "dims" in config:
        told["dims"] = list(config["dims"])


def _attention(told: dict[str, Any]) -> None:
    """Keras writes what a MultiHeadAttention has chosen where nothing was said, too; that is no setting."""
    if isinstance(told.get("output_shape"), int):
        told["output_shape"] = [told["output_shape"]]
    if told.get("value_dim") == told.get("key_dim"):
        told.pop("value_dim", None)
    shape = told.get("query_shape")
    if isinstance(shape, list) and told.get("attention_axes") == list(range(1, len(shape) - 1)):
        told.pop("attention_axes")


def _recurrent(kind: str, new: str, config: Mapping[str, Any], told: dict[str, Any], generation: int) -> None:
    forget = told.pop("forget_bias_init", None)
    if new == "LSTM" and forget is not None:
        told["unit_forget_bias"] = forget in ("one", "ones")
    if kind.startswith("CuDNN"):
        told.update({"activation": "tanh", "recurrent_activation": "sigmoid"})
        if new == "GRU":
            told["reset_after"] = True
    elif new == "GRU" and generation < 3:
        told.setdefault("reset_after", False)
    if generation == 1:
        told.setdefault("recurrent_activation", "hard_sigmoid") if new != "SimpleRNN" else None


def _inner(written: Mapping[str, Any], generation: int) -> dict[str, Any]:
    kind, config = renamed(str(written["class_name"]), written["config"], generation)
    if config.get("data_format") == "channels_first":
        raise UnknownLayerError(f"{kind} with channels first inside another layer cannot be expressed.")
    return {"class_name": kind, "config": config}


def _merge(config: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    mode = config.get("mode")
    if mode not in MERGES or config.get("mode_type") == "lambda":
        raise UnknownLayerError(
            f"Merge with mode = {str(mode)[:60]!r} cannot be expressed: it holds Python code or is not known."
        )
    told: dict[str, Any] = {"name": config.get("name")}
    if mode == "concat":
        told["axis"] = config.get("concat_axis", -1)
    if mode in ("dot", "cos"):
        axes = config.get("dot_axes", -1)
        plain = [one[0] if isinstance(one, list) else one for one in axes] if isinstance(axes, list) else axes
        told |= {"axes": plain, "normalize": mode == "cos"}
    return MERGES[mode], told
