"""Random numbers to fit: nothing is to be found in them, only the training itself is to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runtime.datasets.base import Arrays, Dataset, test_examples
from runtime.run import DataSpec

if TYPE_CHECKING:
    from builder.scripts import DataCode

EXAMPLES, NUMBERS, TARGETS = 80, 1000, 10  # 64 of the examples train, as in the course


def _load(spec: DataSpec) -> Arrays:
    rng = np.random.default_rng(spec.seed)
    x = rng.normal(size=(EXAMPLES, NUMBERS)).astype("float32")
    y = rng.normal(size=(EXAMPLES, TARGETS)).astype("float32")
    kept = EXAMPLES - test_examples(EXAMPLES, 0, spec)
    return Arrays(x[:kept], y[:kept], x[kept:], y[kept:])


def _code(spec: DataSpec) -> DataCode:
    from builder.scripts import DataCode

    kept = EXAMPLES - test_examples(EXAMPLES, 0, spec)
    body = f"""
rng = np.random.default_rng({spec.seed!r})
x = rng.normal(size=({EXAMPLES}, {NUMBERS})).astype("float32")
y = rng.normal(size=({EXAMPLES}, {TARGETS})).astype("float32")
x_train, y_train, x_test, y_test = x[:{kept}], y[:{kept}], x[{kept}:], y[{kept}:]
"""
    return DataCode(("import numpy as np",), body.strip())


RANDOM = Dataset(
    name="random",
    title="Random numbers",
    description=(
        f"{NUMBERS:,} random numbers an example, and {TARGETS} random numbers to predict from them. There is nothing to be "
        "found: a network learns the training examples by heart, and the test shows that it has learned nothing else."
    ),
    source="Made here.",
    group="tables",
    size=EXAMPLES,
    input_shape=(NUMBERS,),
    load=_load,
    code=_code,
    columns=tuple(f"x{number}" for number in range(1, NUMBERS + 1)),
    targets=TARGETS,
)
