"""Databases for the tests that hold for every engine: SQLite always, PostgreSQL where its server is installed."""

import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

INSTALL = "sudo apt-get install postgresql"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.URL]:
    """A PostgreSQL server of the tests' own, on loopback, gone when they end; skips where none is installed."""
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip(f"no PostgreSQL server on this machine ({INSTALL}): the store is tested on SQLite alone")
    folder = Path("/tmp") / f"vivier-postgres-{uuid.uuid4().hex[:8]}"  # root's tmp_path is closed to other users
    folder.mkdir()
    user = None
    if os.geteuid() == 0:  # the server refuses to run as root
        user = "postgres"
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

    data = str(folder / "data")
    run(str(binaries / "initdb"), "-D", data, "-A", "trust", "-U", "vivier", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(str(binaries / "pg_ctl"), "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield sa.URL.create("postgresql+psycopg", "vivier", host="127.0.0.1", port=port, database="postgres")
    finally:
        run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _postgres_binaries() -> Path | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return None if found is None else Path(found).parent


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'deep' / 'er' / 'vivier.db'}"
        return
    server: sa.URL = request.getfixturevalue("postgres_server")
    name = f"test_{uuid.uuid4().hex}"
    _administer(server, f"create database {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    _administer(server, f"drop database {name} with (force)")


def _administer(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
