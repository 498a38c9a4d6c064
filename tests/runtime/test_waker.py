"""A stopped process goes on as soon as something else than a pause is asked of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from runtime import waker
from tests.small import until


@pytest.fixture
def stopped():
    """A process that has stopped, and goes on until it is killed."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        found = psutil.Process(process.pid)
        found.suspend()
        until(lambda: found.status() == psutil.STATUS_STOPPED)
        yield found
        process.kill()


@pytest.fixture
def wakes(stopped, tmp_path):
    """The waker of that process, whose control file asks for a pause."""
    (tmp_path / "control").write_text("pause\n")
    command = [sys.executable, "-I", "-S", str(Path(waker.__file__)), str(tmp_path / "control"), str(stopped.pid)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        yield process


def pipe(control):
    control.unlink()
    os.mkfifo(control)


@pytest.mark.parametrize("change", [lambda control: control.write_text("resume"), Path.unlink, pipe])
def test_a_process_goes_on_when_no_pause_is_asked_for(change, stopped, wakes, tmp_path):
    change(tmp_path / "control")
    until(lambda: stopped.status() != psutil.STATUS_STOPPED)


def test_it_is_woken_again_should_it_have_stopped_only_then(stopped, wakes, tmp_path):
    (tmp_path / "control").write_text("resume")
    until(lambda: stopped.status() != psutil.STATUS_STOPPED)
    stopped.suspend()
    until(lambda: stopped.status() != psutil.STATUS_STOPPED)


def test_it_ends_with_its_input_and_wakes_nobody(stopped, wakes):
    wakes.stdin.close()
    assert wakes.wait(timeout=30) == 0
    assert stopped.status() == psutil.STATUS_STOPPED
