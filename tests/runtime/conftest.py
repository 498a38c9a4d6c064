"""What several tests of runs begin with."""

from __future__ import annotations

import pytest

from tests.serving import Serving


@pytest.fixture
def serve():
    """`serve()` starts one; all end with the test."""
    begun = []

    def start():
        begun.append(Serving())
        return begun[-1]

    yield start
    for serving in begun:
        serving.end()
