"""Runs on a cluster: the supervisor's side of Ray jobs, which are the same workers in folders that all nodes see, or that
a storage keeps equal to those here.

A run's job is sent when its turn has come and is asked after every second, by a thread, so that a cluster that does not
answer holds up nobody. Which job of the run it is stands in its folder, in job.json, and the job is named after that, so
that a supervisor that has just been started sends none twice. A job that ends without the run's last word, as with its
machine, leaves a run that waits to go on, like a worker that dies here.
"""

from __future__ import annotations

import os
import shlex
import threading
import time
from contextlib import suppress

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime import nodes, provisions, tickets
from runtime.cluster import GONE, JOB, Cluster, ClusterError, Job, configured
from runtime.devices import environment
from runtime.forkserver import QUIET
from runtime.home import home
from runtime.launchers.mirrors import Mirrors
from runtime.mirror.kept import NOTE, job_name
from runtime.nodes import Seen
from runtime.process import read_small, write_atomically
from runtime.run import OVER, Run, runs
from runtime.schedule import CPUS, GPUS, Slots
from runtime.storage import STORAGE, StorageError
from runtime.storage import configured as configured_storage
from runtime.strategies import PUBLIC, refusals, strategy

LOOK = 1.0  # seconds between two looks at the cluster
PLACES = "nodes"  # a folder of a run of several workers: a file for each node that trains it
WORKER, REMOTE, TOGETHER = "runtime.worker", "runtime.launchers.remote", "runtime.launchers.together"


class Sent(BaseModel):
    """job.json: the number of a run's newest job, and whether it is still to be looked after."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int = Field(0, ge=0)
    open: bool = False


class Jobs:
    """The runs that have been sent to the cluster."""

    def __init__(self) -> None:
        self.url = self.storage = ""
        self._runs, self._known = dict[str, Run](), dict[str, Job]()  # by the names of their jobs
        self._left: set[str] = set()
        self._packing = dict[str, threading.Thread]()  # what runs take along, where nodes see our folder
        self._mirrors: Mirrors | None = None  # where nodes see no folder of ours
        self._seen = Seen(url="")
        self._lock, self._ended = threading.Lock(), threading.Event()
        with suppress(ClusterError):  # pages say why it cannot be used
            if cluster := configured():
                self.url, self._seen = cluster.url, nodes.last_seen(cluster)
                try:
                    self._open_storage()
                except StorageError as error:  # nothing is sent then
                    self._seen = self._seen.model_copy(update={"error": str(error)})
                    nodes.tell(self._seen)
                    return
                threading.Thread(target=self._serve, args=(cluster,), name="cluster", daemon=True).start()

    @property
    def answers(self) -> bool:
        """Whether runs can be sent now."""
        return self._seen.answers

    @property
    def slots(self) -> dict[str, Slots]:
        """The room on all nodes together."""
        alive = self._seen.alive
        memory = sum(node.memory for node in alive)
        return {
            CPUS: Slots(int(sum(node.cpus for node in alive)), memory),
            GPUS: Slots(int(sum(node.gpus for node in alive)), memory),
        }

    def begin(self, run: Run) -> str:
        """Have the run sent; the name of its job. One that is on its way already is sent once.

        Raises:
            OSError: that cannot be written down.
            ValueError: this run is not sent; the message says why.
        """
        if found := refusals(strategy(run.spec.device), run.spec.graph, run.spec.training):
            raise ValueError(" ".join(found))
        sent = _sent(run)
        if not sent.open:
            sent = sent.model_copy(update={"number": sent.number + 1, "open": True})
            _put(run, sent)
        return self._follow(run, anew=True)

    def follow(self, run: Run) -> str:
        """Look after the newest job of a run, which an earlier supervisor has sent; its name."""
        return self._follow(run, anew=False)

    def close(self) -> None:
        """Look no more; what has been sent goes on."""
        self._ended.set()
        if self._mirrors is not None:
            self._mirrors.close()

    def is_over(self, job_id: str) -> bool:
        """Whether the cluster has said so."""
        job = self._known.get(job_id)
        return job is not None and job.over

    def gave_up(self, job_id: str) -> bool:
        """Whether it is over and not only because the cluster had no room for too long."""
        job = self._known.get(job_id)
        return job is not None and job.over and not job.crowded_out

    def leave(self, run: Run, job_id: str) -> None:
        """Look after a job of a run no more; it is ended where it is not over."""
        if not job_id:
            return
        if run.folder.is_dir():
            _put(run, _sent(run).model_copy(update={"open": False}))
        with self._lock:
            self._runs.pop(job_id, None)
            self._left.add(job_id)
        if self._mirrors is not None:
            self._mirrors.leave(job_id)

    def settle(self, run: Run, job_id: str) -> None:
        """Put down in the run's folder that its job is over, if it is: a run without a last word then waits to go on."""
        job = self._known.get(job_id)
        if job is None or not job.over or not _sent(run).open:
            return
        worker = run.worker()
        if job.message and job.status != "SUCCEEDED":
            with suppress(OSError), run.log.open("a") as log:
                log.write(f"The cluster says: {job.message.strip()[:2000]}\n")
        if worker is not None and worker.job == job_id and not worker.over:
            write_atomically(run.worker_file, worker.model_copy(update={"over": True}).model_dump_json())

    def _follow(self, run: Run, anew: bool) -> str:
        number = _sent(run).number
        job_id = job_name(run, number)
        if self._mirrors is not None:
            self._mirrors.open(run, number, anew)
        with self._lock:
            self._runs[job_id] = run
        return job_id

    def _open_storage(self) -> None:
        """Where there is one: and clear away what runs that are over have left there, should somebody have been interrupted."""
        storage = configured_storage()
        if storage is None:
            return
        self.storage = storage.url
        storage.check()
        self._mirrors = Mirrors(storage)
        for run in runs():
            if (run.folder / NOTE).exists() and run.status() in OVER:
                self._mirrors.open(run, _sent(run).number, anew=False)
                self._mirrors.leave(job_name(run, _sent(run).number))

    def _serve(self, cluster: Cluster) -> None:
        guarded = False
        while not self._ended.is_set():
            try:
                if not guarded:
                    cluster.guard()
                    guarded = True
                self._seen = Seen(url=cluster.url, at=time.time(), nodes=cluster.nodes(), jobs=self._places())
                self._seen = self._seen.model_copy(update={"packing": tuple(self._look(cluster))})
            except ClusterError as error:
                guarded = False
                self._seen = self._seen.model_copy(update={"error": str(error)})
            if self._mirrors is not None:
                self._seen = self._seen.model_copy(update={"troubles": self._mirrors.troubles()})
            with suppress(OSError):
                nodes.tell(self._seen)
            self._ended.wait(LOOK)

    def _look(self, cluster: Cluster) -> list[str]:
        """Ask after all jobs, and send those that are ready; the runs that are not ready yet."""
        with self._lock:
            looked_after, left = dict(self._runs), set(self._left)
        packing = []
        for job_id, run in looked_after.items():
            if not self.is_over(job_id) and not self._look_at(cluster, job_id, run):
                packing.append(run.id)
        for job_id in left:
            if (job := cluster.job(job_id)) is not None:
                (cluster.forget if job.over else cluster.stop)(job_id)
            if job is None or job.over:
                self._left.discard(job_id)
                self._known.pop(job_id, None)
                self._packing.pop(job_id, None)
        return packing

    def _look_at(self, cluster: Cluster, job_id: str, run: Run) -> bool:
        """A job that the cluster does not know is sent where its run has not begun, else it is lost. False before it is ready."""
        job = cluster.job(job_id) or (GONE if tickets.find(run.id) is None else None)
        if job is None:
            if not self._is_packed(job_id, run):
                return False
            cluster.submit(job_id, *_asked(run, job_id, self.storage))
        elif not job.over or self._mirrors is None or self._mirrors.drained(job_id):
            self._known[job_id] = job
        return True

    def _is_packed(self, job_id: str, run: Run) -> bool:
        """Whether all is where a node finds it."""
        if self._mirrors is not None:
            return self._mirrors.ready(job_id)
        if job_id not in self._packing:
            self._packing[job_id] = threading.Thread(target=provisions.lay_out, args=(run,), daemon=True)
            self._packing[job_id].start()
        return not self._packing[job_id].is_alive()

    def _places(self) -> dict[str, tuple[str, ...]]:
        with self._lock:
            looked_after = dict(self._runs)
        told = {job_id: self._mirrors.nodes(job_id) for job_id in looked_after} if self._mirrors is not None else {}
        known = [(job_id, run, job) for job_id, run in looked_after.items() if (job := self._known.get(job_id))]
        return {run.id: told.get(job_id) or _places(run, job) for job_id, run, job in known}


