"""Sets whose examples enter the network at two places: for siamese networks and for those that read and then write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runtime.datasets.base import Arrays, Dataset
from runtime.datasets.split import SPLIT, split, split_code
from runtime.run import DataSpec

if TYPE_CHECKING:
    from builder.scripts import DataCode

PAIR_COUNT = 2000
SEQUENCE_COUNT = 4000
LENGTH = 8  # digits of a sequence
START = 10  # the sign before the first digit


def _load_pairs(spec: DataSpec) -> Arrays:
    from sklearn.datasets import load_digits

    images, digits = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8, 1).astype("float32") / 16
    rng = np.random.default_rng(spec.seed)
    same = np.arange(PAIR_COUNT) % 2
    first = rng.integers(len(images), size=PAIR_COUNT)
    fitting = [np.flatnonzero((digits == digits[one]) == wanted) for one, wanted in zip(first, same, strict=True)]
    second = [rng.choice(numbers) for numbers in fitting]
    pairs = np.stack([images[first], images[second]], axis=1)
    return split(PAIRS, spec, pairs, same)


def _pairs_code(spec: DataSpec) -> DataCode:
    from builder.scripts import DataCode

    body = f"""
images, digits = load_digits(return_X_y=True)
images = images.reshape(-1, 8, 8, 1).astype("float32") / 16  # grey values from 0 to 1

# To each picture another one: in turn of another digit (0) and of the same digit (1).
rng = np.random.default_rng({spec.seed!r})
same = np.arange({PAIR_COUNT}) % 2
first = rng.integers(len(images), size={PAIR_COUNT})
fitting = [np.flatnonzero((digits == digits[one]) == wanted) for one, wanted in zip(first, same)]
second = [rng.choice(numbers) for numbers in fitting]
pairs = np.stack([images[first], images[second]], axis=1)  # (pairs, 2, 8, 8, 1)
{split_code(PAIRS, spec, "pairs", "same")}
"""
    imports = ("import numpy as np", "from sklearn.datasets import load_digits", SPLIT)
    return DataCode(imports, body.strip(), len(PAIRS.classes))


PAIRS = Dataset(
    name="pairs",
    title="Pairs of digits",
    description=(
        "Two handwritten digits each, put together with the seed: are they the same digit? The network has two inputs, "
        "one for each picture; a siamese one reads both with the same layers."
    ),
    source="E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits, UCI, 1998; bundled with scikit-learn.",
    group="several inputs",
    size=PAIR_COUNT,
    input_shape=(8, 8, 1),
    inputs=2,
    classes=("different", "same"),
    load=_load_pairs,
    code=_pairs_code,
)


def _load_reversal(spec: DataSpec) -> Arrays:
    rng = np.random.default_rng(spec.seed)
    digits = rng.integers(10, size=(SEQUENCE_COUNT, LENGTH))
    backwards = digits[:, ::-1]
    before = np.column_stack([np.full(SEQUENCE_COUNT, START), backwards[:, :-1]])
    x = np.eye(START + 1, dtype="float32")[np.stack([digits, before], axis=1)]
    return split(REVERSAL, spec, x, backwards)


def _reversal_code(spec: DataSpec) -> DataCode:
    from builder.scripts import DataCode

    body = f"""
rng = np.random.default_rng({spec.seed!r})
digits = rng.integers(10, size=({SEQUENCE_COUNT}, {LENGTH}))
backwards = digits[:, ::-1]

# What has been written before each step: first the sign {START} for the start, then the digits one step later.
before = np.column_stack([np.full({SEQUENCE_COUNT}, {START}), backwards[:, :-1]])
x = np.eye({START + 1}, dtype="float32")[np.stack([digits, before], axis=1)]  # (sequences, 2, {LENGTH}, {START + 1}), one-hot
{split_code(REVERSAL, spec, "x", "backwards")}
"""
    return DataCode(("import numpy as np", SPLIT), body.strip(), len(REVERSAL.classes))


REVERSAL = Dataset(
    name="reversal",
    title="Digits backwards",
    description=(
        f"{LENGTH} random digits, drawn with the seed; they are to be told backwards, one digit a step. An encoder-decoder "
        "reads them at its first input; its second input holds what it should have written before each step, beginning "
        "with a sign for the start."
    ),
    source="Made here.",
    group="several inputs",
    size=SEQUENCE_COUNT,
    input_shape=(LENGTH, START + 1),
    inputs=2,
    steps=LENGTH,
    classes=tuple("0123456789"),
    load=_load_reversal,
    code=_reversal_code,
)
