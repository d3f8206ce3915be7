"""The hiring forecast by hand. Today is in September 2026: the six months to come are September to February."""

import datetime as dt

import pytest

from features.records import MonthlyHirings
from models.hiring import expected_hirings

TODAY = dt.date(2026, 9, 15)


def history(counts: dict[str, int]) -> list[MonthlyHirings]:
    return [MonthlyHirings(month=month, count=count) for month, count in counts.items()]


def months_back(first: int, last: int, count: int = 0) -> dict[str, int]:
    """`count` hirings in each month from `first` to `last` months ago."""
    found = {}
    for back in range(first, last + 1):
        number = 2026 * 12 + 8 - back
        found[f"{number // 12}-{number % 12 + 1:02d}"] = count
    return found


def test_nothing_is_known_of_a_firm_without_a_recent_month() -> None:
    assert expected_hirings([], TODAY) is None
    assert expected_hirings(history({"2024-08": 30}), TODAY) is None
    assert expected_hirings(history({"2026-09": 30, "2026-12": 4}), TODAY) is None


def test_the_oldest_month_that_counts_is_two_years_back() -> None:
    assert expected_hirings(history({"2024-09": 30}), TODAY) == 0


@pytest.mark.parametrize("known", [1, 3, 6, 11])
def test_less_than_a_year_goes_on_at_its_pace(known: int) -> None:
    assert expected_hirings(history(months_back(1, known, 2)), TODAY) == pytest.approx(12)


@pytest.mark.parametrize("known", [12, 13, 18, 23, 24, 40])
def test_a_steady_firm_goes_on(known: int) -> None:
    assert expected_hirings(history(months_back(1, known, 10)), TODAY) == pytest.approx(60)


def test_a_summer_firm_hires_nobody_in_winter() -> None:
    summers = {"2025-06": 5, "2025-07": 10, "2026-06": 5, "2026-07": 10}
    assert expected_hirings(history(months_back(1, 24) | summers), TODAY) == 0
    assert expected_hirings(history(months_back(1, 24) | summers), dt.date(2026, 4, 1)) == pytest.approx(15)


def test_seasons_of_two_years_are_averaged_and_brought_to_the_last_level() -> None:
    """Last year: 30 of 40 in the six months of the season; the year before: 5 of 20. Mean share .5 of a level of 40."""
    counts = months_back(1, 24) | {"2025-10": 30, "2026-05": 10} | {"2024-10": 5, "2025-05": 15}
    assert expected_hirings(history(counts), TODAY) == pytest.approx(20)


def test_a_year_without_hirings_has_no_season() -> None:
    only_last = months_back(1, 24) | {"2025-10": 6, "2026-05": 2}
    assert expected_hirings(history(only_last), TODAY) == pytest.approx(6)
    assert expected_hirings(history(months_back(1, 24)), TODAY) == 0
    only_before = months_back(1, 24) | {"2024-10": 6}
    assert expected_hirings(history(only_before), TODAY) == 0


def test_months_that_a_known_firm_leaves_out_are_zero() -> None:
    spoken = {"2025-10": 6, "2024-09": 0}
    assert expected_hirings(history(spoken), TODAY) == expected_hirings(history(months_back(1, 24) | spoken), TODAY)


def test_the_month_under_way_does_not_count() -> None:
    assert expected_hirings(history(months_back(1, 12, 10) | {"2026-09": 500}), TODAY) == pytest.approx(60)
