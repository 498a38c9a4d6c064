"""What `python -m runtime export` does: make an export, wait for it, put it where it is wanted."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from builder import terminal
from builder.program import lower
from builder.terminal import NoError, UnusableError
from runtime.exports import DOCUMENTS, EXPORTS, FORMATS
from runtime.exports.job import WORDS, State, end, make, place, state_of
from runtime.run import Run, RunError

LOOK = 0.1  # seconds between two looks at a conversion


def described() -> str:
    """The formats with a sentence each."""
    return "formats:\n" + "".join(f"  {name:<16}{export.about}\n" for name, export in EXPORTS.items())


def take(run: Run, name: str, path: Path) -> None:
    """Export a run in a format; says on standard error what the format cannot hold, on standard output how it compared.

    Raises:
        NoError: the format cannot hold this network, or the conversion failed.
        UnusableError: the file cannot be written.
    """
    if not path.parent.is_dir():
        raise UnusableError(f"{path} cannot be written: there is no folder {path.parent}.")
    try:
        if name in DOCUMENTS:
            with terminal.quiet():
                from builder.compile import shapes

                path.write_bytes(DOCUMENTS[name].make(run, shapes(lower(run.spec.graph))))
            return
        state = _made(run, name)
        place(run, name, path)
    except RunError as error:
        raise NoError(str(error)) from None
    except OSError as error:
        raise UnusableError(f"{path} cannot be written: {error.strerror}.") from None
    print(f"{path}: {state.words}")


def _made(run: Run, name: str) -> State:
    """The export as it is ready."""
    export = FORMATS[name]
    if refusal := export.refusal(run.spec.graph):
        raise NoError(refusal)
    for limit in export.limits(run.spec.graph):
        print(limit, file=sys.stderr)
    state = state_of(run, name)
    if state is None or state.stage == "failed":
        make(run, name)
    try:
        state = _waited(run, name)
    except KeyboardInterrupt:
        end(run, name)
        raise
    if state.stage == "failed":
        raise NoError(state.words)
    return state


def _waited(run: Run, name: str) -> State:
    told = None
    while True:
        state = state_of(run, name)
        if state is None:
            raise NoError("The model was changed or removed while it was exported. Try again.")
        if state.over:
            return state
        if state.stage != told and sys.stderr.isatty():
            print(WORDS[state.stage], file=sys.stderr)
        told = state.stage
        time.sleep(LOOK)
