"""A Ray cluster as its head tells of it: nodes and jobs, by the REST interface of Ray's dashboard, so that a server needs no Ray.

`LAYERLOOM_CLUSTER` names the head, `RAY_AUTH_TOKEN` (or a file, `RAY_AUTH_TOKEN_PATH`) holds what it asks for. Whoever may
send jobs may execute anything on all nodes, so a cluster that asks for no token is not used.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

ADDRESS, TOKEN, TOKEN_FILE = "LAYERLOOM_CLUSTER", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"
QUICK, PATIENT = 3.0, 30.0  # seconds in which the head must answer a question, and take a job
MOST = 20_000_000  # bytes of an answer
JOB = "LAYERLOOM_JOB"  # in the environment of a job: its name


class ClusterError(Exception):
    """A cluster that cannot be used just now, or at all; `str()` is shown, and says what to do."""


class Node(BaseModel):
    """A machine of the cluster."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(max_length=100)
    address: str = Field(max_length=100)
    alive: bool
    head: bool = False
    cpus: float = 0
    gpus: float = 0
    memory: int = 0  # bytes
    memory_used: int = 0
    load: float = 0  # percent of its processors
    gpu_memory: int = 0  # of its largest GPU


class Job(BaseModel):
    """What the cluster knows of a job; `node` is where its process runs."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: Literal["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "STOPPED"]
    message: str | None = None
    error_type: str | None = None
    node: str | None = Field(None, validation_alias="driver_node_id")

    @property
    def over(self) -> bool:
        """Whether nothing will become of it any more."""
        return self.status not in ("PENDING", "RUNNING")

    @property
    def crowded_out(self) -> bool:
        """Whether the cluster has had no room for it, until it gave up."""
        return self.error_type == "JOB_SUPERVISOR_ACTOR_START_TIMEOUT"


GONE = Job(status="FAILED", message="The cluster does not know this job any more: it has been started anew.")
_ROWS: TypeAdapter[list[dict[str, Any]]] = TypeAdapter(list[dict[str, Any]])


@dataclass(frozen=True, slots=True)
class Cluster:
    """The head of a cluster and the key to it. Each method asks it, and raises ClusterError when it does not answer."""

    url: str
    token: str = field(repr=False)

    @property
    def host(self) -> str:
        """The name or address of the head."""
        return urlsplit(self.url).hostname or ""

    def guard(self) -> None:
        """Refuse a cluster that lets in everybody."""
        if self._ask("GET", "/api/version", key=False)[0] == 200:
            raise ClusterError(
                f"The cluster at {self.url} takes jobs from anybody who reaches it, so it is not used. Start Ray on its "
                "nodes with RAY_AUTH_MODE=token and RAY_AUTH_TOKEN in the environment (`make node` does)."
            )

    def nodes(self) -> tuple[Node, ...]:
        """All machines, the head first, dead ones too unless they have been started again."""
        try:
            rows = _ROWS.validate_python(self._found("GET", "/nodes?view=summary")["data"]["summary"])
            found = [_node(row) for row in rows]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise ClusterError(f"{self.url} does not answer as Ray does ({type(error).__name__}).") from None
        here = {node.address for node in found if node.alive}
        listed = [node for node in found if node.alive or node.address not in here]
        return tuple(sorted(listed, key=lambda node: (not node.alive, not node.head, node.address)))

    def job(self, job_id: str) -> Job | None:
        """A job; None when the cluster does not know it."""
        status, body = self._ask("GET", f"/api/jobs/{quote(job_id)}")
        if status == 404:
            return None
        self._expect(status, body)
        try:
            return Job.model_validate_json(body)
        except ValidationError:
            raise ClusterError(f"{self.url} does not answer as Ray does.") from None

    def submit(self, job_id: str, command: str, cpus: int, gpus: int, environment: Mapping[str, str]) -> None:
        """Send a job; nothing happens where the cluster has it already.

        Args:
            command: for the shell of a node.
            cpus: that its process is given on a node, as well as `gpus`.
            environment: beside that in which the node was started.
        """
        job = {
            "submission_id": job_id,
            "entrypoint": command,
            "entrypoint_num_cpus": cpus,
            "entrypoint_num_gpus": gpus,
            "runtime_env": {"env_vars": dict(environment)},
        }
        status, body = self._ask("POST", "/api/jobs/", job, within=PATIENT)
        if b"already exists" not in body:
            self._expect(status, body)

    def stop(self, job_id: str) -> None:
        """End a job, by SIGTERM and soon by SIGKILL; nothing happens where it is over."""
        self._ask("POST", f"/api/jobs/{quote(job_id)}/stop")

    def forget(self, job_id: str) -> None:
        """Take a job that is over from the cluster's list."""
        self._ask("DELETE", f"/api/jobs/{quote(job_id)}")

    def _found(self, method: str, path: str) -> dict[str, Any]:
        status, body = self._ask(method, path)
        self._expect(status, body)
        found = json.loads(body)
        return found if isinstance(found, dict) else {}

    def _expect(self, status: int, body: bytes) -> None:
        if status in (401, 403):
            raise ClusterError(
                f"The cluster at {self.url} does not accept the token. Set {TOKEN} to what its nodes were started with."
            )
        if status != 200:
            lines = body.decode(errors="replace").strip().splitlines() or ["is it Ray that listens there?"]
            raise ClusterError(f"The cluster at {self.url} answers {status}: {lines[-1][:300]}")

    def _ask(
        self, method: str, path: str, body: object = None, within: float = QUICK, key: bool = True
    ) -> tuple[int, bytes]:
        """Status and body. No proxy stands between, and no redirection is followed: the token goes to the head alone."""
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.token}"} if key else {})
        connection = kind(parts.hostname or "", parts.port, timeout=within)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read(MOST)
        except (OSError, http.client.HTTPException) as error:
            why = str(error) or type(error).__name__
            raise ClusterError(
                f"The cluster at {self.url} cannot be reached ({why}). Is Ray running there, and does no firewall stand between?"
            ) from None
        finally:
            connection.close()


