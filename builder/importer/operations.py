"""Operations that a model of Keras 3 or 2 holds between its layers, such as `x + 3`, as layers that compute exactly that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from builder.importer.description import DescribedLayer
from builder.importer.inbound import LayerCall, Shape, Tensor
from builder.importer.refusal import UnknownLayerError
from builder.layers.base import LAYERS, LayerSpec

# Operation of keras.ops -> the function of an Activation that is the same.
FUNCTIONS = {
    "Relu": "relu", "Relu6": "relu6", "Sigmoid": "sigmoid", "Tanh": "tanh", "Silu": "silu", "Softplus": "softplus",
    "Softsign": "softsign", "Selu": "selu", "HardSigmoid": "hard_sigmoid", "HardSilu": "hard_silu", "Exp": "exponential",
    "LogSigmoid": "log_sigmoid", "Mish": "mish", "HardTanh": "hard_tanh", "TanhShrink": "tanh_shrink",
}  # fmt: skip
JOINTS = {
    "Add": "Add", "Multiply": "Multiply", "Subtract": "Subtract", "Maximum": "Maximum", "Minimum": "Minimum",
}  # fmt: skip
# Functions of TensorFlow that Keras 2 noted -> operation of keras.ops.
TENSORFLOW = {
    "math.add": "Add", "__operators__.add": "Add", "__operators__.radd": "Add", "math.multiply": "Multiply",
    "__operators__.mul": "Multiply", "__operators__.rmul": "Multiply", "math.subtract": "Subtract",
    "__operators__.sub": "Subtract", "math.truediv": "TrueDivide", "math.divide": "TrueDivide",
    "__operators__.truediv": "TrueDivide", "math.negative": "Negative", "__operators__.neg": "Negative",
    "nn.relu": "Relu", "nn.relu6": "Relu6", "math.sigmoid": "Sigmoid", "nn.sigmoid": "Sigmoid", "math.tanh": "Tanh",
    "nn.tanh": "Tanh", "nn.silu": "Silu", "nn.swish": "Silu", "nn.selu": "Selu", "math.softplus": "Softplus",
    "nn.softsign": "Softsign", "nn.softmax": "Softmax", "math.exp": "Exp", "math.maximum": "Maximum",
    "math.minimum": "Minimum", "concat": "Concatenate", "identity": "Identity", "nn.leaky_relu": "LeakyRelu",
    "reshape": "Reshape", "transpose": "Transpose", "compat.v1.transpose": "Transpose",
    "math.reduce_mean": "Mean", "math.reduce_max": "Max", "math.add_n": "Add", "expand_dims": "ExpandDims",
    "squeeze": "Squeeze", "compat.v1.squeeze": "Squeeze",
}  # fmt: skip
# What these do depends on the shape of what comes in.
BY_SHAPE = frozenset({"Reshape", "ExpandDims", "Squeeze", "Mean", "Max", "Amax"})


@dataclass(frozen=True, slots=True)
class Expressed:
    """The layer that does an operation's work, and the tensors that go into it."""

    layer: LayerSpec
    tensors: tuple[Tensor, ...]


def expressed(
    layer: DescribedLayer, call: LayerCall, shape: Callable[[Tensor], Shape | None] = lambda _: None
) -> Expressed:
    """An operation as one layer.

    Args:
        shape: tells the shape of a tensor, batch first, where the file does not: it is only asked where it matters.

    Raises:
        UnknownLayerError: no layer computes it exactly.
    """
    name, config = layer.kind, dict(layer.config)
    if not layer.module.startswith("keras.src.ops") and layer.kind != "TFOpLambda":
        raise UnknownLayerError(f"{_told(layer)} is an operation, and no layer does exactly that.")
    kwargs = {key: value for key, value in call.kwargs.items() if value is not None and key != "name"}
    if layer.kind == "TFOpLambda":
        name = TENSORFLOW.get(str(config.get("function")), "")
        config = {}
    args = [*call.args, *(kwargs[key] for key in ("x2", "y") if key in kwargs)]
    config |= {key: value for key, value in kwargs.items() if not isinstance(value, Tensor) and key not in ("x2", "y")}
    found = _expressed(name, args, config)
    if found is None and name in BY_SHAPE and isinstance(args[0], Tensor) and args[0].shape is None:
        found = _expressed(name, [replace(args[0], shape=shape(args[0])), *args[1:]], config)
    if found is None:
        raise UnknownLayerError(f"{_told(layer)} is an operation, and no layer does exactly that.")
    return found


def _told(layer: DescribedLayer) -> str:
    return str(layer.config.get("function") or layer.kind)[:60]


def _made(kind: str, **settings: Any) -> LayerSpec | None:
    return LAYERS[kind](**settings) if kind in LAYERS else None


