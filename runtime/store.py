"""Projects and their history: SQLModel over SQLite, another database by URL. Whatever a person did is here, and survives."""

from __future__ import annotations

import time
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, reduce
from threading import Lock
from types import EllipsisType

from sqlmodel import Session, SQLModel, col, delete, select

from builder.edits import Edit, EditError, apply
from builder.graph import MAX_DOCUMENT_BYTES, Graph
from builder.training import Training
from runtime.changes import packed, unpacked, words
from runtime.run import DataSpec
from runtime.tables import ProjectRow, StateRow, connect, default_url

MAX_NAME = 100
REMEMBERED = 64  # parsed graphs kept in memory; the one that a person works on is always among them


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list of projects shows. `updated` is Unix time in seconds; `revision` grows with every change."""

    id: str
    name: str
    revision: int
    updated: float


@dataclass(frozen=True, slots=True)
class Project(Summary):
    """A network with the data it is meant for. `training` is None while the defaults are wanted."""

    graph: Graph
    data: DataSpec
    training: Training | None
    undoable: bool
    redoable: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a project's history: what was done, by whom, when (Unix time), and whether it is undone just now."""

    words: str
    by: str
    at: float
    undone: bool


class UnknownProjectError(EditError):
    """There is no such project, or it has been deleted."""

    def __init__(self) -> None:
        super().__init__("This project is not here any more; it was deleted, perhaps in another tab.")


