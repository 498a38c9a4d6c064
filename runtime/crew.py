"""The devices that train one run together: opened as TensorFlow wants it, and several processes kept in step.

Processes exchange gradients in every step, so all must do the same steps. The first of them, the chief, decides: before
it opens a data set or runs some steps it tells the others, by a sum to which only the chief adds. It alone speaks to the
run's folder, so that a pause holds all of them and a stop ends all after the same step.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import tensorflow as tf

from runtime import replicated as _replicated
from runtime.ports import free_ports
from runtime.strategies import Strategy, cluster

replicated: Any = _replicated  # without types, as people write Keras
ROOT = Path(__file__).parents[1]
CONFIG = "TF_CONFIG"
Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")  # by the numbers that workers say to each other
END = -1
# What TensorFlow says when another worker cannot be reached any more.
LOSSES = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError, tf.errors.DeadlineExceededError)
Step = Callable[[Any], Any]


class Crew:
    """What trains a model together. One device is a crew of its own, whose steps are Keras's."""

    def __init__(self, strategy: Any = None, index: int = 0, processes: int = 1) -> None:
        self.strategy = strategy or tf.distribute.get_strategy()
        self.follows = index > 0
        self.several_processes = processes > 1  # then no one can read the metrics alone
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

    def open(self, part: Part) -> None:
        """Let the others open a part of the data with us, which we do at once."""
        self._order(PARTS.index(part), 0)

    def run(self, part: Part, count: int) -> None:
        """Let the others do so many steps with us, which we begin at once."""
        self._order(PARTS.index(part), count)

    def end(self) -> None:
        """Let the others go."""
        self._order(END, 0)

    def orders(self) -> Iterator[tuple[Part, int]]:
        """What the chief says to us, until it ends: a part of the data, and how many steps; 0: open it."""
        while True:
            number, count = (int(value) for value in self._sum(tf.constant([0, 0], tf.int64)).numpy())
            if number == END:
                return
            yield PARTS[number], count

    def _order(self, number: int, count: int) -> None:
        if self._leads:
            self._sum(tf.constant([number, count], tf.int64))

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
        lost: is told from another thread when one of these has ended too early, by its number.
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
            opened = Crew(tf.distribute.MultiWorkerMirroredStrategy(), index, chosen.replicas)
            yield opened
            over.set()
            opened.end()
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
    from runtime.run import open_run
    from runtime.training import train

    threading.Thread(target=_end_with_input, daemon=True).start()
    if json.loads(os.environ[CONFIG])["task"]["index"] == 0:
        return worker.main([folder])
    train(open_run(Path(folder).name))
    return 0


def _end_with_input() -> None:
    while os.read(0, 1000):  # not by sys.stdin, whose lock this thread would hold when Python ends
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
