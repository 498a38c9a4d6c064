"""Several workers of one run on a cluster, by Ray Train: `python -m runtime.launchers.together FOLDER` is their job, or
RUN where a storage takes the place of a path that all nodes see.

Ray Train finds nodes for them and starts a process on each; these tell TensorFlow who the others are (TF_CONFIG) as Ray's
TensorflowTrainer does, which is not used because it imports TensorFlow into every process of Ray, 600 MB and ten seconds
each. What trains is a process of its own beside Ray's, `runtime.crew`, as for several workers on one machine. Only this
file imports Ray.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

from ray import get_runtime_context, util
from ray.train import RunConfig, ScalingConfig, get_context
from ray.train.backend import Backend, BackendConfig
from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer

from runtime.cluster import JOB
from runtime.home import home
from runtime.launchers.cluster import PLACES
from runtime.launchers.remote import opened
from runtime.ports import free_ports
from runtime.run import open_run
from runtime.spec import RunSpec
from runtime.storage import STORAGE
from runtime.strategies import cluster, strategy

WORKERS = "LAYERLOOM_WORKERS"  # in the environment of each worker: where all of them are
CREW = (sys.executable, "-m", "runtime.crew")


def main(folder: str) -> int:
    """Let the workers train; returns 1 when they have ended before the run has."""
    if STORAGE in os.environ:
        return _gather(opened(folder).record().spec, folder)
    run = open_run(Path(folder).name)
    places = run.folder / PLACES
    shutil.rmtree(places, ignore_errors=True)
    places.mkdir()
    _gather(run.spec, folder)
    return int(run.status() in ("waiting", "running", "paused"))


def _gather(spec: RunSpec, folder: str) -> int:
    """Have the workers found and started; 1 when one of them has not ended well."""
    chosen, job, storage = strategy(spec.device), os.environ[JOB], home() / "cluster"
    assert chosen.asks is not None
    try:
        DataParallelTrainer(
            train_along,
            train_loop_config={"folder": folder},
            backend_config=Introduced(),
            scaling_config=ScalingConfig(
                num_workers=chosen.processes,
                use_gpu=chosen.asks.gpus > 0,
                resources_per_worker={"CPU": chosen.asks.cpus, "GPU": chosen.asks.gpus},
                placement_strategy="SPREAD",
            ),
            run_config=RunConfig(name=job, storage_path=str(storage)),
        ).fit()
    except Exception:  # whatever Ray raises: what counts is whether the run has ended
        traceback.print_exc()
        return 1
    finally:
        shutil.rmtree(storage / job, ignore_errors=True)
    return 0


class Introduction(Backend):  # type: ignore[misc]  # Ray is not there where types are checked
    """Lets the workers know each other before they begin."""

    def on_start(self, worker_group: Any, backend_config: BackendConfig) -> None:
        """Collect where they are, and tell all of it to each."""
        worker_group.execute(remember, worker_group.execute(place))


class Introduced(BackendConfig):  # type: ignore[misc]
    """What Ray Train asks for."""

    backend_cls = Introduction


def place() -> tuple[str, str]:
    """Where this worker's TensorFlow is going to listen, and its node."""
    (port,) = free_ports(1)
    return f"{util.get_node_ip_address()}:{port}", get_runtime_context().get_node_id()


def remember(places: list[tuple[str, str]]) -> None:
    """Keep where all workers are."""
    os.environ[WORKERS] = json.dumps(places)


def train_along(told: dict[str, str]) -> None:
    """One worker, on its node; it ends with the process that Ray has started."""
    addresses, nodes = zip(*json.loads(os.environ[WORKERS]), strict=True)
    index = get_context().get_world_rank()
    environment = {**os.environ, "TF_CONFIG": json.dumps(cluster(addresses, index))}
    if STORAGE in os.environ:
        code = opened(told["folder"], index, tuple(sorted(set(nodes)))).train(CREW, environment)
    else:
        code = _train_here(Path(told["folder"]), environment)
    if code:
        raise RuntimeError(f"A worker has ended with {code}.")


def _train_here(folder: Path, environment: dict[str, str]) -> int:
    (folder / PLACES / get_runtime_context().get_node_id()).touch()
    with (
        (folder / "log").open("ab") as log,
        subprocess.Popen(
            [*CREW, str(folder)], env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log
        ) as worker,
    ):
        return worker.wait()


if __name__ == "__main__":
    from runtime.launchers import together

    sys.exit(together.main(sys.argv[1]))  # under its name, so that Ray's processes find `train_along`
