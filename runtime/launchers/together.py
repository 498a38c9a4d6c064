"""Several workers of one run on a cluster, by Ray Train: `python -m runtime.launchers.together FOLDER` is their job.

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
from runtime.ports import free_ports
from runtime.run import open_run
from runtime.strategies import cluster, strategy

ADDRESSES = "LAYERLOOM_WORKERS"  # in the environment of each worker: where all of them are


def main(folder: str) -> int:
    """Let the workers train; returns 1 when they have ended before the run has."""
    run = open_run(Path(folder).name)
    chosen, job = strategy(run.spec.device), os.environ[JOB]
    assert chosen.asks is not None
    storage, places = home() / "cluster", run.folder / PLACES
    shutil.rmtree(places, ignore_errors=True)
    places.mkdir()
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
    finally:
        shutil.rmtree(storage / job, ignore_errors=True)
    return int(run.status() in ("waiting", "running", "paused"))


class Introduction(Backend):  # type: ignore[misc]  # Ray is not there where types are checked
    """Lets the workers know each other before they begin."""

    def on_start(self, worker_group: Any, backend_config: BackendConfig) -> None:
        """Collect their addresses, and tell all of them to each."""
        worker_group.execute(remember, worker_group.execute(address))


class Introduced(BackendConfig):  # type: ignore[misc]
    """What Ray Train asks for."""

    backend_cls = Introduction


def address() -> str:
    """Where this worker's TensorFlow is going to listen."""
    (port,) = free_ports(1)
    return f"{util.get_node_ip_address()}:{port}"


def remember(addresses: list[str]) -> None:
    """Keep where all workers are."""
    os.environ[ADDRESSES] = json.dumps(addresses)


def train_along(told: dict[str, str]) -> None:
    """One worker, on its node; it ends with the process that Ray has started."""
    addresses, index = json.loads(os.environ[ADDRESSES]), get_context().get_world_rank()
    environment = {**os.environ, "TF_CONFIG": json.dumps(cluster(tuple(addresses), index))}
    folder = Path(told["folder"])
    (folder / PLACES / get_runtime_context().get_node_id()).touch()
    command = [sys.executable, "-m", "runtime.crew", str(folder)]
    with (
        (folder / "log").open("ab") as log,
        subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log) as worker,
    ):
        if code := worker.wait():
            raise RuntimeError(f"A worker has ended with {code}.")


if __name__ == "__main__":
    from runtime.launchers import together

    sys.exit(together.main(sys.argv[1]))  # under its name, so that Ray's processes find `train_along`
