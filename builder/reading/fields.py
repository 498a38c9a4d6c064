"""What a layer is made with, as Keras takes it and as our fields want it: 3 for (3, 3), "he_normal" for HeNormal()."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from builder.call import Spec
from builder.constraints import ConstraintSpec
from builder.initializers import InitializerSpec
from builder.older import argument
from builder.reading.names import activation
from builder.reading.values import FaultError, Layer, Name, Symbol, ToldError, Unknown
from builder.regularizers import RegularizerSpec

# Parameters of Keras that no layer here has, and the field that they stand behind: (layers, parameter, field before it).
LEFT_OUT = (
    (r"Conv[12]DTranspose", "data_format", "output_padding"),
    (r"DepthwiseConv.*", "data_format", "depth_multiplier"),
    (r".*(Conv|LSTM|Pooling|ZeroPadding)\dD(Transpose)?", "data_format", "padding"),
    (r"Cropping[23]D", "data_format", "cropping"),
    (r"UpSampling[23]D", "data_format", "size"),
    (r"SpatialDropout[23]D", "data_format", "rate"),
    (r"Global.*|Flatten", "data_format", ""),
    (r".*(LSTM|GRU|RNN).*", "stateful", "go_backwards"),
    (r"BatchNormalization", "renorm_clipping", "renorm"),
    (r"Bidirectional", "weights", "merge_mode"),
    (r"(MultiHead|GroupQuery)Attention", "flash_attention", "sliding_window"),
    (r"ReversibleEmbedding", "reverse_dtype", "mask_zero"),
    (r"Random(ColorDegeneration|GaussianBlur|Hue|Posterization|Saturation|Sharpness)", "data_format", "value_range"),
    (r"RandomShear", "data_format", "fill_value"),
    (r"RandomGrayscale", "data_format", "factor"),
    (r"IntegerLookup", "vocabulary_dtype", "vocabulary"),
    (r"IntegerLookup", "sparse", "output_mode"),
    (r"Discretization", "num_bins", "bin_boundaries"),
    (r"Discretization", "epsilon", "num_bins"),
    (r"Input", "batch_size", "shape"),
    (r"(?!Bidirectional).*", "input_tensor", "weights"),
)
# Values of those parameters that say nothing new.
AS_ALWAYS = {
    "data_format": (None, "channels_last", "NDHWC", "NHWC", "NWC", "tf"),
    "dim_ordering": ("tf", "default"),
    "stateful": (False,),
    "sparse": (False,),
    "ragged": (False,),
    "implementation": (0, 1, 2),
    "time_major": (False,),
    "fused": (None, True, False),
    "batch_size": (None,),
    "lora_rank": (None,),
}
# What says how to compute, not what.
PASSED_OVER = {"autocast", "batch_size", "dtype", "flash_attention", "weights", "input_length", "cast"}
ACTIVATIONS = {"swish": "silu", "hard_swish": "hard_silu"}
S = TypeVar("S", bound=Spec)
CHOICES: tuple[tuple[str, type[Spec]], ...] = (
    ("_initializer", InitializerSpec),
    ("_regularizer", RegularizerSpec),
    ("_constraint", ConstraintSpec),
)
SHORT = {
    "uniform": "randomuniform",
    "normal": "randomnormal",
    "zero": "zeros",
    "one": "ones",
    "orthogonalinitializer": "orthogonal",
    "identityinitializer": "identity",
    "nonnegative": "nonneg",
}


def spec(cls: type[S], args: tuple[Any, ...], kwargs: dict[str, Any], line: int) -> tuple[S, dict[str, str]]:
    """What Keras's class makes of these arguments, and the fields that a parameter of the block sets.

    Raises:
        FaultError: Keras has no such argument, or the layer here cannot hold its value.
    """
    given = _by_name(cls, args, kwargs, line)
    symbols = {name: value.name for name, value in given.items() if isinstance(value, Symbol)}
    values = {name: field(cls, name, value, line) for name, value in given.items()}
    if absent := [name for name, info in cls.model_fields.items() if info.is_required() and name not in values]:
        raise FaultError(
            line,
            f"{cls.__name__} needs {absent[0]}. Write it, as in {cls.__name__}({absent[0]}={_example(cls, absent[0])}).",
        )
    try:
        return cls(**values), symbols
    except ValidationError as error:
        raise FaultError(line, f"{cls.__name__}: {_reason(error)}.") from None


def field(cls: type[Spec], name: str, value: Any, line: int) -> Any:
    """A value as a field holds it.

    Raises:
        FaultError: the field cannot hold it, or the text does not tell it.
    """
    if isinstance(value, Symbol):
        value = value.value
    value = known(value, f"{name} of {cls.__name__}", line)
    if isinstance(value, Layer) and "activation" in name:
        raise FaultError(
            line,
            f'An activation here is one of Keras\'s by its name, such as "relu"; this is the layer {value.spec.type}. '
            f"Leave it out of {cls.__name__} and put {value.spec.type} behind it as a layer of its own.",
        )
    first: ValidationError | None = None
    for candidate in _candidates(name, value):
        try:
            return _adapter(cls, name).validate_python(candidate)
        except ValidationError as error:
            first = first or error
    shown = value.dotted if isinstance(value, Name) else repr(value)[:60]
    raise FaultError(line, f"{name} of {cls.__name__} cannot be {shown}. {_reason(first)}.")


def known(value: Any, use: str, line: int, remedy: str = "Write the value itself.") -> Any:
    """The value, lists as tuples, once it is certain that the text tells it.

    Raises:
        FaultError: something in it is unknown; told at the line that it comes from.
    """
    if isinstance(value, Symbol):
        raise FaultError(line, f"{use} is made of the parameter {value.name} here. Give the parameter itself.")
    if isinstance(value, Unknown):
        if value.told:
            raise ToldError
        raise FaultError(value.line, f"{value.words}; line {line} needs it for {use}. {value.remedy or remedy}", value)
    if isinstance(value, list | tuple):
        return tuple(known(item, use, line) for item in value)
    return value


def choice(kind: type[Spec], text: str) -> type[Spec] | None:
    """The class of a kind that Keras means by a text: "he_normal", "HeNormal", "l2"."""
    key = text.replace("_", "").lower()
    return _classes(kind).get(SHORT.get(key, key))


@cache
def positional(cls: type[Spec]) -> list[str]:
    """The parameters in Keras's order, those left out here in their places."""
    order = [name for name in cls.model_fields if name not in {"type", "trainable", *cls.at_call, *cls.trailing}]
    for pattern, parameter, before in LEFT_OUT:
        if re.fullmatch(pattern, cls.__name__) and parameter not in order and (before in order or not before):
            order.insert(order.index(before) + 1 if before else 0, parameter)
    return order


