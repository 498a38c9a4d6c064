"""Python text that makes a Keras model -> its graph. The text is read as syntax and never executed."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from dataclasses import dataclass

from builder.graph import Graph
from builder.reading.assembly import assemble
from builder.reading.chosen import network
from builder.reading.loops import Reader
from builder.reading.values import FaultError, Scope, ToldError, UsedAgainError

MAX_BYTES = 1_000_000
LONGEST_NAME = 200
MAX_WORDS = 200_000  # words and signs: each becomes a piece of the syntax tree
MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about a line of the text."""

    line: int
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The network of a text, and what a person should know: what was passed over, what became of it."""

    graph: Graph
    notes: tuple[Note, ...] = ()


class CodeReadError(ValueError):
    """A text that no network can be read from; `faults` are all reasons, in the order of their lines."""

    def __init__(self, faults: tuple[Note, ...]) -> None:
        self.faults = faults
        shown = [f"Line {fault.line}: {fault.words}" for fault in faults[:MOST_FAULTS]]
        more = len(faults) - len(shown)
        super().__init__("\n".join([*shown, *([f"... and {more} more."] if more else [])]))


def read_code(text: str) -> Reading:
    """The network that Python text makes: code that Layerloom has written, or Keras code of any other origin.

    Args:
        text: at most MAX_BYTES of UTF-8.

    Returns:
        The graph and notes. What says nothing about the layers (data, compile, fit, plots) is passed over.

    Raises:
        CodeReadError: it is too large, not Python, makes no model, or something that matters cannot be read.
    """
    written_out: frozenset[str] = frozenset()
    while True:
        try:
            return _read(text, Reader(written_out))
        except UsedAgainError as again:
            written_out |= {again.name}


def _read(text: str, reader: Reader) -> Reading:
    module = Scope()
    module.values["__name__"] = "__main__"
    try:
        tree = _parsed(reader, text)
        reader.run(tree.body, module)
        if not reader.faults:
            return Reading(
                assemble(reader.trace, network(reader, module), reader.blocks_in_order()), tuple(_notes(reader))
            )
    except FaultError as fault:
        reader.faults[fault.line, fault.words] = None
    except ToldError:
        pass
    except RecursionError:
        reader.faults[1, "The text is nested too deeply to be read. Write it in several steps."] = None
    raise CodeReadError(tuple(Note(*fault) for fault in sorted(reader.faults)))


def _parsed(reader: Reader, text: str) -> ast.Module:
    """The syntax tree, commands of a notebook passed over.

    Raises:
        FaultError: the text is too large or no Python.
    """
    size = len(text.encode(errors="replace"))
    if size > MAX_BYTES:
        raise FaultError(
            1, f"The text has {size / 1e6:.1f} MB; at most 1 MB can be read. Paste only what makes the model."
        )
    if sum(1 for _ in re.finditer(r"\w+|[^\w\s]", text)) > MAX_WORDS:
        raise FaultError(1, f"The text has more than {MAX_WORDS:,} words and signs. Paste only what makes the model.")
    lines = textwrap.dedent(text.removeprefix("\ufeff").replace("\r\n", "\n").expandtabs()).split("\n")
    for number, line in enumerate(lines):
        if re.match(r"\s*[!%]", line):
            lines[number] = re.sub(r"\S.*", "pass", line)
            reader.passed[number + 1] = number + 1
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse("\n".join(lines))
    except SyntaxError as error:
        said = (error.msg or "something is missing").partition(";")[0].rstrip(".?")
        raise FaultError(
            error.lineno or 1, f"This is not Python: {said}. Correct it, or paste the whole line."
        ) from None
    except (MemoryError, RecursionError):
        raise FaultError(1, "The text is nested too deeply to be read. Write it in several steps.") from None
    except ValueError as error:
        raise FaultError(1, f"This is not Python: {error}. Paste it as plain text.") from None
    if re.search(rf"\w{{{LONGEST_NAME}}}", text):
        _check_names(tree)
    return tree


def _check_names(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        for name in (getattr(node, place, None) for place in ("id", "attr", "arg", "name")):
            if isinstance(name, str) and len(name) >= LONGEST_NAME:
                raise FaultError(getattr(node, "lineno", 1), f"A name here has {len(name)} letters. Shorten it.")


def _notes(reader: Reader) -> list[Note]:
    """What is to be told, in the order of the lines; what is passed over as a run of lines."""
    notes = [Note(*one) for one in reader.trace.notes]
    runs: list[list[int]] = []
    for line, end in sorted(reader.passed.items()):
        if runs and not any(runs[-1][1] < kept < line for kept in reader.kept):
            runs[-1][1] = max(end, runs[-1][1])
        else:
            runs.append([line, end])
    for first, last in runs:
        done = dict.fromkeys(name for line, name in sorted(reader.training.items()) if first <= line <= last)
        where = f"Line {first} is" if first == last else f"Lines {first} to {last} are"
        words = f"{where} passed over: nothing there is about the layers."
        if done:
            words = f"{where} passed over ({', '.join(done)}): how the network is trained is chosen on the Train page."
        notes.append(Note(first, words))
    return sorted(notes, key=lambda note: note.line)
