"""A test bench of faults: runs train while whatever takes part is killed, disks are full, files are torn, clocks go back.

`make faults` injects 1,000 of them into real trainings (FAULTS=50 for fewer); tests/test_faults.py a few into small ones.
After each fault the invariants hold: no run is lost, none has two workers, no curve has holes or doubled steps or differs
in one bit from that of a run that nobody disturbed, no edit is lost, no port is open; in the end all runs have finished,
with the weights of that run, and no process is left. Finished runs are looked at and deleted, so that neither the disk nor
the time that a look takes grows with the number of faults.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

from builder.graph import Edge, Graph, Node
from builder.layers import LAYERS
from builder.training import Training
from runtime import checkpoints, deleted
from runtime.curves import Points, read_curves
from runtime.events import BatchEnded, EpochEnded, Finished, Started, read
from runtime.home import runs_folder
from runtime.launchers import local
from runtime.run import OVER, DataSpec, Run, RunSpec, create, open_run
from runtime.store import store
from tests.injections import Injections
from tests.processes import command, connections, run_of
from tests.small import BRIEF, CLOCK, FORK, LIGHT, REAL_SERVICE, SCREEN, SERVICE, WORK, named, python

ROOT = Path(__file__).parents[1]
AT_ONCE = 5  # runs that wait or train
PATIENCE = int(os.environ.get("PATIENCE", "300"))  # seconds in which all must be well again after a fault


class Broken(AssertionError):
    """An invariant that does not hold."""


class Bench(Injections):
    """Keeps some runs going in a home of its own, and injects faults.

    Args:
        home: an empty folder.
        spec: what is trained.
        small: trainings that only pretend, in place of TensorFlow's.
        seed: of the choice of faults and moments.
    """

    def __init__(self, home: Path, spec: RunSpec, small: bool, seed: int = 0) -> None:
        super().__init__(home, really=not small, seed=seed)
        self.spec, self.small = spec, small
        self.injected: Counter[str] = Counter()
        self.finished = 0  # runs that ended well and were deleted
        self.project = store().create("Faults", spec.graph).id

    def survive(self, faults: int) -> None:
        """Inject so many faults, one after the other, and check after each."""
        self._train_undisturbed()
        kinds = [
            self.kill_worker, self.kill_worker, self.kill_supervisor, self.kill_fork_server, self.kill_screen,
            self.kill_keras_service, self.fill_disk, self.tear_last_event, self.truncate_checkpoint, self.set_clock_back, self.lose_power,
        ]  # fmt: skip
        left: list[Callable[[], bool]] = []
        while sum(self.injected.values()) < faults:
            self._keep_going()
            time.sleep(self.random.uniform(0, 0.3 if self.small else 2))
            left = left or self.random.sample(kinds, len(kinds))  # each comes before one comes again
            fault = left.pop()
            if fault():
                self.injected[fault.__name__] += 1
                self._until_well(fault.__name__)
                if sum(self.injected.values()) % 50 == 0:
                    print(f"{sum(self.injected.values())} of {faults} faults survived", flush=True)

    def finish(self) -> None:
        """Let all runs end, and everything with them."""
        self.until(lambda: self._go_on() or all(run.status() == "finished" for run in self.runs), "all runs finish", 5)
        self._put_away()
        if self.screen is not None:
            self.screen.terminate()
            self.screen.wait()
        local.close()
        self.until(lambda: not self.processes(), "no process is left")

    def _train_undisturbed(self) -> None:
        """The run that all others must equal."""
        self.runs.append(create(self.spec, project=self.project, owner="anna"))
        local.launch(self.runs[0])
        self.until(lambda: self.runs[0].status() == "finished", "a run that nobody disturbs finishes", 5)

    def _keep_going(self) -> None:
        """Something always trains, and somebody always looks."""
        self._look()
        self._put_away()
        for _ in range(AT_ONCE - sum(run.status() not in OVER for run in self.runs)):
            self.runs.append(create(self.spec, project=self.project, owner=self.random.choice(["anna", "ben"])))
            local.launch(self.runs[-1])

    def _put_away(self) -> None:
        """All that are finished but the first, which the others must equal."""
        for run in [run for run in self.runs[1:] if run.status() == "finished"]:
            self._check_curve(run)
            self._check_end(run)
            deleted.delete(run)
            deleted.forget(run.id)
            self.runs.remove(run)
            self.finished += 1

    def _look(self) -> None:
        """The server is started again when it has ended, be it because the disk was full when it began."""
        if self.screen is None or self.screen.poll() is not None:
            self.screen = self._open_screen()

    def _open_screen(self) -> subprocess.Popen[bytes]:
        service = named(SERVICE if self.small else REAL_SERVICE, "keras_service")
        told = json.dumps([local.SUPERVISOR, service, self.project, self.spec.graph.nodes[0].id])
        with (self.home / "screen.log").open("ab") as log:
            return subprocess.Popen([*python(SCREEN), told, "screen"], stdout=log, stderr=log)

    def _go_on(self) -> None:
        """What a person does who finds a run that has broken off."""
        local.ensure()
        for run in self.runs:
            if run.status() in ("crashed", "failed"):
                local.launch(run)

    def _until_well(self, fault: str) -> None:
        self._keep_going()
        self.until(self._is_well, f"all is well after {fault}")

    def _is_well(self) -> bool:
        self._look()
        self._go_on()
        self._check()
        statuses = Counter(run.status() for run in self.runs)
        trains = statuses["running"] > 0 or statuses["waiting"] == 0
        served = self.named("supervisor") and self.named("keras_service")
        return bool(trains and served and not statuses["crashed"] + statuses["failed"])

    def _check(self) -> None:
        found = {folder.name for folder in runs_folder().iterdir()} - {deleted.FOLDER}
        if found != {run.id for run in self.runs}:
            raise Broken(f"runs were lost or came from nowhere: {found ^ {run.id for run in self.runs}}")
        if self._doubled():
            self.until(lambda: not self._doubled(), "a worker that finds another one leaves", 0.05)
        for run in self.runs:
            self._check_curve(open_run(run.id))
        acknowledged, kept = self._acknowledged(), store().project(self.project)
        if kept is None or kept.revision < acknowledged:
            raise Broken(f"{acknowledged} edits were acknowledged, {kept and kept.revision} are kept")
        if ports := [c for p in self.processes() for c in connections(p) if c.status == psutil.CONN_LISTEN]:
            raise Broken(f"ports are open: {ports}")

    def _doubled(self) -> list[str]:
        """Runs that have two workers: just now, as when a supervisor died before it could write down whom it had started."""
        workers = Counter(run.id for run in map(run_of, self.workers()) if run)
        return [run for run, count in workers.items() if count > 1]

    def _check_curve(self, run: Run) -> None:
        xs, _ = read_curves(run).epochs_done.get("loss", ((), ()))
        if list(xs) != list(range(1, len(xs) + 1)):
            raise Broken(f"the curve of {run.id} has holes or doubled epochs: {xs}")
        if run is not self.runs[0]:
            self._compare(run, read_curves(self.runs[0]).epochs_done)
        at = (-1, 0)
        for event in read(run.events)[0]:
            if isinstance(event, Started):
                at = (-1, 0)
            if isinstance(event, BatchEnded):
                if (event.epoch, event.step) <= at:
                    raise Broken(f"the curve of {run.id} has doubled steps: {event.epoch}, {event.step} after {at}")
                at = (event.epoch, event.step)
            if isinstance(event, EpochEnded):
                if (event.epoch + 1, 0) <= at:
                    raise Broken(f"the curve of {run.id} has doubled epochs: {event.epoch} after {at}")
                at = (event.epoch + 1, 0)

    def _compare(self, run: Run, undisturbed: Mapping[str, Points]) -> None:
        for name, (xs, ys) in read_curves(run).epochs_done.items():
            if ys != undisturbed[name][1][: len(xs)]:
                raise Broken(f"{run.id} has learned other than a run that nobody disturbed: {name} is {ys}")

    def _check_end(self, run: Run) -> None:
        """It has finished once, with the measurements and the weights of the first run."""
        ends = [[event for event in read(one.events)[0] if isinstance(event, Finished)] for one in (run, self.runs[0])]
        if len(ends[0]) != 1:
            raise Broken(f"{run.id} has finished {len(ends[0])} times")
        if ends[0][0].test != ends[1][0].test:
            raise Broken(f"{run.id} has ended with {ends[0][0].test}, undisturbed with {ends[1][0].test}")
        states = [checkpoints.newest(one) for one in (run, self.runs[0])]
        if states[0] and states[1] and states[0].position == states[1].position:  # the disk may have been full
            different = [name for name, array in states[1].arrays.items() if not same(array, states[0].arrays[name])]
            if different:
                raise Broken(f"{run.id} has ended with other values of {different}")

    def _acknowledged(self) -> int:
        try:
            return int((self.home / "acknowledged").read_text())
        except (OSError, ValueError):
            return 0

    def until(self, condition: Callable[[], bool | None], words: str, patience: float = 1) -> None:
        end = time.monotonic() + PATIENCE * patience
        while not condition():
            if time.monotonic() > end:
                states = {run.id: (run.status(), run.log_end(300)) for run in self.runs if run.status() != "finished"}
                left = [(process.pid, command(process)[-1:]) for process in self.processes()]
                raise Broken(f"it is not so that {words}: {json.dumps(states, indent=1)} {left}")
            time.sleep(0.05)


def same(array: Any, other: Any) -> bool:
    """Whether both have the same bits."""
    return array.dtype == other.dtype and array.tobytes() == other.tobytes()


@contextlib.contextmanager
def bench(spec: RunSpec, small: bool, seed: int = 0) -> Iterator[Bench]:
    """A bench in a new folder; whatever happens, nothing of it is left."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        changed = {"LAYERLOOM_HOME": str(home), "CUDA_VISIBLE_DEVICES": "-1", "PYTHONPATH": str(ROOT)}
        before = {name: os.environ.get(name) for name in changed}
        os.environ.update(changed)
        worker, server = (BRIEF + WORK, BRIEF + LIGHT + FORK) if small else (WORK, FORK)
        commands = named(CLOCK + worker, "worker"), named(CLOCK + server, "forkserver")
        starts = f"from runtime.launchers import starter; starter.WORKER, starter.FORKSERVER = {commands!r}\n"
        told = local.SUPERVISOR
        local.SUPERVISOR = named(CLOCK + starts + "from runtime import supervisor; supervisor.main()", "supervisor")
        made = Bench(home, spec, small, seed)
        try:
            yield made
        finally:
            for process in made.processes():
                with contextlib.suppress(psutil.Error):
                    process.kill()
            local.SUPERVISOR = told
            if made.disk:
                subprocess.run(["umount", "-l", str(home)], check=True)
            for name, value in before.items():
                os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


