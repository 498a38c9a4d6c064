"""Keras's layers made without a download: shapes need no learned weights."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
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


def make_offline(call: Call) -> Any:
    """Like `make`, but a backbone gets random weights, once Keras has judged what it asks of the learned ones."""
    with _no_downloads():
        try:
            return make(call)
        except _DownloadWantedError:
            kwargs = tuple(pair for pair in call.kwargs if pair[0] != "weights")
            return make(Call(call.target, call.args, (*kwargs, ("weights", None))))
