"""A child process that is asked over pipes: a line of JSON a message.

The parent sends {"id", "method", "params"}; the child sends {"ready": true} once, then for each id any number of
{"id", "progress"} and one {"id", "result"} or {"id", "error"}. It ends when its standard input does.
"""

from __future__ import annotations

import itertools
import os
import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_json

ROOT = Path(__file__).resolve().parents[1]
Progress = Callable[[int, int | None], None]  # how much is done, and of how much where that is known


class ServiceError(Exception):
    """There is no answer; `str()` says why in words. `died` when the child ended by itself, perhaps because of the question."""

    def __init__(self, words: str, died: bool = False) -> None:
        super().__init__(words)
        self.died = died


class Answer(BaseModel):
    """A line from the child."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: int = 0
    ready: bool = False
    progress: tuple[int, int | None] | None = None
    result: Any = None
    error: str | None = None


class Child:
    """One life of a child process. `ask` may be called from any thread, while one thread is in `listen`.

    Args:
        command: what is started, in the folder of the app.
        environment: what is added to ours.
        log: where its standard error goes; emptied first.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                start_new_session=True,  # Ctrl+C is meant for us; the child ends when its standard input does
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self.pid = self._process.pid
        self._killed = ""
        self._gone: ServiceError | None = None
        self._numbers = itertools.count(1)
        self._waiting: dict[int, queue.SimpleQueue[Answer | ServiceError]] = {}
        self._lock = threading.Lock()  # guards the three above
        self._writing = threading.Lock()

    def listen(self, on_ready: Callable[[], None], on_end: Callable[[str], None]) -> None:
        """Hand out the answers until the child ends; `on_end` is told why, before those who wait for an answer are."""
        for line in self._stdout:
            try:
                answer = Answer.model_validate_json(line)
            except ValidationError:
                self.kill("Keras gave an answer that cannot be read.")
                break
            if answer.ready:
                on_ready()
            with self._lock:
                if answer.id in self._waiting:
                    self._waiting[answer.id].put(answer)
        status = self._process.wait()
        self._stdout.close()
        with suppress(OSError), self._writing:
            self._stdin.close()
        with self._lock:
            words = self._killed or f"Keras stopped unexpectedly (exit status {status})."
        on_end(words)
        with self._lock:
            self._gone = ServiceError(words, died=not self._killed)
            for answers in self._waiting.values():
                answers.put(self._gone)

    def kill(self, why: str) -> None:
        """End it at once; whoever waits for an answer is told why."""
        with self._lock:
            self._killed = self._killed or why
        self._process.kill()

    def ask(
        self,
        method: str,
        params: Mapping[str, Any],
        timeout: float,
        fatal: bool = True,
        progress: Progress | None = None,
    ) -> Any:
        """Ask one question and wait for the answer.

        Args:
            timeout: seconds without answer or progress.
            fatal: whether a child that does not answer in time is killed.

        Raises:
            ServiceError: no answer in time, a child that died, or what the method itself raised, in words.
        """
        answers: queue.SimpleQueue[Answer | ServiceError] = queue.SimpleQueue()
        with self._lock:
            if self._gone:
                raise self._gone
            number = next(self._numbers)
            self._waiting[number] = answers
        late = f"Keras did not answer within {timeout:.0f} seconds."
        watchdog = threading.Timer(timeout, self.kill, (late,))
        if fatal:
            watchdog.start()  # before the question is written: a child that does not read leaves the pipe full
        try:
            self._send({"id": number, "method": method, "params": params})
            while True:
                answer = answers.get(timeout=None if fatal else timeout)
                if isinstance(answer, ServiceError):
                    raise answer
                if answer.error is not None:
                    raise ServiceError(answer.error)
                if answer.progress is None:
                    return answer.result
                if progress is not None:
                    progress(*answer.progress)
        except queue.Empty:
            raise ServiceError(late) from None
        finally:
            watchdog.cancel()
            with self._lock:
                self._waiting.pop(number, None)

    def _send(self, message: Mapping[str, Any]) -> None:
        line = to_json(message) + b"\n"
        with suppress(OSError, ValueError), self._writing:  # it may have ended; `listen` tells everybody who waits
            self._stdin.write(line)
            self._stdin.flush()
