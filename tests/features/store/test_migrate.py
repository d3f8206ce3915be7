"""Migrations run up and down, and lead to the very schema that the code declares."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from features.store.engine import open_engine
from features.store.migrate import HEAD, MIGRATIONS, current_revision, downgrade, upgrade
from features.store.tables import metadata


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    opened = open_engine(database_url)
    yield opened
    opened.dispose()


def test_the_head_constant_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_migrations_lead_to_the_declared_schema(engine: sa.Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert current_revision(engine) == HEAD


def test_up_down_and_up_again(engine: sa.Engine) -> None:
    assert current_revision(engine) is None
    upgrade(engine)
    upgrade(engine)
    downgrade(engine, "base")
    assert current_revision(engine) is None
    assert set(sa.inspect(engine).get_table_names()) == {"alembic_version"}
    upgrade(engine)
    assert set(metadata.tables) <= set(sa.inspect(engine).get_table_names())


def test_each_migration_goes_down_to_the_one_before(engine: sa.Engine) -> None:
    for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions("base", "heads"):
        upgrade(engine, script.revision)
        downgrade(engine, "-1")
        upgrade(engine, script.revision)
        assert current_revision(engine) == script.revision
        downgrade(engine, "base")


def test_sqlite_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'vivier.db'}")
    with engine.connect() as connection:
        assert connection.scalar(sa.text("pragma journal_mode")) == "wal"
        assert connection.scalar(sa.text("pragma synchronous")) == 2  # FULL: flushed before the commit returns
    engine.dispose()
