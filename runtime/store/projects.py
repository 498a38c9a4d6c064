"""Projects and their history in the database. Whatever a person did is here, and survives."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, reduce
from types import EllipsisType

from sqlalchemy import URL
from sqlmodel import Session, col, select

from builder.edits import Edit, EditError, apply
from builder.graph import Graph
from builder.training import Training
from runtime.record import one_line
from runtime.spec import DataSpec, Start
from runtime.store.database import connect, default_url, one_at_a_time
from runtime.store.project import Project, Summary
from runtime.store.states import Change, Made, States
from runtime.store.tables import LOCAL, OwnerRow, ProjectRow, StateRow, VersionRow
from runtime.store.words import words

ID = re.compile(r"[0-9a-f]{32}")
MAX_NAME = 100
MAX_LOGIN = 100


class UnknownProjectError(EditError):
    """There is no such project, or it has been deleted."""

    def __init__(self) -> None:
        super().__init__("This project is not here any more; it was deleted, perhaps in another tab.")


class Store:
    """All projects of one database. Every method is one transaction, so threads, tabs and processes may share it.

    Args:
        url: of the database; by default that in LAYERLOOM_DATABASE, else a SQLite file in Layerloom's home.

    Raises:
        DatabaseError: it cannot be opened, or belongs to a newer Layerloom.
    """

    def __init__(self, url: str | URL | None = None) -> None:
        self._engine = connect(url or default_url())
        self._states = States()

    def create(
        self,
        name: str,
        graph: Graph,
        data: str | DataSpec = "digits",
        owner: str = LOCAL,
        start: Start | None = None,
    ) -> Project:
        """A new project that begins with this network, and its runs with the weights that came with it."""
        spec = DataSpec(name=data) if isinstance(data, str) else data
        with self.transaction() as session:
            row = ProjectRow(
                id=uuid.uuid4().hex,
                owner=known_owner(session, owner),
                name=clean_name(name),
                data=spec.model_dump_json(),
                start=_json(start),
                updated=time.time(),
            )
            session.add(row)
            session.flush()
            self._states.add(
                session, row, graph, Made("Began", by="" if owner == LOCAL else one_line(owner, MAX_LOGIN))
            )
            return self._project(session, row)

    def project(self, project_id: str) -> Project | None:
        """The project as it is now; None for an id that nobody has, or of a deleted project."""
        with self.transaction(writes=False) as session:
            row = session.get(ProjectRow, project_id) if ID.fullmatch(project_id) else None
            return None if row is None or row.deleted is not None else self._project(session, row)

    def projects(self, owner: str = LOCAL) -> list[Summary]:
        """The projects of a person, and those from before anybody logged in; the one changed last first."""
        with self.transaction(writes=False) as session:
            newest = (
                select(ProjectRow).where(col(ProjectRow.deleted).is_(None)).order_by(col(ProjectRow.updated).desc())
            )
            rows = session.exec(newest.where(col(ProjectRow.owner).in_((LOCAL, one_line(owner, MAX_LOGIN)))))
            return [Summary(row.id, row.name, row.revision, row.updated) for row in rows]

    def history(self, project_id: str) -> list[Change]:
        """Every state that the project has had, oldest first; `parent` makes a tree of them."""
        with self.transaction(writes=False) as session:
            return self._states.history(session, _need(session, project_id, lock=False))

    def graph(self, project_id: str, number: int) -> Graph:
        """The network of a state in the history.

        Raises:
            EditError: there is none.
            DocumentError: another version of Layerloom has written it.
        """
        with self.transaction(writes=False) as session:
            return self._states.graph(session, _need(session, project_id, lock=False).id, number)

    def last_step(self, project_id: str, client: str) -> int:
        """The number of the last step that this client has taken; 0 for none."""
        with self.transaction(writes=False) as session:
            steps = select(StateRow.step).where(StateRow.project == project_id)
            found = session.exec(steps.where(col(StateRow.step).startswith(f"{client}#", autoescape=True)))
            numbers = [step.rpartition("#")[2] for step in found]
            return max((int(number) for number in numbers if number.isdecimal()), default=0)

    def edit(self, project_id: str, edits: Sequence[Edit], by: str = "", step: str = "") -> Project:
        """Apply edits to the newest network, as one step of undo; what changes nothing leaves no step.

        Args:
            project_id: of the project.
            edits: what is done, in this order.
            by: who does it, for people.
            step: `CLIENT#NUMBER`, for `last_step`.

        Raises:
            EditError: one of them does not fit (any more), or the project is gone. Nothing has changed then.
        """
        with self.transaction() as session:
            row = _need(session, project_id)
            before = self._states.graph(session, row.id, row.state)
            graph = reduce(apply, edits, before)
            if graph == before:
                return self._project(session, row)
            self._states.add(session, row, graph, Made(words(edits), one_line(by, MAX_LOGIN), step))
            return self._changed(session, row)

    def undo(self, project_id: str) -> Project:
        """Go one step back; at the beginning nothing changes."""
        with self.transaction() as session:
            row = _need(session, project_id)
            return self._changed(session, row) if self._states.back(session, row) else self._project(session, row)

    def redo(self, project_id: str) -> Project:
        """Take back an undo; when there is none, nothing changes."""
        with self.transaction() as session:
            row = _need(session, project_id)
            return self._changed(session, row) if self._states.forth(session, row) else self._project(session, row)

    def go_to(self, project_id: str, number: int, by: str = "") -> Project:
        """Make the network what it was in a state of the history, as a step of its own, which undo takes back.

        Raises:
            EditError: there is no such state, or the project is gone.
        """
        with self.transaction() as session:
            row = _need(session, project_id)
            graph = self._states.graph(session, row.id, number)
            if graph == self._states.graph(session, row.id, row.state):
                return self._project(session, row)
            version = session.get(VersionRow, (row.id, number))
            told = f"Went back to {version.name}" if version else f"Went back to step {number}"
            self._states.add(session, row, graph, Made(told, one_line(by, MAX_LOGIN)))
            return self._changed(session, row)

    def name_state(self, project_id: str, number: int, name: str, by: str = "") -> None:
        """Give a state a name, by which it is found again; an empty one takes its name away.

        Raises:
            EditError: there is no such state, or another one has this name.
        """
        label = one_line(name, MAX_NAME)
        with self.transaction() as session:
            row = _need(session, project_id)
            self._states.graph(session, row.id, number)
            named = session.exec(select(VersionRow).where(VersionRow.project == row.id)).all()
            if any(version.name == label and version.state != number for version in named):
                raise EditError(f"Another state is called {label} already. Choose another name.")
            before = next((version for version in named if version.state == number), None)
            if before is not None:
                session.delete(before)
                session.flush()
            if label:
                session.add(
                    VersionRow(project=row.id, state=number, name=label, by=one_line(by, MAX_LOGIN), at=time.time())
                )

    def settings(
        self,
        project_id: str,
        *,
        data: DataSpec | None = None,
        training: Training | EllipsisType | None = ...,
        name: str | None = None,
    ) -> Project:
        """Change what stands beside the network; what is not named stays. `training=None` goes back to the defaults."""
        with self.transaction() as session:
            row = _need(session, project_id)
            wanted = {
                "name": row.name if name is None else clean_name(name),
                "data": row.data if data is None else data.model_dump_json(),
                "training": row.training if isinstance(training, EllipsisType) else _json(training),
            }
            if all(getattr(row, key) == value for key, value in wanted.items()):
                return self._project(session, row)
            row.sqlmodel_update(wanted)
            return self._changed(session, row)

    def rename(self, project_id: str, name: str) -> Project:
        """Give the project another name."""
        return self.settings(project_id, name=name)

    def delete(self, project_id: str) -> None:
        """Take the project out of the list; `restore` brings it back with its whole history."""
        with self.transaction() as session:
            row = _need(session, project_id)
            row.deleted = time.time()
            row.revision += 1

    def restore(self, project_id: str) -> Project:
        """Undo a deletion."""
        with self.transaction() as session:
            row = _need(session, project_id, deleted_too=True)
            row.deleted = None
            return self._changed(session, row)

    @contextmanager
    def transaction(self, writes: bool = True) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back when something is raised."""
        engine = self._engine.execution_options(writes=writes)
        with Session(engine, expire_on_commit=False, autoflush=False) as session:
            with session.begin():
                yield session
            self._states.stored(session)

    def _changed(self, session: Session, row: ProjectRow) -> Project:
        row.revision += 1
        row.updated = time.time()
        return self._project(session, row)

    def _project(self, session: Session, row: ProjectRow) -> Project:
        session.flush()
        undoable, redoable = self._states.ways(session, row)
        return Project(
            id=row.id,
            name=row.name,
            revision=row.revision,
            updated=row.updated,
            graph=self._states.graph(session, row.id, row.state),
            data=DataSpec.model_validate_json(row.data),
            training=None if row.training is None else Training.model_validate_json(row.training),
            undoable=undoable,
            redoable=redoable,
            start=None if row.start is None else Start.model_validate_json(row.start),
        )


def store() -> Store:
    """The store of this process; threads share it."""
    return _store(default_url())


_store = lru_cache(maxsize=8)(Store)


def clean_name(name: str) -> str:
    """The name of a project as it is kept: one line, never empty."""
    return one_line(name, MAX_NAME) or "Untitled network"


def known_owner(session: Session, owner: str) -> str:
    """The owner as it is kept; who comes for the first time is noted."""
    login = one_line(owner, MAX_LOGIN) or LOCAL
    if session.get(OwnerRow, login) is None:
        one_at_a_time(session.connection())
        if session.get(OwnerRow, login) is None:  # nobody has noted them meanwhile
            session.add(OwnerRow(id=login, since=time.time()))
            session.flush()
    return login


def _need(session: Session, project_id: str, *, lock: bool = True, deleted_too: bool = False) -> ProjectRow:
    row = session.get(ProjectRow, project_id, with_for_update=lock) if ID.fullmatch(project_id) else None
    if row is None or (row.deleted is not None and not deleted_too):
        raise UnknownProjectError
    return row


def _json(settings: Training | Start | None) -> str | None:
    return None if settings is None else settings.model_dump_json()
