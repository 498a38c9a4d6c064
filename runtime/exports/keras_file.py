"""The model as Keras's own file, `.keras`."""

from __future__ import annotations

import shutil
from pathlib import Path

from runtime.run import Run, RunError


def keras_file(run: Run, path: Path) -> None:
    """Copy the model so far.

    Raises:
        RunError: the run has saved no model yet.
    """
    if not run.model.is_file():
        raise RunError(f"{run.name} has saved no model yet: wait for its first checkpoint, or train it again.")
    shutil.copyfile(run.model, path)
