"""The classes and arguments of Keras 1 and 2 in the names of Keras 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.importer.refusal import UnknownLayerError

CLASSES = {
    "Convolution1D": "Conv1D",
    "AtrousConvolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "AtrousConvolution2D": "Conv2D",
    "AtrousConv2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "DepthwiseConvolution2D": "DepthwiseConv2D",
    "TimeDistributedDense": "Dense",
    "ThresholdedReLU": "ReLU",
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "GRUV1": "GRU", "GRUV2": "GRU", "LSTMV1": "LSTM", "LSTMV2": "LSTM",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "DenseV1": "Dense",
    "GroupedQueryAttention": "GroupQueryAttention",
}  # fmt: skip

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

# Old argument -> today's, for every class; what belongs to a few classes stands below.
ARGUMENTS = {
    "nb_filter": "filters",
    "nb_row": "kernel_size",
    "filter_length": "kernel_size",
    "kernel_dim1": "kernel_size",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "atrous_rate": "dilation_rate",
    "bias": "use_bias",
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "U_constraint": "recurrent_constraint",
    "b_constraint": "bias_constraint",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "depthwise_init": "depthwise_initializer",
    "pointwise_init": "pointwise_initializer",
    "beta_init": "beta_initializer",
    "gamma_init": "gamma_initializer",
    "p": "rate",
    "sigma": "stddev",
    "pool_length": "pool_size",
    "stride": "strides",
    "length": "size",
    "theta": "threshold",
    "dim_ordering": "data_format",
}
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
RECURRENT = ("SimpleRNN", "LSTM", "GRU")


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
    new = CLASSES.get(kind, kind)
    told = {_argument(new, name): _value(name, value, config) for name, value in config.items() if name not in DROPPED}
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


def _argument(kind: str, name: str) -> str:
    if kind == "Embedding":
        special = {
            "init": "embeddings_initializer",
            "W_regularizer": "embeddings_regularizer",
            "W_constraint": "embeddings_constraint",
        }
        return special.get(name, name)
    if kind in ("Dense", *RECURRENT) and name == "output_dim":
        return "units"
    if kind in ("LeakyReLU", "ReLU") and name == "alpha":
        return "negative_slope"
    if kind == "PReLU" and name == "init":
        return "alpha_initializer"
    if kind == "Concatenate" and name == "concat_axis":
        return "axis"
    if (kind, name) in (("Permute", "p"), ("GaussianNoise", "p"), ("STFTSpectrogram", "length")):
        return name
    return ARGUMENTS.get(name, name)


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
    if new in ("MultiHeadAttention", "SpectralNormalization"):
        for name in ("key_shape", "query_shape", "value_shape"):
            told.pop(name, None)
    if kind == "Embedding" and told.pop("dropout", None):
        told["_note"] = "dropped whole words while training (dropout), which is left out"
    if kind == "Permute" and "dims" in config:
        told["dims"] = list(config["dims"])


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
