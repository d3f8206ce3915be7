"""Whom an account was shown in a day: exact, within its allowance, the same for all workers, kept across restarts."""

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.edge.ledger import GLANCE, WINDOW_S, Allowance, Ledger, Look

NOW = dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC)
KEY = b"k" * 32
SOME = Allowance(10, 4)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path, KEY)
    yield opened
    opened.close()


def people(first: int, last: int) -> tuple[str, ...]:
    return tuple([f"profil-{number}" for number in range(first, last)])


def look(shown: tuple[str, ...], published: bool = True, sought: str = "J1501|23096", account: str = "a") -> Look:
    return Look(account, shown, 0, sought, published)


def test_each_person_counts_once_a_day(ledger: Ledger) -> None:
    assert ledger.note(look((*people(0, 5), *people(0, 3))), SOME, NOW).people == 5
    standing = ledger.note(look(people(3, 8)), SOME, NOW)
    assert (standing.people, standing.left, standing.refused) == (8, 2, False)
    tomorrow = ledger.note(look(people(0, 5)), SOME, NOW + dt.timedelta(days=1))
    assert (tomorrow.people, tomorrow.left) == (5, 5)


def test_what_goes_beyond_is_refused_whole_and_counts_nobody(ledger: Ledger) -> None:
    ledger.note(look(people(0, 8)), SOME, NOW)
    over = ledger.note(look(people(6, 12)), SOME, NOW)
    assert (over.refused, over.people, over.left) == (True, 8, 2)
    assert not ledger.note(look(people(0, 10)), SOME, NOW).refused, "what is left, and those already seen"
    assert not ledger.note(look(people(0, 10)), SOME, NOW).refused, "seen again, all of them"
    assert ledger.note(look(people(10, 11)), SOME, NOW).refused


def test_a_need_that_is_not_published_has_a_part_of_the_day(ledger: Ledger) -> None:
    assert not ledger.note(look(people(0, 4), published=False), SOME, NOW).refused
    assert ledger.note(look(people(4, 5), published=False), SOME, NOW).refused
    assert not ledger.note(look(people(4, 10)), SOME, NOW).refused
    assert not ledger.note(look(people(4, 10), published=False), SOME, NOW).refused, "seen already"


def test_accounts_do_not_share_their_days(ledger: Ledger) -> None:
    ledger.note(look(people(0, 10)), SOME, NOW)
    assert not ledger.note(look(people(0, 10), account="b"), SOME, NOW).refused


def test_without_an_allowance_nothing_is_refused(ledger: Ledger) -> None:
    standing = ledger.note(look(people(0, 5000)), None, NOW)
    assert (standing.people, standing.left, standing.refused) == (5000, None, False)


def test_workers_count_together_and_a_restart_forgets_nothing(tmp_path: Path) -> None:
    first, second = Ledger(tmp_path, KEY), Ledger(tmp_path, KEY)
    first.note(look(people(0, 4)), SOME, NOW)
    assert second.note(look(people(2, 7)), SOME, NOW).people == 7
    assert first.note(look(people(0, 9)), SOME, NOW).people == 9
    first.close()
    second.close()
    third = Ledger(tmp_path, KEY)
    assert third.note(look(people(0, 11)), SOME, NOW).refused
    assert third.note(look(people(9, 10)), SOME, NOW).people == 10
    third.close()


def test_two_at_once_do_not_both_take_the_last_place(tmp_path: Path) -> None:
    """Threads with a ledger each stand for workers: the lock is on the file."""
    allowed = []

    def work(number: int) -> None:
        own = Ledger(tmp_path, KEY)
        for step in range(40):
            standing = own.note(look((f"profil-{number}-{step}",)), Allowance(50, 50), NOW)
            allowed.append(not standing.refused)
        own.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 50


def test_what_was_cut_off_half_written_is_dropped(tmp_path: Path) -> None:
    first = Ledger(tmp_path, KEY)
    first.note(look(people(0, 3)), SOME, NOW)
    first.close()
    for path in (tmp_path / NOW.date().isoformat()).iterdir():
        with path.open("ab") as file:
            file.write(b"\x01\x02\x03")
    second = Ledger(tmp_path, KEY)
    assert second.note(look(people(0, 5)), SOME, NOW).people == 5
    second.close()
    third = Ledger(tmp_path, KEY)
    assert third.note(look(people(0, 5)), SOME, NOW).people == 5
    third.close()


def test_the_files_name_nobody_and_go_after_a_day(tmp_path: Path) -> None:
    opened = Ledger(tmp_path, KEY)
    opened.note(look(people(0, 5), sought="J1501|Guéret"), SOME, NOW)
    (folder,) = tmp_path.iterdir()
    held = b"".join(path.read_bytes() for path in folder.iterdir()) + str(list(folder.iterdir())).encode()
    assert not any(word in held for word in (b"profil-", b"J1501", b"Gu", b"'a"))
    assert sum(path.stat().st_size for path in folder.iterdir()) == 5 * 8 + GLANCE.itemsize
    opened.note(look(people(0, 5)), SOME, NOW + dt.timedelta(days=1))
    assert len(list(tmp_path.iterdir())) == 2
    opened.note(look(people(0, 5)), SOME, NOW + dt.timedelta(days=2))
    assert folder not in list(tmp_path.iterdir())
    opened.close()


def test_another_day_has_other_marks(tmp_path: Path) -> None:
    opened = Ledger(tmp_path, KEY)
    opened.note(look(people(0, 1)), SOME, NOW)
    opened.note(look(people(0, 1)), SOME, NOW + dt.timedelta(days=1))
    opened.close()
    first, second = [next(folder.glob("*.people")).read_bytes() for folder in sorted(tmp_path.iterdir())]
    assert first != second


def test_recent_looks_are_those_of_the_last_minutes(ledger: Ledger) -> None:
    for minutes in (0, 2, 4, 6):
        standing = ledger.note(look(people(0, minutes + 1)), None, NOW + dt.timedelta(minutes=minutes))
    assert standing.recent["new"].tolist() == [2, 2, 2]
    later = ledger.note(look(people(0, 1)), None, NOW + dt.timedelta(seconds=360 + WINDOW_S))
    assert len(later.recent) == 1


def test_memory_is_bounded_by_the_accounts_that_are_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.edge.ledger._MOST_OPEN", 3)
    opened = Ledger(tmp_path, KEY)
    for _ in range(2):
        for number in range(10):
            standing = opened.note(look(people(0, 2), account=f"compte-{number}"), SOME, NOW)
            assert standing.people == 2
    opened.close()