def configured() -> Cluster | None:
    """The cluster that this process is to use; None when none is named.

    Raises:
        ClusterError: its address is none, or there is no token for it.
    """
    url = os.environ.get(ADDRESS, "").strip().rstrip("/")
    if not url:
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True) and not parts.path
    except ValueError:
        usable = False
    if not usable:
        raise ClusterError(
            f"{ADDRESS} is {url[:100]!r}. Write the address of Ray's head, such as http://10.0.0.5:8265."
        )
    token = _token()
    if not token:
        raise ClusterError(
            f"There is no token for the cluster at {url}. Set {TOKEN} to what its nodes were started with; a cluster "
            "without a token is not used, for whoever reaches it could execute anything on its machines."
        )
    return Cluster(url, token)


def is_private(host: str) -> bool:
    """Whether strangers on the Internet cannot reach this address or name, as far as can be told from it."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".internal", ".home.arpa"))


def _token() -> str:
    if token := os.environ.get(TOKEN, "").strip():
        return token
    try:
        path = os.environ.get(TOKEN_FILE, "")
        return Path(path).expanduser().read_text().strip() if path else ""
    except OSError:
        return ""


def _node(row: Mapping[str, Any]) -> Node:
    """A machine of Ray's list; of one that is dead little is told."""
    raylet = row["raylet"]
    total, memory = raylet.get("resourcesTotal") or {}, row.get("mem") or [0, 0, 0, 0]
    return Node(
        id=raylet["nodeId"],
        address=row.get("ip") or raylet.get("nodeManagerAddress") or "",
        alive=raylet.get("state") == "ALIVE",
        head=bool(raylet.get("isHeadNode")),
        cpus=total.get("CPU", 0),
        gpus=total.get("GPU", 0),
        memory=int(memory[0] or 0),
        memory_used=int(memory[3] or 0),
        load=row.get("cpu") or 0,
        gpu_memory=max((int(gpu.get("memoryTotal") or 0) << 20 for gpu in row.get("gpus") or []), default=0),
    )
