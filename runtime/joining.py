"""A machine that trains along in a run that another one has started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from runtime.devices import environment
from runtime.run import RunSpec, create
from runtime.strategies import cluster, refusals, strategy

ROOT = Path(__file__).parents[1]


def join(spec: RunSpec, index: int) -> int:
    """Train along until the first machine is done. Returns 0 when it has ended well.

    Args:
        index: which of the addresses in `spec.device` this machine is; 0 is the machine that has started the run.

    Raises:
        ValueError: it is no run of several machines, is refused, or has no such address.
    """
    chosen = strategy(spec.device)
    if not chosen.addresses:
        raise ValueError(
            f"This run trains on {spec.device!r}, not on several machines: start it with `train` where it is."
        )
    if not 1 <= index < chosen.replicas:
        raise ValueError(
            f"--index must be from 1 to {chosen.replicas - 1}: the place of this machine in {spec.device!r}."
        )
    if found := refusals(chosen, spec.graph, spec.training):
        raise ValueError(" ".join(found))
    with TemporaryDirectory() as folder:
        os.environ["LAYERLOOM_HOME"] = folder  # the run belongs to the first machine; here nothing of it is kept
        run = create(spec.model_copy(update={"start": None}))  # the weights come from the first machine
        config = {"TF_CONFIG": json.dumps(cluster(chosen.addresses, index))}
        command = [sys.executable, "-m", "runtime.crew", str(run.folder)]
        with subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment(spec.device), **config}, stdin=subprocess.PIPE
        ) as worker:
            return worker.wait()
