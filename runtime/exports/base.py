"""What an export is: a format that a trained model is written in, opened again from and compared in; or a document about a run.

Nothing here imports Keras; the functions of a format do when they are called, in a process of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from numpy.typing import NDArray
from pydantic import BaseModel

from builder.flat import flat
from builder.graph import Graph
from builder.layers.base import LayerSpec
from builder.program import Facts, lower
from runtime.run import Run

Array = NDArray[Any]
Arrays = tuple[Array, ...]
RECURRENT = frozenset({"ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GRU", "LSTM", "RNN", "SimpleRNN"})
Stage = Literal["starting", "opening", "writing", "comparing", "done", "failed"]


class ExportError(ValueError):
    """A model that a format cannot hold, or that came out of it changed; `str()` says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, and real examples to compare with: one array an input of the model, (examples, ...).

    `calibration` holds training examples, from which a format with small numbers learns how large values become.
    """

    model: Any
    samples: Arrays
    calibration: Arrays

    def named(self, arrays: Arrays) -> dict[str, Array]:
        """Arrays by the names of the model's inputs."""
        return {tensor.name: array for tensor, array in zip(self.model.inputs, arrays, strict=True)}


def nothing_said(graph: Graph) -> tuple[str, ...]:
    """No limits worth a word."""
    return ()


def only_answers(graph: Graph) -> tuple[str, ...]:
    """The limit of all formats that are not Keras's own."""
    return ("It holds how to compute answers, not the layers: no training goes on from it.",)


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a trained model down. The texts are what a person reads before choosing it.

    Args:
        about: what it is for, in one sentence.
        ending: of the file, with its dot.
        write: makes the file; returns what a person has to know about it, or "".
        answers: opens the file again and returns each output for the samples, in the model's order.
        tolerance: largest difference that is no fault, as a share of the largest answer; None where numbers are rounded on
            purpose, so that the difference is only shown.
        limits: what it cannot hold of a network, in sentences; all of it can be had nevertheless.
        refusal: why it cannot hold this network at all, or "".
    """

    title: str
    about: str
    ending: str
    write: Callable[[Trained, Path], str]
    answers: Callable[[Trained, Path], Arrays]
    tolerance: float | None = 1e-3
    limits: Callable[[Graph], tuple[str, ...]] = nothing_said
    refusal: Callable[[Graph], str] = lambda graph: ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file about a run that needs no model: a picture, a text.

    Args:
        make: its bytes, from the run and what Keras says about each node of its network (nothing where that is unknown).
    """

    title: str
    about: str
    ending: str
    make: Callable[[Run, Mapping[str, Facts]], bytes]


def layers_in(graph: Graph) -> Iterator[LayerSpec]:
    """Every layer that the network computes with, those in blocks and inside other layers too."""
    for step in flat(lower(graph)).program.steps:
        yield from _with_inner(step.layer)


def _with_inner(layer: LayerSpec) -> Iterator[LayerSpec]:
    yield layer
    for value in dict(layer).values():
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, LayerSpec):
                yield from _with_inner(one)


def kinds_in(graph: Graph, kinds: frozenset[str]) -> list[str]:
    """Which of these kinds of layers the network has."""
    return sorted(kinds & {layer.type for layer in layers_in(graph)})


def recurrent(graph: Graph) -> list[str]:
    """The kinds of recurrent layers in the network: they compute step by step, in a loop."""
    return kinds_in(graph, RECURRENT)


def in_words(names: Sequence[str]) -> str:
    """`LSTM`, `LSTM and GRU`, `LSTM, GRU and SimpleRNN`."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


class Comparison(BaseModel):
    """How an export that was opened again answers, beside the model itself."""

    samples: int
    largest: float  # difference of any number of any output
    scale: float  # the largest answer of the model, without its sign
    same_class: int | None = (
        None  # examples whose largest of several outputs is the same; None where there is one number
    )
    note: str = ""

    def __str__(self) -> str:
        """`Opened again and compared with the model on 64 test examples: largest difference 2.1e-07 (answers go up to 1).`"""
        difference = f"largest difference {self.largest:.2g}" if self.largest else "no difference"
        alike = f" {self.same_class} of {self.samples} get the same class." if self.same_class is not None else ""
        return (
            f"Opened again and compared with the model on {self.samples} test examples: {difference} "
            f"(answers go up to {self.scale:.2g}).{alike}"
        )
