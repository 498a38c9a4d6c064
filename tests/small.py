"""Small processes in the place of those that import Keras: the same main functions, but a training that only waits.

TRAINING is told what to do by files in a run's folder: `end` ends it, `dies` holds how many of its workers die before
they begin. BRIEF ends by itself.
"""

from __future__ import annotations

import sys
import time

TRAINING = """
import os, sys, time
from runtime import tickets, worker
from runtime.events import Finished, Paused, Stopped, append

def work(run):
    with (run.folder / "starts").open("a") as starts:
        starts.write("start ")
    dies = run.folder / "dies"
    if dies.exists() and (run.folder / "starts").read_text().count("start") <= int(dies.read_text()):
        os._exit(9)
    tickets.drop(run.id)
    while not (run.folder / "end").exists():
        wish = run.control.read_text() if run.control.exists() else ""
        if wish == "stop":
            append(run.events, Stopped(at=1))
            return 0
        if wish == "pause":
            run.control.unlink()
            append(run.events, Paused(at=1))
        time.sleep(0.02)
    append(run.events, Finished(at=1))
    return 0

worker.work = work
"""
BRIEF = """
import time
from runtime import tickets, worker
from runtime.events import BatchEnded, EpochEnded, Finished, Started, append

def train(run):
    append(run.events, Started(at=time.time(), device="cpu", epochs=4, steps=5, batch_size=1, examples=5, parameters=1))
    tickets.drop(run.id)
    for epoch in range(4):
        for step in range(1, 6):
            time.sleep(0.03)
            append(run.events, BatchEnded(at=time.time(), epoch=epoch, step=step, logs={"loss": 1.0}))
        append(run.events, EpochEnded(at=time.time(), epoch=epoch, seconds=0.1, logs={"loss": 1.0}))
    return Finished(at=time.time())

worker.train = train
"""
WORK = "import sys; from runtime import worker; sys.exit(worker.main([sys.argv[-1]]))"
FORK = "from runtime import forkserver; forkserver.main()"
LIGHT = "from runtime import forkserver; forkserver.import_all, forkserver.unsafe = (lambda: None), (lambda: '')\n"
WORKER, FORKSERVER = TRAINING + WORK, TRAINING + LIGHT + FORK
BROKEN = "import sys; sys.exit(1)"


def until(condition):
    """Wait for a state."""
    while not condition():
        time.sleep(0.02)


def starts(run):
    """How many workers have begun with a run."""
    path = run.folder / "starts"
    return path.read_text().count("start") if path.exists() else 0


def python(code):
    """The command that executes this."""
    return (sys.executable, "-c", code)
