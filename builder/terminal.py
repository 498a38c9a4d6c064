"""What both command lines share: exit statuses, messages, documents in and out."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from builder.graph import MAX_DOCUMENT_BYTES, DocumentError, Graph, read_graph

DONE, NO, UNUSABLE = 0, 1, 2


class UnusableError(Exception):
    """Input that cannot be used: exit status 2."""


class NoError(Exception):
    """The answer is no: exit status 1."""


def run(parser: argparse.ArgumentParser, arguments: Sequence[str] | None = None) -> int:
    """Run the chosen command (`run` of its parser) and turn what it says into an exit status, never a traceback."""
    chosen = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int | None] = chosen.run
    try:
        return command(chosen) or DONE
    except (UnusableError, DocumentError, NoError) as error:
        print(error, file=sys.stderr)
        return NO if isinstance(error, NoError) else UNUSABLE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read has gone; Python would complain at its end
        return DONE
    except OSError as error:
        print(f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return 130


@contextmanager
def quiet() -> Iterator[None]:
    """Import and ask Keras in here: TensorFlow's C++ parts write to standard error, whatever its log level says.

    Only the processor is used: a command answers a question, and a GPU may be busy with a training.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    sys.stderr.flush()
    before, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(before, 2)
        os.close(before)
        os.close(nothing)


def read_text(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`.

    Raises:
        UnusableError: it cannot be read, or is larger than any document.
    """
    try:
        with open(0, "rb") if name == "-" else Path(name).open("rb") as file:
            data = file.read(MAX_DOCUMENT_BYTES * 2 + 1)
    except OSError as error:
        raise UnusableError(f"{name} cannot be read: {error.strerror}.") from None
    if len(data) > MAX_DOCUMENT_BYTES * 2:
        raise UnusableError(
            f"{name} is larger than {MAX_DOCUMENT_BYTES * 2 // 10**6} MB; that is no document of Layerloom."
        )
    return data


def read_network(name: str) -> Graph:
    """The network of a document.

    Raises:
        UnusableError, DocumentError: it cannot be read.
    """
    return read_graph(read_text(name))


def write(text: str, name: str | None) -> None:
    """Write to a file, or to standard output.

    Raises:
        UnusableError: the file cannot be written.
    """
    if name is None or name == "-":
        sys.stdout.write(text)
        return
    try:
        Path(name).write_text(text)
    except OSError as error:
        raise UnusableError(f"{name} cannot be written: {error.strerror}.") from None


def show_json(data: Any) -> None:
    """One JSON document on standard output; NaN and infinity are written as strings, which JSON can hold."""
    print(json.dumps(_finite(data), indent=1, ensure_ascii=False))


def table(rows: Sequence[Sequence[object]]) -> str:
    """Rows in aligned columns."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in texts) for column in range(len(texts[0]))] if texts else []
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in texts)
    return "".join(f"{line}\n" for line in lines)


def _finite(data: Any) -> Any:
    if isinstance(data, float) and (data != data or data in (float("inf"), float("-inf"))):
        return "NaN" if data != data else "Infinity" if data > 0 else "-Infinity"
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return data
