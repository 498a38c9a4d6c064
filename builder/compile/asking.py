"""Keras, asked: shape, parameters, work and memory of each node, or why Keras rejects it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from math import prod
from typing import Any

import keras
import numpy as np

from builder.call import Call
from builder.compile.making import Options, as_list, called, reason
from builder.compile.offline import make_offline
from builder.compile.refusals import refuse_what_only_data_would_show
from builder.flat import Inside, flat
from builder.layers.base import Setting
from builder.macs import macs, numbers
from builder.program import Argument, Facts, Program, Ref, Step
from builder.receptive import receptive_fields

REMEMBERED = 20_000  # answers of `shapes`, about a kilobyte each

Tensor = tuple[tuple[int | None, ...], str]  # shape, batch first, and kind of number


def shapes(program: Program) -> dict[str, Facts]:
    """What Keras says about each node: shapes, parameters, work and memory, or why it rejects the node.

    The calls are real, in a scope that holds no weights: a layer of 40 GB costs nothing. Answers are remembered by layer
    and incoming tensors. A node behind a rejected one, or one that is not connected, is left out. A layer that is used
    once more has its parameters counted where it is used first; an instance of a block has those of all layers inside.
    """
    facts, instances = _all_facts(program)
    told = {step.id: facts[step.id] for step in program.steps if step.id in facts}
    whole = {step.id: _together(instances[step.id], facts) for step in program.steps if step.id in instances}
    return {step.id: one for step in program.steps if (one := told.get(step.id) or whole.get(step.id))}


def shapes_inside(program: Program, path: Sequence[str]) -> dict[str, Facts]:
    """The same for the nodes inside an instance of a block, under their names there.

    Args:
        path: the instance, and before it those that it stands inside of; of a repeated one the first is told.
    """
    facts, instances = _all_facts(program)
    told = {**facts, **{name: _together(inside, facts) for name, inside in instances.items()}}
    prefix = instance = ""
    for name in path:
        instance = f"{prefix}{name}"
        numbered = f"{instance}_1_"
        prefix = numbered if any(full.startswith(numbered) for full in told) else f"{instance}_"
    came = instances[instance].inputs if instance in instances else ()
    inputs = {port: _passed(facts[ref.step], ref.part or 0) for port, ref in came if ref.step in facts}
    return inputs | {name.removeprefix(prefix): one for name, one in told.items() if one and name.startswith(prefix)}


def _passed(source: Facts, part: int) -> Facts:
    """What is said of a tensor that comes in from outside, and costs nothing there."""
    if part >= len(source.shapes):
        return Facts(error=source.error)
    passed = {"shapes": (source.shapes[part],), "dtypes": (source.dtypes[part],), "macs": 0, "activation_bytes": 0}
    return Facts(**passed, field=source.field, field_why=source.field_why)


def _all_facts(program: Program) -> tuple[dict[str, Facts], Mapping[str, Inside]]:
    written = flat(program)
    facts: dict[str, Facts] = {}
    counted: set[str] = set()
    fields = receptive_fields(written.program)
    for step in written.program.steps:
        if all(ref.step in facts and not facts[ref.step].error for ref in step.refs()):
            said = _facts(step, facts)
            own: dict[str, Any] = {"field": fields[step.id].size or None, "field_why": fields[step.id].why}
            if step.made_as in counted and said.parameters:
                own |= {"parameters": 0, "trainable": 0}
            facts[step.id] = said.model_copy(update=own)
            counted.add(step.made_as)
    return facts, written.instances


def _together(inside: Inside, facts: Mapping[str, Facts]) -> Facts | None:
    """What the layers inside an instance come to; the first error among them; None while one of them is not known."""
    known = [facts[step] for step in inside.steps if step in facts]
    if wrong := next(
        (f"{step}: {facts[step].error}" for step in inside.steps if step in facts and facts[step].error), None
    ):
        return Facts(error=wrong)
    if len(known) < len(inside.steps):
        return None
    ends = [(facts[ref.step], ref.part or 0) for ref in inside.outputs]
    return Facts(
        shapes=tuple(end.shapes[part] for end, part in ends),
        dtypes=tuple(end.dtypes[part] for end, part in ends),
        parameters=sum(one.parameters for one in known),
        trainable=sum(one.trainable for one in known),
        macs=_total(one.macs for one in known),
        activation_bytes=_total(one.activation_bytes for one in known),
        largest_bytes=max((one.largest_bytes or 0 for one in known), default=None),
        field=ends[0][0].field if ends else None,
        field_why=ends[0][0].field_why if ends else "",
    )


def _facts(step: Step, known: Mapping[str, Facts]) -> Facts:
    sources = [(known[ref.step], ref.part or 0) for ref in step.refs()]
    tensors = tuple((facts.shapes[part], facts.dtypes[part]) for facts, part in sources)
    call = step.call
    kwargs = tuple(pair for pair in call.kwargs if pair[0] not in ("name", "trainable"))
    partly = tuple(setting for setting in step.settings if setting.last is not None)
    facts = _ask(Call(call.target, call.args, kwargs), _numbered(step.arguments), step.options, tensors, partly)
    frozen = ("trainable", False) in call.kwargs or Setting("trainable", False) in step.settings
    return facts.model_copy(update={"trainable": 0}) if frozen and facts.trainable else facts


def _numbered(arguments: Sequence[Argument]) -> tuple[Argument, ...]:
    """The same arguments with numbers instead of the names of nodes, so that one answer serves many nodes."""
    number = count()
    return tuple(Argument(a.port, tuple(Ref(str(next(number))) for _ in a.refs), a.many) for a in arguments)


@lru_cache(maxsize=REMEMBERED)
def _ask(
    call: Call,
    arguments: tuple[Argument, ...],
    options: Options,
    tensors: tuple[Tensor, ...],
    settings: tuple[Setting, ...],
) -> Facts:
    try:
        with keras.StatelessScope(initialize_variables=False):
            return _answer(call, arguments, options, tensors, settings)
    except Exception as error:
        return Facts(error=reason(error))
    finally:
        # Variables without values wait in the session; the next ordinary scope would allocate them.
        keras.utils.clear_session(free_memory=False)


def _answer(
    call: Call,
    arguments: tuple[Argument, ...],
    options: Options,
    tensors: tuple[Tensor, ...],
    settings: tuple[Setting, ...],
) -> Facts:
    layer = make_offline(call)
    for setting in settings:
        setting.put(layer)
    if not arguments:  # keras.Input is a tensor already
        return Facts(shapes=(layer.shape,), dtypes=(layer.dtype,), macs=0, activation_bytes=_bytes(layer))
    inputs = [keras.KerasTensor(shape, dtype) for shape, dtype in tensors]
    outputs = called(layer, arguments, options, {str(number): [tensor] for number, tensor in enumerate(inputs)})
    if isinstance(layer, keras.Model):
        calls = _inside(layer, inputs[0])
    else:
        calls = [(layer, inputs, outputs)]
        if isinstance(layer, TRUSTING):
            _Traced(layer, arguments, options)(inputs)
        refuse_what_only_data_would_show(layer, [shape for shape, _ in tensors])
    return Facts(
        shapes=tuple(tensor.shape for tensor in outputs),
        dtypes=tuple(tensor.dtype for tensor in outputs),
        parameters=sum(prod(weight.shape) for weight in layer.weights),
        trainable=sum(prod(weight.shape) for weight in layer.trainable_weights),
        macs=_total(_macs(one, into, out[0]) for one, into, out in calls),
        activation_bytes=_total(_bytes(tensor) for _, _, out in calls for tensor in out),
        largest_bytes=max((_bytes(tensor) or 0 for _, _, out in calls for tensor in out), default=None),
    )


# These tell their output shape by a formula, and accept there what they cannot compute.
TRUSTING = (keras.layers.MultiHeadAttention, keras.layers.TimeDistributed)


class _Traced(keras.layers.Layer):  # type: ignore[misc]
    """Calls a layer with TensorFlow's tensors in place of Keras's, so that its own code runs (some 20 ms)."""

    def __init__(self, layer: Any, arguments: Sequence[Argument], options: Options) -> None:
        super().__init__()
        self.layer, self.arguments, self.options = layer, arguments, options

    def call(self, tensors: Sequence[Any]) -> Any:
        return called(
            self.layer, self.arguments, self.options, {str(number): [tensor] for number, tensor in enumerate(tensors)}
        )


def _inside(backbone: Any, tensor: Any) -> list[tuple[Any, list[Any], list[Any]]]:
    """Each layer of a backbone with what goes into it and what comes out, for this very tensor.

    It is a check too: a backbone as a whole accepts images with one channel where three are needed.
    """
    calls = []

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(layer, keras.Sequential):  # ConvNeXt holds some
            (tensor,) = args
            for one in layer.layers:
                tensor = call(one, tensor)
            return tensor
        outputs = layer(*args, **kwargs)
        tensors = [given for given in keras.tree.flatten(args) if isinstance(given, keras.KerasTensor)]
        calls.append((layer, tensors, as_list(outputs)))
        return outputs

    image = keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype)
    keras.models.clone_model(backbone, input_tensors=image, clone_function=lambda layer: layer, call_function=call)
    return calls


def _macs(layer: Any, inputs: Sequence[Any], output: Any) -> int | None:
    """The work of a layer; that of a bare operation within a backbone, such as x + 3, is not counted, like that of Add."""
    if not isinstance(layer, keras.layers.Layer):
        return 0
    return macs(layer, [tensor.shape for tensor in inputs], output.shape)


def _bytes(tensor: Any) -> int | None:
    held = numbers(tensor.shape)
    return None if held is None else held * np.dtype(tensor.dtype).itemsize


def _total(parts: Iterable[int | None]) -> int | None:
    known = list(parts)
    return None if None in known else sum(part for part in known if part is not None)
