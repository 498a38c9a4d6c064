"""A supervisor in a thread of the test."""

from __future__ import annotations

import os
import signal
import threading

from runtime import supervisor
from runtime.home import home
from runtime.process import take


class Serving:
    """It serves until it is told to end."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        with take(home() / supervisor.LOCK) as held:
            held.write(str(os.getpid()))
            held.flush()
            supervisor.Supervisor(self.asked).serve()

    def end(self) -> None:
        self.asked.append(signal.SIGTERM)
        self.thread.join()
