"""Training through the app, live curves, maps and checkpoints on, against the exported script: time an epoch, and time to first loss."""

from __future__ import annotations

import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROUNDS = int(os.environ.get("ROUNDS", 5))
NETWORKS = (  # title, template, data, epochs
    ("LeNet-5 on 28x28", "lenet5", "fashion_mnist", 8),
    ("perceptron on digits", "mlp", "digits", 200),
    ("LSTM on a sine", "lstm", "sine", 20),
    ("ResNet-20 on digits", "resnet20", "digits", 5),
)
# Runs the exported script unchanged and writes down when each epoch ended; the callback has no batch hooks, so it costs nothing.
TIMED = """
import json, runpy, sys, time
import keras
ends, fit = [], keras.Model.fit
class Clock(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        ends.append(time.time())
keras.Model.fit = lambda self, *args, **kwargs: fit(self, *args, callbacks=[Clock()], **kwargs)
runpy.run_path(sys.argv[1], run_name="__main__")
json.dump(ends, open(sys.argv[2], "w"))
"""


def main() -> None:
    """Print one line for each network, or those that are named, and one for the first loss."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(LAYERLOOM_HOME=folder, KERAS_HOME=f"{folder}/keras", TF_CPP_MIN_LOG_LEVEL="3")
        _made_up_fashion(Path(folder) / "keras" / "datasets" / "fashion-mnist")
        print(f"load of the machine before: {os.getloadavg()[0]:.1f} (figures are worth something below 1)")
        for title, template, data, epochs in NETWORKS:
            if sys.argv[1:] and template not in sys.argv[1:]:
                continue
            spec = _spec(Path(folder), template, data, epochs)
            # One after the other, and each against its neighbour: what else the machine does changes slowly.
            pairs = [(_app_epoch(spec), _script_epoch(Path(folder), spec)) for _ in range(ROUNDS)]
            ratios = sorted(app / script for app, script in pairs)
            took = statistics.median(app for app, _ in pairs)
            print(
                f"{title}: {statistics.median(ratios):.2f} of the script's time an epoch "
                f"({ratios[0]:.2f} to {ratios[-1]:.2f} in {ROUNDS} rounds; {took:.3f} s)",
                flush=True,
            )
        print(_first_loss(Path(folder), _spec(Path(folder), "mlp", "digits", 200)))


def _made_up_fashion(folder: Path) -> None:
    """8,000 random pictures where Keras looks for Fashion-MNIST, which it takes unchecked: speed does not depend on what they show."""
    folder.mkdir(parents=True)
    draw = np.random.default_rng(0)
    for part, count in (("train", 8000), ("t10k", 1000)):
        labels, pictures = draw.integers(0, 10, count, np.uint8), draw.integers(0, 256, (count, 28, 28), np.uint8)
        for name, header, array in (("labels-idx1", 8, labels), ("images-idx3", 16, pictures)):
            with gzip.open(folder / f"{part}-{name}-ubyte.gz", "wb") as file:
                file.write(bytes(header) + array.tobytes())


def _spec(folder: Path, template: str, data: str, epochs: int) -> Path:
    from builder.edits import Configure, Remove, apply
    from builder.graph import write_graph
    from builder.zoo import TEMPLATES
    from runtime.datasets import DATASETS
    from runtime.run import DataSpec

    graph = TEMPLATES[template].make()
    task = DATASETS[data].task(DataSpec(name=data))
    entry = next(node.id for node in graph.nodes if node.layer.type == "Input")
    if data == "fashion_mnist":  # 28x28 pixels need no enlarging; padded, C1 gives the paper's 28x28 maps
        graph = apply(graph, Remove(ids=("enlarged",), heal=True))
        graph = apply(graph, Configure(id="c1", values={"padding": "same"}))
    graph = apply(graph, Configure(id=entry, values={"shape": task.input_shape}))
    network, spec = folder / f"{template}.json", folder / f"{template}-run.json"
    network.write_text(write_graph(graph))
    chosen = ["--set", f"training.epochs={epochs}", "--set", "training.batch_size=32"]
    _python("-m", "runtime", "spec", str(network), "--data", data, *chosen, "-o", str(spec))
    return spec


def _script_epoch(folder: Path, spec: Path) -> float:
    from runtime.run import RunSpec
    from runtime.script import script_of

    run = RunSpec.model_validate_json(spec.read_bytes())
    source, ends = folder / "train.py", folder / "ends.json"
    source.write_text(script_of(run))
    _python("-c", TIMED, str(source), str(ends), cwd=folder)
    return _mean_gap(json.loads(ends.read_text()))


def _app_epoch(spec: Path) -> float:
    from runtime.events import EpochEnded, read
    from runtime.run import open_run

    run = open_run(json.loads(_python("-m", "runtime", "train", str(spec), "--wait", "--json"))["id"])
    events, _ = read(run.events)
    return _mean_gap([event.at for event in events if isinstance(event, EpochEnded)])


def _first_loss(folder: Path, spec: Path) -> str:
    """From the click on Train, with all made ready, to the first loss in the log; against the script from cold."""
    from runtime.events import BatchEnded, read
    from runtime.launchers import local
    from runtime.run import RunSpec, create

    local.ensure()
    local.ready(timeout=120)
    began = time.monotonic()
    run = create(RunSpec.model_validate_json(spec.read_bytes()))
    local.launch(run)
    while not any(isinstance(event, BatchEnded) for event in read(run.events)[0]):
        time.sleep(0.01)
    warm = time.monotonic() - began
    local.wait(run, timeout=120)
    local.close()
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-u", "train.py"], cwd=folder, stdout=subprocess.PIPE, text=True) as script:
        assert script.stdout is not None
        while "loss" not in script.stdout.read(200):
            pass
        cold = time.monotonic() - began
        script.kill()
    return (
        f"click on Train to first loss: {warm:.1f} s warm, {warm / cold:.2f} of the script's cold start ({cold:.1f} s)"
    )


def _mean_gap(ends: list[float]) -> float:
    """Seconds an epoch, without the first, which traces and compiles. The mean: not every epoch is looked at."""
    return (ends[-1] - ends[0]) / (len(ends) - 1)


def _python(*arguments: str, cwd: Path | None = None) -> str:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run([sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{arguments[:3]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()
