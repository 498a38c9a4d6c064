"""What the supervisor knows of a run that has its worker."""

from __future__ import annotations

import pytest

from builder.graph import Graph
from runtime.events import Started, append
from runtime.followed import Followed
from runtime.run import RunSpec, create


@pytest.mark.parametrize(("reckoned", "counts"), [(0, 7_000_000), (9_000_000, 9_000_000)])
def test_the_memory_of_a_run_that_nobody_has_reckoned_is_what_its_worker_says(tmp_path, monkeypatch, reckoned, counts):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    run = create(RunSpec(graph=Graph()), owner="anna")
    followed = Followed(run, reckoned)
    assert followed.active().memory == reckoned
    append(
        run.events,
        Started(
            at=1.0, device="cpu", epochs=2, steps=3, batch_size=4, examples=12, parameters=5, expected_memory=7_000_000
        ),
    )
    followed.read()
    assert followed.active().memory == counts
