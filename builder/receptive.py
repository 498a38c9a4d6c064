"""How much of the input one number of a layer's output depends on: the receptive field, along the longest path.

Source:
    Araujo, Norris and Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill, 2019.
    https://doi.org/10.23915/distill.00021
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from builder.layers.base import LayerSpec
from builder.layers.core import Input
from builder.layers.reshaping import Reshape
from builder.layers.rnn import SpectralNormalization, TimeDistributed
from builder.program import Program, Step

# What these do to a place depends on that place alone; noise and augmentation only act while training.
POINTWISE = {
    "activations", "augmentation", "beyond", "colors", "core", "merging", "normalization", "preprocessing",
    "regularization", "reshaping",
}  # fmt: skip
POINTWISE_TOO = {"CenterCrop", "Clip", "Divide", "Elementwise", "Power"}
WHOLE = {
    "rnn": "reads all steps",
    "attention": "looks at all places",
    "GroupNormalization": "takes the mean over all places",
    "Dot": "multiplies all places with all",
    "MatMul": "multiplies all places with all",
    "Reduce": "may look at all places",
}
UNSAID = {
    "applications": "is a whole network; open it from the zoo layer by layer",
    "audio": "turns sound into pictures",
    "EinsumDense": "may sum over any axis",
    "Permute": "lays the places out anew",
    "RepeatVector": "lays the places out anew",
    "Reshape": "lays the places out anew",
    "Resizing": "moves the places",
}

WINDOW = ("kernel_size", "pool_size", "strides", "dilation_rate", "size")


@dataclass(frozen=True, slots=True)
class Receptive:
    """The receptive field of a layer's output.

    `size` is its extent along each axis of the input, in pixels or steps, and `jump` the distance there between the
    centres of two neighbouring outputs. Where there is none, `why` says so in words. With `flat` the output has lost its
    axes, though each number still has the field of its place.
    """

    size: tuple[float, ...] | None
    jump: tuple[float, ...] = ()
    flat: bool = False
    why: str = ""


def receptive_fields(program: Program) -> dict[str, Receptive]:
    """The receptive field of every step of a program without blocks, by name."""
    found: dict[str, Receptive] = {}
    for step in program.steps:
        found[step.id] = _of(step, found)
    return found


def _of(step: Step, known: Mapping[str, Receptive]) -> Receptive:
    if isinstance(step.layer, Input):
        return _places(len(step.layer.shape) - 1)
    came = [known[ref.step] for ref in step.refs() if ref.step in known]
    return _through(step.layer, _joined(came)) if came else Receptive(None, why="not known: nothing comes in")


def _places(axes: int) -> Receptive:
    """An input with so many axes beside its channels; without any it is a row of numbers."""
    if axes > 0:
        return Receptive((1.0,) * axes, (1.0,) * axes)
    return Receptive((), flat=True, why="a row of numbers has no places")


def _joined(came: Sequence[Receptive]) -> Receptive:
    """What reaches a layer on several ways: of each axis the widest."""
    if without := next((one for one in came if one.size is None), None):
        return without
    if len(came) == 1:
        return came[0]
    if len({(len(one.jump), one.flat) for one in came}) > 1:
        return Receptive(None, why="not defined: tensors with different axes come together")
    size = tuple(max(sizes) for sizes in zip(*(one.size or () for one in came), strict=True))
    return replace(
        came[0], size=size, jump=tuple(max(jumps) for jumps in zip(*(one.jump for one in came), strict=True))
    )


def _through(layer: LayerSpec, came: Receptive) -> Receptive:
    """What becomes of a field in one layer."""
    kind, family = layer.type, layer.family()
    if came.size is None:
        return came
    if isinstance(layer, SpectralNormalization):
        return _through(layer.layer, came)
    if isinstance(layer, TimeDistributed):
        return _each_step(layer, came)
    if kind == "Dense" and came.flat:
        return Receptive(None, why="the whole input: Dense connects all that comes in")
    if came.flat and not came.jump and kind in ("Embedding", "ReversibleEmbedding"):
        return _places(1)  # each token of a row is a place
    if came.flat and not came.jump and isinstance(layer, Reshape):
        return _places(len(layer.target_shape) - 1)
    if does := WHOLE.get(kind) or WHOLE.get(family):
        return Receptive(None, why=f"the whole input: {kind} {does}")
    if kind.startswith(("Global", "Adaptive")):
        return Receptive(None, why=f"the whole input: {kind} looks at all places")
    if does := UNSAID.get(kind) or UNSAID.get(family):
        return Receptive(None, why=f"not defined: {kind} {does}")
    if kind == "Flatten":
        return replace(came, flat=True)
    if window := _window(layer):
        return _slid(came, window)
    return came if family in POINTWISE or kind in POINTWISE_TOO else Receptive(None, why=f"not known for {kind}")


def _each_step(layer: TimeDistributed, came: Receptive) -> Receptive:
    """The layer inside goes over the axes behind that of time."""
    if came.size is None or len(came.jump) < 2 or came.flat:
        return came  # a step is a row of numbers, and stays one place
    inside = _through(layer.layer, replace(came, size=came.size[1:], jump=came.jump[1:]))
    if inside.size is None or inside.flat:
        return Receptive(None, why=f"the whole of each step: TimeDistributed holds {layer.layer.type}")
    return Receptive((came.size[0], *inside.size), (came.jump[0], *inside.jump))


def _window(layer: LayerSpec) -> list[tuple[int, float]] | None:
    """Of each axis how many numbers of what comes in a layer looks at, and how far it moves: less than 1 enlarges."""
    named = re.search(r"(\d)D", layer.type)
    if named is None or (
        layer.family() not in ("convolutional", "pooling") and not layer.type.startswith("UpSampling")
    ):
        return None
    axes = int(named[1])
    given = {name: list(_each(getattr(layer, name), axes)) for name in WINDOW if getattr(layer, name, None) is not None}
    if enlarged := given.get("size"):
        return [(1 if getattr(layer, "interpolation", "nearest") == "nearest" else 2, 1 / by) for by in enlarged]
    kernel = given.get("kernel_size") or given.get("pool_size") or [1] * axes
    steps = given.get("strides") or given.get("pool_size") or [1] * axes
    apart = given.get("dilation_rate") or [1] * axes
    reach = [(size - 1) * by + 1 for size, by in zip(kernel, apart, strict=True)]
    if "Transpose" in layer.type:  # each number is spread over `reach` places, of which `step` lie between two numbers
        return [(math.ceil(far / step), 1 / step) for far, step in zip(reach, steps, strict=True)]
    return [(far, step) for far, step in zip(reach, steps, strict=True)]


def _each(value: int | Sequence[int], axes: int) -> Iterator[int]:
    yield from [value] * axes if isinstance(value, int) else value


def _slid(came: Receptive, window: Sequence[tuple[int, float]]) -> Receptive:
    """r' = r + (k - 1) j and j' = s j along each axis (equations 2 and 3 of the source)."""
    if came.size is None or came.flat or len(window) != len(came.jump):
        return Receptive(None, why="not defined: what comes in has other axes than the layer goes over")
    moved = list(zip(came.size, came.jump, window, strict=True))
    return Receptive(
        tuple(size + (reach - 1) * jump for size, jump, (reach, _) in moved),
        tuple(jump * step for _, jump, (_, step) in moved),
    )
