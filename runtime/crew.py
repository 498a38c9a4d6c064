"""The devices that train one run together: opened as TensorFlow wants it, and several processes kept in step.

Processes exchange gradients in every step, so all must do the same steps. The first of them, the chief, decides: before
it opens a data set, runs some steps or reads its state it tells the others, by a sum to which only the chief adds. It alone
speaks to the run's folder, so that a pause holds all of them and a stop ends all after the same step.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar, get_args

import numpy as np
import tensorflow as tf

from runtime import partners
from runtime import replicated as _replicated
from runtime.checkpoints import Arrays
from runtime.ports import free_ports
from runtime.strategies import Strategy, cluster

replicated: Any = _replicated  # without types, as people write Keras
ROOT = Path(__file__).parents[1]
CONFIG = "TF_CONFIG"
Part = Literal["train", "validation", "test"]
Deed = Literal["end", "open", "run", "read", "restore"]
PARTS: tuple[Part, ...] = get_args(Part)  # by the numbers that workers say to each other
DEEDS: tuple[Deed, ...] = get_args(Deed)
# What TensorFlow says when another worker cannot be reached any more.
LOSSES = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError, tf.errors.DeadlineExceededError)
Step = Callable[[Any], Any]
T = TypeVar("T")


class Order(NamedTuple):
    """What the chief of a crew says: to open a part of the data behind its first `batches`, or to run so many of them."""

    deed: Deed
    part: Part = "train"
    batches: int = 0


class Crew:
    """What trains a model together. One device is a crew of its own, whose steps are Keras's."""

    def __init__(self, strategy: Any = None, index: int = 0, processes: int = 1) -> None:
        self.strategy = strategy or tf.distribute.get_strategy()
        self.follows = index > 0
        self.several_processes = processes > 1  # then none can do anything with the network alone
        self._leads = self.several_processes and not self.follows
        self._sum = tf.function(self._said, autograph=False)

    def prepare(self, model: Any, data: tf.data.Dataset) -> None:
        """Make a compiled model ready for its steps."""
        # Made up: another iterator over the data would shuffle them once more.
        batch = tf.nest.map_structure(lambda spec: tf.zeros((1, *spec.shape[1:]), spec.dtype), data.element_spec)
        prepare = replicated.prepare if self.strategy.num_replicas_in_sync > 1 else replicated.make_variables
        with self.strategy.scope():
            prepare(model, batch)

    def steps(self, model: Any) -> tuple[Step, Step]:
        """The step that learns and the step that measures, both for a whole batch."""
        if self.strategy.num_replicas_in_sync == 1:
            return model.train_step, model.test_step
        return replicated.train_step(model), replicated.test_step(model)

    def say(self, deed: Deed, part: Part = "train", batches: int = 0) -> None:
        """Let the others do something with us, which we do at once, or let them go."""
        if self._leads:
            self._sum(tf.constant([DEEDS.index(deed), PARTS.index(part), batches], tf.int64))

    def together(self, deed: Deed, act: Callable[[], T]) -> Callable[[], T]:
        """What does something that all of us must do at once."""

        def done() -> T:
            self.say(deed)
            return act()

        return done

    def orders(self) -> Iterator[Order]:
        """What the chief says to us, until it ends."""
        while True:
            deed, part, batches = (int(value) for value in self._sum(tf.constant([0, 0, 0], tf.int64)).numpy())
            if DEEDS[deed] == "end":
                return
            yield Order(DEEDS[deed], PARTS[part], batches)

    def spread(self, arrays: Arrays) -> Arrays:
        """The arrays of the chief, where all of us have some of the same names and shapes."""
        found: Arrays = {}
        for dtype in ("float32", "float64"):  # all that is not the one is held exactly by the other, and sent at once
            names = [name for name, array in arrays.items() if (array.dtype.name == "float32") == (dtype == "float32")]
            ends = np.cumsum([0, *(arrays[name].size for name in names)])
            whole = np.concatenate([np.zeros(0, dtype), *(arrays[name].ravel().astype(dtype) for name in names)])
            told = self._said(tf.constant(whole)).numpy()
            for name, begin, end in zip(names, ends, ends[1:], strict=False):
                found[name] = told[begin:end].reshape(arrays[name].shape).astype(arrays[name].dtype)
        return found

    def _said(self, order: tf.Tensor) -> tf.Tensor:
        """What the chief says, on each worker."""

        def on_replica() -> Any:
            context = tf.distribute.get_replica_context()
            said = tf.where(context.replica_id_in_sync_group == 0, order, tf.zeros_like(order))
            return context.all_reduce(tf.distribute.ReduceOp.SUM, said)

        return self.strategy.experimental_local_results(self.strategy.run(on_replica))[0]


