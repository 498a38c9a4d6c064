"""A chain of layers as one keras.Sequential."""

from __future__ import annotations

from collections import Counter

from builder.codegen.writing import CodeError, named
from builder.flat import flat
from builder.program import Program


def sequential(program: Program) -> str:
    """The lines that make `model`, blocks written out.

    Raises:
        CodeError: the program is no chain; why.
    """
    chain = flat(program).program
    if not chain.chain():
        raise CodeError(_why_no_chain(chain))
    calls = "".join(f"{call!r}, " for _, call in named(chain))
    settings = [
        setting.written(f"model.get_layer({step.id!r})", "layer") for step in chain.steps for setting in step.settings
    ]
    return "\n".join([f"model = keras.Sequential([{calls}])", *settings])


def _why_no_chain(program: Program) -> str:
    if len(program.inputs) > 1:
        return f"A sequential model has one input; this network has {', '.join(program.inputs)}."
    if len(program.outputs) > 1:
        return (
            f"A sequential model has one output; this network ends in {', '.join(ref.step for ref in program.outputs)}."
        )
    uses = Counter(ref.step for step in program.steps for ref in step.refs())
    for step in program.steps:
        if len(step.refs()) > 1:
            return f"A sequential model is a chain; {step.id} takes {len(step.refs())} inputs."
        if uses[step.id] > 1:
            return f"A sequential model is a chain; {uses[step.id]} layers branch off from {step.id}."
        if step.made_as != step.id:
            return f"A sequential model uses each layer once; {step.id} uses {step.made_as} again."
    return "A sequential model passes one tensor from layer to layer; a layer here returns several, or takes a list."
