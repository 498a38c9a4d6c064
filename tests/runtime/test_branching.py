"""What a person who resumes a run finds; how it goes on to the last bit is in test_resume."""

from __future__ import annotations

import pytest

from builder.graph import Graph
from runtime import branching
from runtime.events import Paused, append
from runtime.launchers import local
from runtime.process import Worker, write_atomically
from runtime.run import RunSpec, create


@pytest.mark.parametrize(("wish", "left"), [("pause", ""), ("stop", "stop"), ("suspend", "suspend")])
def test_one_that_was_paused_before_a_restart_of_the_machine_is_not_paused_again(tmp_path, monkeypatch, wish, left):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setattr(local, "ensure", lambda: None)
    run = create(RunSpec(graph=Graph()))
    append(run.events, Paused(at=1))
    write_atomically(run.worker_file, Worker(pid=1, started=0, boot="before", again=0).model_dump_json())
    run.control.write_text(wish)
    assert run.status() == "waiting"
    branching.resume(run)
    assert run.wish() == left
