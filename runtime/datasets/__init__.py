"""Where data comes from: one file a source, and all sets by name."""

from __future__ import annotations

from builder.training import Task
from runtime.datasets.base import Arrays, Dataset, DataUnavailable, Preview
from runtime.datasets.keras_images import CIFAR10, FASHION_MNIST, MNIST
from runtime.datasets.random_numbers import RANDOM
from runtime.datasets.scikit_learn import BREAST_CANCER, DIABETES, DIGITS, IRIS, WINE
from runtime.datasets.several_inputs import PAIRS, REVERSAL
from runtime.datasets.sine import SINE
from runtime.datasets.two_dimensional import CIRCLES, MOONS, SPIRALS, XOR
from runtime.spec import DataSpec

__all__ = ["DATASETS", "Arrays", "DataUnavailable", "Dataset", "Preview", "task_of"]

# The first is what a new project trains on.
DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        DIGITS,
        IRIS,
        WINE,
        BREAST_CANCER,
        DIABETES,
        MNIST,
        FASHION_MNIST,
        CIFAR10,
        CIRCLES,
        MOONS,
        XOR,
        SPIRALS,
        SINE,
        PAIRS,
        REVERSAL,
        RANDOM,
    )
}


def task_of(data: DataSpec) -> Task | None:
    """What a network is to learn from the data; None where there is no such data set."""
    dataset = DATASETS.get(data.name)
    return dataset.task(data) if dataset else None
