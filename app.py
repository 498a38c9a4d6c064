"""What `streamlit run app.py` serves: the pages, the routes of the canvas and of the live curves, and what starts with them."""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st

from pages.parts import canvas, charts, failure, form, live  # noqa: F401 (imported now, so that no visitor waits for it)
from runtime.home import refusal
from runtime.launchers import local
from runtime.service import service
from runtime.store import DatabaseError, store

if words := refusal():
    sys.exit(words)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Start what imports Keras in processes of its own, so that it is warm when somebody needs it."""
    keras = service()
    try:
        store()  # brings an older database up to date
    except DatabaseError as error:
        failure.LOG.error("%s", error)  # each page will say so too
    local.prepare()
    # What is loaded by now stays: a collection need not look at it again (30 sessions share this process).
    gc.collect()
    gc.freeze()
    yield {}
    keras.close()


app = st.App(
    "pages/shell.py",
    routes=[*canvas.ROUTES, *live.ROUTES],
    lifespan=lifespan,
    on_script_error=failure.show,
)
