"""Arrays of data in a text, of which only the shape matters: `x_train.shape[1:]` tells what a network takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

from builder.reading.values import Unknown

Shape = tuple[int, ...]

# What keras.datasets.NAME.load_data() returns: examples to train and to test with, the shape of one, of its label, classes.
DATASETS: Mapping[str, tuple[int, int, Shape, Shape, int | None]] = {
    "mnist": (60_000, 10_000, (28, 28), (), 10),
    "fashion_mnist": (60_000, 10_000, (28, 28), (), 10),
    "cifar10": (50_000, 10_000, (32, 32, 3), (1,), 10),
    "cifar100": (50_000, 10_000, (32, 32, 3), (1,), 100),
    "imdb": (25_000, 25_000, (), (), 2),
    "reuters": (8_982, 2_246, (), (), 46),
    "boston_housing": (404, 102, (13,), (), None),
    "california_housing": (16_512, 4_128, (8,), (), None),
}
KEEPING = {"astype", "copy", "clip", "round"}


def loaded(name: str, line: int) -> Any:
    """What `keras.datasets.NAME.load_data()` gives, as ((x, y), (x, y)); None for another name."""
    if name not in DATASETS:
        return None
    train, test, one, label, classes = DATASETS[name]
    words = f"`keras.datasets.{name}` is data, of which the text tells only the shape"
    return tuple(
        (Unknown(line, words, shape=(count, *one)), Unknown(line, words, shape=(count, *label), classes=classes))
        for count in (train, test)
    )


def attribute(array: Unknown, name: str) -> Any:
    """`x.shape`, `x.ndim`; NotImplemented for what is called, None where nothing is known."""
    if array.shape is None:
        return None
    return {"shape": array.shape, "ndim": len(array.shape), "size": prod(array.shape)}.get(name, NotImplemented)


def method(array: Unknown, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """`x.astype("float32")`, `x.reshape(-1, 784)`, `y.max()`; without a shape where it cannot be told."""
    if name in KEEPING:
        return array
    if name == "reshape":
        return _of_shape(array, _reshaped(array.shape, args[0] if len(args) == 1 else args))
    if name == "flatten" and array.shape is not None:
        return _of_shape(array, (prod(array.shape),))
    if name == "max" and array.classes and not args and not kwargs:
        return array.classes - 1
    return _of_shape(array, None)


def function(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """A function of numpy or Keras on arrays, such as `np.expand_dims(x, -1)`; None where it is none of those known."""
    array = args[0] if args else None
    if isinstance(array, list | tuple) and name == "concatenate" and all(isinstance(one, Unknown) for one in array):
        return _concatenated(array, kwargs.get("axis", args[1] if len(args) > 1 else 0))
    if not isinstance(array, Unknown) or array.shape is None:
        return None
    match name:
        case "array" | "asarray" | "cast" | "normalize" | "convert_to_tensor":
            return array
        case "reshape":
            return _of_shape(array, _reshaped(array.shape, args[1] if len(args) > 1 else None))
        case "expand_dims":
            axis = kwargs.get("axis", args[1] if len(args) > 1 else None)
            return _of_shape(array, _expanded(array.shape, axis))
        case "to_categorical" | "one_hot":
            classes = next((kwargs[key] for key in ("num_classes", "depth") if key in kwargs), None)
            count = classes if classes is not None else args[1] if len(args) > 1 else array.classes
            examples = array.shape[:-1] if array.shape[-1:] == (1,) else array.shape
            return _of_shape(array, (*examples, count) if isinstance(count, int) else None)
        case "pad_sequences":
            length = kwargs.get("maxlen", args[1] if len(args) > 1 else None)
            return _of_shape(array, (array.shape[0], length) if isinstance(length, int) else None)
        case "unique" | "set" if array.classes and not kwargs:
            return _of_shape(array, (array.classes,))
        case "len":
            return array.shape[0] if array.shape else None
        case "max" | "amax" if array.classes and len(args) == 1:
            return array.classes - 1
    return None


def part(array: Unknown, key: Any) -> Unknown:
    """`x[0]`, `x[:1000]`, `x[..., np.newaxis]`."""
    keys = list(key) if isinstance(key, tuple) else [key]
    if array.shape is None:
        return array
    if ... in [one for one in keys if one is ...]:
        at = next(place for place, one in enumerate(keys) if one is ...)
        missing = len(array.shape) - sum(one is not None for one in keys) + 1
        keys = [*keys[:at], *[slice(None)] * missing, *keys[at + 1 :]]
    sizes: list[int] = []
    rest = list(array.shape)
    for one in keys:
        if one is None:
            sizes.append(1)
        elif isinstance(one, slice) and rest and all(isinstance(end, int | None) for end in (one.start, one.stop)):
            sizes.append(len(range(rest.pop(0))[slice(one.start, one.stop)]))
        elif isinstance(one, int) and rest:
            rest.pop(0)
        else:
            return _of_shape(array, None)
    return replace(array, shape=(*sizes, *rest))


def _of_shape(array: Unknown, shape: Shape | None) -> Unknown:
    return replace(array, shape=shape)


def _reshaped(old: Shape | None, new: Any) -> Shape | None:
    sizes = (new,) if isinstance(new, int) else new
    if old is None or not isinstance(sizes, list | tuple) or not all(isinstance(size, int) for size in sizes):
        return None
    known = prod(size for size in sizes if size != -1)
    return tuple(prod(old) // known if size == -1 and known else size for size in sizes)


def _expanded(shape: Shape, axis: Any) -> Shape | None:
    if not isinstance(axis, int) or not -len(shape) - 1 <= axis <= len(shape):
        return None
    place = axis % (len(shape) + 1)
    return (*shape[:place], 1, *shape[place:])


def _concatenated(arrays: Sequence[Unknown], axis: Any) -> Unknown:
    shapes = [array.shape for array in arrays if array.shape]
    if len(shapes) < len(arrays) or axis != 0:
        return _of_shape(arrays[0], None)
    return replace(arrays[0], shape=(sum(shape[0] for shape in shapes), *shapes[0][1:]))
