"""The child with Keras: python -m runtime.keras_service. It answers the questions of `runtime.service` until its input ends.

It may die at any question; nothing is kept here that cannot be computed again.
"""

from __future__ import annotations

import gc
import os
import queue
import resource
import threading
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from pydantic import BaseModel
from pydantic_core import from_json, to_json

from builder.graph import read_graph
from builder.program import lower
from runtime.child import Progress
from runtime.devices import devices
from runtime.process import drafted
from runtime.service import BESIDE

# A layer of 40 GB is described without being built; whatever would fill the memory all the same ends here, not the machine.
MEMORY_LIMIT = min(8 * 2**30, devices()[0].memory_bytes * 3 // 4)


class Request(BaseModel):
    """A line from the screen."""

    id: int
    method: str
    params: dict[str, Any]


def ping(params: dict[str, Any], progress: Progress) -> Any:
    """Whether anybody is there, and with which versions."""
    import keras
    import tensorflow as tf

    return {"keras": keras.__version__, "tensorflow": tf.__version__}


def shapes(params: dict[str, Any], progress: Progress) -> Any:
    """What Keras says about each node of `params["graph"]`, a network document; inside the block at `params["inside"]`."""
    from builder.compile import shapes as describe
    from builder.compile import shapes_inside

    program, path = lower(read_graph(params["graph"])), params["inside"]
    facts = shapes_inside(program, path) if path else describe(program)
    return {node: fact.model_dump() for node, fact in facts.items()}


def weights(params: dict[str, Any], progress: Progress) -> Any:
    """The files of learned weights that `params["graph"]` needs, as `runtime.weights.WeightsFile`; nothing is fetched."""
    from dataclasses import asdict

    from runtime.weights import wanted

    return [asdict(file) for file in wanted(lower(read_graph(params["graph"])))]


def dataset(params: dict[str, Any], progress: Progress) -> Any:
    """The preview of the data set `params["data"]`, which is downloaded if need be."""
    from runtime.datasets import DATASETS, downloads
    from runtime.run import DataSpec

    downloads.progress.set(progress)
    spec = DataSpec.model_validate(params["data"])
    return DATASETS[spec.name].look(spec).model_dump(mode="json")


def import_model(params: dict[str, Any], progress: Progress) -> Any:
    """The network in the file `params["model"]`; its weights are kept under `params["name"]`."""
    from pathlib import Path

    from builder.graph import write_graph
    from builder.importer import open_model, read_file, save_weights
    from runtime.imports import Opened
    from runtime.starts import folder

    beside = params["weights"]
    try:
        opened = open_model(
            read_file(Path(params["model"])), read_file(Path(beside)) if beside else None, params["backend"]
        )
        kept = None
        if opened.weights is not None:
            kept = f"{params['name']}.npz"
            with drafted(folder() / kept) as draft, draft.open("wb") as file:
                save_weights(opened.weights, file)
    except MemoryError:
        raise ValueError("Opening this file takes more memory than there is.") from None
    return Opened(document=write_graph(opened.graph), notes=opened.notes, keras=opened.keras, weights=kept).model_dump()


def application(params: dict[str, Any], progress: Progress) -> Any:
    """The network `params["name"]` of keras.applications as a document, layer by layer."""
    from builder.graph import write_graph
    from builder.importer.applications import application_graph
    from builder.zoo.applications import PUBLISHED

    if params["name"] not in PUBLISHED:
        raise ValueError(f"keras.applications has no {params['name']!r}.")
    return write_graph(application_graph(params["name"]))


def maps(params: dict[str, Any], progress: Progress) -> Any:
    """Keep the maps of the run `params["run"]` for its test example number `params["sample"]`."""
    import keras

    from runtime.maps.examples import keep
    from runtime.maps.model import look_with_model
    from runtime.run import open_run

    run, sample = open_run(params["run"]), int(params["sample"])
    try:
        keep(run, sample, look_with_model(run, run.spec.watch.nodes, sample))
    finally:
        keras.utils.clear_session(free_memory=False)


METHODS: dict[str, Callable[[dict[str, Any], Progress], Any]] = {
    "ping": ping,
    "shapes": shapes,
    "dataset": dataset,
    "weights": weights,
    "maps": maps,
    "application": application,
    "import_model": import_model,
}


class Answers:
    """The way back: whole lines, from any thread."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._lock = out, threading.Lock()

    def send(self, **message: Any) -> None:
        """Write one line."""
        line = to_json(message, inf_nan_mode="constants") + b"\n"
        with self._lock:
            self._out.write(line)
            self._out.flush()


def answer(request: Request, answers: Answers) -> None:
    """Answer one question; what goes wrong is the answer then, and never the end."""

    def progress(done: int, total: int | None) -> None:
        answers.send(id=request.id, progress=(done, total))

    try:
        answers.send(id=request.id, result=METHODS[request.method](request.params, progress))
    except Exception as error:
        traceback.print_exc()
        answers.send(id=request.id, error=str(error) or type(error).__name__)


def listen(lines: BinaryIO, questions: queue.SimpleQueue[Request], answers: Answers) -> None:
    """Read questions, also while one is being answered, until the screen is gone; then end, whatever is going on."""
    for line in lines:
        request = Request.model_validate(from_json(line))
        if request.method in BESIDE:
            threading.Thread(target=answer, args=(request, answers), daemon=True).start()
        else:
            questions.put(request)
    os._exit(0)


def pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output, for our lines alone: whatever TensorFlow prints goes to the log."""
    lines, out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 (a file descriptor is wanted)
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return lines, out


def main() -> None:
    """Import Keras, say so, and answer."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))
    lines, out = pipes()
    questions: queue.SimpleQueue[Request] = queue.SimpleQueue()
    answers = Answers(out)
    threading.Thread(target=listen, args=(lines, questions, answers), daemon=True).start()
    import builder.compile  # noqa: F401 (brings Keras: what takes long is done before anybody asks)

    gc.collect()
    gc.freeze()  # else every collection walks through all of TensorFlow, while somebody waits
    answers.send(ready=True)
    while True:
        answer(questions.get(), answers)


if __name__ == "__main__":
    main()
