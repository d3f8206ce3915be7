"""Every migration taken back and done again over many rows, on SQLite and PostgreSQL: is anything lost?

Rows of all kinds of the first schema are written, one million unless `--quick` or `--rows N`; the schema goes up to the
newest revision, down to the first one, and up again. After each way the same hash must come out of what the first
schema holds.
"""

import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from benchmarks.options import rows_option
from benchmarks.postgres import Missing, serving
from benchmarks.report import Report
from features.store.engine import open_engine
from features.store.migrate import HEAD, downgrade, upgrade
from features.store.rewriting import size_of

FIRST: Final = "0001"
ROWS: Final = 1_000_000
QUICK_ROWS: Final = 20_000
AT_ONCE: Final = 10_000


def main() -> None:
    asked, others = rows_option(sys.argv[1:], most=1)
    report = Report.from_command_line("migrations", arguments=others, about=str(__doc__))
    n_rows = asked[0] if asked else QUICK_ROWS if report.quick else ROWS
    report.figure("rows", n_rows)
    with tempfile.TemporaryDirectory(prefix="vivier-migrations-") as folder:
        there_and_back(report, "sqlite", f"sqlite:///{Path(folder) / 'vivier.db'}", n_rows)
    try:
        with serving("shared_buffers=256MB") as server:
            server.create("vivier")
            there_and_back(report, "postgresql", server.url("vivier"), n_rows)
    except Missing as missing:
        raise SystemExit(str(missing)) from None
    report.finish()


def there_and_back(report: Report, name: str, url: str, n_rows: int) -> None:
    """Raises RuntimeError where a row is lost or changed."""
    engine = open_engine(url)
    try:
        upgrade(engine, FIRST)
        tables = fill(engine, n_rows)
        before = content_hash(engine, tables)
        for way, revision in (("up", HEAD), ("down", FIRST), ("up again", HEAD)):
            began = time.perf_counter()
            if way == "down":
                downgrade(engine, revision)
            else:
                upgrade(engine, revision)
            report.figure(f"{name} {way}_s", time.perf_counter() - began, 1)
            if content_hash(engine, tables) != before:
                raise RuntimeError(f"{name}: rows are not what they were after going {way} to {revision}")
        report.figure(f"{name} database_mb", size_of(engine) / 1e6, 0)
        report.figure(f"{name} rows_lost_or_changed", 0)
    finally:
        engine.dispose()


def fill(engine: sa.Engine, n_rows: int) -> dict[str, list[str]]:
    """Write rows into every table of the schema that the database has, as many in each; its columns by table."""
    metadata = sa.MetaData()
    metadata.reflect(engine)
    tables = [table for table in metadata.sorted_tables if table.name != "alembic_version"]
    each = n_rows // len(tables)
    for table in tables:
        for start in range(0, each, AT_ONCE):
            with engine.begin() as connection:
                connection.execute(sa.insert(table), list(rows_of(table, start, min(start + AT_ONCE, each))))
    return {table.name: [column.name for column in table.columns] for table in tables}


def rows_of(table: sa.Table, first: int, last: int) -> Iterator[dict[str, Any]]:
    for number in range(first, last):
        row: dict[str, Any] = {}
        for column in table.columns:
            if isinstance(column.type, sa.LargeBinary):
                row[column.name] = hashlib.blake2b(str(number).encode(), digest_size=16).digest()
            elif isinstance(column.type, sa.Integer):
                row[column.name] = number + 1
            elif column.name == "body":
                row[column.name] = body(number)
            elif column.name == "operation":
                row[column.name] = "upsert"
            else:
                row[column.name] = f"{column.name}-é-{number:07d}"[-32:]
        yield row


def body(number: int) -> str:
    """A record's JSON, of the length of a real one."""
    told = {
        "id": f"{number:07d}",
        "profile_id": f"p-{number % 997}",
        "title": f"Soudeur n° {number}",
        "text": "à " * 150,
    }
    return json.dumps(told, ensure_ascii=False)


def content_hash(engine: sa.Engine, tables: dict[str, list[str]]) -> str:
    """Of all rows of these tables, by these columns, whatever the order."""
    total = 0
    with engine.connect().execution_options(yield_per=AT_ONCE) as connection:
        for name, columns in sorted(tables.items()):
            table = sa.table(name, *(sa.column(column) for column in columns))
            for row in connection.execute(sa.select(table)):
                values = [bytes(value) if isinstance(value, memoryview) else value for value in row]
                digest = hashlib.blake2b(repr((name, values)).encode(), digest_size=16).digest()
                total = (total + int.from_bytes(digest, "little")) % 2**128
    return f"{total:032x}"


if __name__ == "__main__":
    main()
