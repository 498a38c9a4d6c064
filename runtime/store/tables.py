"""The tables of the store. What changes here needs a migration beside it, in migrations/versions."""

from __future__ import annotations

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

LOCAL = "local"  # the owner of everything while nobody logs in


class OwnerRow(SQLModel, table=True):
    """A person, by login; `LOCAL` while the app has no login."""

    __tablename__ = "owner"

    id: str = Field(primary_key=True)
    since: float


class ProjectRow(SQLModel, table=True):
    """A project: its settings, and which of its states is the present one."""

    __tablename__ = "project"

    id: str = Field(primary_key=True)
    owner: str = Field(LOCAL, index=True)
    name: str
    revision: int = 0
    data: str
    training: str | None = None
    start: str | None = None  # the weights that came with the network
    state: int = 0  # number of the present state
    last: int = 0  # number of the newest state; the next one gets the next
    updated: float
    deleted: float | None = None


class StateRow(SQLModel, table=True):
    """The network after one change, for ever: a new change after an undo begins a branch. Number 0 is how the project began."""

    __tablename__ = "state"
    __table_args__ = (UniqueConstraint("project", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    project: str = Field(foreign_key="project.id")
    number: int
    parent: int | None = None  # the state that it was made from
    redo: int | None = None  # the state made from this one to which redo leads
    base: int | None = None  # the state that `graph` is told from; none: it is kept whole
    graph: bytes
    words: str
    by: str  # for people: whose change it was
    step: str = ""  # for the wire: `CLIENT#NUMBER` of a step that was taken on a canvas
    at: float


class VersionRow(SQLModel, table=True):
    """A name that somebody gave a state, to find it again."""

    __tablename__ = "version"

    project: str = Field(foreign_key="project.id", primary_key=True)
    state: int = Field(primary_key=True)
    name: str
    by: str
    at: float


class RunRow(SQLModel, table=True):
    """What a list of runs needs of one; the folder of the run is the truth, and this can be made from it anew."""

    __tablename__ = "run"

    id: str = Field(primary_key=True)
    owner: str = Field(LOCAL, index=True)
    project: str = Field(index=True)  # empty for a run of the command line; it may be unknown here
    name: str
    created: float  # 0: its run.json cannot be read
    changed: int = Field(0, sa_type=BigInteger)  # when its run.json was written last, in nanoseconds
