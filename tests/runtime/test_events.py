"""The log of a run: what is appended is read again, whatever a crash has left in between."""

from __future__ import annotations

import math
import os

import pytest

from runtime import events
from runtime.events import (
    MAX_LINE,
    BatchEnded,
    CheckpointSaved,
    EpochEnded,
    Failed,
    Finished,
    MapsSaved,
    Paused,
    Resumed,
    Started,
    Stopped,
    append,
    last,
    read,
)

STARTED = Started(at=1, device="cpu", epochs=2, steps=3, batch_size=4, examples=12, parameters=5)
EVENTS = [
    STARTED,
    BatchEnded(at=2, epoch=0, step=1, logs={"loss": 0.5}),
    EpochEnded(at=3, epoch=0, seconds=1.5, logs={"loss": 0.25, "val_loss": 0.5}),
    MapsSaved(at=4, epoch=1, file="00001-000.npz"),
    CheckpointSaved(at=5, epoch=1, file="model.keras"),
    Paused(at=6),
    Resumed(at=7),
    Stopped(at=8, test={"loss": 1}),
    Failed(at=9, message="why\nnot", log="träge\u2028"),
    Finished(at=10, test={"loss": 0.125}),
]


def written(path, *events):
    for event in events:
        append(path, event)
    return path


def test_every_event_comes_back(tmp_path):
    path = written(tmp_path / "events.jsonl", *EVENTS)
    assert read(path) == (EVENTS, path.stat().st_size)
    assert len(path.read_bytes().splitlines()) == len(EVENTS)


def test_reading_goes_on_at_an_offset(tmp_path):
    path = written(tmp_path / "events.jsonl", *EVENTS[:4])
    first, offset = read(path)
    assert read(path, offset) == ([], offset)
    written(path, *EVENTS[4:])
    more, end = read(path, offset)
    assert first + more == EVENTS
    assert end == path.stat().st_size


def test_half_a_line_waits_for_its_end(tmp_path):
    path = written(tmp_path / "events.jsonl", EVENTS[0])
    line = EVENTS[1].model_dump_json().encode() + b"\n"
    with path.open("ab") as log:
        log.write(line[:20])
    events, offset = read(path)
    assert events == [EVENTS[0]]
    with path.open("ab") as log:
        log.write(line[20:])
    assert read(path, offset) == ([EVENTS[1]], path.stat().st_size)


@pytest.mark.parametrize(
    "torn", [b'{"type": "BatchEn', b"\x00\xff\x00", b"[]", b"", b'{"type": "Other", "at": 1}', b"x" * (MAX_LINE + 1)]
)
def test_a_torn_line_is_passed_over(tmp_path, torn):
    path = written(tmp_path / "events.jsonl", EVENTS[0])
    with path.open("ab") as log:
        log.write(torn + b"\n")
    assert last(path) == EVENTS[0]
    written(path, EVENTS[1])
    assert read(path)[0] == EVENTS[:2]
    assert last(path) == EVENTS[1]


def test_numbers_that_are_none_come_back(tmp_path):
    logs = {"loss": math.nan, "up": math.inf, "down": -math.inf}
    path = written(tmp_path / "events.jsonl", BatchEnded(at=1, epoch=0, step=1, logs=logs))
    event = last(path)
    assert isinstance(event, BatchEnded)
    assert math.isnan(event.logs["loss"])
    assert (event.logs["up"], event.logs["down"]) == (math.inf, -math.inf)
    assert read(path)[0][0].logs.keys() == logs.keys()


def test_no_log_is_no_event(tmp_path):
    assert read(tmp_path / "events.jsonl", 7) == ([], 7)
    assert last(tmp_path / "events.jsonl") is None
    (tmp_path / "events.jsonl").touch()
    assert last(tmp_path / "events.jsonl") is None


def test_the_last_of_a_long_log_is_found_without_reading_it_all(tmp_path, monkeypatch):
    path = tmp_path / "events.jsonl"
    line = EVENTS[1].model_dump_json().encode() + b"\n"
    path.write_bytes(line * 50_000)
    written(path, EVENTS[-1])
    offsets = []
    whole = read
    monkeypatch.setattr("runtime.events.read", lambda path, offset=0: offsets.append(offset) or whole(path, offset))
    assert last(path) == EVENTS[-1]
    assert offsets == [path.stat().st_size - 8_192]


def test_the_last_is_found_behind_a_long_line(tmp_path):
    long = Failed(at=1, message="m", log="x" * 100_000)
    assert last(written(tmp_path / "events.jsonl", EVENTS[0], long)) == long


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path):
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    path = written(tmp_path / "events.jsonl", EVENTS[0])
    before = path.read_bytes()
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:  # a file that may grow no more takes part of a line, or nothing, like a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, limits[1]))
        with pytest.raises(OSError, match=r"No space|too large"):
            append(path, EVENTS[1])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == before
    assert read(written(path, EVENTS[2]))[0] == [EVENTS[0], EVENTS[2]]


def test_an_event_is_one_write(tmp_path):
    """A reader in another process sees a line whole or not at all."""
    path = tmp_path / "events.jsonl"
    sizes = []
    for event in EVENTS:
        append(path, event)
        sizes.append(path.stat().st_size)
        assert path.read_bytes().endswith(b"}\n")
    assert sizes == sorted(set(sizes))
    assert path.stat().st_size == sum(len(event.model_dump_json().encode()) + 1 for event in EVENTS)


def test_an_event_after_a_torn_line_stands_on_a_line_of_its_own(tmp_path):
    path = tmp_path / "events.jsonl"
    append(path, Paused(at=1))
    append(path, Resumed(at=2))
    os.truncate(path, path.stat().st_size - 5)
    append(path, Paused(at=3))
    append(path, Resumed(at=4))
    assert [event.at for event in read(path)[0]] == [1, 3, 4]


def test_very_long_logs_are_read_without_every_batch(tmp_path, monkeypatch):
    path = tmp_path / "events.jsonl"
    for step in range(1, 101):
        append(path, BatchEnded(at=step, epoch=0, step=step, logs={"loss": 1.0}))
    append(path, EpochEnded(at=101, epoch=0, seconds=1.0, logs={"loss": 1.0}))
    monkeypatch.setattr(events, "MOST_READ", path.stat().st_size // 10)
    found, end = read(path)
    assert end == path.stat().st_size
    assert 5 <= len(found) <= 15
    assert isinstance(found[-1], EpochEnded)


@pytest.mark.parametrize("content", [b"x" * 5_000, b"x" * 5_000 + b"\n", bytes(5_000)])
def test_a_line_longer_than_any_event_is_passed_over(tmp_path, monkeypatch, content):
    monkeypatch.setattr(events, "MAX_LINE", 1_000)
    path = tmp_path / "events.jsonl"
    append(path, Paused(at=1))
    with path.open("ab") as log:
        log.write(content)
    append(path, Paused(at=2))
    found, end = read(path)
    assert [event.at for event in found] == [1, 2]
    assert end == path.stat().st_size
    with path.open("ab") as log:
        log.write(content)
    assert last(path) is None or last(path).at == 2
