"""What a data set is: facts that need no loading, arrays, the code that makes the same arrays, and a look at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from builder.training import Task
from runtime.run import DataSpec

if TYPE_CHECKING:  # it brings black and nbformat, which a page that only looks at data does without
    from builder.scripts import DataCode

Group = Literal["images", "tables", "two dimensions", "sequences", "several inputs"]
Progress = Callable[[int, int | None], None]  # bytes received so far, and in all where that is known

# How many examples a look at a data set holds: a page of images, the head of a table, a cloud of points, some curves.
SHOWN: dict[Group, int] = {"images": 24, "tables": 10, "two dimensions": 600, "sequences": 6, "several inputs": 12}


class DataUnavailable(Exception):  # noqa: N818 (a state of the world, not a fault)
    """A data set that cannot be had just now; `str()` is shown and says what to do."""


@dataclass(frozen=True, slots=True)
class Arrays:
    """A data set split in two: inputs float32 (examples, ...); targets int64 (examples,) or float32 (examples, targets)."""

    x_train: NDArray[np.float32]
    y_train: NDArray[Any]
    x_test: NDArray[np.float32]
    y_test: NDArray[Any]


def _array(value: Any) -> NDArray[np.float32]:
    return np.asarray(value, dtype=np.float32)


def _rounded(array: NDArray[np.float32]) -> Any:
    return array.astype(float).round(4).tolist()


class Preview(BaseModel):
    """A look at a data set: some training examples as the network gets them, and how many there are of what.

    `inputs` is (examples shown, *input shape), of several inputs pictures beside each other; `answers` holds what is
    to be predicted for each, in words. The counts are by class, in the order of the classes, and empty when numbers are
    predicted.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    inputs: Annotated[NDArray[np.float32], BeforeValidator(_array), PlainSerializer(_rounded, when_used="json")]
    answers: tuple[str, ...]
    columns: tuple[str, ...] = ()
    train_examples: int
    test_examples: int
    train_counts: dict[str, int] = {}
    test_counts: dict[str, int] = {}


@dataclass(frozen=True)
class Dataset:
    """One source of data. `size` is the number of examples before the split, or of training examples if `own_test`.

    Args:
        load: makes the arrays; raises DataUnavailable.
        code: the lines of Python that make the same arrays, bit for bit.
        columns: what the numbers of an example are called, for a table.
        own_test: the set comes with its own test examples, so nothing is split.
        needs_keras: `load` imports keras, so the screen leaves it to the Keras service.
        inputs: how many parts of `input_shape` an example has, along the first axis behind the examples.
        targets: how many numbers are asked for, where there are no classes.
        files: that Keras keeps of it, in its folder of data sets.
        steps: for how many steps a class each is asked for; None: one class for the whole example.
    """

    name: str
    title: str
    description: str
    source: str
    group: Group
    size: int
    input_shape: tuple[int, ...]
    load: Callable[[DataSpec], Arrays]
    code: Callable[[DataSpec], DataCode]
    classes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    own_test: bool = False
    needs_keras: bool = False
    inputs: int = 1
    steps: int | None = None
    targets: int = 1
    files: tuple[str, ...] = ()

    def task(self, spec: DataSpec) -> Task:
        """What the set asks of a network, without loading it."""
        held_out = 0 if self.own_test else test_examples(self.size, len(self.classes), spec)
        return Task(
            data=self.name,
            input_shape=self.input_shape,
            kind="classes" if self.classes else "values",
            classes=self.classes,
            examples=self.size - held_out,
            inputs=self.inputs,
            steps=self.steps,
            targets=self.targets,
        )

    def preview(self, spec: DataSpec, progress: Progress | None = None) -> Preview:
        """A quick look at the set; `progress` is told of a download while it lasts.

        Raises:
            DataUnavailable: the set would have to be downloaded and cannot be.
        """
        return _looked(self, spec)

    def look(self, spec: DataSpec) -> Preview:
        """The preview, made in this process."""
        arrays = self.load(spec)
        return self.show(arrays.x_train, arrays.y_train, arrays.y_test)

    def show(self, x_train: NDArray[Any], y_train: NDArray[Any], y_test: NDArray[Any]) -> Preview:
        """The preview of these arrays."""
        shown = SHOWN[self.group]
        step = max(1, len(x_train) // shown) if self.group == "sequences" else 1  # neighbours overlap
        chosen = slice(0, step * shown, step)
        return Preview(
            inputs=self._beside_each_other(self.scaled(x_train[chosen])),
            answers=tuple(self.answer(value) for value in y_train[chosen]),
            columns=self.columns,
            train_examples=len(y_train),
            test_examples=len(y_test),
            train_counts=self._counts(y_train),
            test_counts=self._counts(y_test),
        )

    def _beside_each_other(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Several inputs as one picture (height, widths in all, 1)."""
        if self.inputs == 1:
            return inputs
        parts = inputs if inputs.ndim == 5 else inputs[..., None]
        return np.concatenate([parts[:, part] for part in range(self.inputs)], axis=2)

    def scaled(self, inputs: NDArray[Any]) -> NDArray[np.float32]:
        """Inputs as the network gets them; what `load` gives is that already."""
        return inputs

    def answer(self, target: Any) -> str:
        """One target in words: the name of the class, or the number."""
        if not self.classes:
            return f"{float(np.ravel(target)[0]):.3g}"
        return " ".join(self.classes[int(number)] for number in np.ravel(target))

    def _counts(self, targets: NDArray[Any]) -> dict[str, int]:
        counts = Counter(np.ravel(targets).tolist()) if self.classes else {}
        return {name: counts[number] for number, name in enumerate(self.classes)}


@lru_cache(maxsize=32)
def _looked(dataset: Dataset, spec: DataSpec) -> Preview:
    return dataset.look(spec)


def test_examples(size: int, classes: int, spec: DataSpec) -> int:
    """How many examples are set aside for the test: both parts keep room for an example of every class."""
    least = max(classes, 1)
    return min(max(ceil(size * spec.test_fraction), least), size - least)


def test_size(size: int, classes: int, spec: DataSpec) -> float | int:
    """`test_size` for scikit-learn: the fraction as a person writes it, or a count where the fraction is too small or large."""
    held_out = test_examples(size, classes, spec)
    return spec.test_fraction if held_out == ceil(size * spec.test_fraction) else held_out
