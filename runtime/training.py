"""The training of a run, from its network and data to its last event: in the order of the exported script. Imports no Keras
before it trains."""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from builder.program import lower
from runtime import checkpoints, provisions, tickets, weights
from runtime.admission import reckoned
from runtime.checkpoints import OPTIMIZER
from runtime.cluster import JOB
from runtime.events import Downloading, Event, Failed, Finished, Started, Stopped, Suspended, append, mend
from runtime.holding import held_at_once
from runtime.process import write_atomically
from runtime.run import Run
from runtime.strategies import StrategyError, strategy, usable

if TYPE_CHECKING:  # they bring TensorFlow
    from builder.program import Facts
    from runtime.crew import Crew, Part
    from runtime.loop import Resume

TELL = 0.5  # seconds between two tellings of a download
GONE = (
    "Another machine of this run cannot be reached any more. Let it join once more, with the same file, and resume this "
    "run: it goes on from its newest checkpoint."
)


class Refused(Exception):  # noqa: N818 (told to a person, who can mend it)
    """A run that cannot begin, or that has failed in a way that can be explained; `str()` is shown."""


class PartnerLost(Exception):  # noqa: N818 (no error of this run)
    """Another worker of the run is gone; the supervisor lets all of them go on from the last checkpoint."""


def train(run: Run) -> Event | None:
    """The whole training, on the devices that its strategy names. Returns its last event; none where it is to go on by itself."""
    from runtime.crew import LOSSES, crew

    try:
        chosen = usable(run.spec.device, run.spec.graph, run.spec.training)
    except StrategyError as error:
        raise Refused(str(error)) from None

    def lost(number: int) -> None:
        print(f"Worker {number} of this run has ended, so the others cannot go on.", file=sys.stderr, flush=True)
        if chosen.addresses:
            append(run.events, Failed(at=time.time(), message=GONE))
        os._exit(1)  # the others wait for that worker inside TensorFlow, where nothing reaches them

    try:
        with crew(chosen, run.folder, lost) as team:
            return _train(run, team)
    except LOSSES as error:
        if chosen.addresses:
            raise Refused(GONE) from error
        raise PartnerLost from error


def _train(run: Run, team: Crew) -> Event | None:
    """In the order of the exported script, so that both give the same curve."""
    import keras

    from builder.codegen import CodeError
    from builder.compile import BuildError, build, made
    from builder.importer import WeightsError, begin_with
    from runtime.batches import batches
    from runtime.datasets import DATASETS, DataUnavailable, downloads
    from runtime.keeper import Keeper
    from runtime.loop import fit, follow, measure, steps_of
    from runtime.maps.statistics import EXAMPLES, statistician
    from runtime.maps.watcher import watcher
    from runtime.memory import estimate
    from runtime.script import script_of
    from runtime.states import StateError, arrays_of, restore_optimizer
    from runtime.statistics import Recorder
    from runtime.telemetry import Telemetry, floats

    spec, training = run.spec, run.spec.training
    start = None if team.follows else spec.start  # the others have it from the chief, as they may be other machines
    first = start.epoch if start else 0
    dataset = DATASETS.get(spec.data.name)
    if dataset is None:
        raise Refused(f"There is no data set called {spec.data.name!r}; there are {', '.join(DATASETS)}.")
    program = lower(spec.graph)
    task = dataset.task(spec.data)
    facts = _check(run, task)
    memory = estimate(facts, training, task, spec.device, spec.graph).total
    if not team.follows:
        reckoned(run, memory, waits=not team.several_processes)
    try:
        write_atomically(run.script, script_of(spec))
        provisions.take(run)
        arrays = dataset.load(spec.data)
        downloads.guard()  # should Keras fetch anything itself after all
        own = provisions.own_folder(run)
        weights.provide(program, telling(run), own)
        keras.utils.set_random_seed(spec.seed)
        model = build(program, own, team.strategy.scope, training.dtype_policy)
        given = _given(run) if start else {}
        anew = begin_with(model, given) if start else ()
    except BuildError as error:
        raise Refused(_not_built(error)) from error
    except (CodeError, WeightsError) as error:
        raise Refused(str(error)) from error
    except (DataUnavailable, weights.WeightsUnavailable) as error:
        raise Refused(f"{error}{_there()}") from error

    parts = batches(spec, program, arrays, len(dataset.classes), EXAMPLES)
    if parts is None:
        raise Refused("No examples are left to train on: lower the validation split.")
    with team.strategy.scope():
        model.compile(**made(dict(training.compiled([ref.step for ref in program.outputs]))))
        if start and start.optimizer:
            try:
                restore_optimizer(model, given.get(OPTIMIZER, ()))
            except StateError as error:
                raise Refused(_other_state(str(error))) from None
    team.prepare(model, parts.train)
    steps = steps_of(model, team)
    state = team.together("read", partial(arrays_of, model))
    if team.follows:
        data: dict[Part, Any] = {"train": parts.train, "validation": parts.validation, "test": parts.test}
        follow(steps, team, data, state, partial(_restore, model, team))
        return Finished(at=time.time(), test={})
    if start and team.several_processes:
        _restore(model, team, arrays_of(model, metrics=False))

    resume = _resume(run, model, team)
    look = watcher(model, parts.watched, spec.watch.nodes) if spec.watch.maps else None
    measurable = spec.watch.maps and not team.several_processes
    recorder = Recorder(run, statistician(model, *next(iter(parts.few)))) if measurable else None
    keeper = Keeper(run, state)
    telemetry = Telemetry(run, model, parts.steps, look, recorder, keeper)
    signal.signal(signal.SIGTERM, lambda *_: telemetry.interrupt())
    began = resume.position if resume else checkpoints.Position(first)
    mend(run.events)
    append(
        run.events,
        Started(
            at=time.time(),
            device=spec.device,
            epochs=training.epochs,
            steps=parts.steps,
            batch_size=training.batch_size,
            examples=parts.examples,
            parameters=model.count_params(),
            epoch=began.epoch,
            step=began.step,
            anew=anew,
            macs=sum(fact.macs or 0 for fact in facts.values()),
            expected_memory=memory,
        ),
    )
    tickets.drop(run.id)  # it waits no more, whatever becomes of it
    test: dict[str, float] = {}
    with held_at_once(telemetry.unheard, telemetry.hold):
        if resume is None:
            telemetry.take_first_maps(first)
        try:
            fit(model, telemetry, parts.train, parts.validation, training.epochs, steps, first, resume)
        except StateError as error:
            raise Refused(_other_state(str(error))) from None
        if telemetry.diverged:
            raise Refused(
                f"The loss became no number (NaN) in epoch {telemetry.epoch + 1}: the steps were too large and the weights "
                f"have run away. Lower the learning rate (a tenth of it), or set the optimizer's clipnorm to 1, and train "
                f"again. {'The model of the last checkpoint before is kept.' if telemetry.saved else ''}".strip()
            )
        if telemetry.interrupted:
            return None
        telemetry.checkpoint()
        if telemetry.suspended:
            return Suspended(at=time.time())
        if parts.test is not None:
            test = floats(measure(steps["test"], parts.test, telemetry))
    return (Stopped if telemetry.stopped else Finished)(
        at=time.time(), test=test, peak_memory=_peak_memory(spec.device)
    )


