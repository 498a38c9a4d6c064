"""The index of runs: whose they are, of which project, when they began. The folders are the truth; the index follows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, col, delete, select

from runtime.home import runs_folder
from runtime.record import ID
from runtime.run import RunError, open_run
from runtime.store.database import one_at_a_time
from runtime.store.projects import Store, known_owner
from runtime.store.tables import LOCAL, RunRow

MOST = 2**63  # is more than the database can hold; a file may be dated after that, which is in the year 2262


@dataclass(frozen=True, slots=True)
class Listed:
    """A run as a list shows it before its folder is opened; `created` is Unix time."""

    id: str
    owner: str
    project: str
    name: str
    created: float


def listed(store: Store, *, project: str | None = None, owner: str | None = None) -> list[Listed]:
    """The runs of a project, of a person, or all; newest first.

    What has been made, renamed or removed since is noted first; a run that cannot be read is passed over.
    """
    there = _there()
    with store.transaction(writes=False) as session:
        same = _known(session) == there
    if not same:
        with store.transaction() as session:
            one_at_a_time(session.connection())
            _follow(session, _there())  # as it is now: another list may have followed the folders further meanwhile
    rows = select(RunRow).where(RunRow.created > 0).order_by(col(RunRow.created).desc(), col(RunRow.id).desc())
    if project is not None:
        rows = rows.where(RunRow.project == project)
    if owner is not None:
        rows = rows.where(RunRow.owner == owner)
    with store.transaction(writes=False) as session:
        return [Listed(row.id, row.owner, row.project, row.name, row.created) for row in session.exec(rows)]


def _there() -> dict[str, int]:
    """Run -> when its run.json was last changed, in nanoseconds."""
    found = {}
    for folder in runs_folder().iterdir():
        if ID.fullmatch(folder.name) and (changed := _changed(folder)) is not None:
            found[folder.name] = changed
    return found


def _changed(folder: Path) -> int | None:
    try:
        return (folder / "run.json").stat().st_mtime_ns % MOST
    except OSError:
        return None


def _known(session: Session) -> dict[str, int]:
    return dict(session.exec(select(RunRow.id, RunRow.changed)).all())


def _follow(session: Session, there: Mapping[str, int]) -> None:
    known = _known(session)
    gone = [run_id for run_id in known if run_id not in there]
    stale = [run_id for run_id, changed in there.items() if known.get(run_id) != changed]
    for run_id in gone + stale:
        session.exec(delete(RunRow).where(col(RunRow.id) == run_id))
    for run_id in stale:
        session.add(_row(session, run_id, there[run_id]))


def _row(session: Session, run_id: str, changed: int) -> RunRow:
    try:
        run = open_run(run_id)
    except RunError:  # noted too, so that it is not tried again until its file changes; no list shows it
        return RunRow(id=run_id, owner=LOCAL, project="", name="", created=0, changed=changed)
    return RunRow(
        id=run.id,
        owner=known_owner(session, run.record.owner or LOCAL),
        project=run.project,
        name=run.name,
        created=run.record.created.timestamp(),
        changed=changed,
    )
