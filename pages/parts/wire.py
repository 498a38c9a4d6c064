"""What the canvas in the browser and Python tell each other, without Streamlit. The other side is assets/canvas/src/wire.ts."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from threading import RLock
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from builder.edits import Edit, EditError, Fold, NameTakenError
from builder.reading import CodeReadError
from pages.parts.code import read_paste
from pages.parts.inside import DEEPEST
from pages.parts.views import View
from runtime.store import DatabaseError, Project

MOST_EDITS = 200  # in one step of undo
MOST_ENTRIES = 1_000  # in one message
VERSIONS_KEPT = 8
NOTICES_KEPT = 5
MOST_UNROLLED = 60  # blocks shown from inside at once
LONGEST_PATH = 4_000  # letters
MOST_LETTERS = 1_000_000  # of code that is pasted
Library = list[dict[str, Any]]
Insides = dict[str, list[dict[str, Any]]]
EDITS: TypeAdapter[tuple[Edit, ...]] = TypeAdapter(tuple[Edit, ...])


class Entered(BaseModel):
    """One step that a person took, numbered by the page load (`client`) that it was taken in, in the epoch it knew.

    With `code` it is Python text that was pasted, whose layers are to be added to the network, or `inside` of a block.
    """

    model_config = ConfigDict(extra="forbid")

    client: str = Field(pattern=r"^[0-9a-f]{16}$")
    number: int = Field(ge=1, le=2**53)
    epoch: str = Field(max_length=64)
    edits: list[Any] = Field(max_length=MOST_EDITS)
    history: Literal["undo", "redo"] | None = None
    code: str | None = Field(None, max_length=MOST_LETTERS)
    inside: str | None = Field(None, max_length=64)


class Outgoing(BaseModel):
    """From the canvas: all that has not been acknowledged, and the version of the view that it has (0: none)."""

    model_config = ConfigDict(extra="forbid")

    epoch: str = Field(max_length=64)
    have: int = Field(ge=0)
    entries: list[Entered] = Field(max_length=MOST_ENTRIES)


class Book(Protocol):
    """What `runtime.store.Store` offers here."""

    def edit(self, project_id: str, edits: Sequence[Edit], by: str = "", step: str = "") -> object:
        """Apply edits as one step of undo: whose, and which step of which canvas (`CLIENT#NUMBER`)."""

    def undo(self, project_id: str) -> object:
        """One step back."""

    def redo(self, project_id: str) -> object:
        """One step forward."""

    def project(self, project_id: str) -> Project | None:
        """The project as it is now."""

    def last_step(self, project_id: str, client: str) -> int:
        """The number of the last step of this canvas."""


class Wire:
    """The conversation with one tab's canvas about one project.

    Each Wire is an epoch of its own: after a restart of the server, or in another tab, versions count from the beginning.
    Threads share it, the page's and those of requests; who looks and then tells holds the `lock` for both. `device` is
    where the tab would train. `unkept` says why changes could not be kept, by where they were made, `canvas` or `form`: they
    are tried again until they can be; `entered` holds those of forms, by what was selected then.
    """

    def __init__(self, project_id: str, book: Book, visitor: str = "") -> None:
        self.project, self._book, self._visitor = project_id, book, visitor
        self.epoch = uuid.uuid4().hex
        self.lock = RLock()
        self.device = "cpu"
        self.unkept: dict[str, str] = {}
        self.entered: dict[tuple[str, ...], tuple[Edit, ...]] = {}
        self._turn = 0
        self._versions: dict[int, View] = {0: {}}
        self._libraries: dict[int, Library] = {0: []}
        self._insides: dict[int, Insides] = {0: {}}
        self._have = self._version = 0
        self._acknowledged: dict[str, int] = {}
        self._notices: deque[dict[str, Any]] = deque(maxlen=NOTICES_KEPT)
        self._noticed = 0
        self._select: dict[str, Any] = {"number": 0, "keys": []}
        self.selected: tuple[str, ...] = ()
        self.opened: tuple[str, ...] = ()
        self.unrolled: tuple[tuple[str, ...], ...] = ()

    def receive(self, message: object) -> None:
        """Take what the canvas sent. Each step is applied once, however often it comes; what does not fit is told in words."""
        try:
            outgoing = Outgoing.model_validate(message)
        except ValidationError as error:
            self.say(f"The canvas sent something that cannot be read. Reload the page. ({_in_words(error)})")
            return
        with self.lock:
            known = outgoing.epoch == self.epoch and outgoing.have in self._versions
            self._have = outgoing.have if known else 0
            try:
                for entry in outgoing.entries:
                    if entry.number > self._last(entry.client):
                        self._take(entry)
                        self._acknowledged[entry.client] = entry.number
                    self.unkept.pop("canvas", None)
            except DatabaseError as error:
                self.unkept["canvas"] = str(error)  # the canvas sends what is not acknowledged again

    def choose(self, keys: object) -> None:
        """Take what the canvas has selected."""
        if isinstance(keys, list):
            self.selected = tuple(key for key in keys[:MOST_ENTRIES] if isinstance(key, str))

    def open(self, instances: object) -> None:
        """Take which instances of blocks the canvas has opened, from the outermost."""
        if isinstance(instances, list):
            self.opened = tuple(name for name in instances[:DEEPEST] if isinstance(name, str))

    def unroll(self, paths: object) -> None:
        """Take which instances of blocks the canvas shows from inside, each by the path that leads there (`stage/unit`)."""
        if isinstance(paths, list):
            found = (path for path in paths[:MOST_UNROLLED] if isinstance(path, str) and 0 < len(path) <= LONGEST_PATH)
            self.unrolled = tuple(tuple(path.split("/")[:DEEPEST]) for path in found)

    def select(self, keys: Sequence[str]) -> None:
        """Have the canvas select these nodes and show them."""
        self.selected = tuple(keys)
        self._select = {"number": self._select["number"] + 1, "keys": list(keys)}

    def say(self, text: str) -> None:
        """Have the canvas show a message."""
        self._noticed += 1
        self._notices.append({"number": self._noticed, "text": text[:2_000]})

    def tell(
        self, view: View, library: Library | None = None, insides: Insides | None = None, **beside: Any
    ) -> dict[str, Any]:
        """The message that leads the canvas from what it has to this view.

        Args:
            view: every node as it is to be shown, by key.
            library: the blocks of the network; left out where the canvas has the same.
            insides: what is seen inside of blocks, by path; left out where the canvas has the same.
            beside: what else the canvas is told; `palette` is left out unless it has nothing yet.
        """
        with self.lock:
            return self._tell(view, library or [], insides or {}, beside)

    def _tell(self, view: View, library: Library, insides: Insides, beside: dict[str, Any]) -> dict[str, Any]:
        self._turn += 1
        last = self._version
        if last == 0 or (view, library, insides) != (self._versions[last], self._libraries[last], self._insides[last]):
            self._version += 1
            self._versions[self._version], self._libraries[self._version] = view, library
            self._insides[self._version] = insides
            self._forget()
        had = self._versions[self._have]
        if self._have:
            beside.pop("palette", None)
        if not self._have or self._libraries[self._have] != library:
            beside["library"] = library
        if not self._have or self._insides[self._have] != insides:
            beside["insides"] = insides
        if self.unkept:
            beside["unkept"] = next(iter(self.unkept.values()))
        return {
            "project": self.project,
            "epoch": self.epoch,
            "turn": self._turn,
            "base": self._have,
            "version": self._version,
            "nodes": [node for key, node in view.items() if had.get(key) != node],
            "gone": [key for key in had if key not in view],
            "acknowledged": self._acknowledged,
            "notices": list(self._notices),
            "select": self._select,
            **beside,
        }

    def _last(self, client: str) -> int:
        """The last step of this page load that has been taken; those taken before a restart stand in the history."""
        if client not in self._acknowledged:
            self._acknowledged[client] = self._book.last_step(self.project, client)
        return self._acknowledged[client]

    def _take(self, entry: Entered) -> None:
        try:
            if entry.code is not None:
                self._paste(entry.code, entry.inside, step=f"{entry.client}#{entry.number}")
            elif entry.history is None:
                self._edit(EDITS.validate_python(entry.edits), step=f"{entry.client}#{entry.number}")
            elif entry.epoch == self.epoch:  # one of an older epoch may have been done: going back twice is worse
                (self._book.undo if entry.history == "undo" else self._book.redo)(self.project)
        except ValidationError as error:
            self.say(f"That cannot be done: {_in_words(error)}")
        except (EditError, CodeReadError) as error:
            self.say(str(error))

    def _paste(self, text: str, inside: str | None, step: str) -> None:
        project = self._book.project(self.project)
        if project is None:
            return
        pasted, notes = read_paste(text, project.graph, inside)
        self._book.edit(self.project, [pasted], by=self._visitor, step=step)
        # In an unrolled block they are called `unit/name`.
        around, slash, _ = next(iter(self.selected), "").rpartition("/")
        self.select([f"{around}{slash}{node.id}" for node in pasted.nodes])
        self.say("\n".join([f"{len(pasted.nodes)} layers were read from the code.", *notes]))

    def _edit(self, edits: tuple[Edit, ...], step: str) -> None:
        try:
            self._book.edit(self.project, edits, by=self._visitor, step=step)
            if folded := [edit.name for edit in edits if isinstance(edit, Fold)]:
                self.select(folded)
        except NameTakenError as taken:  # two tabs chose it at once
            if len(edits) > 1:
                raise
            renamed = edits[0].model_copy(update={"id": taken.free})
            self._book.edit(self.project, [renamed], by=self._visitor, step=step)
            self.select([taken.free])
            self.say(f"Another tab has just used the name {taken.name}, so your layer is called {taken.free}.")

    def _forget(self) -> None:
        for version in list(self._versions)[1:-VERSIONS_KEPT]:
            if version != self._have:
                del self._versions[version], self._libraries[version], self._insides[version]


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """What differs, to be given to Configure."""
    return {name: value for name, value in after.items() if before.get(name) != value}


def _in_words(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False)[:3]
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc'][1:])}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in faults
    )
