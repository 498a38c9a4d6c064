"""What is too large, too deep or not a model: the limits that hold for every file from outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MAX_FILE = 2 * 2**30  # bytes of a file as it comes
MAX_CONFIG = 50 * 2**20  # bytes of an architecture as JSON; NASNetLarge has 1.5 MB
MAX_WEIGHTS = 2 * 2**30  # bytes of all weights as they are held
MAX_DEPTH = 100  # lists and objects inside each other
MAX_NESTED = 16  # models inside each other
MAX_SQUEEZE = 100  # times that something may grow as it is unpacked
SMALL = 2**20  # bytes below which growing does no harm


class ModelFileError(ValueError):
    """A file that cannot be opened as a network. `str()` is what a person is shown: what came, why not, what to do."""


class UnknownLayerError(ModelFileError):
    """A layer that cannot be expressed; `str()` says why, without the layer's name."""


# What comes of a description whose parts are missing or of other types than Keras writes.
DAMAGED = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError)


@contextmanager
def no_damage() -> Iterator[None]:
    """Tell of parts of a description that are missing or of the wrong type as a person is told.

    Raises:
        ModelFileError: there are some.
    """
    try:
        yield
    except DAMAGED as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(f"The description of the model is damaged ({damage(error)}).") from None


def damage(error: Exception) -> str:
    """What is wrong with a description, in a line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"


def read_json(text: bytes | str, what: str) -> dict[str, Any]:
    """A JSON object from outside, of bounded size and depth.

    Args:
        what: how the text is called in a message.

    Raises:
        ModelFileError: too large, not JSON, too deep, or no object.
    """
    if len(text) > MAX_CONFIG:
        raise ModelFileError(
            f"{what} has {len(text) / 1e6:.0f} MB; an architecture has at most {MAX_CONFIG // 10**6} MB."
        )
    try:
        value = json.loads(text)
    except RecursionError:
        raise ModelFileError(f"{what} is nested too deeply to be a model.") from None
    except ValueError as error:
        raise ModelFileError(f"{what} is not readable JSON ({error}). Was the file cut off?") from None
    if isinstance(value, str):  # an architecture that was written as JSON twice, json.dump(model.to_json(), file)
        return read_json(value, what)
    if not isinstance(value, dict):
        raise ModelFileError(f"{what} holds no model: expected a JSON object, got {type(value).__name__}.")
    _check_depth(value, what)
    return value


def _check_depth(value: Any, what: str) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise ModelFileError(f"{what} is nested more than {MAX_DEPTH} levels deep, which no model is.")
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