def digits_cnn(epochs: int) -> RunSpec:
    """What the long bench trains."""
    layers = [
        ("pixels", LAYERS["Input"](shape=(8, 8, 1))),
        ("conv", LAYERS["Conv2D"](filters=8, kernel_size=(3, 3), activation="relu")),
        ("norm", LAYERS["BatchNormalization"]()),
        ("pool", LAYERS["MaxPooling2D"]()),
        ("flat", LAYERS["Flatten"]()),
        ("drop", LAYERS["Dropout"](rate=0.3)),
        ("digit", LAYERS["Dense"](units=10, activation="softmax")),
    ]
    names = [name for name, _ in layers]
    nodes = tuple(Node(id=name, layer=layer) for name, layer in layers)
    graph = Graph(nodes=nodes, edges=tuple(Edge(source=a, target=b) for a, b in itertools.pairwise(names)))
    return RunSpec(graph=graph, data=DataSpec(name="digits"), training=Training(epochs=epochs, batch_size=32))


def main() -> None:
    """Inject FAULTS faults into real trainings of the digits CNN."""
    faults = int(os.environ.get("FAULTS", "1000"))
    seed = int(os.environ.get("SEED", str(random.randrange(10**6))))
    with bench(digits_cnn(epochs=8), small=False, seed=seed) as made:
        try:
            made.survive(faults)
            made.finish()
        finally:
            print(f"seed {seed}; injected: {dict(made.injected)}", flush=True)
    total = sum(made.injected.values())
    print(f"{total} faults injected and survived; {made.finished} runs have all finished, none twice")


if __name__ == "__main__":
    main()