def _expressed(name: str, args: list[Any], config: Mapping[str, Any]) -> Expressed | None:
    if name == "Concatenate" and args and isinstance(args[0], list):
        return _with(_made("Concatenate", axis=int(config.get("axis", -1))), args[0])
    if name == "Add" and args and isinstance(args[0], list):
        return _with(_made("Add"), args[0])
    if len(args) == 2 and name in (*JOINTS, "TrueDivide", "Divide"):
        return _of_two(name, args[0], args[1])
    if len(args) != 1 and name not in ("Reshape", "Transpose"):
        return None
    return _with(_of_one(name, config, args[0], args[1:]), args[:1])


def _with(layer: LayerSpec | None, tensors: list[Any]) -> Expressed | None:
    if layer is None or not tensors or not all(isinstance(one, Tensor) for one in tensors):
        return None
    return Expressed(layer, tuple(tensors))


def _of_two(name: str, left: Any, right: Any) -> Expressed | None:
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        ranks = {len(one.shape) for one in (left, right) if one.shape is not None}
        return _with(_made(JOINTS[name]), [left, right]) if name in JOINTS and len(ranks) < 2 else None
    if isinstance(left, Tensor):
        tensor, number, first = left, right, True
    else:
        tensor, number, first = right, left, False
    if not isinstance(number, int | float) or isinstance(number, bool):
        return None
    match name:
        case "Add":
            scale, offset = 1.0, float(number)
        case "Subtract":
            scale, offset = (1.0, -float(number)) if first else (-1.0, float(number))
        case "Multiply":
            scale, offset = float(number), 0.0
        case "TrueDivide" | "Divide" if first and number:
            scale, offset = 1.0 / number, 0.0
        case "Maximum" if number == 0:
            return _with(_made("ReLU"), [tensor])
        case _:
            return None
    return _with(_made("Rescaling", scale=scale, offset=offset), [tensor])


def _of_one(name: str, config: Mapping[str, Any], tensor: Any, more: list[Any]) -> LayerSpec | None:
    shape = tensor.shape if isinstance(tensor, Tensor) else None
    if name in FUNCTIONS:
        return _made("Activation", activation=FUNCTIONS[name])
    match name:
        case "Negative":
            return _made("Rescaling", scale=-1.0)
        case "Identity":
            return _made("Identity")
        case "Softmax":
            return _made("Softmax", axis=int(config.get("axis", -1)))
        case "LeakyRelu":
            return _made("LeakyReLU", negative_slope=float(config.get("negative_slope", config.get("alpha", 0.2))))
        case "Gelu" if config.get("approximate", True) is False:
            return _made("Activation", activation="gelu")
        case "Elu" if config.get("alpha", 1.0) == 1.0:
            return _made("Activation", activation="elu")
        case "Reshape":
            return _reshape(config.get("newshape", more[0] if more else config.get("shape")), shape)
        case "Transpose":
            axes = config.get("axes", more[0] if more else config.get("perm"))
            return _made("Permute", dims=tuple(axes[1:])) if isinstance(axes, list) and axes[:1] == [0] else None
        case "ExpandDims" | "Squeeze" if shape is not None and None not in shape[1:]:
            return _other_rank(name, config.get("axis"), shape)
        case "Flatten":
            return _made("Flatten")
        case "Mean":
            return _over_places("GlobalAveragePooling", config, shape)
        case "Max" | "Amax":
            return _over_places("GlobalMaxPooling", config, shape)
        case _:
            return None


def _reshape(new: Any, old: Any) -> LayerSpec | None:
    """Only where the batch axis surely stays: -1 in front and every other size known, and the same count of numbers."""
    if not isinstance(new, list) or not new or new[0] not in (-1, None) or any(s is None or s < 1 for s in new[1:]):
        return None
    if old is None or None in old[1:] or _count(old[1:]) != _count(new[1:]):
        return None
    return _made("Reshape", target_shape=tuple(new[1:]))


def _count(sizes: Any) -> int:
    total = 1
    for size in sizes:
        total *= size
    return total


def _other_rank(name: str, axis: Any, shape: Any) -> LayerSpec | None:
    axes = axis if isinstance(axis, list) else [axis]
    if not axes or not all(isinstance(one, int) and one and -len(shape) <= one <= len(shape) for one in axes):
        return None
    sizes = list(shape)
    if name == "ExpandDims":
        sizes.insert(axes[0] if axes[0] > 0 else len(sizes) + 1 + axes[0], 1)
        return _made("Reshape", target_shape=tuple(sizes[1:])) if len(axes) == 1 else None
    for place in sorted({one % len(shape) for one in axes}, reverse=True):
        if place == 0 or sizes.pop(place) != 1:
            return None
    return _made("Reshape", target_shape=tuple(sizes[1:]))


def _over_places(kind: str, config: Mapping[str, Any], shape: Any) -> LayerSpec | None:
    axis = config.get("axis")
    axes = [axis] if isinstance(axis, int) else axis
    if shape is None or axes != list(range(1, len(shape) - 1)) or len(shape) not in (3, 4, 5):
        return None
    return _made(f"{kind}{len(shape) - 2}D", keepdims=bool(config.get("keepdims", False)))
