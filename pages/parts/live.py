"""The live chart: a component of our own, fed by server-sent events from a route of the app."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import os
import secrets
import signal
from collections.abc import AsyncIterator, Sequence
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from pages.parts.feed import Feed
from pages.parts.routes import PREFIX
from runtime.home import home
from runtime.run import OVER, Run, RunError, open_run

BUNDLE = Path(__file__).parents[2] / "assets" / "live" / "dist" / "live.js"
HEARTBEAT = 2.0  # seconds; shows that a reader has gone, and keeps a proxy from closing a silent connection
MOST_RUNS = 20  # in one chart
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}  # the address holds the bundle's hash
NO_CACHE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

_feeds: dict[str, Feed] = {}


def token(run_id: str) -> str:
    """What lets a browser read this run's stream: routes stand outside Streamlit's own sessions. 64 hex digits."""
    return hmac.new(_secret(), run_id.encode(), hashlib.sha256).hexdigest()


def live_chart(runs: Sequence[Run], *, height: int = 320, key: str = "live") -> None:
    """Curves of these runs over each other, which grow while the runs go on.

    Args:
        runs: at most MOST_RUNS; the first ones are shown.
        height: of one chart, in pixels.
        key: of the component; the same key keeps the reader's zoom through reruns.
    """
    shown = [
        {
            "id": run.id,
            "name": run.name,
            "token": token(run.id),
            "over": run.status() in OVER,
            "continues": {"run": start.run, "epoch": start.epoch} if (start := run.spec.start) and start.run else None,
        }
        for run in runs[:MOST_RUNS]
    ]
    _component()(key=key, data={"path": f"{PREFIX}/live", "height": height, "runs": shown})


async def stream(request: Request) -> Response:
    """`/live/RUN,RUN?tokens=T,T&offsets=N,N`: one connection for all runs of a chart, each from its byte of the log on."""
    run_ids = request.path_params["run_ids"].split(",")
    tokens = request.query_params.get("tokens", "").split(",")
    offsets = request.query_params.get("offsets", ",".join("0" for _ in run_ids)).split(",")
    if len(run_ids) > MOST_RUNS or not len(run_ids) == len(tokens) == len(offsets) == len(set(run_ids)):
        return PlainTextResponse(f"Expected 1 to {MOST_RUNS} different runs, each with its token.", 400)
    if not all(offset.isascii() and offset.isdigit() and len(offset) <= 15 for offset in offsets):
        return PlainTextResponse("An offset counts bytes: digits only.", 400)
    if not all([hmac.compare_digest(token(run_id).encode(), given.encode()) for run_id, given in zip(run_ids, tokens)]):  # noqa: B905, C419
        return PlainTextResponse("This address is not valid here. Open the run in Layerloom.", 403)
    wanted = {run_id: int(offset) for run_id, offset in zip(run_ids, offsets, strict=True)}
    return StreamingResponse(_news(wanted), media_type="text/event-stream", headers=NO_CACHE)


async def bundle(request: Request) -> Response:
    """The chart's JavaScript; the address changes with its content."""
    return FileResponse(BUNDLE, media_type="text/javascript", headers=FOREVER)


ROUTES: list[BaseRoute] = [
    Route(f"{PREFIX}/live-chart.js", bundle),
    Route(f"{PREFIX}/live/{{run_ids}}", stream),
]


async def _news(offsets: dict[str, int]) -> AsyncIterator[str]:
    """Server-sent events until all runs have ended, the reader has gone or the server leaves."""
    wake = asyncio.Event()
    feeds = []
    for run_id in offsets:
        try:
            feeds.append(_feeds.get(run_id) or _feeds.setdefault(run_id, Feed(open_run(run_id))))
        except RunError:
            yield f"event: gone\ndata: {run_id}\n\n"
    try:
        for feed in feeds:
            feed.watch(wake)
        seen = dict.fromkeys(feeds, -1)
        while True:
            wake.clear()
            for feed in list(seen):
                if feed.version == seen[feed]:
                    continue
                seen[feed] = feed.version
                if feed.gone:
                    yield f"event: gone\ndata: {feed.run.id}\n\n"
                else:
                    message = await feed.since(offsets[feed.run.id])
                    offsets[feed.run.id] = message.end
                    yield f"data: {message.text}\n\n"
                if feed.gone or feed.over:
                    del seen[feed]
            if not seen or _server_leaves():
                return
            try:
                await asyncio.wait_for(wake.wait(), HEARTBEAT)
            except TimeoutError:
                yield ": still here\n\n"
    finally:
        for feed in feeds:
            if feed.leave(wake):
                _feeds.pop(feed.run.id, None)


def _server_leaves() -> bool:
    """Whether the server has been told to end: it waits for every open stream, and Ctrl+C would hang."""
    server = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
    return bool(getattr(server, "should_exit", False))


def bundle_loader(export: str) -> str:
    """The inline script of a component that stands in the bundle under this name.

    The bundle itself comes from a route, once; an inline bundle would be sent again with each change of data.
    """
    version = hashlib.sha256(BUNDLE.read_bytes()).hexdigest()[:12]
    return (
        f"const loaded = import(new URL('{PREFIX}/live-chart.js?v={version}', document.baseURI).href);\n"
        f"export default async (component) => (await loaded).{export}(component);"
    )


@cache
def _component() -> st.components.v2.types.ComponentRenderer:
    # Streamlit's style isolation is a shadow root, in which plotly's zoom is dead.
    return st.components.v2.component("layerloom_live", js=bundle_loader("live"), isolate_styles=False)


def _secret() -> bytes:
    """This installation's own secret, made at first use, readable for its owner only."""
    path = home() / "live.secret"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        made = path.with_suffix(f".{secrets.token_hex(4)}")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
        with contextlib.suppress(FileExistsError):  # another process was first: its secret counts
            os.link(made, path)
        made.unlink()
        return path.read_bytes()
