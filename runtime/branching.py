"""What can go on: a run that was interrupted, from where it was; and a new one from an epoch of another, with other settings."""

from __future__ import annotations

import itertools
import os

import numpy as np

from builder.training import Training
from runtime import checkpoints, starts
from runtime.checkpoints import DamagedError, Position
from runtime.curves import read_curves
from runtime.events import ENDS, last
from runtime.launchers import local
from runtime.record import MAX_NAME
from runtime.run import Run, RunError, RunSpec, Start, runs

INTERRUPTED = ("suspended", "stopped", "crashed", "failed")


def goes_on_from(run: Run) -> Position | None:
    """Where an interrupted run would go on; None when it cannot, or when it would only diverge again."""
    status = run.status()
    if status not in INTERRUPTED or read_curves(run).diverged is not None:
        return None
    return next(reversed(checkpoints.kept(run)), Position() if status == "crashed" else None)


def was_interrupted(run: Run) -> bool:
    """Whether a run that waits has trained before, and its worker has died without a word."""
    event = last(run.events)
    return event is not None and not isinstance(event, ENDS) and run.status() == "waiting"


def resume(run: Run) -> None:
    """Let a paused run go on, or one that was suspended or stopped, or has crashed, exactly where it was; one that waits does.

    Raises:
        RunError: it is none of these, or was interrupted before its first checkpoint.
    """
    status = run.status()
    if status == "waiting":
        if run.wish() == "pause":  # from before its worker died; else it would begin and pause again
            run.control.unlink(missing_ok=True)
        local.launch(run)
    elif status not in INTERRUPTED:
        local.resume(run)
    elif goes_on_from(run) is None:
        raise RunError(f"{run.name} ({status}) has no checkpoint to go on from. Train again from the beginning.")
    else:
        local.launch(run)


def branch(run: Run, epoch: int, training: Training) -> RunSpec:
    """What a new run trains that continues this one after an epoch, with other settings.

    Its optimizer goes on as it was where it is the same but for its numbers, else it begins anew.

    Args:
        epoch: one of `checkpoints.kept_epochs(run)`.
        training: its settings; `epochs` counts those before too.

    Raises:
        RunError: that epoch was not kept, or no epoch is left to train.
    """
    kept = checkpoints.kept_epochs(run)
    if epoch not in kept:
        known = ", ".join(map(str, kept)) or "none"
        raise RunError(f"{run.name} has kept no state after epoch {epoch}; kept are: {known}.")
    if training.epochs <= epoch:
        raise RunError(f"It continues after epoch {epoch}, so ask for more than {epoch} epochs in all.")
    try:
        found = checkpoints.read(checkpoints.path_of(run, Position(epoch)))
    except DamagedError as error:
        raise RunError(f"{error} Choose another epoch.") from None
    goes_on = optimizer_goes_on(run.spec.training, training)
    own = f"{checkpoints.OPTIMIZER}/"
    weights = {
        name: array for name, array in found.arrays.items() if name[:1].islower() or (goes_on and name.startswith(own))
    }
    draft = starts.folder() / f".branch-{run.id}.{os.getpid()}.npz"
    try:
        with draft.open("wb") as file:
            np.savez(file, allow_pickle=False, **weights)
        title = f"{run.name}, epoch {epoch}"[:100]
        start = Start(file=starts.keep(draft), title=title, run=run.id, epoch=epoch, optimizer=goes_on)
    except OSError as error:
        raise RunError(f"The weights of {run.name} cannot be kept: {error.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)
    return run.spec.model_copy(update={"training": training, "start": start})


def name_of(run: Run, epoch: int) -> str:
    """What a new run that continues this one is called: `Run 1 from 3`; the next one from there is `Run 1 from 3 (2)`."""
    plain = f"{run.name} from {epoch}"
    taken = {other.name for other in runs(run.project)}
    return next(one for number in itertools.count(1) if (one := _numbered(plain, number)) not in taken)


def _numbered(plain: str, number: int) -> str:
    ending = f" ({number})" if number > 1 else ""
    return plain[: MAX_NAME - len(ending)] + ending


def optimizer_goes_on(before: Training, after: Training) -> bool:
    """Whether an optimizer keeps what it has gathered under the new settings: it is the same one but for its numbers."""
    if before.dtype_policy != after.dtype_policy:
        return False
    return _alike(before.optimizer.model_dump(), after.optimizer.model_dump())


def _alike(known: object, wanted: object) -> bool:
    """Whether both lead to the same variables: numbers only by being 0 (no momentum) or not, schedules by being one."""
    if isinstance(known, float) and isinstance(wanted, float):
        return bool(known) == bool(wanted)
    if isinstance(known, dict) and isinstance(wanted, dict):
        schedules = [isinstance(one.get("learning_rate"), dict) for one in (known, wanted)]
        names = known.keys() - ({"learning_rate"} if all(schedules) else set())
        return known.keys() == wanted.keys() and all(_alike(known[name], wanted[name]) for name in names)
    return known == wanted
