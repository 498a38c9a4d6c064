"""The two databases that projects may be kept in: each test of the store runs on both."""

import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

MISSING = (
    "PostgreSQL is not installed here: apt-get install postgresql (sh .ci/postgresql tries), then run the tests again."
)
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root


@pytest.fixture(scope="session")
def postgresql():
    """The address of a PostgreSQL server without its database: of this session's own, reached by a socket only."""
    programs = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
    if programs is None:
        found = shutil.which("initdb")
        programs = Path(found).resolve().parent if found else None
    if programs is None or not (programs / "initdb").exists():
        pytest.skip(MISSING)
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="loom-pg-") as folder:  # short: a socket's path has at most 107 characters
        if user:
            shutil.chown(folder, user)
        data = f"{folder}/data"
        as_user = {"user": user, "cwd": folder, "stdin": subprocess.DEVNULL, "capture_output": True, "check": True}
        initdb = [programs / "initdb", "-D", data, "-U", "loom", "--auth=trust", "--no-sync", "-E", "UTF8"]
        subprocess.run(initdb, **as_user)
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        # Its log goes to a file: a server that held the pipe would keep pg_ctl's caller waiting.
        start = [programs / "pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start"]
        subprocess.run(start, **as_user)
        try:
            yield f"postgresql://loom@/%s?host={folder}"
        finally:
            subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **as_user)


@pytest.fixture(autouse=True)
def engines(monkeypatch):
    """Closes all connections that a test has opened; a Store keeps its own for as long as the process lives."""
    made = []
    monkeypatch.setattr(
        "runtime.store.database.create_engine", lambda *a, **b: made.append(create_engine(*a, **b)) or made[-1]
    )
    yield
    for engine in made:
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'projects.sqlite'}"
    return new_database(request.getfixturevalue("postgresql"))


def new_database(server):
    """The address of a new database of this server."""
    name = f"loom_{secrets.token_hex(6)}"
    address = (server % "postgres").replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server % name
