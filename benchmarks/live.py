"""From written to painted, and the processor time of many viewers: the live curves in the real app and a real browser."""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.server import Server, chromium

POINTS = 50
VIEWERS = 30
SECONDS = 10.0
PACE = 0.2  # seconds between two events, as a worker writes them
CHART = "figure[data-quantity=loss] .js-plotly-plot"


def main() -> None:
    """Print one line for each figure."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(LAYERLOOM_HOME=folder, TF_CPP_MIN_LOG_LEVEL="3")
        with Server(Path(folder)) as server:
            print(_latency(server.url))
            print(_viewers(server.url, server.process))


def _run():  # type: ignore[no-untyped-def]
    """A project and a run whose worker is this process."""
    from builder.zoo import TEMPLATES
    from runtime.events import Started, append
    from runtime.run import RunSpec, Worker, create
    from runtime.store import store

    project = store().create("Benchmark", TEMPLATES["mlp"].make())
    run = create(RunSpec(graph=project.graph), project=project.id)
    itself = psutil.Process()
    run.worker_file.write_text(Worker.of(itself.pid).model_dump_json())
    append(
        run.events,
        Started(at=time.time(), device="cpu", epochs=9, steps=1000, batch_size=32, examples=32_000, parameters=7),
    )
    return project, run


def _write(run, step: int) -> None:  # type: ignore[no-untyped-def]
    from runtime.events import BatchEnded, append

    append(run.events, BatchEnded(at=time.time(), epoch=0, step=step, logs={"loss": 1 / step, "accuracy": 0.5}))


def _latency(url: str) -> str:
    project, run = _run()
    _write(run, 1)
    painted = (
        "([chart, count]) => new Promise(done => { const plot = document.querySelector(chart);"
        " const look = () => plot.data[0].x.length >= count"
        " ? requestAnimationFrame(() => done(Date.now())) : setTimeout(look, 1); look(); })"
    )
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        page = browser.new_page()
        page.goto(f"{url}/train?project={project.id}&run={run.id}")
        page.wait_for_function(f"() => document.querySelector('{CHART}')?.data?.[0].x.length === 1", timeout=120_000)
        page.wait_for_timeout(3000)
        waits = []
        for step in range(2, POINTS + 2):
            page.evaluate(f"window.painted = ({painted})(['{CHART}', {step}]), null")
            written = time.time()
            _write(run, step)
            waits.append(page.evaluate("window.painted") - written * 1000)
        browser.close()
    return f"written to painted: median {statistics.median(waits):.0f} ms ({POINTS} points)"


def _viewers(url: str, server: psutil.Process) -> str:
    _, run = _run()
    return asyncio.run(_watched(url, run, server))


async def _watched(url: str, run, server: psutil.Process) -> str:  # type: ignore[no-untyped-def]
    from pages.parts.live import token

    port = int(url.rsplit(":", 1)[1])
    counts = [0] * VIEWERS
    readers = [
        asyncio.create_task(_read(port, f"/live/{run.id}?tokens={token(run.id)}", counts, i)) for i in range(VIEWERS)
    ]
    await asyncio.sleep(2)
    before, idle = sum(server.cpu_times()[:2]), list(counts)
    steps = int(SECONDS / PACE)
    for step in range(1, steps + 1):
        _write(run, step)
        await asyncio.sleep(PACE)
    used = sum(server.cpu_times()[:2]) - before
    for reader in readers:
        reader.cancel()
    told = statistics.mean(count - was for count, was in zip(counts, idle, strict=True))
    share = used / (steps * PACE)
    return f"{VIEWERS} viewers of one run: {share:.1%} of a core ({told:.0f} of {steps} events each)"


async def _read(port: int, path: str, counts: list[int], index: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    async for line in reader:
        counts[index] += line.startswith(b"data: ")


main()
