"""How long an epoch will take on a device: from what was measured there, corrected by what finished runs really took."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from builder.program import Facts
from builder.training import Training
from runtime.curves import Curves, read_curves
from runtime.measuring import PRODUCT, Figure, Measurement
from runtime.run import Run, open_run
from runtime.strategies import strategy

LOOKED_AT = 30  # newest runs at most
MOST_LOG = 3_000_000  # bytes of a log that is looked at
LEAST_STEP = 1e-4  # seconds: a step never costs less than being begun
LOOK = 1 / 3  # of a training step's time, to measure a batch: forward only


@dataclass(frozen=True, slots=True)
class Ratio:
    """What `runs` finished runs took, divided by what was expected of them: their median."""

    value: float
    runs: int


@dataclass(frozen=True, slots=True)
class Expectation:
    """Seconds an epoch, and what it is corrected by; None: no run has finished there yet."""

    seconds: float
    ratio: Ratio | None = None
    several: bool = False  # devices, whose talk with each other was not measured

    def __str__(self) -> str:
        """As a person reads it."""
        words = f"about {in_words(self.seconds)} an epoch"
        if self.ratio is None and self.several:
            return (
                f"at best {words}, as each of the devices was measured alone: no run has finished on them together yet"
            )
        if self.ratio is None:
            return f"{words}, from the measurement alone: no run has finished there yet"
        runs = "run" if self.ratio.runs == 1 else f"{self.ratio.runs} runs"
        return (
            f"{words}; the last {runs} took {self.ratio.value:.2g} times what the measurement says, which is counted in"
        )


def work_of(facts: Mapping[str, Facts]) -> int:
    """Multiplications with addition for one example, forward."""
    return sum(fact.macs or 0 for fact in facts.values())


def step_seconds(measurement: Measurement, device: str, training: Training, macs: int) -> float | None:
    """Seconds of a training step; None where this device has not been measured.

    Between two measured networks time follows a power of the work, beyond them the work itself. Several devices share a
    batch; replicas on one processor share that processor too, and so gain nothing.
    """
    chosen = strategy(device)
    if chosen.asks is not None:
        return None  # it was this machine that was measured, not one of the cluster
    points = _points(measurement.figures, chosen.devices[0], training)
    if not points:
        return None
    sharing = 1 if chosen.devices == ("cpu",) and not chosen.addresses else chosen.replicas
    return _at(points, max(1, macs) * training.batch_size / sharing)


def _at(points: Sequence[tuple[float, float]], work: float) -> float:
    below = [point for point in points if point[0] <= work]
    above = [point for point in points if point[0] > work]
    if not below or not above:
        at, seconds = points[0] if above else points[-1]
        return max(LEAST_STEP, seconds * work / at)
    (low, quick), (high, slow) = below[-1], above[0]
    share = math.log(work / low) / math.log(high / low)
    return float(quick * (slow / quick) ** share)


def epoch_seconds(
    measurement: Measurement, device: str, training: Training, macs: int, examples: int, held_out: int
) -> float | None:
    """Seconds of an epoch, its validation with it.

    Args:
        examples: that are trained on.
        held_out: that are measured on.
    """
    step = step_seconds(measurement, device, training, macs)
    if step is None:
        return None
    learned, looked = (math.ceil(count / training.batch_size) for count in (examples, held_out))
    return step * (learned + LOOK * looked)


def expectation(
    measurement: Measurement | None,
    device: str,
    training: Training,
    facts: Mapping[str, Facts],
    examples: int,
    done: Iterable[Run],
) -> Expectation | None:
    """What an epoch of this network will take; None where the device has not been measured.

    Args:
        examples: for training and validation together.
        done: earlier runs, newest first.
    """
    if measurement is None:
        return None
    held_out = round(examples * training.validation_split)
    seconds = epoch_seconds(measurement, device, training, work_of(facts), examples - held_out, held_out)
    if seconds is None:
        return None
    ratio = took(measurement, device, done)
    return Expectation(seconds * (ratio.value if ratio else 1.0), ratio, several=strategy(device).kind != "one")


def took(measurement: Measurement, device: str, done: Iterable[Run]) -> Ratio | None:
    """How right the measurement was for runs that have finished on this device."""
    found = (_ratio(measurement, device, run.spec.training, known) for run, known in _finished(device, done))
    return _median(ratio for ratio in found if ratio is not None)


def memory_ratio(device: str, done: Iterable[Run]) -> Ratio | None:
    """The memory that finished runs took at most, divided by what was estimated for them."""
    found = (known for _, known in _finished(device, done) if known.expected_memory and known.peak_memory)
    return _median(known.peak_memory / known.expected_memory for known in found)


def in_words(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min`, `2.5 h`."""
    if seconds < 90:
        return f"{seconds:.1g} s" if seconds < 1 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _ratio(measurement: Measurement, device: str, training: Training, known: Curves) -> float | None:
    if not known.macs or not known.elapsed or not known.steps:
        return None
    # Not those of the run that it continues; nor those that it was to do yet, where it has finished early.
    epochs = known.epoch - known.first + known.step / known.steps
    share = training.validation_split
    held_out = round(known.examples * share / (1 - share))
    expected = epoch_seconds(measurement, device, training, known.macs, known.examples, held_out)
    return known.elapsed / epochs / expected if epochs > 0 and expected else None


def _points(figures: Sequence[Figure], device: str, training: Training) -> list[tuple[float, float]]:
    """Work and seconds of the measured networks, in the number format of the training where that was measured."""
    steps = [
        one for one in figures if one.where == device and one.what != PRODUCT and one.macs and one.batch and one.seconds
    ]
    variant = "float32, XLA" if training.jit_compile is True else training.dtype_policy
    chosen = [one for one in steps if one.variant == variant] or [one for one in steps if one.variant == "float32"]
    return sorted((float(one.macs * one.batch), one.seconds) for one in chosen)


def _median(ratios: Iterable[float]) -> Ratio | None:
    found = list(ratios)
    return Ratio(statistics.median(found), len(found)) if found else None


def _finished(device: str, done: Iterable[Run]) -> Iterator[tuple[Run, Curves]]:
    """Of the newest runs those that have finished on a device, with their curves; none whose log a page would have to wait for."""
    for run in list(done)[:LOOKED_AT]:
        if run.spec.device == device and _is_quickly_read(run) and run.status() == "finished":
            yield run, _curves(run.id)


def _is_quickly_read(run: Run) -> bool:
    """Whether no page waits for its log, as for that of a week of training."""
    return run.events.exists() and run.events.stat().st_size <= MOST_LOG


@lru_cache(maxsize=200)
def _curves(run_id: str) -> Curves:
    """Of a run that is over, and so will not change."""
    return read_curves(open_run(run_id))
