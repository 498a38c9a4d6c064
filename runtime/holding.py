"""A pause that does not wait for the end of a long step: the worker stops its own process, and a small one wakes it.

Between two steps the training itself hears what is asked of it. One step of a large network takes seconds, and building the
first one longer; nothing interrupts TensorFlow there but the operating system. A stopped process (SIGSTOP) goes on as if
nothing had been, so that no bit changes.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

WAKER = Path(__file__).with_name("waker.py")
BETWEEN = 0.05  # seconds between two looks at what is asked for
PATIENCE = 0.15  # seconds in which the step that is under way may end by itself


@contextmanager
def held_at_once(unheard: Callable[[], object], hold: Callable[[], None]) -> Iterator[None]:
    """Hold a pause even while a step takes long.

    Args:
        unheard: tells one wish that the training has not heard yet from another; None when there is none.
        hold: hears it in place of the training, from a thread of its own; see `stop_here`.
    """
    ended = threading.Event()
    thread = threading.Thread(target=_listen, args=(ended, unheard, hold), name="pause", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _listen(ended: threading.Event, unheard: Callable[[], object], hold: Callable[[], None]) -> None:
    known, since = None, 0.0
    while not ended.wait(BETWEEN):
        wish, now = unheard(), time.monotonic()
        if wish is None or wish != known:
            known, since = wish, now
        elif now - since >= PATIENCE:
            hold()


def stop_here(control: Path) -> None:
    """Stop this process with all its threads until something else than a pause is asked for, if there is room for a waker.

    Args:
        control: the file that says what is asked for.
    """
    command = [sys.executable, "-I", "-S", str(WAKER), str(control), str(os.getpid())]
    pipe = subprocess.PIPE
    with suppress(OSError), subprocess.Popen(command, stdin=pipe, stdout=pipe, start_new_session=True) as waker:
        if hasattr(fcntl, "F_SETSIG") and waker.stdout:  # on Linux: should the waker be killed, its end wakes us
            fcntl.fcntl(waker.stdout, fcntl.F_SETOWN, os.getpid())
            fcntl.fcntl(waker.stdout, fcntl.F_SETSIG, signal.SIGCONT)
            fcntl.fcntl(waker.stdout, fcntl.F_SETFL, os.O_ASYNC)
        # To this thread, so that it has stopped when this returns: `os.kill` takes any.
        signal.raise_signal(signal.SIGSTOP)
