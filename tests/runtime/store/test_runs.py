"""The index of runs follows the folders."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest

from builder.graph import Graph
from runtime.deleted import delete
from runtime.run import RunSpec, create, rename
from runtime.store import Store
from runtime.store.runs import listed


@pytest.fixture
def index(url, tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "home"))
    return Store(url)


def made(name, project="p", owner=""):
    return create(RunSpec(graph=Graph()), name=name, project=project, owner=owner)


def names(found):
    return [run.name for run in found]


def test_what_is_made_renamed_and_removed_is_followed(index):
    assert listed(index) == []
    first, second = made("First"), made("Second", "q")
    assert sorted(names(listed(index))) == ["First", "Second"]
    assert names(listed(index, project="q")) == ["Second"]
    assert listed(index, project="q")[0].created == second.record.created.timestamp()
    rename(first, "Best")
    assert names(listed(index, project="p")) == ["Best"]
    delete(second)
    assert names(listed(index)) == ["Best"]


def test_a_run_belongs_to_who_started_it_else_to_the_local_owner(index):
    made("Mine")
    assert names(listed(index, owner="local")) == ["Mine"]
    made("Hers", owner="ada@example.org")
    assert names(listed(index, owner="ada@example.org")) == ["Hers"]
    assert names(listed(index, owner="local")) == ["Mine"]


def test_a_run_that_cannot_be_read_is_passed_over_until_it_is_mended(index):
    run = made("Broken")
    kept = (run.folder / "run.json").read_text()
    (run.folder / "run.json").write_text("{")
    assert listed(index) == []
    assert listed(index) == []
    (run.folder / "run.json").write_text(kept)
    assert names(listed(index)) == ["Broken"]


def test_the_newest_is_first_and_another_process_sees_the_same(index, url):
    runs = [made(f"Run {number}") for number in range(5)]
    assert [run.id for run in listed(Store(url))] == [
        run.id for run in sorted(runs, key=lambda run: (run.record.created, run.id), reverse=True)
    ]


def at_once(*doings):
    """Does all of them at the same moment, each in a thread; raises what one of them raises."""
    gate = Barrier(len(doings))

    def do(doing):
        gate.wait(timeout=60)
        return doing()

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(do, doings))


def test_tabs_of_several_servers_may_list_new_runs_of_new_people_at_once(index, url):
    servers = [index, Store(url)]
    for number in range(10):
        made(f"Mine {number}")
        made(f"Hers {number}", owner=f"ada{number}@example.org")
        first, second = at_once(*(partial(listed, one) for one in servers))
        assert first == second
        assert len(first) == 2 * (number + 1)


def test_a_person_who_comes_for_the_first_time_may_begin_two_projects_at_once(index, url):
    servers = [index, Store(url)]
    for number in range(10):
        who = f"ada{number}@example.org"
        at_once(*(partial(one.create, "Mine", Graph(), owner=who) for one in servers))
        assert len(index.projects(who)) == 2


@pytest.mark.parametrize("seconds", [13_569_465_600, -10_000_000_000], ids=["2400", "1653"])
def test_a_run_may_be_dated_far_away(index, seconds):
    run = made("Far")
    os.utime(run.folder / "run.json", (seconds, seconds))
    assert names(listed(index)) == ["Far"]
    rename(run, "Near")
    assert names(listed(index)) == ["Near"]
