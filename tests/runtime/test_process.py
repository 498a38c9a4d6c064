"""What tells one process from another, and locks that die with their process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import psutil
import pytest

from runtime import process
from runtime.process import Worker, alone, is_held, share, take


def test_a_worker_is_known_though_the_clock_is_set(monkeypatch):
    worker = Worker.of(os.getpid())
    boot, created = psutil.boot_time(), psutil.Process().create_time()
    monkeypatch.setattr(psutil, "boot_time", lambda: boot - 7200)  # as the kernel tells it once the clock is set back
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: created - 7200)
    assert worker.process() is not None


def test_a_process_of_an_earlier_start_of_the_machine_is_another(monkeypatch, tmp_path):
    worker = Worker.of(os.getpid())
    (tmp_path / "boot_id").write_text("another one\n")
    monkeypatch.setattr(process, "BOOT_ID", tmp_path / "boot_id")
    assert worker.process() is None


def test_a_system_that_does_not_number_its_starts(monkeypatch, tmp_path):
    monkeypatch.setattr(process, "BOOT_ID", tmp_path / "none")
    assert Worker.of(os.getpid()).process().pid == os.getpid()


def test_a_process_that_has_gone_counts_as_dead():
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert Worker.of(gone.pid).process() is None


def test_a_lock_is_one_persons(tmp_path):
    path = tmp_path / "lock"
    assert not is_held(path)
    with take(path):
        assert is_held(path)
        assert take(path) is None
    assert not is_held(path)
    with share(path), share(path):
        assert is_held(path)
    with take(path):
        pass


def test_a_lock_dies_with_its_process(tmp_path):
    code = f"from pathlib import Path; from runtime.process import take; held = take(Path({str(tmp_path / 'lock')!r}))"
    with subprocess.Popen([sys.executable, "-c", f"{code}; print(); input()"], stdin=-1, stdout=-1) as holder:
        holder.stdout.readline()
        assert is_held(tmp_path / "lock")
        holder.kill()
        holder.wait()
    assert not is_held(tmp_path / "lock")


def test_alone_waits_for_the_other(tmp_path):
    order = []

    def later():
        with alone(tmp_path / "lock"):
            order.append("later")

    with alone(tmp_path / "lock"):
        other = threading.Thread(target=later)
        other.start()
        order.append("first")
    other.join()
    assert order == ["first", "later"]


def test_small_files_only(tmp_path):
    (tmp_path / "link").symlink_to("/etc/hostname")
    with pytest.raises(OSError, match="symbolic links"):
        process.read_small(tmp_path / "link")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no ordinary file"):
        process.read_small(tmp_path / "pipe")


def test_an_open_file_is_found_by_a_link_to_its_folder(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "runs").symlink_to("disk")
    here = psutil.Process()
    with (tmp_path / "runs" / "lock").open("w"):
        assert process.has_open(here, tmp_path / "runs" / "lock")
        assert not process.has_open(here, tmp_path / "runs" / "other")
