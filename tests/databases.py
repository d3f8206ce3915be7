"""Databases for the tests that hold for every engine: SQLite always, PostgreSQL where its server is installed.

`tests/conftest.py` takes the fixtures in. Schemas are migrated once an engine, and copied for each test.
"""

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.postgres import binaries, postgres
from features.store.engine import open_engine
from features.store.migrate import upgrade

ENGINES = ("sqlite", "postgresql")
TEMPLATE = "vivier_schema"
INSTALL = "sudo apt-get install postgresql"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[sa.URL]:
    """A PostgreSQL server of the tests' own, on loopback, gone when they end; skips where none is installed."""
    if binaries() is None:
        pytest.skip(f"no PostgreSQL server on this machine ({INSTALL}): the store is tested on SQLite alone")
    with postgres("full_page_writes=off", "synchronous_commit=off") as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the schema and nothing in it, to be copied."""
    path = tmp_path_factory.mktemp("schema") / "vivier.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_schema(postgres_server: sa.URL) -> str:
    """The name of such a database on the server."""
    administer(postgres_server, f"create database {TEMPLATE}")
    _migrate(url_of(postgres_server, TEMPLATE))
    return TEMPLATE


def _migrate(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'deep' / 'er' / 'vivier.db'}"
        return
    with on_server(request.getfixturevalue("postgres_server"), "template1") as url:
        yield url


@pytest.fixture(params=ENGINES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with the schema and nothing in it, on each engine in turn."""
    if request.param == "sqlite":
        schema: Path = request.getfixturevalue("sqlite_schema")
        yield f"sqlite:///{shutil.copy(schema, tmp_path / 'vivier.db')}"
        return
    schema_name: str = request.getfixturevalue("postgres_schema")
    with on_server(request.getfixturevalue("postgres_server"), schema_name) as url:
        yield url


@contextlib.contextmanager
def on_server(server: sa.URL, template: str) -> Iterator[str]:
    """The URL of a database of one's own, a copy of `template`, gone at the end."""
    name = f"test_{uuid.uuid4().hex}"
    administer(server, f"create database {name} template {template}")
    try:
        yield url_of(server, name)
    finally:
        administer(server, f"drop database {name} with (force)")


def url_of(server: sa.URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


def administer(server: sa.URL, statement: str) -> None:
    """Run a statement of the server, not of one database."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
