"""Formats that a trained model can be taken away in: one file each, a function `(run, path) -> None`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from runtime.exports.keras_file import keras_file
from runtime.run import Run

EXPORTS: dict[str, Callable[[Run, Path], None]] = {"keras": keras_file}
