"""The functional style: each layer called on a tensor; a block is a function, a repeat a loop."""

from __future__ import annotations

from collections.abc import Iterable

from builder.call import Call, Expression
from builder.codegen.writing import (
    Body,
    argument,
    arguments,
    free,
    function_name,
    given,
    named,
    names_of,
    one_or_list,
    rounds,
    used_blocks,
)
from builder.layers.base import layer_call
from builder.layers.blocks import Instance
from builder.program import BlockProgram, Program, Step


def functional(program: Program) -> str:
    """The lines that make `model`."""
    taken = names_of(program)
    functions = "".join(_function(block, program, taken) for block in used_blocks(program))
    calls = {step.made_as: call for step, call in named(program)}
    lines = _lines(Body(program), calls, "", taken)
    inputs, outputs = one_or_list(program.inputs), one_or_list(map(repr, program.outputs))
    return functions + "\n".join([*lines, f"model = keras.Model({inputs}, {outputs})"])


def _function(block: BlockProgram, program: Program, taken: set[str]) -> str:
    body = Body(block.body, block)
    calls = {
        step.made_as: layer_call(step.layer, Expression(f'f"{{name}}_{step.made_as}"'), body.symbols(step))
        for step in body.steps
    }
    lines = _lines(body, calls, "{name}_", taken)
    text = "\n    ".join(line.replace("\n", "\n    ") for line in [*lines, body.result])
    return f"def {function_name(block, taken)}({', '.join([*block.body.inputs, *body.parameters])}, *, name):\n    {text}\n\n\n"


def _lines(body: Body, calls: dict[str, Call], prefix: str, taken: set[str]) -> list[str]:
    lines: list[str] = []
    layers: dict[str, str] = {}
    for step in body.steps:
        if isinstance(step.layer, Instance):
            lines += _instance(body, step, step.layer, prefix, taken)
        elif not step.arguments:
            lines.append(f"{step.id} = {calls[step.made_as]!r}")
        elif step.made_as in layers:
            lines.append(f"{step.id} = {layers[step.made_as]}({arguments(step)})")
        elif step.settings or step.made_as in body.shared:  # the layer itself needs a variable
            layer = layers[step.made_as] = free(f"{step.made_as}_layer", taken)
            lines.append(f"{layer} = {calls[step.made_as]!r}")
            lines += [setting.written(layer, free("layer", taken)) for setting in step.settings]
            lines.append(f"{step.id} = {layer}({arguments(step)})")
        else:
            lines.append(f"{step.id} = {calls[step.made_as]!r}({arguments(step)})")
    return lines


def _instance(body: Body, step: Step, instance: Instance, prefix: str, taken: set[str]) -> Iterable[str]:
    block, symbols = body.program.block(instance.block), body.symbols(step)
    function = function_name(block, taken)
    tensors, values = [argument(one) for one in step.arguments], given(block, instance, symbols)
    count = rounds(body, step)
    if count is None:
        name = f'f"{prefix}{step.id}"' if prefix else repr(step.id)
        return [f"{step.id} = {function}({', '.join([*tensors, *values, f'name={name}'])})"]
    turn = free("i", taken)
    last = str(instance.repeat + 1) if count.isdigit() else f"{count} + 1"
    again = ", ".join([step.id, *tensors[1:], *values, f'name=f"{prefix}{step.id}_{{{turn}}}"'])
    return [f"{step.id} = {tensors[0]}", f"for {turn} in range(1, {last}):\n    {step.id} = {function}({again})"]
