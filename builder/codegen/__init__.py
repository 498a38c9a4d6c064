"""The Python a person would write for a program: functional, sequential or subclassed; a block is a function or a class."""

from __future__ import annotations

from typing import Literal

import black

from builder.codegen.functional import functional
from builder.codegen.own import own_layers
from builder.codegen.sequential import sequential
from builder.codegen.subclass import subclass
from builder.codegen.writing import CodeError, every_call
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
    model = {"functional": functional, "sequential": sequential, "subclass": subclass}[style](program)
    return own_layers(program) + model


def imports(program: Program) -> list[str]:
    """The import lines that the model needs."""
    layers = any(call.target.startswith("keras.layers.") for call in every_call(program))
    return ["import keras", *(["from keras import layers"] if layers else [])]


def formatted(code: str) -> str:
    """Formatted by black."""
    return black.format_str(code, mode=black.Mode())