def _resume(run: Run, model: Any, team: Crew) -> Resume | None:
    """How the run goes on from its newest checkpoint; None when there is none, so that it begins."""
    from runtime.loop import Resume

    found = checkpoints.newest(run)
    return Resume(found.position, partial(_restore, model, team, found.arrays)) if found else None


def _restore(model: Any, team: Crew, arrays: Mapping[str, Any] | None = None) -> None:
    """Give a model this state, on all workers; only the chief must have it."""
    from runtime.states import filled, restore

    if team.several_processes:
        whole = filled(model, arrays)
        team.say("restore")
        arrays = team.spread(whole)
    restore(model, arrays or {})


def _other_state(why: str) -> str:
    return (
        f"This run cannot go on from its checkpoint, which belongs to another network or another version of Keras ({why}). "
        "Train it again from the beginning."
    )


def _given(run: Run) -> Mapping[str, Sequence[Any]]:
    """The weights that the run is to begin with, by layer; the state of the optimizer beside them, if it goes on."""
    from builder.importer import load_weights

    if not run.start.is_file():
        raise Refused(
            f"The weights of {run.spec.start.title if run.spec.start else ''} are not here. Open their file again on the "
            "start page, or begin with random weights."
        )
    return load_weights(run.start)


def telling(run: Run) -> weights.Tell:
    """What writes the progress of a download into the run's log of events, twice a second at most."""
    told = 0.0

    def tell(file: weights.WeightsFile, received: int, total: int | None) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL or received == total:
            told = time.monotonic()
            append(run.events, Downloading(at=time.time(), name=file.name, received=received, total=total))

    return tell


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


def _there() -> str:
    """Which machine of a cluster lacks something, as each has files of its own; empty where there is only this one."""
    if not os.environ.get(JOB):
        return ""
    return (
        f" (This was on the machine {socket.gethostname()} of the cluster. It is enough that the server has the files when the "
        "run begins: runs take them along.)"
    )


def _not_built(error: ValueError) -> str:
    cause = error.__cause__
    if not isinstance(cause, OSError) and "URL fetch failure" not in str(error):
        return str(error)
    return (
        f"Its learned weights could not be downloaded ({error}). Connect this machine to the network and train again, or "
        "empty the layer's setting “weights”: it then starts with random ones."
    )


def _peak_memory(device: str) -> int:
    """Bytes that our processes on this machine, or the first GPU, have held at most; the processes of a run are alike."""
    import tensorflow as tf

    from runtime.memory import sharing_of

    if tf.config.list_logical_devices("GPU"):
        return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit * sharing_of(strategy(device)).processes
