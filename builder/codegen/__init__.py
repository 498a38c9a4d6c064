"""The Python a person would write for a program: functional, sequential or subclassed; a block is a function or a class."""

from __future__ import annotations

from typing import Literal

import black

from builder.call import SHORT_NAMES
from builder.codegen.functional import functional
from builder.codegen.sequential import sequential
from builder.codegen.subclass import subclass
from builder.codegen.writing import CodeError, used_blocks
from builder.flat import flat
from builder.program import Program

__all__ = ["CodeError", "Style", "definition", "formatted", "imports", "source"]

Style = Literal["functional", "sequential", "subclass"]


def source(program: Program, style: Style = "functional") -> str:
    """A module that makes `model`.

    Raises:
        CodeError: the program is unfinished, or no chain and asked for as a sequential model.
    """
    return formatted("\n".join(imports(program)) + "\n\n" + definition(program, style))


def definition(program: Program, style: Style = "functional") -> str:
    """The lines that make `model`, without imports and not formatted yet.

    Raises:
        CodeError: see `source`.
    """
    missing = program.missing or flat(program).program.missing
    if missing:
        listed = ", ".join(missing[:5])
        raise CodeError(
            f"The network is unfinished: {listed} cannot be computed yet. See its problems on the Build page."
        )
    if not program.inputs or not program.outputs:
        raise CodeError("The network is empty: add an Input and at least one layer behind it.")
    return {"functional": functional, "sequential": sequential, "subclass": subclass}[style](program)


def imports(program: Program) -> list[str]:
    """The import lines that the model needs."""
    bodies = [program, *(block.body for block in used_blocks(program))]
    calls = (part for body in bodies for step in body.steps for part in step.call.walk())
    namespaces = {call.target.rpartition(".")[0] for call in calls}
    short = sorted(name for namespace, name in SHORT_NAMES.items() if namespace in namespaces)
    return ["import keras"] + [f"from keras import {name}" for name in short]


def formatted(code: str) -> str:
    """Formatted by black."""
    return black.format_str(code, mode=black.Mode())
