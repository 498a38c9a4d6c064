"""One training run in its own process: `python -m runtime.worker FOLDER`, or a fork that calls `main`."""

from __future__ import annotations

import errno
import os
import sys
import time
import traceback
from pathlib import Path

from runtime import queue, tickets
from runtime.admission import TooEarly
from runtime.cluster import JOB
from runtime.events import Failed, Stopped, Suspended, append
from runtime.process import write_atomically
from runtime.run import Run, RunError, open_run
from runtime.training import PartnerLost, Refused, train

ENDED = {"stop": Stopped, "suspend": Suspended}  # what is asked of a run while it begins
NICE = 5  # so that pages stay quick while every core trains


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
    job = os.environ.get(JOB, "")
    held = queue.claim(run, job)
    if held is None:
        print(f"{run.name} has its worker, or does not wait to be trained.", file=sys.stderr)
        return 2
    with held:
        os.nice(NICE)
        ended = work(run)
        if job and (worker := run.worker()):
            write_atomically(run.worker_file, worker.model_copy(update={"over": True}).model_dump_json())
        return ended


def work(run: Run) -> int:
    """Train, and put down how it ended as the last event, if it has; a traceback goes to the log only."""
    try:
        ended = train(run)
    except TooEarly:
        print("There is no room for this run beside those that train.", flush=True)
        asked = ENDED.get(run.wish())
        ended = asked(at=time.time()) if asked else None
    except Refused as error:
        ended = Failed(at=time.time(), message=str(error))
    except PartnerLost:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # the run goes on elsewhere; TensorFlow would wait for those that are gone
    except BaseException as error:
        traceback.print_exc()
        sys.stderr.flush()
        ended = Failed(at=time.time(), message=_in_words(error), log=run.log_end())
    if ended is None:
        print("It waits for its turn.", flush=True)
        return 0
    try:
        tickets.drop(run.id)  # before all see that it is over: then it may get a new one, to go on
        append(run.events, ended)
    except OSError:
        traceback.print_exc()  # the run then counts as crashed, and its log says why
        return 1
    return int(isinstance(ended, Failed))


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
