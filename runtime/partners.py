"""How processes that train one run notice that another one is gone, although a pause may stop any of them for hours.

TensorFlow's processes tell each other every few seconds that they live, which a stopped process cannot, and give one up that
has not done so for ten. That is switched off here, by the inside of TensorFlow 2.21. Instead each holds an idle connection to
the port on which another one's TensorFlow listens: the kernel answers for a stopped process too, but for none that has ended,
and no kernel answers for a machine that is gone.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import tensorflow as tf
from tensorflow.python.eager import context as _context

context: Any = _context  # without types
FOREVER = 10 * 365 * 24 * 3600 * 1000  # milliseconds
IDLE, BETWEEN = 10, 5  # seconds until the other kernel is asked whether it is there, and between two questions
TRIES = 3  # questions without an answer
GRACE = 5.0  # seconds in which those that are done may end, and TensorFlow may say itself that another one is gone


def strategy() -> tf.distribute.Strategy:
    """The strategy of the processes that TF_CONFIG names, once all of them are there; none of them gives another one up."""
    service = context.context()
    configure = service.configure_coordination_service
    service.configure_coordination_service = partial(configure, heartbeat_timeout_in_ms=FOREVER)
    try:
        return tf.distribute.MultiWorkerMirroredStrategy()
    finally:
        del service.configure_coordination_service


def hold_on(address: str, over: threading.Event, lost: Callable[[], None]) -> None:
    """Say from another thread when the process that listens at an address is gone, unless all is over by then.

    Args:
        address: `host:port`.
    """
    threading.Thread(target=_hold_on, args=(address, over, lost), name=f"holds {address}", daemon=True).start()


def _hold_on(address: str, over: threading.Event, lost: Callable[[], None]) -> None:
    host, _, port = address.rpartition(":")
    with suppress(OSError):
        while True:  # TensorFlow hangs up on those who say nothing
            with socket.create_connection((host, int(port)), timeout=IDLE + TRIES * BETWEEN) as line:
                _keep_alive(line)
                while line.recv(4096):
                    pass
    if not over.wait(GRACE):
        lost()


def _keep_alive(line: socket.socket) -> None:
    line.settimeout(None)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", IDLE), ("TCP_KEEPINTVL", BETWEEN), ("TCP_KEEPCNT", TRIES)):
        if hasattr(socket, option):  # macOS has its own
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
