"""The classes of layers that Keras does not have, word for word as `build` uses them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from builder.call import OWN
from builder.codegen.writing import every_call
from builder.names import snake_case
from builder.program import Program

FOLDER = Path(__file__).parents[1] / OWN.rpartition(".")[2]


def own_layers(program: Program) -> str:
    """The classes that a program needs, each once, in the order in which it needs them."""
    targets = dict.fromkeys(call.target for call in every_call(program) if call.target.startswith(f"{OWN}."))
    return "".join(f"{_class(target.rpartition('.')[2])}\n\n\n" for target in targets)


@cache
def _class(name: str) -> str:
    text = (FOLDER / f"{snake_case(name)}.py").read_text()
    (found,) = (node for node in ast.parse(text).body if isinstance(node, ast.ClassDef))
    return "\n".join(text.splitlines()[found.decorator_list[0].lineno - 1 : found.end_lineno])
