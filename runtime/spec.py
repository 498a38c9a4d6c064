"""What a run is asked to do: data, network, settings, device, seed and what is recorded."""

from __future__ import annotations

from pydantic import Field

from builder.graph import Frozen, Graph
from builder.training import Training

START_FILE = "start.npz"  # in the folder of a run; its script opens it by this name


class DataSpec(Frozen):
    """A data set by name, and how its test examples are set aside.

    `test_fraction` and `seed` decide the split; a set that comes with its own test examples keeps them.
    """

    name: str = Field("digits", max_length=64, pattern=r"^[a-z][a-z0-9_]*$")
    test_fraction: float = Field(0.2, ge=0, le=0.9)
    seed: int = Field(0, ge=0, le=2**31 - 1)


class Watch(Frozen):
    """What is recorded while training: kernels and feature maps of `nodes` (empty: of all) for one test example."""

    sample: int = Field(0, ge=0)
    nodes: tuple[str, ...] = Field((), max_length=200)
    maps: bool = True


class Start(Frozen):
    """Weights that a run begins with instead of random ones; the layers that have changed since begin with random ones.

    `file` lies in Layerloom's folder of weights. `title` says to people whose weights they are. A run that continues another
    one, `run`, counts on from its `epoch`, and goes on with what its `optimizer` has gathered if that lies in the file too.
    """

    file: str = Field(pattern=r"^[0-9a-f]{64}\.npz$")
    title: str = Field(max_length=100)
    run: str = Field("", pattern=r"^([0-9]{8}-[0-9]{6}-[0-9a-f]{6})?$")
    epoch: int = Field(0, ge=0, le=10_000)
    optimizer: bool = False


class RunSpec(Frozen):
    """Enough to repeat a run exactly."""

    graph: Graph
    data: DataSpec = DataSpec()
    training: Training = Training()
    device: str = Field("cpu", max_length=400)  # see runtime.strategies
    seed: int = Field(0, ge=0, le=2**31 - 1)
    watch: Watch = Watch()
    start: Start | None = None
