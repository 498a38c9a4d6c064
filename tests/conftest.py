"""Which tests one process does together: those of modules that share trainings, so that these are made once.

And no drawn example has to come in time: how long it takes says how busy the machine is.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

settings.register_profile("in-any-time", settings(deadline=None, suppress_health_check=[HealthCheck.too_slow]))
settings.load_profile("in-any-time")

TOGETHER = {f"tests/runtime/test_{name}.py" for name in ("worker", "resume", "replicated")}


class SharedTrainings(LoadScopeScheduling):
    """Each test for itself, but for these modules. (Marks of groups do not reach xdist 3.8 under pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::")[0]
        return module if module in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> SharedTrainings | None:
    """For `--dist loadgroup`, which is how `make unit` calls it."""
    return SharedTrainings(config, log) if config.getvalue("dist") == "loadgroup" else None
