"""Measures this machine in a process of its own: python -m runtime.measure FILE. See `runtime.measuring`."""

from __future__ import annotations

import signal
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from runtime.gpu import Build
from runtime.measuring import BATCH, MATRIX, PRODUCT, TIME_LIMIT, VARIANTS, Figure, Measurement, write

ENOUGH = 1.0  # seconds that a figure is measured, after it has warmed up
NETWORKS = {  # templates, and classes of pictures that they are measured with
    "lenet5": "LeNet-5",
    "resnet20": "ResNet-20",
    "mobilenet": "MobileNet",
}
Job = tuple[str, Figure, Callable[[], float]]


def main(arguments: list[str]) -> int:
    """Measure, and write each figure down. Returns 0 when it is done, 1 when it was not."""
    if len(arguments) != 1:
        print("usage: python -m runtime.measure FILE", file=sys.stderr)
        return 2
    file = Path(arguments[0])
    sys.stdin.read()  # until then our state is not written yet
    signal.alarm(TIME_LIMIT)  # ends the process even where C++ code hangs
    state = Measurement.model_validate_json(file.read_bytes())
    try:
        for state in measured(state, jobs):  # noqa: B020 (the last one is what broke off)
            write(file, state)
    except Exception as error:
        traceback.print_exc()
        write(file, state.model_copy(update={"doing": "", "error": f"It broke off: {error}"[:500]}))
        return 1
    return 0


def measured(state: Measurement, plan: Callable[[Build], list[Job]]) -> Iterator[Measurement]:
    """The states from the first figure to the last; what fails is told and holds up nothing."""
    build = asked()
    planned = plan(build)
    for number, (words, figure, run) in enumerate(planned):
        yield (
            state := state.model_copy(update={"doing": words, "done": number, "total": len(planned), "build": build})
        )
        try:
            found = figure.model_copy(update={"seconds": run()})
        except Exception as error:
            traceback.print_exc()
            found = figure.model_copy(update={"error": f"{type(error).__name__}: {error}"[:300]})
        state = state.model_copy(update={"figures": (*state.figures, found)})
    yield state.model_copy(update={"doing": "", "done": len(planned)})


def asked() -> Build:
    """What TensorFlow says of itself."""
    import tensorflow as tf

    info = tf.sysconfig.get_build_info()
    return Build(
        tensorflow=tf.__version__,
        cuda_build=bool(info.get("is_cuda_build")),
        cuda_version=str(info.get("cuda_version", "")),
        cudnn_version=str(info.get("cudnn_version", "")),
        gpus=len(tf.config.list_physical_devices("GPU")),
    )


def jobs(build: Build) -> list[Job]:
    """What is measured, in this order: what says most comes first."""
    places = {"cpu": "/CPU:0"} | {f"gpu:{number}": f"/GPU:{number}" for number in range(build.gpus)}
    found: list[Job] = [(f"{MATRIX} x {MATRIX} matrix product in NumPy", Figure(what=PRODUCT, where="numpy"), _numpy)]
    for name, place in places.items():
        words = f"{MATRIX} x {MATRIX} matrix product in TensorFlow on {name}"
        found.append((words, Figure(what=PRODUCT, where=name), lambda place=place: _product(place)))  # type: ignore[misc]
    for variant in VARIANTS:
        for template, title in NETWORKS.items():
            if variant != "float32" and template == "mobilenet":
                continue  # the other two show what a number format does
            for name, place in places.items():
                figure = Figure(what=title, where=name, variant=variant, batch=BATCH, macs=_macs(template))
                words = f"Training step of {title} on {name}, {variant}"
                found.append((words, figure, _training(template, place, variant)))
    return found


def repeated(run: Callable[[], object]) -> float:
    """Seconds that it takes once: the median of what fits into ENOUGH, three times at least; the first is not counted."""
    run()
    times = list[float]()
    while len(times) < 3 or sum(times) < ENOUGH:
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _numpy() -> float:
    a, b = _matrices()
    return repeated(lambda: a @ b)


def _product(place: str) -> float:
    import tensorflow as tf

    with tf.device(place):
        a, b = (tf.constant(matrix) for matrix in _matrices())
        multiply = tf.function(tf.matmul)
        return repeated(lambda: multiply(a, b)[0, 0].numpy())  # a GPU answers before it is done


def _matrices() -> Iterator[Any]:
    draw = np.random.default_rng(0)
    return (draw.random((MATRIX, MATRIX), np.float32) for _ in range(2))


def _macs(template: str) -> int:
    from builder.compile import shapes
    from builder.program import lower
    from builder.zoo import TEMPLATES

    return sum(fact.macs or 0 for fact in shapes(lower(TEMPLATES[template].make())).values())


def _training(template: str, place: str, variant: str) -> Callable[[], float]:
    """One step on made-up pictures, as the worker does it."""

    def run() -> float:
        import tensorflow as tf

        from builder.compile import build
        from builder.program import lower
        from builder.zoo import TEMPLATES

        policy, compiled = VARIANTS[variant]
        with tf.device(place):
            model = build(lower(TEMPLATES[template].make()), dtype_policy=policy)
            model.compile("adam", "sparse_categorical_crossentropy", jit_compile=compiled)
            draw = np.random.default_rng(0)
            x = tf.constant(draw.random((BATCH, *model.input_shape[1:]), np.float32))
            y = tf.constant(draw.integers(0, model.output_shape[-1], BATCH))
            model._symbolic_build(data_batch=(x, y))
            model.optimizer.build(model.trainable_variables)
            step = tf.function(model.train_step, jit_compile=compiled, autograph=False)
            return repeated(lambda: step((x, y))["loss"].numpy())

    return run


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
