"""The state of a run, folded from its events: curves, progress, and what it says."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import groupby, pairwise
from typing import Any, Literal, cast

from builder.training import MOST_EPOCHS
from runtime.events import (
    BatchEnded,
    Downloading,
    EpochEnded,
    Event,
    Failed,
    Finished,
    MapsSaved,
    Paused,
    Resumed,
    Started,
    Stopped,
    Suspended,
    read,
)
from runtime.run import Run

Points = tuple[tuple[float, ...], tuple[float, ...]]  # xs in epochs, ys
Growing = dict[str, tuple[list[float], list[float]]]
Maps = tuple[tuple[float, str], ...]  # epochs done, and the file
Progress = BatchEnded | EpochEnded
MOST_POINTS = 1_000  # of one batch curve; beyond it half of them are dropped, evenly
MOST_CURVES = 1_000  # of a run; a network of 20 outputs with 10 metrics each has 420
MOST_MAPS = 2_000  # times that the maps were saved; likewise
State = Literal["waiting", "running", "paused", "suspended", "finished", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Curves:
    """What is known of a run. Times in seconds; `epoch` and `step` are those that run now, counted from 0."""

    status: State = "waiting"
    device: str = ""
    epochs: int = 0
    steps: int = 0
    first: int = 0  # the epoch that it began with: behind 0 when it continues another run
    epoch: int = 0
    step: int = 0
    batch_size: int = 0
    examples: int = 0
    parameters: int = 0
    anew: tuple[str, ...] = ()  # layers that began with random weights, though the run was given weights
    macs: int = 0
    expected_memory: int = 0  # bytes
    peak_memory: int = 0  # bytes; 0 until the run is over
    started: float | None = None
    updated: float | None = None
    rested: float = 0.0  # time in pauses; what the clock was set back while it trained is taken off
    remaining: float | None = None
    examples_per_second: float | None = None
    batches: Mapping[str, Points] = field(default_factory=dict)
    epochs_done: Mapping[str, Points] = field(default_factory=dict)
    test: Mapping[str, float] = field(default_factory=dict)
    maps: Maps = ()
    diverged: int | None = None  # the first epoch whose loss is no number
    download: Downloading | None = None  # the newest news of weights that are fetched, until training begins
    message: str = ""
    log: str = ""

    @property
    def elapsed(self) -> float | None:
        """Seconds of training so far, pauses left out."""
        if self.started is None or self.updated is None:
            return None
        return max(0.0, self.updated - self.started - self.rested)


def fold_all(events: Iterable[Event], curves: Curves | None = None) -> Curves:
    """The curves after many events. Batches and epochs that follow each other are taken at once: a day writes very many."""
    known = curves or Curves()
    for progress, group in groupby(events, lambda event: isinstance(event, BatchEnded | EpochEnded)):
        some = list(group)
        known = _further(known, cast("list[Progress]", some)) if progress else reduce(_told, some, known)
    return known


def read_curves(run: Run) -> Curves:
    """The curves of a run as its log stands now."""
    return fold_all(read(run.events)[0])


def _told(curves: Curves, event: Event) -> Curves:
    match event:
        case Downloading():
            return replace(curves, download=event, **_clock(curves, event.at, rests=True))
        case Started():
            return _started(curves, event)
        case MapsSaved():
            return replace(curves, maps=(*_thinned(curves.maps), (event.epoch, event.file)))
        case Paused():
            return replace(curves, status="paused", **_clock(curves, event.at))
        case Resumed():
            return replace(curves, status="running", **_clock(curves, event.at, rests=True))
        case Finished():
            ended = replace(curves, status="finished", test=event.test, remaining=0.0, **_clock(curves, event.at))
            return replace(ended, peak_memory=event.peak_memory)
        case Stopped():
            ended = replace(curves, status="stopped", test=event.test, remaining=None, **_clock(curves, event.at))
            return replace(ended, peak_memory=event.peak_memory)
        case Suspended():
            return replace(curves, status="suspended", remaining=None, **_clock(curves, event.at))
        case Failed():
            failed = replace(curves, status="failed", message=event.message, log=event.log, remaining=None)
            return replace(failed, **_clock(curves, event.at))
    return curves


def _started(curves: Curves, event: Started) -> Curves:
    """What is known when a run begins, or goes on: then what it did behind the checkpoint that it goes on from is forgotten."""
    x = event.epoch + event.step / max(1, event.steps)
    known = Curves(maps=curves.maps, first=event.epoch, started=event.at)
    if curves.started is not None and (event.epoch, event.step) != (0, 0):
        known = Curves(
            first=curves.first,
            started=curves.started,
            rested=_clock(curves, event.at, rests=True)["rested"],
            batches={name: _until(x, points) for name, points in curves.batches.items()},
            epochs_done={name: _until(x, points) for name, points in curves.epochs_done.items()},
            maps=tuple(one for one in curves.maps if one[0] <= x),
            anew=curves.anew,
        )
    return replace(
        known,
        status="running",
        device=event.device,
        epochs=event.epochs,
        steps=event.steps,
        batch_size=event.batch_size,
        examples=event.examples,
        parameters=event.parameters,
        anew=known.anew or event.anew,
        macs=event.macs,
        expected_memory=event.expected_memory,
        epoch=event.epoch,
        step=event.step,
        updated=event.at,
    )


def _clock(curves: Curves, *ats: float, rests: bool = False) -> dict[str, Any]:
    """`updated` and `rested` after events at these times.

    Time counts while the run trains, and never backwards: where the clock was set back between two events, none has
    passed. What lies before an event that says that it trains again (`rests`) is rest, whatever the clock did.
    """
    times = ats if curves.updated is None else (curves.updated, *ats)
    passed = (after - before for before, after in pairwise(times))
    trained = curves.status == "running" and not rests
    rested = sum((min(0.0, seconds) if trained else seconds for seconds in passed), curves.rested)
    return {"updated": ats[-1], "rested": rested}


def _until(x: float, points: Points) -> Points:
    """The points up to this place, which may be a rounding error away."""
    count = bisect_right(points[0], x + 1e-9)
    return points[0][:count], points[1][:count]


def _further(curves: Curves, events: Sequence[Progress]) -> Curves:
    """The curves after one batch or epoch or more."""
    batches, epochs, diverged = _lists(curves.batches), _lists(curves.epochs_done), curves.diverged
    for event in events:
        if isinstance(event, BatchEnded):
            _add(batches, event.epoch + event.step / max(1, curves.steps), event.logs, MOST_POINTS)
        else:
            _add(epochs, event.epoch + 1, event.logs, MOST_EPOCHS)
        if diverged is None and not math.isfinite(event.logs.get("loss", 0.0)):
            diverged = event.epoch
    return replace(
        curves,
        batches=_tuples(batches),
        epochs_done=_tuples(epochs),
        diverged=diverged,
        **_progress(curves, events),
    )


def _progress(curves: Curves, events: Sequence[Progress]) -> dict[str, Any]:
    """Where it is after these, and how fast."""
    event = events[-1]
    epoch, step = event.epoch, event.step if isinstance(event, BatchEnded) else curves.steps
    moved = {"epoch": epoch, "step": step, **_clock(curves, *(one.at for one in events))}
    done = (epoch - curves.first) * curves.steps + step
    elapsed = event.at - curves.started - moved["rested"] if curves.started is not None else 0.0
    if elapsed > 0 and done:
        examples = (epoch - curves.first) * curves.examples + min(step * curves.batch_size, curves.examples)
        moved["remaining"] = max(0.0, elapsed / done * ((curves.epochs - curves.first) * curves.steps - done))
        moved["examples_per_second"] = examples / elapsed
    return moved


def _add(known: Growing, x: float, logs: Mapping[str, float], most: int) -> None:
    """One more point for each curve; those that no worker tells, before the last one or of very many, are passed over."""
    for name, y in logs.items():
        if name not in known and len(known) >= MOST_CURVES:
            continue
        xs, ys = known.setdefault(name, ([], []))
        if xs and x <= xs[-1]:
            continue
        if len(xs) >= most:
            places = _evenly(xs, most // 2)
            xs[:], ys[:] = [xs[place] for place in places], [ys[place] for place in places]
        xs.append(x)
        ys.append(y)


def _lists(curves: Mapping[str, Points]) -> Growing:
    return {name: (list(xs), list(ys)) for name, (xs, ys) in curves.items()}


def _tuples(curves: Growing) -> dict[str, Points]:
    return {name: (tuple(xs), tuple(ys)) for name, (xs, ys) in curves.items()}


def _thinned(maps: Maps) -> Maps:
    """Half of them, where there are so many."""
    if len(maps) < MOST_MAPS:
        return maps
    places = _evenly([epoch for epoch, _ in maps], MOST_MAPS // 2)
    return tuple(maps[place] for place in places[-MOST_MAPS // 2 :])


def _evenly(xs: Sequence[float], count: int) -> list[int]:
    """The places of about so many of these ascending values, evenly over what they span, so that no part of a curve is lost."""
    share = (xs[-1] - xs[0]) / count  # may be 0 where what they span is not, as it is too small for the processor
    # Powers of two: what stood in a cell of its own stands in one of the next time, too.
    cell = 2.0 ** math.ceil(math.log2(share)) if share > 0 else 1.0
    cells = [x // cell for x in xs]
    return [place for place, here in enumerate(cells) if place == 0 or here > cells[place - 1]]
