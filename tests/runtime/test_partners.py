"""Processes that train one run notice when another one is gone; that they wait for one that has stopped is in test_replicated."""

from __future__ import annotations

import socket
import threading

import pytest

pytestmark = pytest.mark.keras


@pytest.fixture
def other():
    """The port of another process."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        yield server


@pytest.fixture
def held(other, monkeypatch):
    """Tells that it is lost, and that all is over."""
    from runtime import partners

    monkeypatch.setattr(partners, "GRACE", 0.05)
    over, lost = threading.Event(), threading.Event()
    partners.hold_on(f"127.0.0.1:{other.getsockname()[1]}", over, lost.set)
    yield lost, over
    over.set()


def test_one_that_hangs_up_and_listens_still_is_not_lost(other, held):
    lost, _ = held
    for _ in range(3):
        other.accept()[0].close()
    assert not lost.is_set()


def test_one_that_says_something_and_is_gone_then_is_lost(other, held):
    lost, _ = held
    line = other.accept()[0]
    line.sendall(b"settings")
    other.close()
    assert not lost.wait(0.2)
    line.close()
    assert lost.wait(30)


def test_one_that_is_done_is_not_lost(other, held):
    lost, over = held
    line = other.accept()[0]
    (holder,) = [thread for thread in threading.enumerate() if thread.name.startswith("holds")]
    over.set()
    other.close()
    line.close()
    holder.join(30)
    assert not lost.is_set()


def test_the_other_machine_is_asked_whether_it_is_there(other):
    from runtime import partners

    with socket.create_connection(other.getsockname()) as line:
        partners._keep_alive(line)
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        if hasattr(socket, "TCP_KEEPIDLE"):
            assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == partners.IDLE
