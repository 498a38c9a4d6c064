"""How long a run trains on after a click on Pause: a small network and one whose steps take long, also while the first is built."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAUSES = int(os.environ.get("PAUSES", 10))
DEVICES = sys.argv[1:] or ["cpu", "mirrored:cpu:2", "workers:2"]
NETWORKS = (("perceptron, batches of 32", "mlp", 32), ("ResNet-20, batches of 512", "resnet20", 512))


def main() -> None:
    """Print one line for each network on each device."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(LAYERLOOM_HOME=folder, TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
        from runtime.launchers import local

        print(f"load of the machine before: {os.getloadavg()[0]:.1f} (figures are worth something below 1)")
        local.ensure()
        local.ready(timeout=120)
        for device in DEVICES:
            for title, template, batch in NETWORKS:
                first, others = _pauses(template, batch, device)
                print(
                    f"{title}, {device}: a pause holds after {statistics.median(others) * 1000:.0f} ms, at worst "
                    f"{max(others) * 1000:.0f}; while the first step is built {first * 1000:.0f} ms",
                    flush=True,
                )
        local.close()


def _pauses(template: str, batch: int, device: str) -> tuple[float, list[float]]:
    """Seconds from asking to holding: before the first step, and at other moments."""
    from builder.edits import Configure, apply
    from builder.training import Training
    from builder.zoo import TEMPLATES
    from runtime.datasets import DATASETS
    from runtime.events import BatchEnded, Started, read
    from runtime.launchers import local
    from runtime.run import DataSpec, RunSpec, create

    data = DataSpec(name="digits")
    graph = TEMPLATES[template].make()
    entry = next(node.id for node in graph.nodes if node.layer.type == "Input")
    graph = apply(graph, Configure(id=entry, values={"shape": DATASETS["digits"].task(data).input_shape}))
    run = create(RunSpec(graph=graph, data=data, training=Training(epochs=10_000, batch_size=batch), device=device))

    def seen(kind: type) -> Callable[[], bool]:
        return lambda: any(isinstance(event, kind) for event in read(run.events)[0])

    def pause() -> float:
        began = time.monotonic()
        local.pause(run)
        _until(run, lambda: run.status() == "paused")
        held = time.monotonic() - began
        local.resume(run)
        _until(run, lambda: run.status() == "running")
        return held

    local.launch(run)
    _until(run, seen(Started))
    first = pause()
    _until(run, seen(BatchEnded))
    others = []
    for number in range(PAUSES):
        time.sleep(0.4 + 0.13 * number)  # at many moments of a step, an epoch and a validation
        others.append(pause())
    local.stop(run)
    local.wait(run)
    return first, others


def _until(run: Any, condition: Callable[[], bool]) -> None:
    from runtime.run import OVER

    while not condition():
        if run.status() in OVER:
            raise SystemExit(f"It has ended ({run.status()}):\n{run.log_end()}")
        time.sleep(0.002)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()
