"""Keras's layers made without a download: shapes need no learned weights."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Never

import keras
from keras.src.utils import file_utils

from builder.call import Call
from builder.compile.making import make


@dataclass(frozen=True, slots=True)
class Download:
    """A file that Keras would fetch: its name in the cache, where from, and its MD5 or SHA-256 where Keras knows one."""

    name: str
    url: str
    hash: str | None = None


class _DownloadWantedError(Exception):
    """A backbone has found everything in order and asks for its weights."""

    def __init__(self, download: Download) -> None:
        super().__init__(download.name)
        self.download = download


@contextmanager
def _no_downloads() -> Iterator[None]:
    def refuse(fname: str, origin: str, *args: Any, file_hash: str | None = None, **kwargs: Any) -> Never:
        raise _DownloadWantedError(Download(fname, origin, file_hash))

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


def download_wanted(call: Call) -> Download | None:
    """The file of weights that making a backbone would fetch, or that lies in Keras's cache already; None for other layers.

    Raises:
        Exception: of any kind, where Keras rejects what is asked of the backbone.
    """
    if not call.target.startswith("keras.applications.") or dict(call.kwargs).get("weights", "imagenet") != "imagenet":
        return None
    try:
        with _no_downloads(), keras.StatelessScope(initialize_variables=False):
            make(call)
    except _DownloadWantedError as wanted:
        return wanted.download
    finally:
        keras.utils.clear_session(free_memory=False)
    return None
