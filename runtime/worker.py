"""One training run in its own process: `python -m runtime.worker FOLDER`, or a fork that calls `main`."""

from __future__ import annotations

import errno
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.program import lower
from runtime import queue, tickets, weights
from runtime.events import Downloading, Event, Failed, Finished, Started, Stopped, append
from runtime.process import write_atomically
from runtime.run import Run, RunError, open_run
from runtime.strategies import StrategyError, refusals, strategy

if TYPE_CHECKING:  # they bring TensorFlow
    from builder.program import Facts
    from runtime.crew import Crew

NICE = 5  # so that pages stay quick while every core trains
TELL = 0.5  # seconds between two tellings of a download


class Refused(Exception):  # noqa: N818 (told to a person, who can mend it)
    """A run that cannot begin, or that has failed in a way that can be explained; `str()` is shown."""


def main(arguments: list[str]) -> int:
    """Train the run of a folder. Returns 0 when it has ended well, 1 when not, 2 when there is no such run to train."""
    if len(arguments) != 1:
        print("usage: python -m runtime.worker FOLDER", file=sys.stderr)
        return 2
    try:
        run = open_run(Path(arguments[0]).name)
    except RunError as error:
        print(error, file=sys.stderr)
        return 2
    held = queue.claim(run)
    if held is None:
        print(f"{run.name} has its worker, or does not wait to be trained.", file=sys.stderr)
        return 2
    with held:
        os.nice(NICE)
        return work(run)


def work(run: Run) -> int:
    """Train, and put down how it ended as the last event; a traceback goes to the log only."""
    try:
        ended = train(run)
    except Refused as error:
        ended = Failed(at=time.time(), message=str(error))
    except BaseException as error:
        traceback.print_exc()
        sys.stderr.flush()
        ended = Failed(at=time.time(), message=_in_words(error), log=run.log_end())
    try:
        append(run.events, ended)
    except OSError:
        traceback.print_exc()  # the run then counts as crashed, and its log says why
        return 1
    finally:
        tickets.drop(run.id)
    return int(isinstance(ended, Failed))


def train(run: Run) -> Event:
    """The whole training, on the devices that its strategy names. Returns its last event."""
    from runtime.crew import crew

    try:
        chosen = strategy(run.spec.device)
    except StrategyError as error:
        raise Refused(str(error)) from None
    if found := refusals(chosen, run.spec.graph, run.spec.training):
        raise Refused("\n".join(["This cannot be trained on several devices:", *found]))

    def lost(number: int) -> None:
        append(run.events, Failed(at=time.time(), message=_lost(number), log=run.log_end()))
        os._exit(1)  # the others wait for that worker inside TensorFlow, where nothing reaches them

    with crew(chosen, run.folder, lost) as team:
        return _train(run, team)