def _by_name(cls: type[Spec], args: tuple[Any, ...], kwargs: dict[str, Any], line: int) -> dict[str, Any]:
    order = positional(cls)
    if len(args) > len(order):
        raise FaultError(line, f"{cls.__name__} takes {len(order)} values by their place; here are {len(args)}.")
    given = dict(zip(order, args, strict=False))
    for written, value in kwargs.items():
        today = written if written in cls.model_fields else argument(cls.__name__, written)
        name = today if today in cls.model_fields else written
        if name in given:
            raise FaultError(line, f"{cls.__name__} is given {name} twice. Write it once.")
        given[name] = value
    found = {}
    for name, value in given.items():
        if name in cls.model_fields and name != "type":
            found[name] = value
        elif name == "trainable":
            continue
        else:
            _check_left_out(cls, name, value, line)
    return found


def _check_left_out(cls: type[Spec], name: str, value: Any, line: int) -> None:
    if name in PASSED_OVER or (name in AS_ALWAYS and value in AS_ALWAYS[name]):
        return
    if name in AS_ALWAYS or name in positional(cls):
        raise FaultError(
            line, f"{cls.__name__} with {name}={value!r} is nothing that Layerloom can hold. Leave {name} out."
        )
    near = get_close_matches(name, [*cls.model_fields], 1)
    meant = f"Is {near[0]} meant?" if near else f"It takes {', '.join(positional(cls)[:8]) or 'none'}."
    raise FaultError(line, f"{cls.__name__} takes nothing that is called {name}. {meant}")


def _candidates(name: str, value: Any) -> Iterator[Any]:
    for ending, kind in CHOICES:
        if name.endswith(ending) and isinstance(value, str | Name):
            text = value.dotted.rpartition(".")[2] if isinstance(value, Name) else value
            if cls := choice(kind, text):
                yield cls()
    if isinstance(value, Name):
        yield activation(value) or value.dotted.rpartition(".")[2]
    elif isinstance(value, Layer):
        if not value.symbols:
            yield value.spec
    else:
        yield ACTIVATIONS.get(value, value) if isinstance(value, str) else value
    if isinstance(value, int) and not isinstance(value, bool):
        yield from ((value,) * count for count in (1, 2, 3))
    if isinstance(value, tuple) and len(value) == 1:
        yield value[0]


@cache
def _adapter(cls: type[Spec], name: str) -> TypeAdapter[Any]:
    info = cls.model_fields[name]
    kind: Any = Annotated[info.annotation, info]
    return TypeAdapter(kind)


@cache
def _classes(kind: type[Spec]) -> dict[str, type[Spec]]:
    found = {}
    waiting = list(kind.__subclasses__())
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        found[cls.__name__.lower()] = cls
    return found


def _example(cls: type[Spec], name: str) -> Any:
    return next(iter(cls.model_fields[name].examples or ()), "...")


def _reason(error: ValidationError | None) -> str:
    if error is None:
        return "Write another value"
    said = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
    return said.replace("Input should be", "It should be").rstrip(".")