@contextmanager
def crew(chosen: Strategy, folder: Path, lost: Callable[[int], None]) -> Iterator[Crew]:
    """Open a strategy, before TensorFlow has executed anything; other processes on this machine are started and ended.

    Args:
        folder: of the run, for the processes that train it with us.
        lost: is told from another thread when one of those that train it has ended too early, by its number.
    """
    if chosen.kind == "one":
        yield Crew()
    elif chosen.kind == "mirrored":
        yield Crew(_mirrored(chosen))
    else:
        config = os.environ.get(CONFIG)
        index = int(json.loads(config)["task"]["index"]) if config else 0
        others = [] if config else _started(chosen, folder)
        over = threading.Event()
        for number, process in enumerate(others, 1):
            threading.Thread(target=watch, args=(process, over, lost, number), daemon=True).start()
        try:
            opened = Crew(partners.strategy(), index, chosen.replicas)
            addresses = json.loads(os.environ[CONFIG])["cluster"]["worker"]
            for number in [0] if index else range(1, chosen.replicas):
                partners.hold_on(addresses[number], over, partial(lost, number))
            yield opened
            over.set()
            opened.say("end")
        finally:
            over.set()
            for process in others:
                process.communicate()  # its input ends, and so does it


def _mirrored(chosen: Strategy) -> Any:
    if chosen.devices != ("cpu",):
        # Those that the worker may see are numbered anew, in their order.
        return tf.distribute.MirroredStrategy([f"GPU:{number}" for number in range(chosen.replicas)])
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * chosen.replicas)
    return tf.distribute.MirroredStrategy([f"CPU:{number}" for number in range(chosen.replicas)])


def _started(chosen: Strategy, folder: Path) -> list[subprocess.Popen[bytes]]:
    """The other processes of a run on this machine; for several machines each is started there by a person."""
    addresses = chosen.addresses or tuple(f"127.0.0.1:{port}" for port in free_ports(chosen.replicas))
    started = []
    if not chosen.addresses:
        for index in range(1, chosen.replicas):
            environment = {**os.environ, CONFIG: json.dumps(cluster(addresses, index))}
            command = [sys.executable, "-m", "runtime.crew", str(folder)]
            started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE))
    os.environ[CONFIG] = json.dumps(cluster(addresses, 0))
    return started


def watch(process: subprocess.Popen[bytes], over: threading.Event, lost: Callable[[int], None], number: int) -> None:
    """Say by its number that a process has ended, unless that was to be."""
    process.wait()
    if not over.is_set():
        lost(number)


def main(folder: str) -> int:
    """Train along in a run whose chief has started us, or be its chief on a cluster; we end with who has started us."""
    from runtime import worker
    from runtime.events import Failed, append
    from runtime.run import open_run
    from runtime.training import Refused, train

    threading.Thread(target=_end_with_input, daemon=True).start()
    if json.loads(os.environ[CONFIG])["task"]["index"] == 0:
        return worker.main([folder])
    run = open_run(Path(folder).name)
    try:
        train(run)
    except Refused as error:
        append(run.events, Failed(at=time.time(), message=str(error)))  # it may be a file that only this machine lacks
        sys.exit(str(error))
    return 0


def _end_with_input() -> None:
    while os.read(0, 1000):  # not by sys.stdin, whose lock this thread would hold when Python ends
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
