"""Measurements of this machine: what each device needs for a matrix product and for training steps, kept and compared.

A child process measures (`runtime.measure`), as TensorFlow stays out of the screen; it writes each figure down as it has it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime.devices import devices
from runtime.gpu import Build
from runtime.home import home
from runtime.process import Worker, read_small, take, write_atomically

ROOT = Path(__file__).parents[1]
TIME_LIMIT = 1200  # seconds; the child ends itself then
MOST = 50  # measurements that are kept
NAME = re.compile(r"\d{8}-\d{6}\.json")
MATRIX = 5000  # rows and columns
PRODUCT = "matrix product"
BATCH = 32  # examples a training step
# How a step can be done: the number format, and whether XLA compiles it. The first is what others are compared with.
VARIANTS: dict[str, tuple[str, bool]] = {
    "float32": ("float32", False),
    "mixed_float16": ("mixed_float16", False),
    "mixed_bfloat16": ("mixed_bfloat16", False),
    "float32, XLA": ("float32", True),
}


class Figure(BaseModel):
    """One result: seconds for a matrix product, or for one training step of a network. `macs`: of an example, forward.

    `error` says in words why there is no result.
    """

    model_config = ConfigDict(frozen=True)

    what: str
    where: str
    variant: str = "float32"
    seconds: float = Field(0.0, ge=0, le=1e6, allow_inf_nan=False)
    macs: int = Field(0, ge=0, le=2**60)
    batch: int = Field(0, ge=0, le=2**31)
    error: str = ""


class Measurement(BaseModel):
    """All figures of one time. `doing` says what goes on, and is empty when it is over; `at` is Unix time in seconds."""

    model_config = ConfigDict(frozen=True)

    at: float = Field(ge=0, le=1e11)
    machine: str
    threads: int = Field(ge=1)
    load: float = Field(0.0, ge=0)  # processes that wanted a core when it began
    worker: Worker | None = None
    doing: str = ""
    done: int = Field(0, ge=0)
    total: int = Field(1, ge=0, le=10_000)
    build: Build | None = None
    figures: tuple[Figure, ...] = Field((), max_length=500)
    error: str = ""

    @property
    def goes_on(self) -> bool:
        """Whether it is still measured."""
        return bool(self.doing) and self.worker is not None and self.worker.holding(_log()) is not None

    @property
    def broken_off(self) -> bool:
        """Whether the child has died in the middle; the figures so far hold."""
        return bool(self.doing) and not self.goes_on

    def figure(self, what: str, where: str, variant: str = "float32") -> Figure | None:
        """The result of this name, if there is one."""
        found = (one for one in self.figures if (one.what, one.where, one.variant) == (what, where, variant))
        return next((one for one in found if not one.error), None)


_children: list[subprocess.Popen[bytes]] = []


def measurements() -> list[Measurement]:
    """All that are kept, the newest first; what cannot be read is left out."""
    _children[:] = [child for child in _children if child.poll() is None]  # as zombies they would look alive
    found = [_read(path) for path in sorted(_folder().iterdir(), reverse=True) if NAME.fullmatch(path.name)]
    return [one for one in found if one is not None]


def begin() -> None:
    """Begin to measure, unless it is being done.

    Raises:
        OSError: the process cannot be started, or nothing can be written.
    """
    held = take(_folder() / "lock")  # another tab may look at the same moment
    if held is not None:
        with held:
            if not any(one.goes_on for one in measurements()):
                _start()


def _start() -> None:
    for old in sorted(_folder().glob("*.json"))[: -MOST + 1]:
        old.unlink(missing_ok=True)
    now, cpu = time.time(), devices()[0]
    file = _folder() / time.strftime("%Y%m%d-%H%M%S.json", time.gmtime(now))
    with _log().open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "runtime.measure", str(file)],
            env={**os.environ, "KERAS_BACKEND": "tensorflow", "TF_FORCE_GPU_ALLOW_GROWTH": "true"},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl+C is meant for us
        )
    _children.append(child)
    assert child.stdin is not None
    with child.stdin:  # it begins when its input ends, so that its state is known before it says more itself
        state = Measurement(
            at=now, machine=cpu.title, threads=cpu.threads, load=psutil.getloadavg()[0], doing="Starting TensorFlow"
        )
        write(file, state.model_copy(update={"worker": Worker.of(child.pid)}))


def cancel() -> None:
    """Break off what is being measured; the figures so far are kept."""
    for path in _folder().glob("*.json"):
        one = _read(path)
        if one is not None and one.doing and one.worker is not None:
            if process := one.worker.holding(_log()):
                process.kill()
            _tidy(path)


def log_end(most: int = 3000) -> str:
    """The last characters of what TensorFlow has said while it was measured."""
    try:
        return _log().read_text(errors="replace")[-most:]
    except OSError:
        return ""


def write(path: Path, measurement: Measurement) -> None:
    """Put down how far it is."""
    write_atomically(path, measurement.model_dump_json())


def _tidy(path: Path) -> None:
    """What was broken off says so; without any figure it is not kept."""
    one = _read(path)
    if one is None or not one.figures:
        path.unlink(missing_ok=True)
    else:
        write(path, one.model_copy(update={"doing": "", "error": "It was broken off."}))


def _read(path: Path) -> Measurement | None:
    try:
        return Measurement.model_validate_json(read_small(path))
    except (OSError, ValidationError):
        return None


def _log() -> Path:
    """What the child has printed; it has it open as long as it lives."""
    return _folder() / "log"


def _folder() -> Path:
    path = home() / "measurements"
    path.mkdir(exist_ok=True)
    return path
