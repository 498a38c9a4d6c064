"""The states of a project's network, a tree: written compactly, read quickly."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select, update

from builder.edits import EditError
from builder.graph import MAX_DOCUMENT_BYTES, Graph, read_graph
from runtime.store.packing import Base, packed, unpacked
from runtime.store.tables import ProjectRow, StateRow, VersionRow

GRAPHS, BASES = 64, 16  # kept in memory; what a person works on is always among them
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Change:
    """One state in the history of a project: how it came about, by whom, when (Unix time).

    `parent` is the number of the state that it was made from, None for the beginning. `name` was given by a person.
    `undone`: it is not on the way from the beginning to the present one.
    """

    number: int
    parent: int | None
    words: str
    by: str
    at: float
    name: str | None = None
    present: bool = False
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """What made a new state: in words, by whom, and which step of a canvas it was."""

    words: str
    by: str = ""
    step: str = ""


class Recent(Generic[Value]):
    """The values used last, by key; threads may share it."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable) -> Value | None:
        """The value, if it is still there."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> Value:
        """Remember a value; the one used longest ago may have to go."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()


class States:
    """Reads and writes states inside a caller's transaction. A state never changes, so what was read stays true."""

    def __init__(self) -> None:
        self.graphs: Recent[Graph] = Recent(GRAPHS)
        self._bases: Recent[Base] = Recent(BASES)

    def graph(self, session: Session, project: str, number: int) -> Graph:
        """The network of a state.

        Raises:
            DocumentError: another version of Layerloom has written it.
            EditError: there is no such state.
        """
        key = (project, number)
        known = session.info.get(key) or self.graphs.get(key)
        if known is not None:
            return known
        row = _need(session, project, number)
        text = unpacked(row.graph) if row.base is None else self._base(session, project, row.base).restored(row.graph)
        return self.graphs.put(key, read_graph(text))

    def add(self, session: Session, row: ProjectRow, graph: Graph, made: Made) -> None:
        """Make a new present state from the present one, the first one if there is none; `stored` is to follow.

        Raises:
            EditError: the document would be too large.
        """
        text = graph.model_dump_json().encode()
        if len(text) > MAX_DOCUMENT_BYTES:
            raise EditError(f"A network document has at most {MAX_DOCUMENT_BYTES // 10**6} MB; this would be larger.")
        place = _place(session, row)
        number = 0 if place is None else row.last + 1
        base, difference = None, None
        if place is not None:
            base = row.state if place.base is None else place.base
            difference = self._base(session, row.id, base).difference(text)
            _redo(session, row, row.state, number)
        session.add(
            StateRow(
                project=row.id,
                number=number,
                parent=None if place is None else row.state,
                base=None if difference is None else base,
                graph=packed(text) if difference is None else difference,
                at=time.time(),
                **asdict(made),
            )
        )
        row.state = row.last = number
        session.info[row.id, number] = graph  # of this session alone: until it is stored, another may take the number

    def stored(self, session: Session) -> None:
        """What a session has added is in the database now, and so true for all."""
        for key, graph in session.info.items():
            self.graphs.put(key, graph)

    def back(self, session: Session, row: ProjectRow) -> bool:
        """Make the parent of the present state the present one; redo leads here again. False at the beginning."""
        place = _place(session, row)
        if place is None or place.parent is None:
            return False
        _redo(session, row, place.parent, row.state)
        row.state = place.parent
        return True

    def forth(self, session: Session, row: ProjectRow) -> bool:
        """Take back an undo; False when there is none."""
        place = _place(session, row)
        if place is None or place.redo is None:
            return False
        row.state = place.redo
        return True

    def ways(self, session: Session, row: ProjectRow) -> tuple[bool, bool]:
        """Whether the present state can be undone, and whether an undo can be taken back."""
        place = _place(session, row)
        return place is not None and place.parent is not None, place is not None and place.redo is not None

    def history(self, session: Session, row: ProjectRow) -> list[Change]:
        """Every state, oldest first."""
        states = select(StateRow).where(StateRow.project == row.id).options(defer(StateRow.graph))  # type: ignore[arg-type]
        rows = session.exec(states.order_by(col(StateRow.number))).all()
        named = session.exec(select(VersionRow).where(VersionRow.project == row.id))
        names = {version.state: version.name for version in named}
        parents = {state.number: state.parent for state in rows}
        way: set[int] = set()
        place: int | None = row.state
        while place is not None and place not in way:
            way.add(place)
            place = parents.get(place)
        return [
            Change(
                state.number,
                state.parent,
                state.words,
                state.by,
                state.at,
                name=names.get(state.number),
                present=state.number == row.state,
                undone=state.number not in way,
            )
            for state in rows
        ]

    def _base(self, session: Session, project: str, number: int) -> Base:
        if (known := self._bases.get((project, number))) is not None:
            return known
        return self._bases.put((project, number), Base(_need(session, project, number).graph))


def _need(session: Session, project: str, number: int) -> StateRow:
    row = session.exec(select(StateRow).where(StateRow.project == project, StateRow.number == number)).first()
    if row is None:
        raise EditError("There is no such state in the history of this project.")
    return row


class _Place(NamedTuple):
    """Where a state stands in the tree."""

    parent: int | None
    redo: int | None
    base: int | None


def _place(session: Session, row: ProjectRow) -> _Place | None:
    columns = select(StateRow.parent, StateRow.redo, StateRow.base)
    found = session.exec(columns.where(StateRow.project == row.id, StateRow.number == row.state)).first()
    return None if found is None else _Place(*found)


def _redo(session: Session, row: ProjectRow, number: int, to: int) -> None:
    state = update(StateRow).where(col(StateRow.project) == row.id, col(StateRow.number) == number)
    session.exec(state.values(redo=to))
