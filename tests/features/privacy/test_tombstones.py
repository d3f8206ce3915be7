"""Who was erased is not forgotten: not by a full disk, not by a process that dies while old lines are dropped."""

import datetime as dt
import threading
from pathlib import Path

import pytest

import features.private_file
from features.privacy.tombstones import Tombstones
from tests.features.test_array_files import files_of_at_most
from tests.keys import KEYRING

OLD, NEW = dt.date(2024, 1, 1), dt.date(2026, 1, 1)


@pytest.fixture
def tombstones(tmp_path: Path) -> Tombstones:
    found = Tombstones(tmp_path / "tombstones", KEYRING)
    found.add("old", OLD)
    found.add("new", NEW)
    return found


def test_a_full_disk_leaves_what_is_known_and_takes_the_next_one_whole(tombstones: Tombstones) -> None:
    size = tombstones.path.stat().st_size
    with files_of_at_most(size + 20), pytest.raises(OSError):
        tombstones.add("third", NEW)
    assert len(tombstones) == 2
    tombstones.add("fourth", NEW)
    again = Tombstones(tombstones.path, KEYRING)
    assert [key in again for key in ("old", "new", "third", "fourth")] == [True, True, False, True]


def test_a_line_cut_short_by_a_power_failure_does_not_take_the_next_one(tombstones: Tombstones) -> None:
    with tombstones.path.open("ab") as file:
        file.write(b"2026-01-01 12ab")
    tombstones.add("next", NEW)
    assert "next" in Tombstones(tombstones.path, KEYRING)


def test_dropping_old_lines_leaves_all_of_them_until_the_new_file_is_whole(
    tombstones: Tombstones, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def die(_descriptor: int) -> None:
        raise Died

    monkeypatch.setattr(features.private_file.os, "fsync", die)
    with pytest.raises(Died):
        tombstones.drop_before(NEW)
    monkeypatch.undo()
    assert "new" in Tombstones(tombstones.path, KEYRING)
    assert tombstones.drop_before(NEW) == 1
    again = Tombstones(tombstones.path, KEYRING)
    assert ("old" in again, "new" in again) == (False, True)
    assert [path.name for path in tombstones.path.parent.iterdir()] == ["tombstones"]


def test_who_waited_while_the_file_was_replaced_writes_into_the_new_one(tombstones: Tombstones) -> None:
    other = Tombstones(tombstones.path, KEYRING)
    with tombstones._locked():
        waiting = threading.Thread(target=other.add, args=("third", NEW))
        waiting.start()
        fresh = tombstones.path.with_name("fresh")
        fresh.write_bytes(tombstones.path.read_bytes())
        fresh.replace(tombstones.path)
    waiting.join()
    assert all(key in Tombstones(tombstones.path, KEYRING) for key in ("old", "new", "third"))
