"""A program without blocks: every instance replaced by the layers inside it, under names of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from builder.layers.blocks import BlockInput, Instance
from builder.program import Argument, BlockProgram, Program, Ref, Step

MAX_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Inside:
    """What stands for an instance in the flat program: what comes in, the names of its layers, and what it returns."""

    inputs: tuple[tuple[str, Ref], ...]
    steps: tuple[str, ...]
    outputs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Flat:
    """A program without blocks, and what has become of each instance, by its full name."""

    program: Program
    instances: Mapping[str, Inside]


@dataclass(slots=True)
class _Writing:
    """The flat program as far as it is written."""

    steps: dict[str, Step] = field(default_factory=dict)
    instances: dict[str, Inside] = field(default_factory=dict)
    given: dict[str, tuple[Ref, ...]] = field(
        default_factory=dict
    )  # instance or block input -> what stands for its outputs


class _CannotError(Exception):
    """An instance that cannot be written out."""


def flat(program: Program) -> Flat:
    """The program with the layers of each instance in its place, called `instance_layer`, `instance_2_layer` if repeated.

    Instances that cannot be written out (a value that a layer inside refuses, a name that another layer bears already,
    more than MAX_STEPS layers in all), and all that follows them, join `missing`.
    """
    writing, missing = _Writing(), list(program.missing)
    for step in program.steps:
        if any(ref.step in missing for ref in step.refs()):
            missing.append(step.id)
            continue
        before = replace(writing, steps=dict(writing.steps)) if isinstance(step.layer, Instance) else writing
        try:
            _write(writing, program, step, "")
        except _CannotError:
            missing.append(step.id)
            writing = before
    outputs = (_meant(writing, ref, "") for ref in program.outputs if ref.step not in missing)
    return Flat(
        Program(tuple(writing.steps.values()), program.inputs, tuple(outputs), tuple(missing)), writing.instances
    )


def repeated(block: BlockProgram | None, step: Step) -> bool:
    """Whether an instance stands in a loop, so that its layers are numbered: it has a count, or its block leaves that open."""
    return isinstance(step.layer, Instance) and (
        step.layer.repeat > 1 or (block is not None and "repeat" in block.block.fields(step.id))
    )


def _write(writing: _Writing, program: Program, step: Step, prefix: str, loop: bool | None = None) -> None:
    if not isinstance(step.layer, Instance):
        name = prefix + step.id
        if name in writing.steps or len(writing.steps) >= MAX_STEPS:
            raise _CannotError
        arguments = tuple(
            Argument(a.port, tuple(_meant(writing, ref, prefix) for ref in a.refs), a.many) for a in step.arguments
        )
        writing.steps[name] = replace(step, id=name, arguments=arguments, made_as=prefix + step.made_as)
        return
    name, before = prefix + step.id, len(writing.steps)
    block = program.block(step.layer.block)
    inputs = [tuple(_meant(writing, ref, prefix) for ref in argument.refs) for argument in step.arguments]
    came = tuple((port, refs[0]) for port, refs in zip(block.body.inputs, inputs, strict=True))
    outputs: tuple[Ref, ...] = ()
    counted = repeated(None, step) if loop is None else loop
    for number in range(1, step.layer.repeat + 1):
        inner = f"{name}_{number}_" if counted else f"{name}_"
        if number > 1:
            inputs = [(outputs[0],), *inputs[1:]]
        outputs = _write_once(writing, block, step.layer, inner, inputs)
    writing.given[name] = outputs
    writing.instances[name] = Inside(came, tuple(list(writing.steps)[before:]), outputs)


def _write_once(
    writing: _Writing, block: BlockProgram, instance: Instance, prefix: str, inputs: Sequence[tuple[Ref, ...]]
) -> tuple[Ref, ...]:
    for node, refs in zip(block.body.inputs, inputs, strict=True):
        writing.given[prefix + node] = refs
    for step in block.body.steps:
        if isinstance(step.layer, BlockInput):
            continue
        try:
            layer = block.block.valued(step.id, step.layer, instance.values)
        except ValidationError:
            raise _CannotError from None
        _write(writing, block.body, replace(step, layer=layer), prefix, repeated(block, step))
    return tuple(_meant(writing, ref, prefix) for ref in block.body.outputs)


def _meant(writing: _Writing, ref: Ref, prefix: str) -> Ref:
    """The tensor of the flat program that a reference inside a block means."""
    name = prefix + ref.step
    return writing.given[name][ref.part or 0] if name in writing.given else Ref(name, ref.part)
