"""What a run says while it trains, and how it hears that it shall stop or pause: the worker's side of the log."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import keras

from runtime.events import BatchEnded, EpochEnded, Event, MapsSaved, Paused, Resumed, append
from runtime.maps import save
from runtime.maps.watcher import Look
from runtime.run import Run

TICK = 0.2  # seconds between two words about a running epoch
BETWEEN_MAPS = 2.0  # seconds between two looks inside an epoch
BETWEEN_LOOKS = 0.1  # seconds between two looks at least: epochs of a small network are shorter
MOST_LOOKING = 0.02  # share of the time that looks may take
BETWEEN_CHECKPOINTS = 10.0  # seconds: saving costs tens of milliseconds
MOST_LOOKS = 200  # after so many epochs not each one is looked at


class Telemetry(keras.callbacks.CallbackList):  # type: ignore[misc]
    """Tells of batches and epochs, takes maps, saves the model, and obeys the control file.

    It stands in for Keras's own list of callbacks, which would copy loss and metrics from the device after every batch.
    """

    def __init__(self, run: Run, model: Any, steps: int, look: Look | None) -> None:
        super().__init__([], add_history=True, model=model, epochs=run.spec.training.epochs, verbose=0)
        self.run, self.steps, self.look = run, steps, look
        self.network = model
        self.epoch = self.step = 0
        self.stopped = False
        self.diverged = False
        self._every = math.ceil(run.spec.training.epochs / MOST_LOOKS)
        self._began = 0.0
        self._next_tick = self._next_maps = self._next_look = 0.0
        self._looked = -1.0  # epochs done at the last look
        self._next_checkpoint = time.monotonic() + BETWEEN_CHECKPOINTS
        self._asked = (0, 0)  # which control file was last read
        self.saved = False

    def stop(self) -> None:
        """End after this batch; what has been learned so far is kept."""
        self.stopped = True
        self.network.stop_training = True

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Remember when it began."""
        super().on_epoch_begin(epoch, logs)
        self.epoch, self.step, self._began = epoch, 0, time.monotonic()
        self._next_maps = self._began + BETWEEN_MAPS

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Nothing."""

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Speak, listen and look now and then."""
        self.step = batch + 1
        now = time.monotonic()
        if now >= self._next_tick:
            self._next_tick = now + TICK
            self._tell(BatchEnded(at=time.time(), epoch=self.epoch, step=self.step, logs=floats(logs)))
            self._obey()
            if self.look and now >= self._next_maps and self.step < self.steps:
                self._next_maps = now + BETWEEN_MAPS
                self._take_maps(self.epoch + round(self.step / self.steps, 2))

    def on_test_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Nothing."""

    def on_test_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Nothing."""

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Tell of the epoch, unless it was broken off in the middle; look, and save when it is time."""
        super().on_epoch_end(epoch, logs)
        if self.step < self.steps:
            return
        told = floats(logs)
        self._tell(EpochEnded(at=time.time(), epoch=epoch, seconds=time.monotonic() - self._began, logs=told))
        if self.look and time.monotonic() >= self._next_look and (epoch + 1) % self._every == 0:
            self._take_maps(epoch + 1)
        if not math.isfinite(told.get("loss", 0.0)):
            self.diverged = True
            self.network.stop_training = True
        elif time.monotonic() >= self._next_checkpoint:
            self.checkpoint()
        self._obey()

    def take_first_maps(self) -> None:
        """The maps before training."""
        if self.look:
            self._take_maps(0)
            self._next_look = 0.0  # this one traced the network, so that it took far longer than the next will

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """The maps as they are in the end, wherever training has ended."""
        super().on_train_end(logs)
        done = self.epoch + round(self.step / self.steps, 2)
        if self.look and done > self._looked:
            self._take_maps(done)

    def checkpoint(self) -> None:
        """Save the model in one step: whoever reads it never finds half of it."""
        draft = self.run.folder / ".model.keras"
        self.network.save(draft)
        draft.replace(self.run.model)
        self.saved = True
        self._next_checkpoint = time.monotonic() + BETWEEN_CHECKPOINTS

    def _take_maps(self, epoch: float) -> None:
        assert self.look is not None
        began = time.monotonic()
        whole = int(epoch)
        file = f"{whole:05d}-{round((epoch - whole) * 100):03d}.npz"
        save(self.run.maps / file, self.look())
        self._tell(MapsSaved(at=time.time(), epoch=epoch, file=file))
        now = time.monotonic()
        self._looked = epoch
        self._next_look = now + max(BETWEEN_LOOKS, (now - began) / MOST_LOOKING)

    def _obey(self) -> None:
        wish = self._wish()
        if wish == "pause":
            self._tell(Paused(at=time.time()))
            while (wish := self._wish() or "pause") == "pause" and not self.stopped:
                time.sleep(0.05)
            self._tell(Resumed(at=time.time()))
        if wish == "stop":
            self.stop()

    def _wish(self) -> str:
        """What is newly asked for; empty when nothing is."""
        try:
            found = self.run.control.stat()
            # Each wish is a new file; clocks of file systems are too coarse to tell two quick ones apart.
            if (found.st_mtime_ns, found.st_ino) == self._asked:
                return ""
            self._asked = (found.st_mtime_ns, found.st_ino)
            return self.run.control.read_text()[:10].strip()
        except OSError:
            return ""

    def _tell(self, event: Event) -> None:
        append(self.run.events, event)


def floats(logs: Mapping[str, Any] | None) -> dict[str, float]:
    """Loss and metrics as plain numbers; this is where they are copied from the device."""
    return {name: float(value) for name, value in (logs or {}).items()}
