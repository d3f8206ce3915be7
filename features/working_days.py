"""The days on which people work: neither weekends nor the public holidays of metropolitan France."""

import datetime as dt


def working_days(first: dt.date, count: int) -> list[dt.date]:
    """The first `count` days from `first` on that are neither a weekend nor a public holiday of metropolitan France."""
    found: list[dt.date] = []
    day = first
    while len(found) < count:
        if day.weekday() < 5 and day not in holidays(day.year):
            found.append(day)
        day += dt.timedelta(days=1)
    return found


def holidays(year: int) -> frozenset[dt.date]:
    """Public holidays of a year (Code du travail, art. L. 3133-1)."""
    easter = _easter(year)
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    return frozenset(
        [dt.date(year, month, day) for month, day in fixed]
        + [easter + dt.timedelta(days=after) for after in (1, 39, 50)]
    )


def _easter(year: int) -> dt.date:
    """Easter Sunday (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 19 * m) // 433
    month = (h + m - 7 * n + 90) // 25
    return dt.date(year, month, (h + m - 7 * n + 33 * month + 19) % 32)
