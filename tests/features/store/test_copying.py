"""A copy of a store says what it says, and a store can be made of it, on each engine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from features.records import Identity, Profile, Project, Subscription
from features.store import Kind, Store
from features.store.copying import NotEmpty, copy_store, restore_store
from features.store.engine import open_engine
from features.store.migrate import upgrade
from features.store.tables import metadata
from tests.keys import KEYRING


def rows(engine: sa.Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for name, table in metadata.tables.items()
        }


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    opened = open_engine(database_url)
    yield opened
    opened.dispose()


def test_a_copy_says_the_same_and_a_store_is_made_of_it(engine: sa.Engine, database_url: str, tmp_path: Path) -> None:
    store = Store.open(database_url, KEYRING)
    store.upsert([Profile(id="p1", projects=(Project(rome_code="J1501"),))], "essai")
    store.upsert([Identity(id="p1", last_name="Quatrebarbes")], "essai")
    store.upsert([Subscription(id="s1", profile_id="p1")], "essai")
    copy_store(store.engine, tmp_path / "copy.db")
    before = rows(store.engine)
    copied = open_engine(f"sqlite:///{tmp_path / 'copy.db'}")
    assert rows(copied) == before
    copied.dispose()
    assert b"Quatrebarbes" not in (tmp_path / "copy.db").read_bytes()
    store.delete(Kind.PROFILE, ["p1"])
    with pytest.raises(NotEmpty, match="holds records"):
        restore_store(tmp_path / "copy.db", engine, replace=False)
    assert store.get(Profile, "p1") is None
    copied_bytes = (tmp_path / "copy.db").read_bytes()
    restore_store(tmp_path / "copy.db", engine, replace=True)
    assert (tmp_path / "copy.db").read_bytes() == copied_bytes, "a backup that was restored is another one"
    again = Store(engine, KEYRING)
    assert rows(engine) == before
    assert again.get(Identity, "p1") == Identity(id="p1", last_name="Quatrebarbes")
    mark = again.watermark()
    again.upsert([Profile(id="p2", projects=())], "essai")
    assert again.watermark() == mark + 1
    store.close()


def test_a_copy_of_an_older_schema_is_brought_up_to_date_and_stays_as_it_is(database_url: str, tmp_path: Path) -> None:
    old = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(old, "0008")
    with old.begin() as connection:
        row = "insert into offer (id, source, digest, body) values ('o1', 'essai', x'00', '{}')"
        connection.exec_driver_sql(row)
    copy_store(old, tmp_path / "copy.db")
    old.dispose()
    before = (tmp_path / "copy.db").read_bytes()
    engine = open_engine(database_url)
    restore_store(tmp_path / "copy.db", engine, replace=False)
    with engine.connect() as connection:
        assert connection.execute(sa.text("select id, written_on is not null from offer")).all() == [("o1", True)]
    engine.dispose()
    assert (tmp_path / "copy.db").read_bytes() == before
