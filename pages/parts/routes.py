"""Where the app's own routes stand."""

from __future__ import annotations

from streamlit import config


def prefix(base: str | None) -> str:
    """What the address of a route begins with, for this `server.baseUrlPath`: `/loom` for `loom`, else nothing.

    Streamlit takes the path away for its own routes only; behind a proxy that passes on nothing else, ours need it too.
    """
    return f"/{path}" if (path := (base or "").strip("/")) else ""


PREFIX = prefix(config.get_option("server.baseUrlPath"))
