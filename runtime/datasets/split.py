"""The seeded split into training and test examples, as arrays and as code."""

from __future__ import annotations

from typing import Any

from runtime.datasets.base import Arrays, Dataset, test_size
from runtime.run import DataSpec

SPLIT = "from sklearn.model_selection import train_test_split"


def split(dataset: Dataset, spec: DataSpec, x: Any, y: Any) -> Arrays:
    """Sets test examples aside; of every class the same share."""
    from sklearn.model_selection import train_test_split

    x_train, x_test, y_train, y_test = train_test_split(
        x,
        y,
        test_size=test_size(dataset.size, len(dataset.classes), spec),
        stratify=y if _one_class(dataset) else None,
        random_state=spec.seed,
    )
    return Arrays(x_train, y_train, x_test, y_test)


def split_code(dataset: Dataset, spec: DataSpec, x: str, y: str) -> str:
    """The same as Python; needs the import SPLIT."""
    size = test_size(dataset.size, len(dataset.classes), spec)
    stratify = f"stratify={y}, " if _one_class(dataset) else ""
    return (
        f"x_train, x_test, y_train, y_test = train_test_split(\n"
        f"    {x}, {y}, test_size={size!r}, {stratify}random_state={spec.seed!r}\n)"
    )


def _one_class(dataset: Dataset) -> bool:
    return bool(dataset.classes) and dataset.steps is None
