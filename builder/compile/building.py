"""The model of a program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import keras

from builder.compile.making import called, make, reason
from builder.compile.offline import with_weights
from builder.flat import flat
from builder.program import Program, Step


class BuildError(ValueError):
    """A program that cannot become a model; `node` is where, and `reason` Keras's own words."""

    def __init__(self, node: str, reason: str) -> None:
        super().__init__(f"{node}: {reason}")
        self.node = node
        self.reason = reason


def build(
    program: Program,
    weights: Path = Path(),
    scope: Callable[[], AbstractContextManager[Any]] = nullcontext,
    dtype_policy: str = "float32",
) -> Any:
    """The functional `keras.Model` of a program. Clears Keras's session first, so that automatic names are as in a script.

    Args:
        weights: the folder with the files of weights that backbones name.
        scope: within it variables are made: the `scope` of a strategy that trains on several devices.
        dtype_policy: Keras's name of the numbers that layers compute with.

    Raises:
        BuildError: a node is not fully connected, or Keras rejects it.
    """
    if program.missing:
        raise BuildError(program.missing[0], "It is not fully connected, in a cycle, or has a name that is used twice.")
    if not program.inputs or not program.outputs:
        raise BuildError("", "A network needs an Input and at least one layer behind it.")
    program = flat(program).program
    if program.missing:
        raise BuildError(program.missing[0], "It cannot be written out: a value or a name inside does not fit.")
    keras.utils.clear_session(free_memory=False)
    keras.config.set_dtype_policy(dtype_policy)  # now: clearing the session forgets it
    with scope():
        return _model(program, weights)


def _model(program: Program, weights: Path) -> Any:
    results: dict[str, list[Any]] = {}
    layers: dict[str, Any] = {}
    for step in program.steps:
        try:
            results[step.id] = _run(step, layers, results, weights)
        except Exception as error:
            raise BuildError(step.id, reason(error)) from error
    inputs = [results[node][0] for node in program.inputs]
    outputs = [results[ref.step][ref.part or 0] for ref in program.outputs]
    return keras.Model(inputs[0] if len(inputs) == 1 else inputs, outputs[0] if len(outputs) == 1 else outputs)


def _run(step: Step, layers: dict[str, Any], results: Mapping[str, Sequence[Any]], weights: Path) -> list[Any]:
    if step.made_as not in layers:
        call = with_weights(step.call, lambda name: name if name in (None, "imagenet") else str(weights / name))
        made = layers[step.made_as] = make(call)
        if not step.arguments:  # keras.Input is a tensor already
            return [made]
        for setting in step.settings:
            setting.put(made)
    return called(layers[step.made_as], step.arguments, step.options, results)
