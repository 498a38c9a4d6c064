"""The loop gives what `fit` gives, to the bit, keeps its pace, and ends when it is told."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
EXAMPLES, BATCH, EPOCHS = 75, 16, 4  # the last batch holds 11


class Listener:
    """What the loop speaks to; `stop_after` batches of an epoch it wants to end."""

    steps = -(-EXAMPLES // BATCH)
    over = suspended = False

    def __init__(self, stop_after=None):
        self.told, self.heard, self.stop_after = [], [], stop_after

    def begin_epoch(self, epoch, step=0):
        self.heard.append(("begin", epoch))

    def keep_state(self):
        self.heard.append(("kept",))

    def end_batches(self, step, logs):
        self.heard.append(("batches", step))
        self.over = self.stop_after is not None and step >= self.stop_after

    def end_epoch(self, logs):
        self.told.append({name: float(value) for name, value in logs.items()})

    def end_training(self):
        self.heard.append(("end",))

    def listen(self):
        self.heard.append(("validated",))


def compiled():
    """A network with everything that changes while it trains: dropout, running means, metrics, averaged weights."""
    import keras

    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    optimizer = keras.optimizers.Adam(use_ema=True, ema_overwrite_frequency=None)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def data():
    import tensorflow as tf

    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(EXAMPLES, 6)).astype("float32"), draw.integers(0, 3, EXAMPLES)
    slices = tf.data.Dataset.from_tensor_slices((x, y))
    return slices.shuffle(EXAMPLES, seed=5).batch(BATCH), slices.take(20).batch(BATCH)


def test_the_loop_learns_what_fit_learns_to_the_bit():
    from runtime.loop import fit

    expected = compiled()
    train, validation = data()
    history = expected.fit(train, validation_data=validation, epochs=EPOCHS, shuffle=False, verbose=0).history
    found, listener = compiled(), Listener()
    fit(found, listener, *data(), EPOCHS)
    assert listener.told == [{name: history[name][epoch] for name in history} for epoch in range(EPOCHS)]
    for ours, theirs in zip(found.get_weights(), expected.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)


def test_a_stop_ends_the_epoch_where_it_is():
    from runtime.loop import fit

    listener = Listener(stop_after=1)
    fit(compiled(), listener, *data(), EPOCHS)
    assert listener.heard == [("begin", 0), ("batches", 1), ("kept",), ("end",)]
    assert listener.told == []


def test_a_call_does_as_many_batches_as_fit_into_its_time(monkeypatch):
    from runtime import loop

    class Clock:
        now, seconds = 0.0, 0.001

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(loop, "time", clock)

    def several(iterator, count):
        clock.now += clock.seconds * int(count)
        return {}

    steps = loop.Steps(compiled(), several)
    assert [steps.run(None, 1000)[0] for _ in range(5)] == [1, 1, 8, 64, 100]  # the first also compiles
    assert steps.run(None, 20)[0] == 20
    clock.seconds = 1.0
    assert [steps.run(None, 1000)[0] for _ in range(2)] == [100, 1]
