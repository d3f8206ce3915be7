"""Moving the schema up and down loses no row, on either engine; the benchmark does it to a million."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.migrations import content_hash, fill, there_and_back
from benchmarks.report import Report
from features.store.engine import open_engine
from features.store.migrate import upgrade


def test_up_down_and_up_keeps_every_row(database_url: str) -> None:
    report = Report("migrations")
    there_and_back(report, "here", database_url, 400)
    assert report.figures["here rows_lost_or_changed"] == 0


@pytest.mark.parametrize("harm", ["delete from offer where id like '%7'", "update offer set body = body || ' '"])
def test_a_row_that_is_lost_or_changed_is_noticed(tmp_path: Path, harm: str) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'vivier.db'}")
    upgrade(engine, "0001")
    tables = fill(engine, 400)
    before = content_hash(engine, tables)
    assert content_hash(engine, tables) == before
    with engine.begin() as connection:
        connection.execute(sa.text(harm))
    assert content_hash(engine, tables) != before
    engine.dispose()
