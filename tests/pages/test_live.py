"""The event stream: who may read it, and that what it tells is complete, whoever comes when."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from builder.graph import Graph
from pages.parts import live
from pages.parts.feed import MOST_POINTS, Feed, fetching, number, thinned
from runtime.curves import Curves, fold_all
from runtime.deleted import delete
from runtime.events import BatchEnded, Downloading, EpochEnded, Event, Finished, Started, append
from runtime.run import Run, RunSpec, Worker, create
from tests.processes import play_worker

STARTED = Started(at=1000.0, device="cpu", epochs=2, steps=10, batch_size=32, examples=320, parameters=7)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    made = create(RunSpec(graph=Graph()), name="A run")
    with play_worker(made):
        yield made
    live._feeds.clear()


def batch(step: int, loss: float, epoch: int = 0) -> BatchEnded:
    return BatchEnded(at=1000.0 + epoch * 10 + step, epoch=epoch, step=step, logs={"loss": loss})


def write(run: Run, *events: Event) -> None:
    for event in events:
        append(run.events, event)


async def message(news: AsyncIterator[str]) -> dict[str, Any]:
    """The next message that is no heartbeat."""
    async for text in news:
        if text.startswith("data: "):
            return dict(json.loads(text.removeprefix("data: ")))
    raise AssertionError("the stream has ended")


def answer(path: str, **query: str) -> Any:
    text = "&".join(f"{name}={value}" for name, value in query.items())
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": text.encode()}
    return asyncio.run(live.stream(Request({**scope, "path_params": {"run_ids": path}})))


def test_a_token_belongs_to_one_run_and_one_installation(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = live.token(run.id)
    assert first == live.token(run.id)
    assert first != live.token(run.id[:-1] + ("e" if run.id.endswith("f") else "f"))
    assert stat.S_IMODE((tmp_path / "live.secret").stat().st_mode) == 0o600
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "another"))
    assert live.token(run.id) != first


def test_a_stream_needs_the_token_of_each_run(run: Run) -> None:
    assert answer(run.id, tokens=live.token(run.id)).status_code == 200
    assert answer(run.id).status_code == 403
    assert answer(run.id, tokens="0" * 64).status_code == 403
    assert answer(f"{run.id},20260101-000000-abcdef", tokens=f"{live.token(run.id)},{'0' * 64}").status_code == 403


@pytest.mark.parametrize("offset", ["-1", "x", "1e3", "", "9" * 16, "²"])
def test_an_offset_counts_bytes(run: Run, offset: str) -> None:
    assert answer(run.id, tokens=live.token(run.id), offsets=offset).status_code == 400


def test_too_many_runs_or_one_twice_are_refused(run: Run) -> None:
    many = [f"20260101-000000-{index:06x}" for index in range(live.MOST_RUNS + 1)]
    assert answer(",".join(many), tokens=",".join(map(live.token, many))).status_code == 400
    assert answer(f"{run.id},{run.id}", tokens=f"{live.token(run.id)},{live.token(run.id)}").status_code == 400


@pytest.mark.parametrize("run_id", ["..", "../../etc", "20260101-000000-zzzzzz", "20260101-000000-abcdef", "x\ny"])
def test_what_is_no_run_is_told_as_gone(run: Run, run_id: str) -> None:
    assert answer(run_id, tokens=live.token(run_id)).status_code == 200

    async def first() -> str:
        return await anext(live._news({run_id: 0}))

    assert asyncio.run(first()).startswith("event: gone\n")


def test_first_everything_then_what_is_new_then_the_end(run: Run) -> None:
    write(run, STARTED, batch(5, 2.0))

    async def watch() -> None:
        news = live._news({run.id: 0})
        snapshot = await message(news)
        assert (snapshot["start"], snapshot["end"]) == (0, run.events.stat().st_size)
        assert snapshot["batches"] == {"loss": [[0.5], [2.0]]}
        assert snapshot["status"]["epochs"] == 2
        write(run, batch(10, 1.5), EpochEnded(at=1011.0, epoch=0, seconds=10, logs={"loss": 1.5, "val_loss": 1.6}))
        more = await message(news)
        while more["end"] < run.events.stat().st_size:
            assert more["start"] == snapshot["end"]
            more = await message(news)
        assert more["epochs"] == {"loss": [[1.0], [1.5]], "val_loss": [[1.0], [1.6]]}
        assert not more["over"]
        write(run, Finished(at=1020.0, test={"loss": 1.7}))
        last = await message(news)
        assert last["over"]
        assert last["status"]["state"] == "finished"
        with pytest.raises(StopAsyncIteration):
            await anext(news)

    asyncio.run(watch())
    assert not live._feeds


def test_who_comes_back_gets_only_what_is_missing(run: Run) -> None:
    write(run, STARTED, batch(1, 3.0))
    seen = run.events.stat().st_size
    write(run, batch(2, 2.5), batch(3, 2.0))

    async def back() -> dict[str, Any]:
        news = live._news({run.id: seen})
        return await message(news)

    missing = asyncio.run(back())
    assert missing["start"] == seen
    assert missing["batches"] == {"loss": [[0.2, 0.3], [2.5, 2.0]]}
    assert missing["status"]["step"] == 3


def test_after_a_new_start_everything_is_sent_again(run: Run) -> None:
    write(run, STARTED, batch(5, 3.0), batch(2, 3.0, epoch=1))
    seen = run.events.stat().st_size
    write(run, STARTED.model_copy(update={"epoch": 1}), batch(5, 1.0, epoch=1))

    async def back() -> dict[str, Any]:
        return await message(live._news({run.id: seen}))

    anew = asyncio.run(back())
    assert anew["start"] == 0
    assert anew["batches"]["loss"][1][-1] == 1.0


def test_half_a_line_waits_and_nan_becomes_null(run: Run) -> None:
    write(run, STARTED, batch(1, float("nan")))
    complete = run.events.stat().st_size
    with run.events.open("ab") as log:
        log.write(b'{"type":"BatchEnded","at":')

    async def look() -> dict[str, Any]:
        return await message(live._news({run.id: 0}))

    found = asyncio.run(look())
    assert found["end"] == complete
    assert found["batches"] == {"loss": [[0.1], [None]]}
    assert found["status"]["diverged"] == 0


def test_many_watchers_share_one_reading(run: Run) -> None:
    write(run, STARTED)

    async def watch() -> None:
        streams = [live._news({run.id: 0}) for _ in range(30)]
        for news in streams:
            await message(news)
        assert len(live._feeds) == 1
        write(run, batch(1, 2.0))
        found = [await message(news) for news in streams]
        assert all(one == found[0] for one in found)
        for news in streams:
            await news.aclose()  # type: ignore[attr-defined]
        assert not live._feeds

    asyncio.run(watch())


def test_a_deleted_run_is_told_while_it_is_watched(run: Run) -> None:
    write(run, STARTED, Finished(at=1001.0))
    feed = Feed(run)

    async def watch() -> None:
        wake = asyncio.Event()
        feed.watch(wake)
        await feed.since(0)
        delete(run)
        await wake.wait()
        assert feed.gone
        assert feed.leave(wake)

    asyncio.run(watch())


def test_a_worker_that_dies_ends_the_stream(run: Run) -> None:
    write(run, STARTED, batch(5, 2.0))

    async def watch() -> None:
        news = live._news({run.id: 0})
        assert (await message(news))["status"]["state"] == "running"
        run.worker_file.write_text(Worker(pid=2**22, started=0.0).model_dump_json())
        last = await message(news)
        assert last["over"]
        assert last["status"]["state"] == "crashed"

    asyncio.run(watch())


def test_a_long_curve_is_thinned_but_keeps_its_gaps_and_its_end() -> None:
    ys = [1.0] * (MOST_POINTS * 4 + 2)
    ys[1] = float("nan")
    found = thinned((list(range(len(ys))), ys))
    assert len(found) <= MOST_POINTS + 2
    assert (1.0, None) in found
    assert found[-1] == (float(len(ys) - 1), 1.0)


def test_numbers_for_the_browser() -> None:
    assert [number(value) for value in (None, float("inf"), 0.123456789, 3.0)] == [None, None, 0.123457, 3.0]


def test_the_bundle_is_addressed_by_its_content() -> None:
    assert "live-chart.js?v=" in live.bundle_loader("live")
    assert live.BUNDLE.with_name("THIRD-PARTY.txt").is_file()


def test_weights_that_are_fetched_are_told_until_the_training_begins() -> None:
    news = Downloading(at=1.0, name="vgg16.h5", received=34_000_000, total=528_000_000)
    assert fetching(fold_all([news])) == "Fetching learned weights, vgg16.h5: 34 of 528 MB"
    assert fetching(Curves()) is None