def _asked(run: Run, job_id: str, storage: str) -> tuple[str, int, int, dict[str, str]]:
    """Command, CPUs, GPUs and environment of a job. Of several workers each asks for itself, by Ray Train."""
    chosen = strategy(run.spec.device)
    assert chosen.asks is not None
    several = chosen.processes > 1
    shared = {name: os.environ[name] for name in (PUBLIC,) if name in os.environ}
    variables = {**environment(run.spec.device), **QUIET, **shared, JOB: job_id}
    if storage:
        command = f"exec python -m {TOGETHER if several else REMOTE} {run.id}"
        variables[STORAGE] = storage
    else:
        folder = shlex.quote(str(run.folder))
        command = f"exec python -m {TOGETHER if several else WORKER} {folder} >> {folder}/log 2>&1"
        variables["LAYERLOOM_HOME"] = str(home())
    cpus, gpus = (0, 0) if several else chosen.asks
    return command, cpus, gpus, variables


def _places(run: Run, job: Job) -> tuple[str, ...]:
    """The nodes that train a run: of several workers each has put down its own."""
    with suppress(FileNotFoundError):
        return tuple(sorted(path.name for path in (run.folder / PLACES).iterdir()))
    return (job.node,) if job.node else ()


def _sent(run: Run) -> Sent:
    try:
        return Sent.model_validate_json(read_small(run.folder / "job.json"))
    except (OSError, ValidationError):
        return Sent()


def _put(run: Run, sent: Sent) -> None:
    write_atomically(run.folder / "job.json", sent.model_dump_json())
