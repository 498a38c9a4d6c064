"""Keras's layers made without a download: shapes need no learned weights."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Never

from keras.src.utils import file_utils

from builder.call import Call
from builder.compile.making import make


class _DownloadWantedError(Exception):
    """A backbone has found everything in order and asks for its weights."""


@contextmanager
def _no_downloads() -> Iterator[None]:
    def refuse(*args: Any, **kwargs: Any) -> Never:
        raise _DownloadWantedError

    get_file, file_utils.get_file = file_utils.get_file, refuse
    try:
        with warnings.catch_warnings(action="ignore"):  # that the weights were learned on images of another size
            yield
    finally:
        file_utils.get_file = get_file


def with_weights(call: Call, choose: Callable[[str | None], str | None]) -> Call:
    """The call of a backbone with other weights than it names; every other call as it is."""
    if not call.target.startswith("keras.applications."):
        return call
    kwargs = {"weights": "imagenet", **dict(call.kwargs)}  # what Keras takes where nothing is said
    return Call(call.target, call.args, tuple({**kwargs, "weights": choose(kwargs["weights"])}.items()))


def make_offline(call: Call) -> Any:
    """Like `make`, but a backbone gets random weights, once Keras has judged what it asks of the learned ones."""
    with _no_downloads():
        try:
            return make(with_weights(call, lambda weights: weights if weights == "imagenet" else None))
        except _DownloadWantedError:
            return make(with_weights(call, lambda _: None))
