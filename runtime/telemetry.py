"""What a run says while it trains, and how it hears that it shall stop or pause: the worker's side of the log."""

from __future__ import annotations

import math
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from runtime.checkpoints import Position
from runtime.events import BatchEnded, EpochEnded, Event, MapsSaved, Paused, Resumed, append
from runtime.holding import stop_here
from runtime.keeper import Keeper
from runtime.maps import save
from runtime.maps.watcher import Look
from runtime.process import drafted
from runtime.run import Run
from runtime.statistics import Recorder

TICK = 0.2  # seconds between two words about a running epoch
BETWEEN_WISHES = 0.1  # seconds between two looks at what is asked for
BETWEEN_MAPS = 2.0  # seconds between two looks inside an epoch
BETWEEN_LOOKS = 0.1  # seconds between two looks at least: epochs of a small network are shorter
MOST_LOOKING = 0.005  # share of the time that looks may take
BETWEEN_MODELS = 20.0  # seconds between two savings of the model at least
MOST_SAVING = 0.005  # share of the time that these may take: that of a deep network takes half a second
MOST_LOOKS = 200  # after so many epochs not each one is looked at


class Telemetry:
    """Tells of batches and epochs, takes maps, saves the model, and obeys the control file."""

    def __init__(
        self,
        run: Run,
        model: Any,
        steps: int,
        look: Look | None,
        recorder: Recorder | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.run, self.model, self.steps, self.look, self.recorder = run, model, steps, look, recorder
        self._keeper = keeper
        self.epoch = self.step = 0
        self.stopped = False
        self.suspended = False
        self.interrupted = False
        self.diverged = False
        self.saved = False
        self._every = math.ceil(run.spec.training.epochs / MOST_LOOKS)
        self._began = 0.0
        self._next_tick = self._next_wish = self._next_maps = self._next_look = 0.0
        self._looked = -1.0  # epochs done at the last look
        self._next_checkpoint = time.monotonic() + BETWEEN_MODELS
        self._asked: tuple[int, int] | None = None  # which control file was last read
        self._speaking = threading.RLock()  # held through a pause: nothing else is said then

    @property
    def over(self) -> bool:
        """Whether training shall end before its epochs are done."""
        return self.stopped or self.suspended or self.diverged

    def stop(self) -> None:
        """End after these batches; what has been learned so far is kept."""
        self.stopped = True

    def suspend(self) -> None:
        """End after these batches, so that the run can go on later exactly where it was."""
        self.suspended = True

    def interrupt(self) -> None:
        """The same, when nobody has asked for it, as when the machine is shut down: the run then goes on by itself."""
        self.suspended = self.interrupted = True

    def begin_epoch(self, epoch: int, step: int = 0) -> None:
        """Remember when it began, or went on after so many steps."""
        self.epoch, self.step, self._began = epoch, step, time.monotonic()
        self._next_maps = self._began + BETWEEN_MAPS

    def end_batches(self, step: int, logs: Mapping[str, Any]) -> None:
        """Speak, listen and look now and then; `step` batches of this epoch are done."""
        self.step = step
        now = time.monotonic()
        if now >= self._next_tick:
            self._next_tick = now + TICK
            self._tell(BatchEnded(at=time.time(), epoch=self.epoch, step=self.step, logs=floats(logs)))
            if self.look and now >= max(self._next_maps, self._next_look) and self.step < self.steps:
                self._next_maps = now + BETWEEN_MAPS
                self._take_maps(self.epoch + round(self.step / self.steps, 2))
            if self.recorder:
                self.recorder.record(self.epoch + round(self.step / self.steps, 2))
            if self._keeper and step < self.steps and self._keeper.is_time() and math.isfinite(floats(logs)["loss"]):
                self._keeper.keep(Position(self.epoch, step))
        self.listen()

    def listen(self) -> None:
        """Obey what has been asked for; to be called between any two steps."""
        now = time.monotonic()
        if now >= self._next_wish:
            self._next_wish = now + BETWEEN_WISHES
            with self._speaking:
                self._obey()

    def unheard(self) -> object:
        """What tells a wish that was not heard yet from others; None when there is none."""
        newest = self._newest()
        return None if newest == self._asked else newest

    def hold(self) -> None:
        """Hold a pause in the middle of a step, from another thread; what else is asked waits for the end of the step."""
        with self._speaking, suppress(OSError):  # a full disk is told by the training itself
            if self.run.wish() == "pause":
                self._obey(partial(stop_here, self.run.control))

    def end_epoch(self, logs: Mapping[str, Any]) -> None:
        """Tell of the epoch; look, and save when it is time."""
        told = floats(logs)
        self._tell(EpochEnded(at=time.time(), epoch=self.epoch, seconds=time.monotonic() - self._began, logs=told))
        if self.look and time.monotonic() >= self._next_look and (self.epoch + 1) % self._every == 0:
            self._take_maps(self.epoch + 1)
        if not math.isfinite(told.get("loss", 0.0)):
            self.diverged = True
        else:
            if self._keeper:
                self._keeper.end_epoch(self.epoch + 1, told.get("val_loss", told.get("loss", math.inf)))
            if time.monotonic() >= self._next_checkpoint:
                self.checkpoint()
        self.listen()

    def keep_state(self) -> None:
        """Have the state as it is now, wherever the training ends, so that it can go on from here."""
        if self._keeper is None:
            return
        if not self.diverged:
            whole = self.step == self.steps
            self._keeper.keep(Position(self.epoch + whole, 0 if whole else self.step))
        self._keeper.done()

    def take_first_maps(self, epoch: int = 0) -> None:
        """The maps before training, which begins with this epoch."""
        if self.look:
            self._take_maps(epoch)
            self._next_look = 0.0  # this one traced the network, so that it took far longer than the next will

    def end_training(self) -> None:
        """The maps as they are in the end, wherever training has ended."""
        done = self.epoch + round(self.step / self.steps, 2)
        if self.look and done > self._looked:
            self._take_maps(done)
        if self.recorder:
            self.recorder.record(done, last=True)

    def checkpoint(self) -> None:
        """Save the model in one step: whoever reads it never finds half of it."""
        began = time.monotonic()
        with drafted(self.run.model, ".keras") as draft:
            self.model.save(draft)
        self.saved = True
        now = time.monotonic()
        self._next_checkpoint = now + max(BETWEEN_MODELS, (now - began) / MOST_SAVING)

    def _take_maps(self, epoch: float) -> None:
        assert self.look is not None
        began = time.monotonic()
        try:
            maps = self.look()
        except Exception:
            self.look = None
            print("The maps cannot be taken; the training goes on without.", file=sys.stderr)
            traceback.print_exc()
            return
        whole = int(epoch)
        file = f"{whole:05d}-{round((epoch - whole) * 100):03d}.npz"
        save(self.run.maps / file, maps)
        self._tell(MapsSaved(at=time.time(), epoch=epoch, file=file))
        now = time.monotonic()
        self._looked = epoch
        self._next_look = now + max(BETWEEN_LOOKS, (now - began) / MOST_LOOKING)

    def _obey(self, hold: Callable[[], None] | None = None) -> None:
        wish = self._wish()
        if wish == "pause":
            self._tell(Paused(at=time.time()))
            if hold is not None:
                hold()
            while (wish := self._wish() or "pause") == "pause" and not self.over:
                time.sleep(0.05)
            self._tell(Resumed(at=time.time()))
        if wish == "stop":
            self.stop()
        if wish == "suspend":
            self.suspend()

    def _wish(self) -> str:
        """What is newly asked for; empty when nothing is."""
        newest = self._newest()
        if newest in (None, self._asked):
            return ""
        self._asked = newest
        return self.run.wish()

    def _newest(self) -> tuple[int, int] | None:
        """Tells one control file from others."""
        try:
            found = self.run.control.stat()
        except OSError:
            return None
        # Each wish is a new file; clocks of file systems are too coarse to tell two quick ones apart.
        return found.st_mtime_ns, found.st_ino

    def _tell(self, event: Event) -> None:
        with self._speaking:
            append(self.run.events, event)


def floats(logs: Mapping[str, Any]) -> dict[str, float]:
    """Loss and metrics as plain numbers; this is where they are copied from the device."""
    return {name: float(value) for name, value in logs.items()}
