"""The tables of the store, and the connection to the database that holds them."""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import Engine, UniqueConstraint, event
from sqlmodel import Field, SQLModel, create_engine

from runtime.home import home


class ProjectRow(SQLModel, table=True):
    """A project: its settings, and which of its states is the present one."""

    __tablename__ = "project"

    id: str = Field(primary_key=True)
    name: str
    revision: int = 0
    data: str
    training: str | None = None
    state: int = 0  # number of the present state; those above it can be redone
    last: int = 0  # number of the newest state
    updated: float
    deleted: float | None = None


class StateRow(SQLModel, table=True):
    """The network after one change. Number 0 is how the project began."""

    __tablename__ = "state"
    __table_args__ = (UniqueConstraint("project", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    project: str = Field(foreign_key="project.id")
    number: int
    graph: bytes
    words: str
    by: str
    at: float


def default_url() -> str:
    """Where projects are kept unless somebody says otherwise."""
    return os.environ.get("LAYERLOOM_DATABASE") or f"sqlite:///{home() / 'projects.sqlite'}"


def connect(url: str) -> Engine:
    """An engine whose transactions write only when they say so (`execution_options(writes=...)`)."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _connected)
        event.listen(engine, "begin", _began)
    return engine


def _connected(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where sqlite3 guesses
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA busy_timeout=30000")
    connection.execute("PRAGMA foreign_keys=ON")


def _began(connection: Any) -> None:
    # A writer takes the lock before it reads: two tabs that edit at once go one after the other.
    writes = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
