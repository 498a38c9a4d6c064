"""Where Layerloom keeps what it must not lose: projects, runs, downloaded data."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def home() -> Path:
    """The folder named by LAYERLOOM_HOME, else `~/.layerloom`; made when it is missing."""
    path = Path(os.environ.get("LAYERLOOM_HOME") or "~/.layerloom").expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def runs_folder() -> Path:
    """One folder a run stands in here."""
    path = home() / "runs"
    path.mkdir(exist_ok=True)
    return path


def refusal() -> str:
    """Why nothing can be kept there, and what to do; empty when all is well."""
    try:
        with tempfile.TemporaryFile(dir=home()):
            return ""
    except OSError as error:
        place = os.environ.get("LAYERLOOM_HOME") or "~/.layerloom"
        return (
            f"Layerloom keeps projects and runs in the folder {place}, which cannot be written ({error.strerror}). "
            "Mend that, or name another folder in LAYERLOOM_HOME."
        )
