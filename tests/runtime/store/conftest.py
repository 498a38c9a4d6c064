"""The two databases that projects may be kept in: each test of the store runs on both."""

import os
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
    """The address of a database on a PostgreSQL of this session's own, reached by a socket only."""
    programs = _programs()
    if programs is None:
        pytest.skip(MISSING)
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="loom-pg-") as folder:  # short: a socket's path has at most 107 characters
        data = f"{folder}/data"

        def run(program, *arguments):
            as_user = {"user": user, "cwd": folder, "stdin": subprocess.DEVNULL, "capture_output": True}
            done = subprocess.run([programs / program, "-D", data, *arguments], text=True, **as_user)
            if done.returncode:
                pytest.skip(f"PostgreSQL does not run here: {done.stderr[-500:]}")

        if user:
            shutil.chown(folder, user)
        run("initdb", "-U", "loom", "--auth=trust", "--no-sync", "--locale=C", "-E", "UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        # Its log goes to a file: a server that held the pipe would keep the caller of pg_ctl waiting.
        run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql://loom@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")


def _programs():
    """The folder of the newest PostgreSQL server here, Debian's or another one; None without any."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = debian[-1] if debian else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


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
    address = request.getfixturevalue("postgresql")
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:  # a new database would take longer
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return address
