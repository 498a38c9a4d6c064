"""Points in the plane in two classes: small sets on which one can see what a network learns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from runtime.datasets.base import Arrays, Dataset
from runtime.datasets.split import SPLIT, split, split_code
from runtime.run import DataSpec

if TYPE_CHECKING:
    from builder.scripts import DataCode

Points = Callable[[int], tuple[Any, Any]]  # from a seed to inputs (1000, 2) and classes (1000,)


def _points(name: str, title: str, description: str, points: Points, code: str, *imports: str) -> Dataset:
    """A set made by `points(seed)`; `code` makes `x` and `y` alike, with SEED where the seed goes."""

    def load(spec: DataSpec) -> Arrays:
        x, y = points(spec.seed)
        return split(dataset, spec, x.astype("float32"), y)

    def data_code(spec: DataSpec) -> DataCode:
        from builder.scripts import DataCode

        made = code.strip().replace("SEED", repr(spec.seed))
        body = f"{made}\n" + split_code(dataset, spec, 'x.astype("float32")', "y")
        return DataCode((*imports, SPLIT), body, len(dataset.classes))

    dataset = Dataset(
        name=name,
        title=title,
        description=f"1,000 points in the plane, drawn with the seed. {description}",
        source="Made here.",
        group="two dimensions",
        size=1000,
        input_shape=(2,),
        classes=("0", "1"),
        columns=("x1", "x2"),
        load=load,
        code=data_code,
    )
    return dataset


def _circles(seed: int) -> tuple[Any, Any]:
    from sklearn.datasets import make_circles

    points: tuple[Any, Any] = make_circles(n_samples=1000, noise=0.1, factor=0.5, random_state=seed)
    return points


def _moons(seed: int) -> tuple[Any, Any]:
    from sklearn.datasets import make_moons

    points: tuple[Any, Any] = make_moons(n_samples=1000, noise=0.15, random_state=seed)
    return points


def _xor(seed: int) -> tuple[Any, Any]:
    import numpy as np

    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, size=(1000, 2))
    y = ((x[:, 0] > 0) != (x[:, 1] > 0)).astype("int64")
    return x, y


def _spirals(seed: int) -> tuple[Any, Any]:
    import numpy as np

    rng = np.random.default_rng(seed)
    y = np.arange(1000) % 2
    turn = 3 * np.pi * np.sqrt(rng.uniform(size=1000))
    angle = turn + np.pi * y
    x = np.column_stack([turn * np.cos(angle), turn * np.sin(angle)]) / (2 * np.pi)
    x += rng.normal(scale=0.03, size=x.shape)
    return x, y


CIRCLES = _points(
    "circles",
    "Circles",
    "A ring around a ring: no straight line divides them.",
    _circles,
    "x, y = make_circles(n_samples=1000, noise=0.1, factor=0.5, random_state=SEED)",
    "from sklearn.datasets import make_circles",
)

MOONS = _points(
    "moons",
    "Moons",
    "Two half moons that reach into each other.",
    _moons,
    "x, y = make_moons(n_samples=1000, noise=0.15, random_state=SEED)",
    "from sklearn.datasets import make_moons",
)

XOR = _points(
    "xor",
    "Exclusive or",
    "Class 1 where exactly one of the two numbers is positive: what a single neuron cannot learn.",
    _xor,
    """
rng = np.random.default_rng(SEED)
x = rng.uniform(-1, 1, size=(1000, 2))
y = ((x[:, 0] > 0) != (x[:, 1] > 0)).astype("int64")
""",
    "import numpy as np",
)

SPIRALS = _points(
    "spirals",
    "Spirals",
    "Two arms of a spiral, turned about each other: hard without hidden layers.",
    _spirals,
    """
rng = np.random.default_rng(SEED)
y = np.arange(1000) % 2
turn = 3 * np.pi * np.sqrt(rng.uniform(size=1000))
angle = turn + np.pi * y
x = np.column_stack([turn * np.cos(angle), turn * np.sin(angle)]) / (2 * np.pi)
x += rng.normal(scale=0.03, size=x.shape)
""",
    "import numpy as np",
)
