"""Many runs queued at once: forked from a process that has imported TensorFlow, against a Python of its own for each."""

from __future__ import annotations

import itertools
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RUNS = int(os.environ.get("RUNS", 30))
EPOCHS = 3


def main() -> None:
    """Print one line."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(LAYERLOOM_HOME=folder, TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
        from runtime.devices import devices
        from runtime.launchers import local

        print(f"load of the machine before: {os.getloadavg()[0]:.1f} (figures are worth something below 1)")
        local.ensure()
        if not local.ready(timeout=120):
            raise SystemExit("The fork server does not begin.")
        first, _, _ = _train(1, forked=True)
        firsts, memory, forked = _train(RUNS, forked=True)
        _, own, plain = _train(RUNS, forked=False)
        local.close()
        cores = devices()[0].threads
        print(
            f"{RUNS} runs of the digits CNN queued at once on {cores} cores: {forked:.0f} s, {forked / plain:.2f} of plain "
            f"starts ({plain:.0f} s); first epoch of one run {statistics.median(first):.1f} s after the click (queued: "
            f"{min(firsts):.1f} s at best); memory of a worker {memory / 1e6:.0f} MB of its own and shared (plain {own / 1e6:.0f} MB)"
        )


def _train(count: int, forked: bool) -> tuple[list[float], float, float]:
    """Seconds from joining the queue to the end of the first epoch, memory of a worker (PSS, bytes), seconds for all."""
    from runtime import tickets
    from runtime.events import EpochEnded, read
    from runtime.launchers import local
    from runtime.run import OVER, create

    began, joined = time.monotonic(), time.time()
    runs = [create(digits_cnn()) for _ in range(count)]
    for run in runs:
        tickets.put(tickets.Ticket(run=run.id, tries=0 if forked else 1))  # what has died once is not forked
    local.ensure()
    memory: list[float] = []
    while any(run.status() not in OVER for run in runs):
        memory += [_memory(run) for run in runs if run.status() == "running"]
        time.sleep(0.1)
    took = time.monotonic() - began
    failed = [run.log_end() for run in runs if run.status() != "finished"]
    if failed:
        raise SystemExit(f"{len(failed)} runs have not finished:\n{failed[0]}")
    ends = [next(event.at for event in read(run.events)[0] if isinstance(event, EpochEnded)) for run in runs]
    return [end - joined for end in ends], statistics.quantiles(memory, n=10)[-1] if len(memory) > 1 else 0.0, took


def digits_cnn() -> Any:
    """What is trained."""
    from builder.graph import Edge, Graph, Node
    from builder.layers import LAYERS
    from builder.training import Training
    from runtime.run import RunSpec

    layers = {
        "pixels": LAYERS["Input"](shape=(8, 8, 1)),
        "conv": LAYERS["Conv2D"](filters=8, kernel_size=(3, 3), activation="relu"),
        "pool": LAYERS["MaxPooling2D"](),
        "flat": LAYERS["Flatten"](),
        "digit": LAYERS["Dense"](units=10, activation="softmax"),
    }
    nodes = tuple(Node(id=name, layer=layer) for name, layer in layers.items())
    graph = Graph(nodes=nodes, edges=tuple(Edge(source=a, target=b) for a, b in itertools.pairwise(layers)))
    return RunSpec(graph=graph, training=Training(epochs=EPOCHS, batch_size=32))


def _memory(run: Any) -> float:
    try:
        lines = Path(f"/proc/{run.worker().pid}/smaps_rollup").read_text().splitlines()
    except (OSError, AttributeError):
        return 0.0
    return next((float(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0.0)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()
