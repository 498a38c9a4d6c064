"""Workers that begin at once: `python -m runtime.forkserver` imports TensorFlow, executes nothing, and forks for each run.

Importing TensorFlow costs a processor 7 s and 460 MB; a forked worker has it at once and shares that memory. This is safe
only because there is one thread here and TensorFlow has not begun to work (no operation executed, no thread of its own,
no CUDA): what is imported here must not change that, and a test looks. It speaks JSON lines over its standard input and
output, and ends when its input does; the workers live on.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

# Libraries that would start threads at their import: OpenBLAS, and the allocator in pyarrow, which scikit-learn brings.
QUIET = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
IMPORTS = (
    "sklearn.datasets",
    "sklearn.model_selection",
    "builder.compile",
    "builder.importer",
    "builder.validate",
    "runtime.batches",
    "runtime.datasets",
    "runtime.devices",
    "runtime.keeper",
    "runtime.loop",
    "runtime.maps.statistics",
    "runtime.maps.watcher",
    "runtime.script",
    "runtime.statistics",
    "runtime.worker",
)
MOST = 64_000  # bytes of a request


def main() -> None:
    """Import, say so, and fork for each line that asks for it."""
    requests, answers = os.dup(0), os.dup(1)  # for our lines alone: whatever TensorFlow prints goes elsewhere
    os.dup2(2, 1)
    wake, woken = os.pipe()
    for descriptor in (wake, woken):
        os.set_blocking(descriptor, False)
    import_all()
    if problem := unsafe():
        raise SystemExit(f"It is not safe to fork here: {problem}.")
    gc.collect()
    gc.freeze()  # else the children's collections would touch, and so copy, every page
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    _tell(answers, ready=True)
    unread = b""
    while True:
        readable, _, _ = select.select([requests, wake], [], [])
        if wake in readable:
            os.read(wake, 1000)
            _reap(answers)
        if requests not in readable:
            continue
        data = os.read(requests, MOST)
        if not data:
            return
        *lines, unread = (unread + data).split(b"\n")
        for line in lines:
            request = json.loads(line)
            pid = os.fork()
            if pid == 0:
                for descriptor in (requests, answers, wake, woken):
                    os.close(descriptor)
                _become_worker(request)
            _tell(answers, folder=request["folder"], pid=pid)


def import_all() -> None:
    """Everything that takes long, so that no worker does it again."""
    for name in IMPORTS:
        importlib.import_module(name)


def unsafe() -> str:
    """Why a fork of this process would be no sound worker; empty when it is."""
    from tensorflow.python.eager import context

    threads = [name.read_text().strip() for name in Path("/proc/self/task").glob("*/comm")]
    if len(threads) > 1:
        return f"there are threads ({', '.join(threads)})"
    return "TensorFlow has begun to work" if context.context()._initialized else ""


def _become_worker(request: dict[str, Any]) -> None:
    """What the child does; it never returns."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        os.environ.update(request["environment"])
        log = os.open(Path(request["folder"]) / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        from runtime.worker import main as train

        status = train([request["folder"]])
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)  # not through the exit handlers of the parent


def _reap(answers: int) -> None:
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _tell(answers, ended=pid)


def _tell(answers: int, **message: Any) -> None:
    os.write(answers, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main()
