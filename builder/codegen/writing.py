"""What every style of code writes alike: names, arguments, and the parameters of blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from builder.call import Call, Expression
from builder.flat import flat, repeated
from builder.layers.blocks import BlockInput, Instance
from builder.names import snake_case
from builder.parameters import parameters
from builder.program import Argument, BlockProgram, Program, Step


class CodeError(ValueError):
    """A program that cannot be written in the style that was asked for; `str()` says why."""


@dataclass(frozen=True)
class Body:
    """Steps that are written one below the other: the network, or the inside of `block`."""

    program: Program
    block: BlockProgram | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps, without what comes in from outside."""
        return tuple(step for step in self.program.steps if not isinstance(step.layer, BlockInput))

    @property
    def parameters(self) -> list[str]:
        """What the function or class of a block is given beside its tensors: `filters=64`."""
        return [f"{name}={value!r}" for name, value in defaults(self.block).items()] if self.block else []

    @property
    def result(self) -> str:
        """The line that gives back what the block returns."""
        return f"return {', '.join(map(repr, self.program.outputs))}"

    @cached_property
    def shared(self) -> set[str]:
        """Layers that are used more than once."""
        uses = Counter(step.made_as for step in self.program.steps)
        return {name for name, count in uses.items() if count > 1}

    def symbols(self, step: Step) -> dict[str, Expression]:
        """The fields of a step that take the value of a parameter."""
        fields = self.block.block.fields(step.id) if self.block else {}
        return {field: Expression(name) for field, name in fields.items()}


def used_blocks(program: Program) -> tuple[BlockProgram, ...]:
    """The blocks that a program needs, those first that others use."""
    wanted = _instantiated(program)
    for block in reversed(program.blocks):
        if block.name in wanted:
            wanted |= _instantiated(block.body)
    return tuple(block for block in program.blocks if block.name in wanted)


def _instantiated(program: Program) -> set[str]:
    return {step.layer.block for step in program.steps if isinstance(step.layer, Instance)}


def every_call(program: Program) -> Iterator[Call]:
    """Every call that the code of a program makes, those of its blocks too."""
    for body in (program, *(block.body for block in used_blocks(program))):
        for step in body.steps:
            if not isinstance(step.layer, Instance | BlockInput):
                yield from step.call.walk()


def names_of(program: Program) -> set[str]:
    """Every name that a node or a parameter bears, so that functions, classes and loops take others."""
    bodies = [program, *(block.body for block in program.blocks)]
    parameters = {one.name for block in program.blocks for one in block.block.exposes}
    return {step.id for body in bodies for step in body.steps} | parameters


def free(name: str, taken: Iterable[str]) -> str:
    """The name, with a _ behind it for as long as it is taken."""
    used = set(taken)
    while name in used:
        name += "_"
    return name


def function_name(block: BlockProgram, taken: set[str]) -> str:
    """What the function of a block is called: as the block, unless a node or a parameter is."""
    return free(f"{block.name}_block" if block.name in taken else block.name, taken)


def arguments(step: Step) -> str:
    """What a layer is called with: `x`, `[a, b]`, `query=x, value=y, use_causal_mask=True`."""
    options = (f"{name}={value!r}" for name, value in step.options)
    return ", ".join([*map(argument, step.arguments), *options])


def argument(one: Argument) -> str:
    """What stands at one port."""
    value = repr(list(one.refs)) if one.many else repr(one.refs[0])
    return value if one.port is None else f"{one.port}={value}"


def one_or_list(names: Iterable[str]) -> str:
    """`a`, or `[a, b]`."""
    listed = list(names)
    return listed[0] if len(listed) == 1 else f"[{', '.join(listed)}]"


def named(program: Program) -> Iterator[tuple[Step, Call]]:
    """Each step that makes a layer, with its call; `name=` is left out where Keras, counting, gives that very name itself.

    `build` names every step, so that Keras counts only the unnamed layers inside others, such as the LSTM within a
    Bidirectional. Where those are, a step that they could be counted with is named too, or their names would differ.
    """
    every = [step.call for step in flat(program).program.steps]
    inside = {_automatic(part) for call in every for part in call.walk() if part is not call}
    hidden = any(_is_backbone(call) for call in every)  # it makes unnamed layers of many kinds
    counted: Counter[str] = Counter()
    made: set[str] = set()
    for step in program.steps:
        if isinstance(step.layer, Instance) or step.made_as in made:
            continue
        made.add(step.made_as)
        call = step.call
        prefix = _automatic(call)
        automatic = f"{prefix}_{counted[prefix]}" if counted[prefix] else prefix
        if step.made_as == automatic and not hidden and prefix not in inside:
            counted[prefix] += 1
            call = Call(call.target, call.args, tuple(pair for pair in call.kwargs if pair[0] != "name"))
        hidden = hidden or call.target.endswith(".MultiHeadAttention")
        yield step, call


def defaults(block: BlockProgram) -> dict[str, Any]:
    """The parameters of a block with the values that hold where an instance gives none."""
    found = parameters(block.block, (one.block for one in block.body.blocks))
    return {name: parameter.value for name, parameter in found.items()}


def given(block: BlockProgram, instance: Instance, symbols: Mapping[str, Expression]) -> list[str]:
    """The arguments of an instance: those from the first on by position, those behind a gap by keyword."""
    written, gap = [], False
    for name, default in defaults(block).items():
        value = symbols.get(name, instance.values.get(name, default))
        if value == default:
            gap = True
        else:
            written.append(f"{name}={value!r}" if gap else repr(value))
    return written


def rounds(body: Body, step: Step) -> str | None:
    """How often an instance stands in a row, as it is written in a loop; None for one that stands there once."""
    if not isinstance(step.layer, Instance) or not repeated(body.block, step):
        return None
    return repr(body.symbols(step).get("repeat", step.layer.repeat))


def _automatic(call: Call) -> str:
    return "input_layer" if call.target == "keras.Input" else snake_case(call.target.rpartition(".")[2])


def _is_backbone(call: Call) -> bool:
    return call.target.startswith("keras.applications.")
