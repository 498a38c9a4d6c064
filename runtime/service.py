"""The screen's side of the Keras service: one child process that has Keras, replaced when it hangs or dies.

`runtime.keras_service` is the child. Nothing here imports Keras.
"""

from __future__ import annotations

import atexit
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal

from pydantic import TypeAdapter

from builder.graph import Graph
from builder.program import Facts
from runtime.child import Child, Progress, ServiceError
from runtime.home import home

__all__ = ["KerasService", "ServiceError", "State", "service"]

State = Literal["starting", "ready", "restarting", "failed"]

COMMAND = (sys.executable, "-m", "runtime.keras_service")
ENVIRONMENT = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
BESIDE = frozenset(
    {"dataset"}
)  # methods that wait for a network: the child runs them beside the others, and may be slow
STARTS = 3  # attempts in a row before the service is given up
REMEMBERED = 64  # networks whose facts are kept
WAITING = 32  # networks that wait to be described; the oldest are dropped
TOLD = 60.0  # seconds for which `message` tells of a restart that is over
FACTS: TypeAdapter[dict[str, Facts]] = TypeAdapter(dict[str, Facts])

WORDS: dict[State, str] = {
    "starting": "Keras is starting; shapes are coming.",
    "ready": "",
    "restarting": "Keras is being started again; shapes are coming.",
    "failed": "Keras cannot be started, so shapes are not known; building goes on without them.",
}


