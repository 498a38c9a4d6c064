"""Batch after batch through Keras's own training step, many of them in one call into TensorFlow. Only the worker imports this.

`Model.fit` comes back to Python after every batch, which for a small network takes longer than the batch itself. Here a
call does as many batches as fit into PACE seconds, so that the loop hears a wish as soon and costs less. The steps are
those of `fit`, in its order: tests hold that both give the same curve. What `fit` has beside (callbacks, class weights,
distribution) is not here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import tensorflow as tf

from runtime.checkpoints import Position
from runtime.crew import Crew, Part, Step
from runtime.telemetry import Telemetry

PACE = 0.1  # seconds that a call takes at most, about: then wishes are heard and something can be told
FASTER = 8  # times as many batches as in the call before at most: one measurement can be wrong

Logs = dict[str, Any]


class Resume(NamedTuple):
    """Where a training goes on, and what gives the model its state of then; to be called when all its variables are made."""

    position: Position
    restore: Callable[[], None]


def repeated(model: Any, step: Step) -> Callable[[Any, Any], Any]:
    """The step of a model as often as asked, inside TensorFlow: takes an iterator and a count, gives loss and metrics."""
    one = tf.function(step, jit_compile=model.jit_compile, reduce_retracing=True, autograph=False)

    def several(iterator: Any, count: Any) -> Any:
        def body(done: Any) -> tuple[Any]:
            one(iterator.get_next())
            return (done + 1,)

        # One at a time: a step must find the weights that the step before has left.
        tf.while_loop(lambda done: done < count, body, [tf.constant(0)], parallel_iterations=1)
        return model.get_metrics_result()

    found: Callable[[Any, Any], Any] = tf.function(several, reduce_retracing=True, autograph=False)
    return found


class Steps:
    """The repeated step of a model on a part of the data; its pace is measured as it goes."""

    def __init__(self, model: Any, several: Any, crew: Crew | None = None, part: Part = "train") -> None:
        self._several = several
        self._model = model
        self._crew, self._part = crew or Crew(), part
        self._count = 0  # of the last call; 0 before the first, which traces and compiles
        self._seconds = 0.0  # a batch, in that call

    def open(self, data: tf.data.Dataset, done: int = 0) -> Iterator[Any]:
        """An iterator to run over; metrics count from zero again unless so many batches of an epoch were `done` before."""
        self._crew.say("open", self._part, done)
        return self.opened(data, done)

    def opened(self, data: tf.data.Dataset, done: int = 0) -> Iterator[Any]:
        """The same, when the chief of the crew has said so."""
        if done:
            return iter(data.skip(done))
        self._model.reset_metrics()
        return iter(data)

    def trace(self, data: tf.data.Dataset) -> None:
        """Have all variables made, as the first steps do, without doing a step or opening the data."""
        iterator = tf.data.IteratorSpec(data.element_spec)
        self._several.get_concrete_function(iterator, tf.TensorSpec((), tf.int32))

    def follow(self, iterator: Any, count: int) -> None:
        """Do as many batches as the chief of the crew says."""
        self._several(iterator, tf.constant(count))

    def run(self, iterator: Any, most: int) -> tuple[int, Logs]:
        """Some batches, `most` at most. Returns how many, and loss and metrics as tensors on the device."""
        count = min(most, self._next_count())
        began = time.monotonic()
        self._crew.say("run", self._part, count)
        logs: Logs = self._several(iterator, tf.constant(count))
        for value in logs.values():
            value.numpy()  # a GPU answers before it is done
        self._seconds = (time.monotonic() - began) / count if self._count else PACE
        self._count = count
        return count, logs

    def _next_count(self) -> int:
        wanted = PACE / max(self._seconds, 1e-6) if self._count else 1.0
        return max(1, int(min(wanted, FASTER * max(self._count, 1))))


def fit(
    model: Any,
    telemetry: Telemetry,
    data: tf.data.Dataset,
    validation: tf.data.Dataset | None,
    epochs: int,
    steps: Mapping[Part, Steps] | None = None,
    first: int = 0,
    resume: Resume | None = None,
) -> None:
    """Train a compiled model until its epochs are done or `telemetry` says that it is over.

    Args:
        steps: those of the devices that train it together; None: of one.
        first: the epoch that the run began with: behind 0 when it continues another run.
        resume: where the training was when it was interrupted; None: it begins.
        data: batches of examples and labels, shuffled anew by each iteration.
        validation: measured at the end of each epoch.
    """
    steps = steps or steps_of(model, Crew())
    train, test = steps["train"], steps["validation"]
    batches, began = telemetry.steps, Position(first)
    if resume is not None:
        began = resume.position
        train.trace(data)
        for _ in range(2 * (began.epoch - first)):  # by this the shuffling knows where it was
            train.open(data)
        resume.restore()
        telemetry.begin_epoch(*began)
    for epoch in range(began.epoch, epochs):
        done, logs = began.step if epoch == began.epoch else 0, Logs()
        telemetry.begin_epoch(epoch, done)
        iterator = train.open(data, done)
        while done < batches and not telemetry.over:
            count, logs = train.run(iterator, batches - done)
            done += count
            telemetry.end_batches(done, logs)
        if done < batches:
            break
        # `fit` opens the data set once more at the end of an epoch, and so learns in every second of its orders only.
        train.open(data)
        logs = dict(logs)
        if validation is not None:
            found = measure(test, validation, telemetry)
            logs |= {f"val_{name}": value for name, value in found.items()}
        telemetry.end_epoch(logs)
        if telemetry.over:
            break
    telemetry.keep_state()
    if not telemetry.suspended:
        model.optimizer.finalize_variable_values(model.trainable_weights)
        telemetry.end_training()


def steps_of(model: Any, crew: Crew) -> dict[Part, Steps]:
    """The steps of a compiled model on each part of the data; traced once for both parts that it is measured with."""
    learn, look = (repeated(model, step) for step in crew.steps(model))
    return {
        "train": Steps(model, learn, crew, "train"),
        "validation": Steps(model, look, crew, "validation"),
        "test": Steps(model, look, crew, "test"),
    }


def follow(
    steps: Mapping[Part, Steps],
    crew: Crew,
    data: Mapping[Part, tf.data.Dataset | None],
    read: Callable[[], object],
    restore: Callable[[], None],
) -> None:
    """Train along: do what the chief of the crew does, until it ends.

    Args:
        read: the state as the chief reads it, which needs all of us.
        restore: gives the model the state that the chief has.
    """
    iterators = dict[Part, Any]()
    for deed, part, batches in crew.orders():
        match deed:
            case "open":
                iterators[part] = steps[part].opened(data[part], batches)
            case "run":
                steps[part].follow(iterators[part], batches)
            case "read":
                read()
            case "restore":
                restore()


def measure(steps: Steps, data: tf.data.Dataset, telemetry: Telemetry) -> Logs:
    """Loss and metrics over a data set, as `evaluate` gives them. A pause is held; only the training is stopped."""
    logs: Logs = {}
    iterator, left = steps.open(data), int(data.cardinality())
    while left:
        count, logs = steps.run(iterator, left)
        left -= count
        telemetry.listen()
    return logs
