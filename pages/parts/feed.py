"""The news of one run, read once and shared by everyone who watches it."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from runtime.curves import Curves, fold_all
from runtime.events import Started, read
from runtime.run import OVER, Run

TICK = 0.02  # seconds between two looks at the log's size
LOOKS_A_CHECK = 50  # looks between two checks whether the worker lives
MOST_POINTS = 3000  # of one curve in one message; a longer one is thinned
Points = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Message:
    """What is new from byte `start` to byte `end` of the log, as the browser reads it; `start` 0: everything."""

    start: int
    end: int
    text: str


class Feed:
    """Follows the log of one run while somebody watches. Only for the thread of the event loop, but for `_read`.

    `watchers` are woken after each message. `gone`: the run has been deleted. `over`: it has ended, all of it is read.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.watchers: set[asyncio.Event] = set()
        self.latest = Message(0, 0, "")
        self.version = 0
        self.over = self.gone = False
        self._curves = Curves()  # without points: these are in the messages
        self._state = run.status()
        self._size = 0  # of the log, when it was last looked at; its last line may be half written
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def watch(self, wake: asyncio.Event) -> None:
        """Count in a watcher; the first one starts the reading."""
        self.watchers.add(wake)
        if self._task is None:
            self._task = asyncio.create_task(self._follow())

    def leave(self, wake: asyncio.Event) -> bool:
        """Count out a watcher. True when it was the last: the reading has stopped, forget the feed."""
        self.watchers.discard(wake)
        if not self.watchers and self._task is not None:
            self._task.cancel()
        return not self.watchers

    async def since(self, offset: int) -> Message:
        """What a watcher who has read to `offset` lacks: the newest message, when it begins there, else a read of its own."""
        await self._ready.wait()
        if self.latest.start == offset:
            return self.latest
        return await asyncio.to_thread(self._read, offset)

    async def _follow(self) -> None:
        self._size = self._log_size()
        self.latest, self._curves = await asyncio.to_thread(self._advance)
        self._ready.set()
        while not self.gone:
            looks = 0
            await asyncio.sleep(TICK)
            while not await self._news(looks):
                looks += 1
                await asyncio.sleep(TICK)
            if not self.gone:
                self.latest, self._curves = self._advance()
            self._tell()

    async def _news(self, looks: int) -> bool:
        """Whether there is something to tell: the log has grown, or the worker's state has changed."""
        size = self._log_size()
        if looks % LOOKS_A_CHECK == LOOKS_A_CHECK - 1 and not self.gone:
            state = await asyncio.to_thread(self.run.status)
            if state != self._state:
                self._state = state
                return True
        grown, self._size = size != self._size, size
        return self.gone or grown

    def _log_size(self) -> int:
        try:
            return self.run.events.stat().st_size
        except FileNotFoundError:
            self.gone = not self.run.folder.is_dir()
            return 0

    def _tell(self) -> None:
        self.version += 1
        for wake in self.watchers:
            wake.set()

    def _advance(self) -> tuple[Message, Curves]:
        start, before = self.latest.end, self._curves
        events, end = read(self.run.events, start)
        if start and any(isinstance(event, Started) for event in events):  # it goes on from before what was told
            start, before = 0, Curves()
            events, end = read(self.run.events)
        curves = fold_all(events, before)
        if events:
            self._state = self.run.status()
        self.over = self._state in OVER
        return self._message(start, end, curves, curves), replace(curves, batches={}, epochs_done={})

    def _read(self, offset: int) -> Message:
        """The points from `offset` on, with the status as it is now; all of them when the run has begun anew meanwhile."""
        events, end = read(self.run.events, offset)
        if offset and any(isinstance(event, Started) for event in events):
            return self._read(0)
        points = fold_all(events, self._curves)
        return self._message(offset, end, points, self._curves)

    def _message(self, start: int, end: int, points: Curves, now: Curves) -> Message:
        content = {
            "run": self.run.id,
            "start": start,
            "end": end,
            "status": status(now, self._state),
            "batches": series(points.batches),
            "epochs": series(points.epochs_done),
            "over": self.over,
        }
        return Message(start, end, json.dumps(content, allow_nan=False, separators=(",", ":")))


def status(curves: Curves, state: str) -> dict[str, Any]:
    """What the status line says, ready for JSON."""
    return {
        "state": state,
        "epochs": curves.epochs,
        "epoch": curves.epoch,
        "steps": curves.steps,
        "step": curves.step,
        "elapsed": number(curves.elapsed),
        "remaining": number(curves.remaining),
        "speed": number(curves.examples_per_second),
        "diverged": curves.diverged,
        "fetching": fetching(curves),
    }


def fetching(curves: Curves) -> str | None:
    """`Fetching the learned weights of VGG16: 34 of 528 MB`, before the training begins; else None."""
    news = curves.download
    if news is None:
        return None
    received = f"{news.received / 1e6:.0f}" + (f" of {news.total / 1e6:.0f}" if news.total else "")
    return f"Fetching learned weights, {news.name}: {received} MB"


def series(curves: Mapping[str, Points]) -> dict[str, list[list[float | None]]]:
    """Curves ready for JSON: at most MOST_POINTS each; a y that is no number becomes null, which plotly draws as a gap."""
    return {name: [list(column) for column in zip(*thinned(points), strict=True)] for name, points in curves.items()}


def thinned(points: Points) -> list[tuple[float | None, float | None]]:
    """Every n-th point, and each one that is no number, and the last."""
    xs, ys = points
    step = math.ceil(len(xs) / MOST_POINTS) or 1
    return [
        (number(x), number(y))
        for index, (x, y) in enumerate(zip(xs, ys, strict=True))
        if index % step == 0 or index == len(xs) - 1 or not math.isfinite(y)
    ]


def number(value: float | None) -> float | None:
    """Six digits are enough for a screen; None for NaN and infinity, which JSON does not have."""
    return float(f"{value:.6g}") if value is not None and math.isfinite(value) else None