class KerasService:
    """One child process with Keras. Every method may be called from any thread, and none waits longer than it says.

    Args:
        command: how the child is started.
        start_limit: seconds in which it must be ready.
        shapes_limit: seconds in which it must describe a network; after that it counts as hung.
    """

    def __init__(
        self, command: Sequence[str] = COMMAND, start_limit: float = 180.0, shapes_limit: float = 60.0
    ) -> None:
        self._command, self._start_limit, self._shapes_limit = tuple(command), start_limit, shapes_limit
        self._changed = threading.Condition()  # guards what follows
        self._state: State = "starting"
        self._closed = False
        self._child: Child | None = None
        self._supervisor: threading.Thread | None = None
        self._replaced = ""  # why the last child was
        self._ready_since = 0.0
        self._known: OrderedDict[bytes, dict[str, Facts]] = OrderedDict()
        self._wanted: OrderedDict[bytes, tuple[str, tuple[str, ...]]] = OrderedDict()
        self._turn = threading.Lock()  # held by the one request that the child works on

    def start(self) -> None:
        """Start the child in the background, if it is not; also once more after it was given up."""
        with self._changed:
            if self._supervisor is not None and self._supervisor.is_alive():
                return
            self._state = "starting"
            self._supervisor = threading.Thread(target=self._supervise, name="keras-service", daemon=True)
            self._supervisor.start()
        threading.Thread(target=self._describe, name="keras-shapes", daemon=True).start()

    def close(self) -> None:
        """End the child for good."""
        with self._changed:
            self._closed, child = True, self._child
            self._changed.notify_all()
        if child is not None:
            child.kill("Keras has been shut down.")

    @property
    def state(self) -> State:
        """Whether answers are to be had."""
        return self._state

    @property
    def message(self) -> str:
        """What to tell a person: what is going on, and why Keras was started again; empty when all is well."""
        with self._changed:
            old = self._state == "ready" and time.monotonic() - self._ready_since > TOLD
            return " ".join(part for part in ("" if old else self._replaced, WORDS[self._state]) if part)

    @property
    def pid(self) -> int | None:
        """The child's process id, once there is one."""
        return self._child.pid if self._child else None

    def shapes(self, graph: Graph, wait: float = 0.0, inside: tuple[str, ...] = ()) -> dict[str, Facts] | None:
        """What Keras says about each node, at once if it is known, else after at most `wait` seconds.

        Args:
            graph: the network.
            wait: seconds.
            inside: the instances of blocks, from the outermost, whose inside is meant; none for the network itself.

        Returns:
            None while it is not there yet (a later call finds it); nothing about any node if Keras hangs or dies on it.
        """
        document = graph.model_dump_json(exclude={"nodes": {"__all__": {"x", "y"}}})
        key = sha256("/".join((document, *inside)).encode()).digest()
        with self._changed:
            if key not in self._known:
                self._wanted[key] = document, inside
                self._wanted.move_to_end(key)
                _trim(self._wanted, WAITING)
                self._changed.notify_all()
                self._changed.wait_for(lambda: key in self._known or self._closed or self._state == "failed", wait)
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def call(self, method: str, params: Mapping[str, Any], timeout: float, progress: Progress | None = None) -> Any:
        """Ask the child for something.

        Args:
            method: a name in `runtime.keras_service.METHODS`.
            params: JSON.
            timeout: seconds to wait until the child is ready, then for its turn, then for an answer or for progress. A child
                that does not answer in time is replaced, unless the method is in BESIDE.

        Raises:
            ServiceError: no answer in time, a child that died, or what the method itself raised, in words.
        """
        if method in BESIDE:
            return self._ready_child(timeout).ask(method, params, timeout, fatal=False, progress=progress)
        if not self._turn.acquire(timeout=timeout):
            raise ServiceError("Keras is busy with something else just now. Try again.")
        try:
            return self._ready_child(timeout).ask(method, params, timeout, progress=progress)
        finally:
            self._turn.release()

    def _ready_child(self, timeout: float) -> Child:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._state in ("ready", "failed"), timeout)
            if self._closed or self._state != "ready" or self._child is None:
                raise ServiceError("Keras has been shut down." if self._closed else WORDS[self._state])
            return self._child

    def _describe(self) -> None:
        """Describe what is wanted, the newest first: an older one is mostly a network that has been edited since."""
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: (
                        self._closed or self._state == "failed" or (self._state == "ready" and len(self._wanted) > 0)
                    )
                )
                if self._closed or self._state == "failed":
                    return
                key, (document, inside) = self._wanted.popitem()
            facts = self._facts(document, inside)
            with self._changed:
                self._known[key] = facts
                _trim(self._known, REMEMBERED)
                self._changed.notify_all()

    def _facts(self, document: str, inside: tuple[str, ...]) -> dict[str, Facts]:
        for _ in range(2):  # twice, because a child may die of something else than this network
            try:
                return FACTS.validate_python(
                    self.call("shapes", {"graph": document, "inside": inside}, self._shapes_limit)
                )
            except ServiceError as error:
                if not error.died:
                    break
        return {}

    def _supervise(self) -> None:
        failures = 0
        while failures < STARTS and not self._closed:
            failures = 0 if self._live() else failures + 1
        self._set("failed")

    def _live(self) -> bool:
        """One life of a child; whether it was ever ready."""
        try:
            child = Child(self._command, ENVIRONMENT, home() / "keras-service.log")
        except OSError as error:
            self._set("restarting", replaced=f"Keras cannot be started: {error}.")
            return False
        with self._changed:
            self._child, closed = child, self._closed
        if closed:
            child.kill("Keras has been shut down.")
        late = threading.Timer(self._start_limit, child.kill, ("Keras took too long to start.",))
        late.start()
        began = self._ready_since

        def on_ready() -> None:
            late.cancel()
            self._set("ready")

        child.listen(on_ready, lambda why: self._set("restarting", replaced=why))
        late.cancel()
        return self._ready_since != began

    def _set(self, state: State, replaced: str | None = None) -> None:
        with self._changed:
            self._state = state
            if state == "ready":
                self._ready_since = time.monotonic()
            if replaced is not None:
                self._replaced = replaced
            self._changed.notify_all()


def _trim(entries: OrderedDict[bytes, Any], most: int) -> None:
    while len(entries) > most:
        entries.popitem(last=False)


@lru_cache(maxsize=1)
def _started() -> KerasService:
    started = KerasService()
    atexit.register(started.close)
    started.start()
    return started


_once = threading.Lock()


def service() -> KerasService:
    """The service of this process, started in the background by the first call."""
    with _once:
        return _started()
