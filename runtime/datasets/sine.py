"""A noisy sine wave to forecast: from 32 values to the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runtime.datasets.base import Arrays, Dataset, test_size
from runtime.run import DataSpec

if TYPE_CHECKING:
    from builder.scripts import DataCode

WINDOW = 32
LENGTH = 2000


def _load(spec: DataSpec) -> Arrays:
    from sklearn.model_selection import train_test_split

    rng = np.random.default_rng(spec.seed)
    wave = np.sin(0.2 * np.arange(LENGTH)) + rng.normal(scale=0.1, size=LENGTH)
    wave = wave.astype("float32")
    windows = np.lib.stride_tricks.sliding_window_view(wave[:-1], WINDOW)
    x, y = windows.reshape(-1, WINDOW, 1), wave[WINDOW:].reshape(-1, 1)
    size = test_size(SINE.size, 0, spec)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=size, shuffle=False)
    return Arrays(x_train, y_train, x_test, y_test)


def _code(spec: DataSpec) -> DataCode:
    from builder.scripts import DataCode

    imports = ("import numpy as np", "from sklearn.model_selection import train_test_split")
    body = f"""
rng = np.random.default_rng({spec.seed!r})
wave = np.sin(0.2 * np.arange({LENGTH})) + rng.normal(scale=0.1, size={LENGTH})
wave = wave.astype("float32")

# Each window of {WINDOW} values is to predict the value that follows it; the end of the wave is the test.
windows = np.lib.stride_tricks.sliding_window_view(wave[:-1], {WINDOW})
x, y = windows.reshape(-1, {WINDOW}, 1), wave[{WINDOW}:].reshape(-1, 1)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size={test_size(SINE.size, 0, spec)!r}, shuffle=False)
"""
    return DataCode(imports, body.strip())


SINE = Dataset(
    name="sine",
    title="Noisy sine",
    description=(
        f"A sine wave with noise drawn with the seed; from {WINDOW} values in a row the next one is to be predicted. "
        "The end of the wave is kept for the test, since a forecast must not see the future."
    ),
    source="Made here.",
    group="sequences",
    size=LENGTH - WINDOW,
    input_shape=(WINDOW, 1),
    load=_load,
    code=_code,
)
