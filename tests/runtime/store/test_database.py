"""Databases of every age are brought up to date, and what is in them is kept."""

import secrets
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url, text
from sqlmodel import SQLModel

from builder.edits import Configure
from builder.graph import Graph, Node
from builder.layers import example
from runtime.spec import DataSpec
from runtime.store import DatabaseError, Store, store
from runtime.store.database import BEFORE_ALEMBIC, HEAD, MIGRATIONS, connect, upgrade

ROOT = Path(__file__).parents[3]
PROJECT = "a" * 32
VERSIONS = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py"))
# As the tables were made before there were migrations.
FIRST_TABLES = """
CREATE TABLE project (
    id VARCHAR NOT NULL, name VARCHAR NOT NULL, revision INTEGER NOT NULL, data VARCHAR NOT NULL, training VARCHAR,
    state INTEGER NOT NULL, last INTEGER NOT NULL, updated FLOAT NOT NULL, deleted FLOAT, PRIMARY KEY (id));
CREATE TABLE state (
    id {serial} NOT NULL, project VARCHAR NOT NULL, number INTEGER NOT NULL, graph {blob} NOT NULL, words VARCHAR NOT NULL,
    by VARCHAR NOT NULL, at FLOAT NOT NULL, PRIMARY KEY (id), UNIQUE (project, number),
    FOREIGN KEY(project) REFERENCES project (id))
"""


def engine_of(url):
    return create_engine(make_url(url.replace("postgresql:", "postgresql+psycopg:")))


def graph(units):
    return Graph(nodes=(Node(id="dense", layer=example("Dense").model_copy(update={"units": units})),))


@pytest.fixture(params=[None, *VERSIONS[:-1]])
def old(request, url):
    """A database of each earlier version (None: before alembic), whose project has three states, the last one undone."""
    engine = engine_of(url)
    sqlite = engine.dialect.name == "sqlite"
    tables = FIRST_TABLES.format(serial="INTEGER" if sqlite else "SERIAL", blob="BLOB" if sqlite else "BYTEA")
    with engine.begin() as connection:
        for statement in tables.split(";"):
            connection.execute(text(statement))
        data = DataSpec(name="iris").model_dump_json()
        row = {"id": PROJECT, "data": data}
        connection.execute(text("INSERT INTO project VALUES (:id, 'Old', 7, :data, NULL, 1, 2, 1000.5, NULL)"), row)
        for number, by in enumerate(["", "0123456789abcdef#3", "tab-12345678"]):
            blob = zlib.compress(graph(number + 1).model_dump_json().encode(), level=1)
            state = {"p": PROJECT, "n": number, "g": blob, "w": f"Change {number}", "b": by}
            connection.execute(
                text("INSERT INTO state (project, number, graph, words, by, at) VALUES (:p, :n, :g, :w, :b, 5.5)"),
                state,
            )
        if request.param:
            upgrade(connection, BEFORE_ALEMBIC, to=request.param)
    engine.dispose()
    return url


def units(project):
    return project.graph.find("dense").layer.units


def test_a_database_of_every_earlier_version_is_adopted_with_all_that_is_in_it(old):
    store = Store(old)
    project = store.project(PROJECT)
    assert (project.name, project.revision, project.updated, project.data.name) == ("Old", 7, 1000.5, "iris")
    assert (units(project), project.undoable, project.redoable) == (2, True, True)
    assert [one.words for one in store.history(PROJECT)] == ["Change 0", "Change 1", "Change 2"]
    assert [units(store.undo(PROJECT)), units(store.redo(PROJECT)), units(store.redo(PROJECT))] == [1, 2, 3]
    assert store.last_step(PROJECT, "0123456789abcdef") == 3
    assert [row.id for row in store.projects("somebody@example.org")] == [PROJECT]
    store.edit(PROJECT, [Configure(id="dense", values={"units": 9})])
    assert units(Store(old).project(PROJECT)) == 9


def test_the_migrations_make_what_the_tables_describe(url):
    engine = connect(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_the_newest_migration_is_the_one_that_is_asked_for():
    assert VERSIONS[-1] == HEAD
    assert [f"{number:04}" for number in range(1, len(VERSIONS) + 1)] == VERSIONS  # each number once


def test_a_newer_database_is_refused_in_words_and_left_alone(url):
    project = Store(url).create("Mine", graph(1))
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="newer Layerloom"):
        Store(url)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{HEAD}'"))
    engine.dispose()
    assert Store(url).project(project.id) == project


@pytest.mark.parametrize("old", [None], indirect=True)
def test_processes_that_start_at_once_migrate_once(old):
    code = f"""
from runtime.store import Store
print(flush=True)
input()
print(Store({old!r}).project({PROJECT!r}).name)
"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    other = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, **pipes)
    other.stdout.readline()  # it has imported what it needs
    other.stdin.write("\n")
    other.stdin.flush()
    store = Store(old)
    assert store.project(PROJECT).name == other.communicate(timeout=120)[0].strip() == "Old"
    assert len(store.history(PROJECT)) == 3


@pytest.mark.parametrize("name", ["what?x=1", "100%25", "a#b", "a b", "a+b@c:d"])
def test_the_home_may_have_any_name(tmp_path, monkeypatch, name):
    monkeypatch.delenv("LAYERLOOM_DATABASE", raising=False)
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / name))
    project = Store().create("Mine", graph(1))
    assert (tmp_path / name / "projects.sqlite").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert store().project(project.id) == project
    assert store() is store()


@pytest.mark.parametrize("address", ["nonsense", "mysql://a@b/c", "sqlite:////nowhere/at/all.sqlite"])
def test_an_address_that_leads_to_no_database_is_told_in_words(address):
    with pytest.raises(DatabaseError):
        connect(address)


def test_a_server_that_is_not_there_is_told_without_its_password():
    with pytest.raises(DatabaseError, match="See that its server runs") as told:
        connect("postgresql://ada:secret@127.0.0.1:1/loom")
    assert "secret" not in str(told.value)


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "x.sqlite").write_bytes(b"nonsense" * 500)
    with pytest.raises(DatabaseError, match="Put a copy of it back"):
        connect(f"sqlite:///{tmp_path / 'x.sqlite'}")


def test_a_file_that_is_damaged_or_finds_no_room_while_it_is_used_is_told(tmp_path):
    file = tmp_path / "x.sqlite"
    store = Store(f"sqlite:///{file}")
    store.create("Mine", graph(1))
    with store.transaction(writes=False) as session:
        session.connection().exec_driver_sql("PRAGMA max_page_count=1")  # as many pages as there are, as on a full disk
    names = [secrets.token_hex(20) for _ in range(1_000)]  # which nothing packs into less
    with pytest.raises(DatabaseError, match="Make room"):
        store.create("Too large", Graph(nodes=tuple(Node(id=f"n{name}", layer=example("Dense")) for name in names)))
    with sqlite3.connect(file) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    size = file.stat().st_size
    with file.open("r+b") as written:
        written.seek(4096)
        written.write(b"\xa5" * (size - 4096))
    with pytest.raises(DatabaseError, match="Put a copy of it back"):
        store.projects()


def test_a_file_written_to_by_another_is_waited_for(tmp_path):
    """The journal lets readers go on while somebody writes."""
    store = Store(f"sqlite:///{tmp_path / 'x.sqlite'}")
    project = store.create("Mine", graph(1))
    other = sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert store.project(project.id) == project
    other.execute("ROLLBACK")
    other.close()