def _train(run: Run, team: Crew) -> Event:
    """In the order of the exported script, so that both give the same curve."""
    import keras
    import tensorflow as tf

    from builder.codegen import CodeError
    from builder.compile import BuildError, build, made
    from builder.importer import WeightsError
    from runtime.datasets import DATASETS, DataUnavailable, downloads
    from runtime.loop import fit, follow, measure, steps_of
    from runtime.maps.statistics import EXAMPLES, statistician
    from runtime.maps.watcher import watcher
    from runtime.memory import estimate
    from runtime.script import script_of
    from runtime.statistics import Recorder
    from runtime.telemetry import Telemetry, floats

    spec, training = run.spec, run.spec.training
    dataset = DATASETS.get(spec.data.name)
    if dataset is None:
        raise Refused(f"There is no data set called {spec.data.name!r}; there are {', '.join(DATASETS)}.")
    program = lower(spec.graph)
    task = dataset.task(spec.data)
    facts = _check(run, task)
    try:
        write_atomically(run.script, script_of(spec))
        arrays = dataset.load(spec.data)
        downloads.guard()  # should Keras fetch anything itself after all
        weights.provide(program, telling(run))
        keras.utils.set_random_seed(spec.seed)
        model = build(program, weights.own_folder(), team.strategy.scope, training.dtype_policy)
        anew = _begin_with(run, model) if spec.start else ()
    except BuildError as error:
        raise Refused(_not_built(error)) from error
    except (DataUnavailable, CodeError, WeightsError, weights.WeightsUnavailable) as error:
        raise Refused(str(error)) from error

    arrays = _with_labels(arrays, training, len(dataset.classes))
    held_out = max(1, round(len(arrays.x_train) * training.validation_split)) if training.validation_split else 0
    x_train, y_train = arrays.x_train, arrays.y_train
    arrange = _arrangement(len(program.inputs), len(program.outputs))
    validation = None
    if held_out:
        kept = tf.data.Dataset.from_tensor_slices((x_train[-held_out:], y_train[-held_out:]))
        validation = arrange(kept.batch(training.batch_size))
        x_train, y_train = x_train[:-held_out], y_train[:-held_out]
    if not len(x_train):
        raise Refused("No examples are left to train on: lower the validation split.")
    data = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(len(x_train), seed=spec.seed)
    data = arrange(data.batch(training.batch_size)).prefetch(tf.data.AUTOTUNE)
    with team.strategy.scope():
        model.compile(**made(dict(training.compiled([ref.step for ref in program.outputs]))))
    test_data = None
    if len(arrays.x_test):
        kept = tf.data.Dataset.from_tensor_slices((arrays.x_test, arrays.y_test)).batch(training.batch_size)
        test_data = arrange(kept)
    team.prepare(model, data)
    if team.follows:
        follow(model, team, {"train": data, "validation": validation, "test": test_data})
        return Finished(at=time.time(), test={})

    steps = -(-len(x_train) // training.batch_size)
    sample = arrays.x_test[spec.watch.sample % len(arrays.x_test)] if len(arrays.x_test) else x_train[0]
    look = watcher(model, sample, spec.watch.nodes) if spec.watch.maps else None
    few = arrange(
        tf.data.Dataset.from_tensor_slices((x_train[:EXAMPLES], y_train[:EXAMPLES])).batch(training.batch_size)
    )
    measurable = spec.watch.maps and not team.several_processes
    recorder = Recorder(run, statistician(model, *next(iter(few)))) if measurable else None
    telemetry = Telemetry(run, model, steps, look, recorder)
    signal.signal(signal.SIGTERM, lambda *_: telemetry.stop())
    append(
        run.events,
        Started(
            at=time.time(),
            device=spec.device,
            epochs=training.epochs,
            steps=steps,
            batch_size=training.batch_size,
            examples=len(x_train),
            parameters=model.count_params(),
            anew=anew,
            macs=sum(fact.macs or 0 for fact in facts.values()),
            expected_memory=estimate(facts, training, task, gpu="gpu" in spec.device, graph=spec.graph).total,
        ),
    )
    tickets.drop(run.id)  # it waits no more, whatever becomes of it
    telemetry.take_first_maps()
    fit(model, telemetry, data, validation, training.epochs, team)
    if telemetry.diverged:
        raise Refused(
            f"The loss became no number (NaN) in epoch {telemetry.epoch + 1}: the steps were too large and the weights "
            f"have run away. Lower the learning rate (a tenth of it), or set the optimizer's clipnorm to 1, and train "
            f"again. {'The model of the last checkpoint before is kept.' if telemetry.saved else ''}".strip()
        )
    telemetry.checkpoint()
    test: dict[str, float] = {}
    if test_data is not None:
        test = floats(measure(model, steps_of(model, team)["test"], test_data, telemetry))
    return (Stopped if telemetry.stopped else Finished)(at=time.time(), test=test, peak_memory=_peak_memory())


def _arrangement(inputs: int, outputs: int) -> Callable[[Any], Any]:
    """What gives each input its part of the examples, and each output the labels, in a data set of batches."""

    def arranged(x: Any, y: Any) -> tuple[Any, Any]:
        return tuple(x[:, part] for part in range(inputs)) if inputs > 1 else x, (y,) * outputs if outputs > 1 else y

    return lambda batches: batches.map(arranged) if inputs > 1 or outputs > 1 else batches


def _with_labels(arrays: Any, training: Any, classes: int) -> Any:
    """The arrays with their labels in the form that the loss takes, by the call that the script writes."""
    from builder.compile import make
    from builder.labels import encoded

    if training.target == "input":
        return replace(arrays, y_train=arrays.x_train, y_test=arrays.x_test)
    calls = {name: encoded(getattr(arrays, name), training.loss, classes) for name in ("y_train", "y_test")}
    return replace(arrays, **{name: make(call) for name, call in calls.items() if call})


def _begin_with(run: Run, model: Any) -> tuple[str, ...]:
    """Give the model the weights that the run is to begin with; the layers that they do not fit."""
    from builder.importer import begin_with, load_weights

    if not run.start.is_file():
        raise Refused(
            f"The weights of {run.spec.start.title if run.spec.start else ''} are not here. Open their file again on the "
            "start page, or begin with random weights."
        )
    return begin_with(model, load_weights(run.start))


def telling(run: Run) -> weights.Tell:
    """What writes the progress of a download into the run's log of events, twice a second at most."""
    told = 0.0

    def tell(file: weights.WeightsFile, received: int, total: int | None) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL or received == total:
            told = time.monotonic()
            append(run.events, Downloading(at=time.time(), name=file.name, received=received, total=total))

    return tell


def _peak_memory() -> int:
    """Bytes that this process, or its first GPU, has held at most."""
    import tensorflow as tf

    if tf.config.list_logical_devices("GPU"):
        return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _check(run: Run, task: Any) -> dict[str, Facts]:
    """What Keras says of the nodes. Refuse what has problems, or does not fit the device's memory, in the words of the Build page."""
    from builder.compile import shapes
    from builder.validate import problems
    from runtime.devices import find, refusal

    facts = shapes(lower(run.spec.graph))
    found = problems(run.spec.graph, facts=facts, task=task, training=run.spec.training)
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        lines = [f"{problem.message} {problem.remedy}" for problem in errors[:5]]
        raise Refused("\n".join(["This network cannot be trained:", *lines]))
    device = find(run.spec.device)
    if device is None:
        raise Refused(f"This machine has no device called {run.spec.device!r}. Choose another one.")
    if reason := refusal(facts, run.spec.training, device, task, run.spec.graph):
        raise Refused(reason)
    return facts


def _lost(number: int) -> str:
    return f"Worker {number} of this run has ended, so the others cannot go on. Train again; the log may say why."


def _not_built(error: ValueError) -> str:
    cause = error.__cause__
    if not isinstance(cause, OSError) and "URL fetch failure" not in str(error):
        return str(error)
    return (
        f"Its learned weights could not be downloaded ({error}). Connect this machine to the network and train again, or "
        "empty the layer's setting `weights`: it then starts with random ones."
    )


def _in_words(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return "The run was ended from outside."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full. Make room, for example by deleting runs, and train again."
    kind = type(error).__name__
    if kind == "ResourceExhaustedError" or isinstance(error, MemoryError):
        return "The device has run out of memory. Make the batch smaller, or the network, and train again."
    return f"Training broke off: {kind}: {str(error).strip().splitlines()[-1][:300] if str(error).strip() else ''}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
