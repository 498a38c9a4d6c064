"""How layers do while they train: the figures, that measuring changes nothing, and how often it is done."""

from __future__ import annotations

import numpy as np
import pytest

import runtime.statistics
from builder.graph import Graph
from runtime.run import Run, RunSpec, create
from runtime.statistics import BETWEEN, MOST_MEASURING, LayerStatistics, Recorder, RunStatistics, path_of, read, write


@pytest.fixture
def run(tmp_path, monkeypatch) -> Run:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    return create(RunSpec(graph=Graph()))


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(runtime.statistics, "time", clock)
    return clock


def test_the_newest_is_kept_and_read(run: Run) -> None:
    assert read(run) is None
    write(run, RunStatistics(epoch=1, layers={"a": LayerStatistics(mean=1)}))
    newest = RunStatistics(epoch=1.5, layers={"a": LayerStatistics(mean=2, dead=0.5), "b": LayerStatistics()})
    write(run, newest)
    assert read(run) == newest
    path_of(run).write_text("{")
    assert read(run) is None


def test_measuring_takes_its_share_of_the_time_and_no_more(run: Run, clock: Clock) -> None:
    times = []

    def measure() -> dict[str, LayerStatistics]:
        times.append(clock.now)
        clock.now += 0.05
        return {}

    recorder = Recorder(run, measure)
    for _ in range(1_000):
        clock.now += 0.1
        recorder.record(1.0)
    between = np.diff(times)
    assert between[0] >= BETWEEN
    assert all(gap >= 0.05 / MOST_MEASURING for gap in between[1:])
    recorder.record(2.0, last=True)
    found = read(run)
    assert found is not None
    assert found.epoch == 2.0


def test_a_measurement_that_fails_ends_itself_and_not_the_training(run: Run, clock: Clock, capsys) -> None:
    calls = []

    def measure() -> dict[str, LayerStatistics]:
        calls.append(1)
        raise ArithmeticError("no")

    recorder = Recorder(run, measure)
    recorder.record(1.0, last=True)
    recorder.record(1.0, last=True)
    assert len(calls) == 1
    assert "the training goes on" in capsys.readouterr().err


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_figures_are_those_of_the_definition_and_nothing_changes() -> None:
    import keras
    import tensorflow as tf

    from runtime.maps.statistics import statistician

    keras.utils.set_random_seed(0)
    inputs = keras.Input((4,), name="x")
    hidden = keras.layers.Dense(3, activation="relu", name="hidden")(inputs)
    outputs = keras.layers.Dense(1, name="out")(keras.layers.Dropout(0.5, name="drop")(hidden))
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "mse", metrics=["mae"])
    x, y = tf.random.normal((8, 4)), tf.ones((8, 1))
    model.train_on_batch(x, y)
    layer = model.get_layer("hidden")
    layer.bias.assign([-100.0, 0.0, 100.0])  # never, sometimes, always
    before = {variable.path: variable.numpy() for variable in [*model.variables, *model.metrics_variables]}
    measure = statistician(model, x, y)
    found = measure()
    for variable in [*model.variables, *model.metrics_variables]:
        np.testing.assert_array_equal(variable.numpy(), before[variable.path])

    assert list(found) == ["hidden", "drop", "out"]
    activation = keras.Model(model.inputs, hidden)(x, training=False).numpy()
    assert found["hidden"].dead == pytest.approx((activation == 0).all(axis=0).mean())
    assert found["hidden"].dead >= 1 / 3
    assert found["hidden"].mean == pytest.approx(activation.mean(), rel=1e-5)
    assert found["hidden"].spread == pytest.approx(activation.std(), rel=1e-4)
    assert (found["out"].dead, found["drop"].gradient, found["drop"].change) == (None, None, None)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(x, training=False) - y) ** 2)
    weights = [weight.value for weight in model.get_layer("out").trainable_variables]
    norm = tf.linalg.global_norm(tape.gradient(loss, weights))
    assert found["out"].gradient == pytest.approx(float(norm), rel=1e-4)

    assert found["out"].change == 0
    kernel = model.get_layer("out").kernel
    kernel.assign(kernel * 2)  # its bias is as good as nothing beside it
    first = np.linalg.norm(np.append(before[kernel.path], before[model.get_layer("out").bias.path]))
    expected = np.linalg.norm(before[kernel.path]) / first
    assert measure()["out"].change == pytest.approx(expected, rel=1e-4)


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_convolutional_lstm_shows_its_maps() -> None:
    import keras

    from runtime.maps.watcher import watcher

    inputs = keras.Input((2, 4, 1), name="x")
    model = keras.Model(inputs, keras.layers.ConvLSTM1D(3, 2, name="conv")(inputs))
    found = watcher(model, np.zeros((2, 4, 1), np.float32))()
    assert found["conv/features"].shape == (3, 3)
    assert "conv/kernels" not in found


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_looking_draws_no_random_numbers() -> None:
    """Keras's recurrent layers draw their masks in inference mode too; then a training would depend on when it is looked at."""
    import keras
    import tensorflow as tf

    from runtime.maps.statistics import statistician
    from runtime.maps.watcher import watcher

    inputs = keras.Input((3, 1), name="x")
    cell = keras.layers.LSTM(2, dropout=0.2, recurrent_dropout=0.2, name="lstm")
    outputs = keras.layers.Dense(1, name="out")(keras.layers.Bidirectional(cell, name="both")(inputs))
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "mse")
    x = np.zeros((2, 3, 1), np.float32)
    measure, look = statistician(model, tf.constant(x), tf.zeros((2, 1))), watcher(model, x[0])
    seeds = {id(variable): np.array(variable) for variable in model.variables if "seed" in variable.path}
    assert len(seeds) == 2
    for action in (measure, look, look):
        action()
        for variable in model.variables:
            np.testing.assert_array_equal(variable, seeds.get(id(variable), variable))
