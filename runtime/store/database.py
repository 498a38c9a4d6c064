"""The connection to the database, and the migrations that bring an older one up to date."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlmodel import create_engine

from runtime.home import home

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0004"  # the newest of the migrations, which are numbered
BEFORE_ALEMBIC = "0001"  # databases without a number have this one
FAULTS_OF_OURS = (DataError, IntegrityError, ProgrammingError)  # what a statement has done wrong, not the database
LOCK = 0x1A_7E_12_10_0  # any number that nobody else takes for an advisory lock of PostgreSQL


class DatabaseError(RuntimeError):
    """A database that cannot be used; `str()` says why, and what to do."""


def default_url() -> str | URL:
    """Where projects are kept unless somebody says otherwise."""
    # Made of its parts: in the text of a URL, `?` and `%` in the name of a folder would mean something.
    return os.environ.get("LAYERLOOM_DATABASE") or URL.create("sqlite", database=str(home() / "projects.sqlite"))


def connect(url: str | URL) -> Engine:
    """An engine for an up-to-date database, whose transactions write only when they say so (`execution_options(writes=...)`).

    Args:
        url: `sqlite:///FILE`, or `postgresql://USER:PASSWORD@HOST/NAME`.

    Raises:
        DatabaseError: there is none at the URL, or a newer Layerloom has written it. Whatever is done with the engine
            raises it too when the database fails meanwhile.
    """
    try:
        address = make_url(url)
    except ArgumentError:
        raise DatabaseError(
            "LAYERLOOM_DATABASE is no address of a database. Write postgresql://USER:PASSWORD@HOST/NAME, or leave it "
            "empty: then projects are kept in a file."
        ) from None
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    if address.drivername not in ("sqlite", "postgresql+psycopg"):
        raise DatabaseError(f"Layerloom keeps projects in SQLite or PostgreSQL, not in {address.drivername[:40]}.")
    engine = create_engine(address, pool_pre_ping=address.drivername != "sqlite")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _connected)
        event.listen(engine, "begin", _began)
    event.listen(engine, "handle_error", _failed)
    try:
        _migrate(engine)
    except DBAPIError as error:
        raise DatabaseError(in_words(address, error)) from None
    return engine


def in_words(address: URL, error: DBAPIError) -> str:
    """What is wrong with a database, and what to do."""
    place = address.database if address.drivername == "sqlite" else address.render_as_string(hide_password=True)
    why = str(error.orig).strip()[:300]
    words = f"The projects are kept in the database {place}, which cannot be used: {why}. "
    if address.drivername != "sqlite":
        return words + "See that its server runs and lets Layerloom in; what is in it is not touched."
    if "malformed" in why or "not a database" in why:
        return words + (
            "The file is damaged. Put a copy of it back, or move it away to begin with no projects, and start Layerloom "
            "again. Runs and their results are not in it; they are all there."
        )
    if "full" in why:
        return words + "Make room on its disk, for example by deleting runs; until then no change is kept."
    return words + "See that the file and its folder can be written, or name another folder in LAYERLOOM_HOME."


def _failed(context: ExceptionContext) -> None:
    """Tell of a database that fails in the middle of the work as of one that cannot be opened."""
    error = context.sqlalchemy_exception
    if isinstance(error, DBAPIError) and not isinstance(error, FAULTS_OF_OURS) and context.engine is not None:
        raise DatabaseError(in_words(context.engine.url, error)) from error


def _migrate(engine: Engine) -> None:
    with engine.execution_options(writes=False).connect() as connection:
        if _version(connection) == HEAD:  # the usual case, without the half second that alembic takes to import
            return
    with engine.begin() as connection:
        one_at_a_time(connection)
        version = _version(connection)  # another process may have been first
        if version != HEAD:
            upgrade(connection, version)


def one_at_a_time(connection: Connection) -> None:
    """Wait until no other transaction that has asked for this is under way. In SQLite those that write do so anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


def _version(connection: Connection) -> str | None:
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return BEFORE_ALEMBIC if "project" in tables else None


def upgrade(connection: Connection, version: str | None, to: str = HEAD) -> None:
    """Bring a database of this version (none: an empty one) to another, in the transaction that the connection is in.

    Raises:
        DatabaseError: the version is none of those known here.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise DatabaseError(
            f"The projects here were last used with a newer Layerloom (database version {version}; this one knows {HEAD}). "
            "Update Layerloom, or name another folder in LAYERLOOM_HOME. Nothing has been changed."
        )
    if version is not None:
        command.stamp(config, version)
    command.upgrade(config, to)


def _connected(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where sqlite3 guesses
    connection.execute("PRAGMA busy_timeout=30000")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _began(connection: Any) -> None:
    # A writer takes the lock before it reads: two tabs that edit at once go one after the other.
    writes = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
