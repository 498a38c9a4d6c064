"""The subclassed style: layers are made once and called in `call`; a block is a layer of its own.

Layers inside a block's class are given no names: Keras counts names within the block anew, so that none would clash, but
a name in the class would be that of every instance alike, and the attribute already bears the one of the document.
"""

from __future__ import annotations

from collections.abc import Iterable

from builder.call import Call
from builder.codegen.writing import (
    Body,
    argument,
    arguments,
    free,
    given,
    named,
    names_of,
    one_or_list,
    rounds,
    used_blocks,
)
from builder.layers.blocks import Instance
from builder.program import BlockProgram, Program, Step


def subclass(program: Program) -> str:
    """The lines that define `Network` and make `model`."""
    taken = names_of(program)
    classes = "".join(_class(block, taken) for block in used_blocks(program))
    calls = {step.made_as: call for step, call in named(program)}
    made, called = _lines(Body(program), calls, taken)
    given = program.inputs[0] if len(program.inputs) == 1 else "inputs"
    if given == "inputs" and program.inputs != ("inputs",):
        called.insert(0, f"{', '.join(program.inputs)} = inputs")
    # Without `training` among its arguments fit would not tell the model that it trains, and dropout would do nothing.
    return f"""{classes}@keras.saving.register_keras_serializable()
class Network(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
{_indented(made)}

    def call(self, {given}, training=None):
{_indented([*called, f"return {one_or_list(map(repr, program.outputs))}"])}

model = Network()
model({one_or_list(repr(calls[name]) for name in program.inputs)})  # now it knows the shapes of its weights"""


def _class(block: BlockProgram, taken: set[str]) -> str:
    body = Body(block.body, block)
    calls = {step.made_as: step.layer.call(body.symbols(step)) for step in body.steps}
    made, called = _lines(body, calls, taken)
    return f"""class {_class_name(block)}(keras.layers.Layer):
    def __init__({", ".join(["self", *body.parameters, "**kwargs"])}):
        super().__init__(**kwargs)
{_indented(made)}

    def call({", ".join(["self", *block.body.inputs])}):
{_indented([*called, body.result])}


"""


def _lines(body: Body, calls: dict[str, Call], taken: set[str]) -> tuple[list[str], list[str]]:
    """The lines that make the layers, and those that call them."""
    made: list[str] = []
    called: list[str] = []
    known: set[str] = set()
    for step in body.steps:
        if isinstance(step.layer, Instance):
            _instance(body, step, step.layer, made, called, taken)
        elif step.arguments:
            if step.made_as not in known:
                known.add(step.made_as)
                made.append(f"self.{step.made_as} = {calls[step.made_as]!r}")
                made += [setting.written(f"self.{step.made_as}", free("layer", taken)) for setting in step.settings]
            called.append(f"{step.id} = self.{step.made_as}({arguments(step)})")
    return made, called


def _instance(body: Body, step: Step, instance: Instance, made: list[str], called: list[str], taken: set[str]) -> None:
    block = body.program.block(instance.block)
    layer = f"{_class_name(block)}({', '.join(given(block, instance, body.symbols(step)))})"
    tensors = [argument(one) for one in step.arguments]
    count = rounds(body, step)
    if count is None:
        made.append(f"self.{step.id} = {layer}")
        called.append(f"{step.id} = self.{step.id}({', '.join(tensors)})")
        return
    one = free("layer", taken)
    made.append(f"self.{step.id} = [{layer} for _ in range({count})]")
    called.append(f"{step.id} = {tensors[0]}")
    called.append(f"for {one} in self.{step.id}:\n    {step.id} = {one}({', '.join([step.id, *tensors[1:]])})")


def _class_name(block: BlockProgram) -> str:
    return "".join(part.capitalize() for part in block.name.split("_")) + "Block"


def _indented(lines: Iterable[str]) -> str:
    return "\n".join(f"        {line}" for whole in lines for line in whole.split("\n"))
