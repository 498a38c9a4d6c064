"""One export in a process of its own: python -m runtime.exports.child RUN FORMAT. TensorFlow's converters may hang or crash.

It begins when its standard input ends, and puts down where it is, and how it ended, in the export's state file.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile

import numpy as np

from runtime.datasets import DATASETS, DataUnavailable
from runtime.datasets.base import Arrays as Data
from runtime.devices import devices
from runtime.exports import FORMATS, ExportError
from runtime.exports.base import Arrays, Stage, Trained
from runtime.exports.comparing import CALIBRATION, SAMPLES, write_and_compare
from runtime.exports.job import TIME_LIMIT, State, file_of, stamp, write_state
from runtime.process import Worker
from runtime.run import Run, RunError, open_run

MEMORY_LIMIT = devices()[0].memory_bytes * 3 // 4


def main(arguments: list[str]) -> int:
    """Make the export. Returns 0 when it is ready, 1 when it failed, 2 when there is no such run or format."""
    if len(arguments) != 2 or arguments[1] not in FORMATS:
        print(f"usage: python -m runtime.exports.child RUN {'|'.join(FORMATS)}", file=sys.stderr)
        return 2
    try:
        run, name = open_run(arguments[0]), arguments[1]
        state = State(stage="starting", made_from=stamp(run), began=time.time(), worker=Worker.of(os.getpid()))
    except RunError as error:
        print(error, file=sys.stderr)
        return 2
    sys.stdin.read()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))
    signal.alarm(TIME_LIMIT)  # ends the process even where C++ code hangs
    state = _made(run, name, state)
    write_state(run, name, state)
    return int(state.stage != "done")


def _made(run: Run, name: str, state: State) -> State:
    """The last state of the export, whatever happens."""

    def tell(stage: Stage) -> None:
        write_state(run, name, state.model_copy(update={"stage": stage}))

    try:
        tell("opening")
        trained = trained_of(run)
        export, file = FORMATS[name], file_of(run, name)
        with TemporaryDirectory(dir=file.parent) as folder:  # beside the file, so that it appears in one step
            draft = Path(folder) / f"model{export.ending}"
            comparison = write_and_compare(export, trained, draft, run.spec.graph, tell)
            draft.replace(file)
        return state.model_copy(update={"stage": "done", "comparison": comparison})
    except (ExportError, RunError, DataUnavailable) as error:
        words = str(error)
    except MemoryError:
        words = "There is not enough memory to convert this model."
    except Exception as error:
        traceback.print_exc()
        lines = str(error).strip().splitlines()
        words = f"The conversion failed: {type(error).__name__}: {lines[0][:300] if lines else ''} Take another format."
    return state.model_copy(update={"stage": "failed", "error": words})


def trained_of(run: Run) -> Trained:
    """The model that a run has saved, with test examples and some that it was trained on.

    Raises:
        RunError: there is none, or it cannot be read.
        DataUnavailable: the examples are not to be had.
    """
    import keras

    import builder.own_layers  # noqa: F401 (registers them)

    if run.spec.data.name not in DATASETS:
        raise RunError(f"The data set {run.spec.data.name!r} is not here, so there is nothing to compare with.")
    data = DATASETS[run.spec.data.name].load(run.spec.data)
    try:
        model = keras.models.load_model(run.model, compile=False)
    except (OSError, ValueError, TypeError, KeyError, BadZipFile) as error:
        raise RunError(f"The model of {run.name} cannot be read: {str(error)[:200]}") from None
    return with_examples(model, data)


def with_examples(model: Any, data: Data) -> Trained:
    """The model with the first test examples (without a test: training examples) and a mixture of training examples."""
    shown = data.x_test if len(data.x_test) else data.x_train
    mixed = np.random.default_rng(0).permutation(len(data.x_train))[:CALIBRATION]
    return Trained(model, _inputs(model, shown[:SAMPLES]), _inputs(model, data.x_train[mixed]))


def _inputs(model: Any, examples: Any) -> Arrays:
    """An array an input: the parts of an example stand along the first axis behind the examples, where there are several."""
    count = len(model.inputs)
    if count > 1 and examples.shape[1:2] != (count,):
        raise RunError(f"This model has {count} inputs and its data others, so there is nothing to compare with.")
    parts = [examples[:, part] for part in range(count)] if count > 1 else [examples]
    return tuple(np.asarray(part, dtype=one.dtype) for part, one in zip(parts, model.inputs, strict=True))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
