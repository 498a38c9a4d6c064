"""Routes behind a path of the server."""

from __future__ import annotations

import pytest

from pages.parts import canvas, live
from pages.parts.routes import PREFIX, prefix


@pytest.mark.parametrize(("base", "expected"), [(None, ""), ("", ""), ("/", ""), ("loom", "/loom"), ("/a/b/", "/a/b")])
def test_the_path_of_the_server_stands_before_every_route(base: str | None, expected: str) -> None:
    assert prefix(base) == expected


def test_all_routes_begin_with_it() -> None:
    assert all(route.path.startswith(f"{PREFIX}/") for route in [*canvas.ROUTES, *live.ROUTES])