class Store:
    """All projects of one database. Every method is one transaction, so threads, tabs and processes may share it.

    Args:
        url: a SQLAlchemy URL; by default that in LAYERLOOM_DATABASE, else a SQLite file in Layerloom's home.
    """

    def __init__(self, url: str | None = None) -> None:
        self._engine = connect(url or default_url())
        SQLModel.metadata.create_all(self._engine)
        self._graphs: OrderedDict[bytes, Graph] = OrderedDict()
        self._lock = Lock()

    def create(self, name: str, graph: Graph, data: str | DataSpec = "digits") -> Project:
        """A new project that begins with this network."""
        spec = DataSpec(name=data) if isinstance(data, str) else data
        project_id, now, blob = uuid.uuid4().hex, time.time(), self._pack(graph)
        with self._transaction() as session:
            row = ProjectRow(id=project_id, name=clean_name(name), data=spec.model_dump_json(), updated=now)
            session.add(row)
            session.flush()
            session.add(StateRow(project=project_id, number=0, graph=blob, words="Began", by="", at=now))
            return self._project(row, graph)

    def project(self, project_id: str) -> Project | None:
        """The project as it is now; None for an id that nobody has, or of a deleted project."""
        with self._transaction(writes=False) as session:
            row = session.get(ProjectRow, project_id)
            if row is None or row.deleted is not None:
                return None
            return self._project(row, self._graph(session, row))

    def projects(self) -> list[Summary]:
        """All projects, the one changed last first."""
        with self._transaction(writes=False) as session:
            newest = (
                select(ProjectRow).where(col(ProjectRow.deleted).is_(None)).order_by(col(ProjectRow.updated).desc())
            )
            return [Summary(row.id, row.name, row.revision, row.updated) for row in session.exec(newest)]

    def history(self, project_id: str) -> list[Change]:
        """Every change that can be undone or redone, oldest first."""
        with self._transaction(writes=False) as session:
            row = _need(session, project_id)
            steps = select(StateRow.number, StateRow.words, StateRow.by, StateRow.at).order_by(col(StateRow.number))
            rows = session.exec(steps.where(StateRow.project == project_id, StateRow.number > 0))
            return [Change(text, by, at, number > row.state) for number, text, by, at in rows]

    def edit(self, project_id: str, edits: Sequence[Edit], by: str = "") -> Project:
        """Apply edits to the newest network, as one step of undo; what changes nothing leaves no step.

        Raises:
            EditError: one of them does not fit (any more), or the project is gone. Nothing has changed then.
        """
        with self._transaction() as session:
            row = _need(session, project_id)
            before = self._graph(session, row)
            graph = reduce(apply, edits, before)
            if graph == before:
                return self._project(row, before)
            blob, number = self._pack(graph), row.state + 1
            if row.last >= number:
                undone = delete(StateRow).where(col(StateRow.project) == project_id, col(StateRow.number) >= number)
                session.exec(undone)
            text = words(edits)
            session.add(
                StateRow(project=project_id, number=number, graph=blob, words=text, by=by[:200], at=time.time())
            )
            row.state = row.last = number
            return self._changed(session, row, graph)

    def undo(self, project_id: str) -> Project:
        """Go one step back; at the beginning nothing changes."""
        return self._step(project_id, -1)

    def redo(self, project_id: str) -> Project:
        """Take back an undo; when there is none, nothing changes."""
        return self._step(project_id, +1)

    def settings(
        self,
        project_id: str,
        *,
        data: DataSpec | None = None,
        training: Training | EllipsisType | None = ...,
        name: str | None = None,
    ) -> Project:
        """Change what stands beside the network; what is not named stays. `training=None` goes back to the defaults."""
        with self._transaction() as session:
            row = _need(session, project_id)
            wanted = {
                "name": row.name if name is None else clean_name(name),
                "data": row.data if data is None else data.model_dump_json(),
                "training": row.training if isinstance(training, EllipsisType) else _json(training),
            }
            if all(getattr(row, key) == value for key, value in wanted.items()):
                return self._project(row, self._graph(session, row))
            row.sqlmodel_update(wanted)
            return self._changed(session, row, self._graph(session, row))

    def rename(self, project_id: str, name: str) -> Project:
        """Give the project another name."""
        return self.settings(project_id, name=name)

    def delete(self, project_id: str) -> None:
        """Take the project out of the list; `restore` brings it back with its whole history."""
        with self._transaction() as session:
            row = _need(session, project_id)
            row.deleted = time.time()
            row.revision += 1

    def restore(self, project_id: str) -> Project:
        """Undo a deletion."""
        with self._transaction() as session:
            row = session.get(ProjectRow, project_id, with_for_update=True)
            if row is None:
                raise UnknownProjectError
            row.deleted = None
            return self._changed(session, row, self._graph(session, row))

    def _step(self, project_id: str, by: int) -> Project:
        with self._transaction() as session:
            row = _need(session, project_id)
            if not 0 <= row.state + by <= row.last:
                return self._project(row, self._graph(session, row))
            row.state += by
            return self._changed(session, row, self._graph(session, row))

    @contextmanager
    def _transaction(self, writes: bool = True) -> Iterator[Session]:
        engine = self._engine.execution_options(writes=writes)
        with Session(engine, expire_on_commit=False, autoflush=False) as session, session.begin():
            yield session

    def _changed(self, session: Session, row: ProjectRow, graph: Graph) -> Project:
        row.revision += 1
        row.updated = time.time()
        session.add(row)
        return self._project(row, graph)

    def _project(self, row: ProjectRow, graph: Graph) -> Project:
        return Project(
            id=row.id,
            name=row.name,
            revision=row.revision,
            updated=row.updated,
            graph=graph,
            data=DataSpec.model_validate_json(row.data),
            training=None if row.training is None else Training.model_validate_json(row.training),
            undoable=row.state > 0,
            redoable=row.state < row.last,
        )

    def _graph(self, session: Session, row: ProjectRow) -> Graph:
        present = select(StateRow.graph).where(StateRow.project == row.id, StateRow.number == row.state)
        blob = session.exec(present).one()
        with self._lock:
            graph = self._graphs.get(blob)
        return self._remember(blob, unpacked(blob) if graph is None else graph)

    def _pack(self, graph: Graph) -> bytes:
        text = graph.model_dump_json().encode()
        if len(text) > MAX_DOCUMENT_BYTES:
            raise EditError(f"A network document has at most {MAX_DOCUMENT_BYTES // 10**6} MB; this would be larger.")
        blob = packed(text)
        self._remember(blob, graph)
        return blob

    def _remember(self, blob: bytes, graph: Graph) -> Graph:
        with self._lock:
            self._graphs[blob] = graph
            self._graphs.move_to_end(blob)
            while len(self._graphs) > REMEMBERED:
                self._graphs.popitem(last=False)
        return graph


def store() -> Store:
    """The store of this process; threads share it."""
    return _store(default_url())


_store = lru_cache(maxsize=8)(Store)


def clean_name(name: str) -> str:
    """A name as it is kept: one line, without surrounding space, at most MAX_NAME characters, never empty."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(printable.split())[:MAX_NAME].strip() or "Untitled network"


def _need(session: Session, project_id: str) -> ProjectRow:
    row = session.get(ProjectRow, project_id, with_for_update=True)
    if row is None or row.deleted is not None:
        raise UnknownProjectError
    return row


def _json(training: Training | None) -> str | None:
    return None if training is None else training.model_dump_json()
