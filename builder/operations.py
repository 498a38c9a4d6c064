"""What code does to tensors between layers, as layers that compute exactly that: `keras.ops.mean(x, axis=1)`, `x ** 2`.

Operations go by the name of their function in keras.ops; `canonical` gives it for those of TensorFlow, and for the classes
that files name. Settings are called as keras.ops or TensorFlow calls them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, get_args

from pydantic import ValidationError

from builder.layers.base import LAYERS, LayerSpec
from builder.layers.operations import ElementwiseName, ReductionName
from builder.names import snake_case

Shape = Sequence[int | None]  # batch first

# Operation -> the function of an Activation that is the same.
ACTIVATIONS = {
    name: name
    for name in (
        "relu", "relu6", "sigmoid", "tanh", "silu", "softplus", "softsign", "selu", "hard_sigmoid", "hard_silu",
        "log_sigmoid", "mish", "hard_tanh", "tanh_shrink",
    )
} | {"exp": "exponential"}  # fmt: skip
ELEMENTWISE = frozenset(get_args(ElementwiseName))
REDUCTIONS = frozenset(get_args(ReductionName))
JOINTS = {
    "add": "Add", "multiply": "Multiply", "subtract": "Subtract", "maximum": "Maximum", "minimum": "Minimum",
    "divide": "Divide", "matmul": "MatMul",
}  # fmt: skip
SAME = {
    "absolute": "abs", "add_n": "sum_of", "add_v2": "add", "amax": "max", "amin": "min", "batch_mat_mul": "matmul",
    "batch_mat_mul_v2": "matmul", "bias_add": "add", "clip_by_value": "clip", "concat": "concatenate",
    "concat_v2": "concatenate", "div": "divide", "hard_swish": "hard_silu", "mul": "multiply", "neg": "negative",
    "pack": "stack", "permute_dimensions": "transpose", "pow": "power", "radd": "add", "real_div": "divide",
    "reduce_logsumexp": "logsumexp", "reduce_max": "max", "reduce_mean": "mean", "reduce_min": "min",
    "reduce_prod": "prod", "reduce_std": "std", "reduce_sum": "sum", "reduce_variance": "var", "reverse": "flip",
    "rmul": "multiply", "rsub": "rsubtract", "rtruediv": "rdivide", "sub": "subtract", "swish": "silu",
    "true_divide": "divide", "truediv": "divide",
}  # fmt: skip
# Modules of TensorFlow and of Keras whose functions are meant.
SPACES = ("compat.v1.", "math.", "nn.", "linalg.", "image.", "numpy.", "__operators__.")
# Some functions are met under another name for what they are given.
SETTINGS = {
    "perm": "axes", "paddings": "pad_width", "newshape": "shape", "keep_dims": "keepdims", "multiples": "repeats",
    "clip_value_min": "x_min", "clip_value_max": "x_max", "min_value": "x_min", "max_value": "x_max",
    "num_or_size_splits": "indices_or_sections", "method": "interpolation", "alpha": "negative_slope",
    "transpose_a": "transpose_first", "transpose_b": "transpose_second", "adj_x": "transpose_first",
    "adj_y": "transpose_second", "adjoint_a": "transpose_first", "adjoint_b": "transpose_second", "dims": "axis",
}  # fmt: skip
# What the functions of one tensor, of two and of a list take behind it by position.
PLACES = {
    "reshape": ("shape",), "transpose": ("axes",), "expand_dims": ("axis",), "squeeze": ("axis",), "softmax": ("axis",),
    "clip": ("x_min", "x_max"), "split": ("indices_or_sections", "axis"), "flip": ("axis",), "pad": ("pad_width", "mode"),
    "leaky_relu": ("negative_slope",), "take": ("indices", "axis"), "swapaxes": ("axis1", "axis2"), "resize": ("size",),
    "moveaxis": ("source", "destination"), "l2_normalize": ("axis",), "normalize": ("axis", "order"),
    "concatenate": ("axis",), "stack": ("axis",), "matmul": ("transpose_first", "transpose_second"), "elu": ("alpha",),
    "gelu": ("approximate",), "cast": ("dtype",), "unstack": ("num", "axis"),
} | dict.fromkeys(REDUCTIONS, ("axis", "keepdims"))  # fmt: skip


def canonical(name: str) -> str:
    """The function of keras.ops: `mean` for `math.reduce_mean` and `Mean`, `power` for `__operators__.pow`."""
    for space in SPACES:
        name = name.removeprefix(space)
    plain = snake_case(name) if name[:1].isupper() else name
    return SAME.get(plain, plain)


def settings(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """What a function is given beside its tensors, by the names of keras.ops; what is None says nothing."""
    given = dict(zip(PLACES.get(name, ()), args, strict=False))
    own = {} if name == "elu" else SETTINGS
    given |= {own.get(key, key): value for key, value in kwargs.items()}
    return {key: value for key, value in given.items() if value is not None and key != "name"}


def of_one(name: str, given: Mapping[str, Any], shape: Shape | None = None) -> LayerSpec | None:
    """The layer for an operation on one tensor; None where none computes exactly that.

    Args:
        name: as `canonical` gives it.
        given: as `settings` gives it.
        shape: of the tensor, where it is known: a Reshape is certain only then, and sums over all places have names.
    """
    axis = _axes(given.get("axis"))
    if name in ACTIVATIONS:
        return made("Activation", activation=ACTIVATIONS[name])
    if name in ELEMENTWISE:
        return made("Elementwise", function=name)
    if name in REDUCTIONS:
        return None if axis is None else _reduced(name, axis, bool(given.get("keepdims", False)), shape)
    match name:
        case "negative":
            return made("Rescaling", scale=-1.0)
        case "identity" | "copy":
            return made("Identity")
        case "softmax":
            return made("Softmax", axis=given.get("axis", -1))
        case "log_softmax" if given.get("axis", -1) == -1:
            return made("Activation", activation="log_softmax")
        case "leaky_relu":
            return made("LeakyReLU", negative_slope=given.get("negative_slope", 0.2))
        case "gelu" if given.get("approximate", True) is False:
            return made("Activation", activation="gelu")
        case "elu":
            alpha = given.get("alpha", 1.0)
            return made("Activation", activation="elu") if alpha == 1 else made("ELU", alpha=alpha)
        case "cast" if str(given.get("dtype", "")).startswith("float"):
            return made("Identity")
        case "average" if given.get("weights") is None and axis is not None:
            return of_one("mean", given, shape)
        case "l2_normalize" | "normalize" if given.get("order", 2) == 2 and not given.get("epsilon"):
            return made("UnitNormalization", axis=-1 if axis is None else axis)
        case "clip":
            return made("Clip", minimum=given.get("x_min"), maximum=given.get("x_max"))
        case "flip" if isinstance(axis, int):
            return made("Slice", start=None, stop=None, step=-1, axis=axis)
        case "take" | "gather" if isinstance(index := given.get("indices"), int) and axis is not None:
            return made("Pick", index=index, axis=axis)
    return _of_shape(name, given, axis, shape)


def _of_shape(name: str, given: Mapping[str, Any], axis: Any, shape: Shape | None) -> LayerSpec | None:
    """Those that lay the numbers out anew."""
    match name:
        case "flatten":
            return made("Flatten")
        case "expand_dims" if isinstance(axis, int):
            return made("ExpandDims", axis=axis)
        case "squeeze" if axis is not None:
            return made("Squeeze", axis=axis)
        case "reshape":
            return _reshaped(given.get("shape"), shape)
        case "transpose" if isinstance(axes := given.get("axes"), list | tuple) and list(axes[:1]) == [0]:
            return made("Permute", dims=tuple(axes[1:]))
        case "swapaxes" if shape is not None:
            order = list(range(len(shape)))
            one, other = given.get("axis1", 0), given.get("axis2", 0)
            order[one], order[other] = order[other], order[one]
            return made("Permute", dims=tuple(order[1:])) if order[0] == 0 else None
        case "pad":
            return _padded(given)
        case "resize" if isinstance(size := given.get("size"), list | tuple) and len(size) == 2:
            plain = not any(given.get(key) for key in ("antialias", "crop_to_aspect_ratio", "pad_to_aspect_ratio"))
            how = given.get("interpolation", "bilinear")
            return made("Resizing", height=size[0], width=size[1], interpolation=how) if plain else None
    return None


def of_two(name: str, given: Mapping[str, Any]) -> LayerSpec | None:
    """The layer for an operation on two tensors of equally many axes; None where there is none."""
    turned = {key: bool(given[key]) for key in ("transpose_first", "transpose_second") if key in given}
    return made(JOINTS[name], **(turned if name == "matmul" else {})) if name in JOINTS else None


def of_list(name: str, given: Mapping[str, Any]) -> LayerSpec | None:
    """The layer for an operation on a list of tensors; None where there is none."""
    match name:
        case "concatenate":
            return made("Concatenate", axis=given.get("axis", -1))
        case "stack":
            return made("Stack", axis=given.get("axis", 0))
        case "sum_of" | "add":
            return made("Add")
    return None


def with_number(name: str, number: float, tensor_first: bool = True) -> LayerSpec | None:
    """The layer for `x + 3`, `3 - x`, `x ** 2`, `maximum(x, 0)`; None where there is none."""
    if name in ("rdivide", "rsubtract"):
        name, tensor_first = name.removeprefix("r"), not tensor_first
    match name:
        case "add":
            return made("Rescaling", scale=1.0, offset=number)
        case "subtract":
            return (
                made("Rescaling", scale=1.0, offset=-number)
                if tensor_first
                else made("Rescaling", scale=-1.0, offset=number)
            )
        case "multiply":
            return made("Rescaling", scale=number, offset=0.0)
        case "divide" if tensor_first and number:
            return made("Rescaling", scale=1.0 / number, offset=0.0)
        case "divide" if number == 1:
            return made("Elementwise", function="reciprocal")
        case "power" if tensor_first:
            return made("Elementwise", function="square") if number == 2 else made("Power", exponent=number)
        case "maximum":
            return made("ReLU") if number == 0 else made("Clip", minimum=number)
        case "minimum":
            return made("Clip", maximum=number)
    return None


def reshaped(new: Any) -> LayerSpec | None:
    """`reshape(x, (-1, 28, 28))` in code, where -1 or the number of examples in front is meant for the batch."""
    sizes = tuple(new) if isinstance(new, list | tuple) else ()
    return made("Reshape", target_shape=sizes[1:]) if sizes and sizes[0] in (-1, None) else None


def _reduced(name: str, axis: Any, keepdims: bool, shape: Shape | None) -> LayerSpec | None:
    """A mean or a greatest value over all places is a pooling, which people know better."""
    places = tuple(range(1, len(shape) - 1)) if shape is not None else ()
    kind = {"mean": "Average", "max": "Max"}.get(name)
    if kind and len(places) in (1, 2, 3) and axis in (places, places[0] if len(places) == 1 else None):
        return made(f"Global{kind}Pooling{len(places)}D", keepdims=keepdims)
    return made("Reduce", function=name, axis=axis, keepdims=keepdims)


def _reshaped(new: Any, old: Shape | None) -> LayerSpec | None:
    """Only where the batch axis surely stays: -1 in front and every other size known, and the same count of numbers."""
    if not isinstance(new, list | tuple) or not new or new[0] not in (-1, None):
        return None
    if any(not isinstance(size, int) or size < 1 for size in new[1:]):
        return None
    if old is None or None in old[1:] or prod(size or 0 for size in old[1:]) != prod(new[1:]):
        return None
    return made("Reshape", target_shape=tuple(new[1:]))


def _padded(given: Mapping[str, Any]) -> LayerSpec | None:
    """Zeros around the places: none along the batch and the channels."""
    rims = given.get("pad_width")
    mode, value = str(given.get("mode", "constant")).lower(), given.get("constant_values", 0)
    if not isinstance(rims, list | tuple) or mode != "constant" or value or len(rims) not in (3, 4, 5):
        return None
    pairs = [tuple(rim) if isinstance(rim, list | tuple) else rim for rim in rims]
    if pairs[0] != (0, 0) or pairs[-1] != (0, 0):
        return None
    inner = pairs[1:-1]
    return made(f"ZeroPadding{len(inner)}D", padding=inner[0] if len(inner) == 1 else tuple(inner))


def _axes(value: Any) -> Any:
    """One axis, or several as a tuple."""
    if isinstance(value, list | tuple):
        return value[0] if len(value) == 1 else tuple(value)
    return value


def made(kind: str, **values: Any) -> LayerSpec | None:
    """The layer with these values; None where it does not take them."""
    try:
        return LAYERS[kind].model_validate(values)
    except ValidationError:
        return None
