"""Small processes in the place of those that import Keras: the same main functions, but a training that only waits.

TRAINING is told what to do by files in a run's folder: `end` ends it, `dies` holds how many of its workers die before
they begin, `needs` the bytes that it finds it needs, and a stopped one does not end its process while there is `lingers`.
BRIEF ends by itself.
"""

from __future__ import annotations

import sys
import time

TRAINING = """
import os, sys, time
from runtime import admission, tickets, worker
from runtime.events import Finished, Paused, Stopped, append

def work(run):
    with (run.folder / "starts").open("a") as starts:
        starts.write("start ")
    dies = run.folder / "dies"
    if dies.exists() and (run.folder / "starts").read_text().count("start") <= int(dies.read_text()):
        os._exit(9)
    needs = run.folder / "needs"
    if needs.exists():
        try:
            admission.reckoned(run, int(needs.read_text()))
        except admission.TooEarly:
            return 0
    tickets.drop(run.id)
    while not (run.folder / "end").exists():
        wish = run.control.read_text() if run.control.exists() else ""
        if wish == "stop":
            append(run.events, Stopped(at=1))
            while (run.folder / "lingers").exists():
                time.sleep(0.02)
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
    """Wait for a state; what the condition has found."""
    while not (found := condition()):
        time.sleep(0.02)
    return found


def starts(run):
    """How many workers have begun with a run."""
    path = run.folder / "starts"
    return path.read_text().count("start") if path.exists() else 0


def python(code):
    """The command that executes this."""
    return (sys.executable, "-c", code)


CLOCK = """
import time
from runtime.home import home
real = time.time

def set_back():
    try:
        return real() + float((home() / "clock").read_text())
    except (OSError, ValueError):
        return real()

time.time = set_back
"""
# What a server does all day: it keeps a supervisor and a Keras service, and writes down edits.
SCREEN = """
import json, sys, time
from builder.edits import Move, Place
from runtime.home import home
from runtime.launchers import local
from runtime.process import write_atomically
from runtime.service import KerasService
from runtime.store import store
supervisor, service, project, node = json.loads(sys.argv[1])
local.SUPERVISOR, keras = tuple(supervisor), KerasService(service)
keras.start()
local.prepare()
while True:
    try:
        edited = store().edit(project, [Move(places=(Place(id=node, x=time.monotonic(), y=0),))])
        write_atomically(home() / "acknowledged", str(edited.revision))
        if keras.state == "failed":
            keras.start()
    except Exception as error:
        print(type(error), str(error)[:300], flush=True)  # a full disk
    time.sleep(0.05)
"""
REAL_SERVICE = "from runtime import keras_service; keras_service.main()"
SERVICE = "import json, sys; print(json.dumps({'ready': True}), flush=True); sys.stdin.read()"


def named(code, name):
    """The command that executes this, in a process that is known by its last argument."""
    return (*python(code), name)
