"""A few faults of each kind, into trainings that only pretend; `make faults` injects very many into real ones."""

from __future__ import annotations

import pytest

from builder.zoo import TEMPLATES
from runtime.run import RunSpec
from tests.faults import Broken, bench

SPEC = RunSpec(graph=TEMPLATES["mlp"].make())


def test_faults_are_survived():
    with bench(SPEC, small=True, seed=1) as made:
        made.survive(6)
        made.finish()
        assert sum(made.injected.values()) == 6
        assert len(made.injected) >= 5


def test_the_bench_notices_what_is_lost():
    with bench(SPEC, small=True) as made:
        (made.home / "acknowledged").write_text("1000000")
        with pytest.raises(Broken, match="edits were acknowledged"):
            made._check()
