"""What errors say of the disk, as those who meet them raise them."""

import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from features.disk_trouble import DiskTrouble, disk_trouble
from features.store import Store


def raised(work: Callable[[], object]) -> BaseException:
    with pytest.raises(Exception) as told:
        work()
    return told.value


def test_a_full_device_is_told(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        assert disk_trouble(raised(lambda: full.write(b"x"))) is DiskTrouble.FULL


def test_a_database_that_may_not_grow_is_full(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("PRAGMA max_page_count = 2")
    connection.execute("create table t (x)")
    error = raised(lambda: connection.executemany("insert into t values (?)", [("x" * 4000,)] * 10))
    assert disk_trouble(error) is DiskTrouble.FULL
    assert disk_trouble(sa.exc.OperationalError("insert", {}, error)) is DiskTrouble.FULL
    connection.close()


def test_a_database_that_may_only_be_read_is_told(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path / 'a.db'}").close()
    with sqlite3.connect(f"file:{tmp_path / 'a.db'}?mode=ro", uri=True) as connection:
        error = raised(lambda: connection.execute("delete from offer"))
    connection.close()
    assert disk_trouble(error) is DiskTrouble.READ_ONLY


def test_a_database_that_is_held_is_told(tmp_path: Path) -> None:
    holding, waiting = (sqlite3.connect(tmp_path / "a.db", timeout=0) for _ in range(2))
    holding.execute("begin immediate")
    error = raised(lambda: waiting.execute("begin immediate"))
    assert disk_trouble(error) is DiskTrouble.HELD
    holding.close()
    waiting.close()


def test_bytes_that_are_no_database_are_a_failing_disk(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database at all" * 300)
    connection = sqlite3.connect(tmp_path / "a.db")
    assert disk_trouble(raised(lambda: connection.execute("select * from t"))) is DiskTrouble.FAILING
    connection.close()


@pytest.mark.parametrize(
    ("number", "trouble"),
    [
        (errno.EIO, DiskTrouble.FAILING),
        (errno.EROFS, DiskTrouble.READ_ONLY),
        (errno.EDQUOT, DiskTrouble.FULL),
        (errno.ENOENT, None),
        (errno.ECONNREFUSED, None),
    ],
)
def test_errors_of_files(number: int, trouble: DiskTrouble | None) -> None:
    assert disk_trouble(OSError(number, "said")) is trouble


def test_what_an_error_was_raised_from_counts() -> None:
    def fail() -> None:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as error:
            raise ValueError("not written") from error

    assert disk_trouble(raised(fail)) is DiskTrouble.FULL


@pytest.mark.parametrize("error", [ValueError("x"), OSError("of no number"), BrokenPipeError(errno.EPIPE, "gone")])
def test_other_errors_say_nothing(error: Exception) -> None:
    assert disk_trouble(error) is None


def test_postgresql_says_it_by_its_state() -> None:
    class DiskFull(Exception):
        sqlstate = "53100"

    assert disk_trouble(sa.exc.OperationalError("insert", {}, DiskFull())) is DiskTrouble.FULL
