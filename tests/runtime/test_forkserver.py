"""What forks workers: it must have imported everything and executed nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from builder.graph import Graph
from runtime import forkserver, queue
from runtime.devices import environment
from runtime.launchers.starter import with_root
from runtime.run import RunSpec, create
from tests.small import FORKSERVER, python, starts, until

ROOT = Path(__file__).parents[2]
LOOK = """
import sys
from runtime import forkserver
forkserver.import_all()
before, known = forkserver.unsafe(), set(sys.modules)
from runtime.run import open_run
from runtime.worker import work
status = work(open_run(sys.argv[1]))
late = [name for name in set(sys.modules) - known if name.split(".")[0] in ("keras", "tensorflow", "sklearn", "builder", "runtime")]
import json
print(json.dumps([before, forkserver.unsafe(), status, late]))
"""


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))


@pytest.mark.keras
def test_what_is_imported_starts_no_thread_and_leaves_little_to_import():
    from builder.zoo import TEMPLATES

    run = create(RunSpec(graph=TEMPLATES["mlp"].make()))
    done = subprocess.run(
        [*python(LOOK), run.id],
        env=with_root({**environment("cpu"), **forkserver.QUIET}),
        capture_output=True,
        text=True,
    )
    before, after, status, late = json.loads(done.stdout.splitlines()[-1])
    assert before == ""
    assert "threads" in after  # it is noticed once TensorFlow works
    assert status == 0
    assert len(late) < 20, late


def test_each_child_is_a_worker_of_its_own_and_outlives_the_server():
    made = [create(RunSpec(graph=Graph())) for _ in range(2)]
    with subprocess.Popen(python(FORKSERVER), env=with_root({}), stdin=-1, stdout=-1, text=True, bufsize=1) as server:
        assert json.loads(server.stdout.readline()) == {"ready": True}
        pids = []
        for run in made:
            queue.join(run)
            server.stdin.write(json.dumps({"folder": str(run.folder), "environment": {"OMP_NUM_THREADS": "3"}}) + "\n")
            pids.append(json.loads(server.stdout.readline())["pid"])
        for run, pid in zip(made, pids, strict=True):
            until(lambda run=run: starts(run))
            assert run.worker().pid == os.getsid(pid) == pid
        (made[0].folder / "end").touch()
        assert json.loads(server.stdout.readline()) == {"ended": pids[0]}
        assert made[0].status() == "finished"
        server.stdin.close()
        assert server.wait(timeout=60) == 0
    assert made[1].status() == "running"
    (made[1].folder / "end").touch()
    until(lambda: made[1].status() == "finished")


def test_it_refuses_to_fork_with_threads():
    code = (
        "import threading; from runtime import forkserver; forkserver.import_all = lambda: None\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "import sys; sys.modules['tensorflow.python.eager'] = type(sys)('eager'); sys.modules['tensorflow.python'] = "
        "sys.modules['tensorflow'] = sys.modules['tensorflow.python.eager']; "
        "sys.modules['tensorflow.python.eager'].context = None\n"
        "forkserver.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], env=with_root({}), input="", capture_output=True, text=True)
    assert done.returncode == 1
    assert "not safe to fork here: there are threads" in done.stderr
