"""Batch after batch through Keras's own training step, many of them in one call into TensorFlow. Only the worker imports this.

`Model.fit` comes back to Python after every batch, which for a small network takes longer than the batch itself. Here a
call does as many batches as fit into PACE seconds, so that the loop hears a wish as soon and costs less. The steps are
those of `fit`, in its order: tests hold that both give the same curve. What `fit` has beside (callbacks, class weights,
distribution) is not here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from runtime.telemetry import Telemetry

PACE = 0.05  # seconds that a call takes at most, about: then wishes are heard and something can be told
FASTER = 8  # times as many batches as in the call before at most: one measurement can be wrong

Logs = dict[str, Any]


class Steps:
    """`model.train_step` or `model.test_step`, repeated inside TensorFlow; its pace is measured as it goes."""

    def __init__(self, model: Any, step: Callable[[Any], Any]) -> None:
        one = tf.function(step, jit_compile=model.jit_compile, reduce_retracing=True, autograph=False)

        def several(iterator: Any, count: Any) -> Any:
            def body(done: Any) -> tuple[Any]:
                one(iterator.get_next())
                return (done + 1,)

            # One at a time: a step must find the weights that the step before has left.
            tf.while_loop(lambda done: done < count, body, [tf.constant(0)], parallel_iterations=1)
            return model.get_metrics_result()

        self._several = tf.function(several, reduce_retracing=True, autograph=False)
        self._count = 0  # of the last call; 0 before the first, which traces and compiles
        self._seconds = 0.0  # a batch, in that call

    def run(self, iterator: Any, most: int) -> tuple[int, Logs]:
        """Some batches, `most` at most. Returns how many, and loss and metrics as tensors on the device."""
        count = min(most, self._next_count())
        began = time.monotonic()
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
    model: Any, telemetry: Telemetry, data: tf.data.Dataset, validation: tf.data.Dataset | None, epochs: int
) -> None:
    """Train a compiled model until its epochs are done or `telemetry` says that it is over.

    Args:
        data: batches of examples and labels, shuffled anew by each iteration.
        validation: measured at the end of each epoch.
    """
    train, test = Steps(model, model.train_step), Steps(model, model.test_step)
    batches = telemetry.steps
    for epoch in range(epochs):
        telemetry.begin_epoch(epoch)
        model.reset_metrics()
        iterator, done, logs = iter(data), 0, Logs()
        while done < batches and not telemetry.over:
            count, logs = train.run(iterator, batches - done)
            done += count
            telemetry.end_batches(done, logs)
        if done < batches:
            break
        # `fit` opens the data set once more at the end of an epoch, and so learns in every second of its orders only.
        iter(data)
        logs = dict(logs)
        if validation is not None:
            found = measure(model, test, validation, telemetry)
            logs |= {f"val_{name}": value for name, value in found.items()}
        telemetry.end_epoch(logs)
        if telemetry.over:
            break
    model.optimizer.finalize_variable_values(model.trainable_weights)
    telemetry.end_training()


def measure(model: Any, steps: Steps, data: tf.data.Dataset, telemetry: Telemetry) -> Logs:
    """Loss and metrics over a data set, as `evaluate` gives them. A pause is held; only the training is stopped."""
    model.reset_metrics()
    logs: Logs = {}
    iterator, left = iter(data), int(data.cardinality())
    while left:
        count, logs = steps.run(iterator, left)
        left -= count
        telemetry.listen()
    return logs
