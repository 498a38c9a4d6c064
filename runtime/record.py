"""run.json: what a run is, as it is written down."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from runtime.process import read_small, write_atomically
from runtime.spec import RunSpec

ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")
MAX_NAME = 100
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)  # as clocks may be wrong


def one_line(text: str, most: int) -> str:
    """What can be seen of a text, on one line; PostgreSQL takes no NUL, and other signs turn the line around."""
    seen = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(seen.split())[:most].strip()


def clean_name(name: str) -> str:
    """One line of at most MAX_NAME characters."""
    return one_line(name, MAX_NAME)


class Record(BaseModel):
    """What run.json holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=rf"^{ID.pattern}$")
    name: Annotated[str, Field(max_length=MAX_NAME), AfterValidator(clean_name)]
    project: str = Field("", max_length=64, pattern=r"^[^\x00]*$")
    owner: str = Field("", max_length=254)
    created: AwareDatetime = Field(ge=EARLIEST, le=LATEST)
    spec: RunSpec
    versions: dict[str, str] = Field(default_factory=dict, max_length=20)


def read_record(path: Path) -> Record:
    """The record in a run.json, which is parsed once as long as the file stays as it is.

    Raises:
        OSError: there is none, or it is a link or too large.
        ValueError: it holds something else.
    """
    stamp = path.stat()
    return _record(path, stamp.st_mtime_ns, stamp.st_size)


def write_record(path: Path, record: Record) -> None:
    """Put a record in the place of the one that was there."""
    write_atomically(path, record.model_dump_json(indent=1) + "\n")


@lru_cache(maxsize=2_000)
def _record(path: Path, _changed: int, _size: int) -> Record:
    return Record.model_validate_json(read_small(path))
