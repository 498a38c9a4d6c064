"""The Python a person would write for a program: functional, sequential or subclassed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

import black

from builder.call import SHORT_NAMES, Call
from builder.names import snake_case
from builder.program import Argument, Program, Step

Style = Literal["functional", "sequential", "subclass"]


class CodeError(ValueError):
    """A program that cannot be written in the style that was asked for; `str()` says why."""


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
    if program.missing:
        listed = ", ".join(program.missing[:5])
        raise CodeError(
            f"The network is unfinished: {listed} cannot be computed yet. See its problems on the Build page."
        )
    if not program.inputs or not program.outputs:
        raise CodeError("The network is empty: add an Input and at least one layer behind it.")
    return {"functional": _functional, "sequential": _sequential, "subclass": _subclass}[style](program)


def imports(program: Program) -> list[str]:
    """The import lines that the model needs."""
    namespaces = {part.target.rpartition(".")[0] for step in program.steps for part in step.call.walk()}
    short = sorted(name for namespace, name in SHORT_NAMES.items() if namespace in namespaces)
    return ["import keras"] + [f"from keras import {name}" for name in short]


def formatted(code: str) -> str:
    """Formatted by black."""
    return black.format_str(code, mode=black.Mode())


def _functional(program: Program) -> str:
    lines = []
    taken = {step.id for step in program.steps}
    for step, call in _named(program):
        if not step.arguments:
            lines.append(f"{step.id} = {call!r}")
        elif step.attributes:  # the layer itself needs a variable, to be changed before it is called
            layer = _free(f"{step.id}_layer", taken)
            lines.append(f"{layer} = {call!r}")
            lines += [f"{layer}.{name} = {value!r}" for name, value in step.attributes]
            lines.append(f"{step.id} = {layer}({_arguments(step)})")
        else:
            lines.append(f"{step.id} = {call!r}({_arguments(step)})")
    lines.append(f"model = keras.Model({_one_or_list(program.inputs)}, {_one_or_list(map(repr, program.outputs))})")
    return "\n".join(lines)


def _sequential(program: Program) -> str:
    if not program.chain():
        raise CodeError(_why_no_chain(program))
    calls = "".join(f"{call!r}, " for _, call in _named(program))
    frozen = [
        f"model.get_layer({step.id!r}).{name} = {value!r}" for step in program.steps for name, value in step.attributes
    ]
    return "\n".join([f"model = keras.Sequential([{calls}])", *frozen])


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
    return "A sequential model passes one tensor from layer to layer; a layer here returns several, or takes a list."


def _subclass(program: Program) -> str:
    made, called = [], []
    for step, call in _named(program):
        if step.arguments:
            made.append(f"self.{step.id} = {call!r}")
            made += [f"self.{step.id}.{name} = {value!r}" for name, value in step.attributes]
            called.append(f"{step.id} = self.{step.id}({_arguments(step)})")
    given = program.inputs[0] if len(program.inputs) == 1 else "inputs"
    if given == "inputs":
        called.insert(0, f"{', '.join(program.inputs)} = inputs")
    body = "\n        ".join
    # Without `training` among its arguments fit would not tell the model that it trains, and dropout would do nothing.
    return f"""@keras.saving.register_keras_serializable()
class Network(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        {body(made)}

    def call(self, {given}, training=None):
        {body(called)}
        return {_one_or_list(map(repr, program.outputs))}

model = Network()"""


def _arguments(step: Step) -> str:
    return ", ".join(_argument(argument) for argument in step.arguments)


def _argument(argument: Argument) -> str:
    value = repr(list(argument.refs)) if argument.many else repr(argument.refs[0])
    return value if argument.port is None else f"{argument.port}={value}"


def _one_or_list(names: Iterator[str] | tuple[str, ...] | map[str]) -> str:
    listed = list(names)
    return listed[0] if len(listed) == 1 else f"[{', '.join(listed)}]"


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _named(program: Program) -> Iterator[tuple[Step, Call]]:
    """Each step with its call; `name=` is left out where Keras, counting its layers, gives that very name itself.

    `build` names every step, so that Keras counts only the unnamed layers inside others, such as the LSTM within a
    Bidirectional. Where those are, a step that they could be counted with is named too, or their names would differ.
    """
    calls = [(step, step.call) for step in program.steps]
    inside = {_automatic(part) for _, call in calls for part in call.walk() if part is not call}
    hidden = any(_is_backbone(call) for _, call in calls)  # it makes unnamed layers of many kinds
    made: Counter[str] = Counter()
    for step, call in calls:
        prefix = _automatic(call)
        automatic = f"{prefix}_{made[prefix]}" if made[prefix] else prefix
        if step.id == automatic and not hidden and prefix not in inside:
            made[prefix] += 1
            call = Call(call.target, call.args, tuple(pair for pair in call.kwargs if pair[0] != "name"))
        hidden = hidden or call.target.endswith(".MultiHeadAttention")
        yield step, call


def _automatic(call: Call) -> str:
    return "input_layer" if call.target == "keras.Input" else snake_case(call.target.rpartition(".")[2])


def _is_backbone(call: Call) -> bool:
    return call.target.startswith("keras.applications.")
