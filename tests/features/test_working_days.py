"""Public holidays of known years, and days that skip them."""

import datetime as dt

from features.working_days import holidays, working_days


def test_public_holidays_of_a_year() -> None:
    days = holidays(2027)
    for day in ((1, 1), (3, 29), (5, 1), (5, 6), (5, 8), (5, 17), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)):
        assert dt.date(2027, *day) in days
    assert len(days) == 11
    assert dt.date(2024, 4, 1) in holidays(2024)


def test_working_days_skip_weekends_and_holidays() -> None:
    assert working_days(dt.date(2027, 5, 5), 3) == [dt.date(2027, 5, 5), dt.date(2027, 5, 7), dt.date(2027, 5, 10)]
