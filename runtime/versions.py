"""The versions of what a run is made with."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def versions() -> dict[str, str]:
    """Of Layerloom, Python and what computes, by name."""
    layerloom = tomllib.loads(PYPROJECT.read_text())["project"]["version"]
    found = {"layerloom": layerloom, "python": python_version()}
    for package in ("keras", "tensorflow", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
