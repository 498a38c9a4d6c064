"""A head of Ray in a thread: the few answers that Layerloom needs, in the words of Ray 2.60. Its jobs are real processes.

Each node runs one job at a time. `python` in a job is a small training (tests.small) and not the real worker.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.small import WORKER

ROOT = Path(__file__).parents[1]
KEY = "a-secret-of-thirty-two-characters"


class RayHead:
    """Answers on a port of 127.0.0.1 until it is closed.

    Args:
        folder: for what takes the place of `python`.
        addresses: of the nodes, the head's first.
    """

    def __init__(self, folder: Path, addresses: tuple[str, ...] = ("10.0.0.1", "10.0.0.2"), port: int = 0) -> None:
        self.alive = dict.fromkeys(addresses, True)
        self.jobs: dict[str, Started] = {}
        self.submitted: list[dict] = []
        self.asks_for_key = True
        self._lock = threading.Lock()
        self._python(folder)
        handler = type("Handler", (Answers,), {"head": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _python(self, folder: Path) -> None:
        self.path = folder / "bin"
        self.path.mkdir(exist_ok=True)
        (self.path / "code").write_text(WORKER)
        (self.path / "python").write_text(f'#!/bin/sh\nexec {sys.executable} -c "$(cat {self.path}/code)" "$@"\n')
        (self.path / "python").chmod(0o755)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        for job in list(self.jobs.values()):
            job.kill()

    def kill(self, address: str) -> None:
        """A machine dies, with what it does."""
        self.alive[address] = False
        for job in list(self.jobs.values()):
            if job.node == address:
                job.lost = True
                job.kill()

    def submit(self, asked: dict) -> tuple[int, object]:
        with self._lock:
            name = asked["submission_id"]
            if name in self.jobs:
                return 500, f"ValueError: Job with submission_id {name} already exists. Please use a different one."
            self.submitted.append(asked)
            self.jobs[name] = Started(asked, self)
            return 200, {"submission_id": name}

    def assign(self) -> None:
        """Give what is pending to nodes that are free."""
        with self._lock:
            busy = {job.node for job in self.jobs.values() if job.status == "RUNNING"}
            free = [address for address, alive in self.alive.items() if alive and address not in busy]
            for job in [job for job in self.jobs.values() if job.status == "PENDING"]:
                if free:
                    job.begin(free.pop())

    def summary(self) -> list[dict]:
        return [
            {
                "ip": address,
                "cpu": 12.5,
                "mem": [8_000_000_000, 6_000_000_000, 25.0, 2_000_000_000],
                "raylet": {
                    "nodeId": f"id-{address}",
                    "isHeadNode": number == 0,
                    "state": "ALIVE" if self.alive[address] else "DEAD",
                    "resourcesTotal": {"CPU": 1.0, "memory": 6e9} if self.alive[address] else {},
                },
            }
            for number, address in enumerate(self.alive)
        ]


class Started:
    """A job."""

    def __init__(self, asked: dict, head: RayHead) -> None:
        self.asked, self.head = asked, head
        self.node, self.process, self.lost, self.stopped = "", None, False, False

    @property
    def status(self) -> str:
        if self.stopped:
            return "STOPPED"
        if self.process is None:
            return "PENDING"
        code = self.process.poll()
        if code is None and not self.lost:
            return "RUNNING"
        return "SUCCEEDED" if code == 0 and not self.lost else "FAILED"

    def begin(self, node: str) -> None:
        self.node = node
        there = self.asked["runtime_env"]["env_vars"]
        path = f"{self.head.path}:{os.environ['PATH']}"
        command = self.asked["entrypoint"]
        environment = {**os.environ, **there, "PATH": path, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(command, shell=True, cwd=ROOT, env=environment, start_new_session=True)

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            with suppress(ProcessLookupError):  # it may end at this very moment, seen by another thread
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def told(self) -> dict:
        over = self.status == "FAILED"
        return {
            "type": "SUBMISSION",
            "status": self.status,
            "message": "Job supervisor actor died: The node is gone." if self.lost else None if over else "",
            "error_type": ("JOB_SUPERVISOR_ACTOR_DIED" if self.lost else "JOB_ENTRYPOINT_COMMAND_ERROR")
            if over
            else None,
            "driver_node_id": f"id-{self.node}" if self.node else None,
            "driver_exit_code": self.process.poll() if self.process and not self.lost else None,
        }


class Answers(BaseHTTPRequestHandler):
    head: RayHead
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if not self.let_in():
            return
        self.head.assign()
        if self.path == "/api/version":
            self.answer(200, {"ray_version": "2.60.0"})
        elif self.path == "/nodes?view=summary":
            self.answer(200, {"result": True, "data": {"summary": self.head.summary()}})
        elif self.path.startswith("/api/jobs/") and (job := self.head.jobs.get(self.path.rpartition("/")[2])):
            self.answer(200, job.told())
        else:
            self.answer(404, f"Job {self.path} does not exist")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"null")
        if not self.let_in():
            return
        if self.path == "/api/jobs/":
            self.answer(*self.head.submit(body))
            return
        job = self.head.jobs.get(self.path.split("/")[3])
        if job is None:
            self.answer(404, "Job does not exist")
            return
        job.stopped = job.status == "PENDING"
        job.kill()
        self.answer(200, {"stopped": True})

    def do_DELETE(self) -> None:
        if self.let_in():
            self.head.jobs.pop(self.path.rpartition("/")[2], None)
            self.answer(200, {"deleted": True})

    def let_in(self) -> bool:
        key = self.headers.get("Authorization", "")
        if not self.head.asks_for_key or key == f"Bearer {KEY}":
            return True
        self.answer(403 if key else 401, "Forbidden: Invalid authentication token" if key else "Unauthorized")
        return False

    def answer(self, status: int, body: object) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
