"""The day by which people must be free, in figures, in words or counted from today."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

import re2

from features.days import LAST_DAY
from matching.reading.items import FIGURE, Item, Match, Text, number_of

_NOW: Final = re2.compile(
    r"\b(?:(?:etre )?dispo(?:nible)?s? )?(?:tout de suite|immediate(?:ment)?|de suite|maintenant|des (?:que possible"
    r"|maintenant)"
    r"|au plus (?:vite|tot)|asap|rapidement|urgent(?:e)?|en urgence|des aujourd.hui)\b|\bdisponibilite immediate\b"
    r"|\bprise de poste immediate\b"
)
_MONTHS: Final = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
)
_DATE: Final = re2.compile(
    rf"\b(?:(?:dispo(?:nible)?s? )?(?:a partir d[ue]|a compter d[ue]|des|pour|debut|fin|mi|le|au|a partir de"
    rf"|disponibles? (?:le|en)) ?-?(?:le |debut |fin |mi-?)?)"
    rf"(?:(\d{{1,2}})(?:er)? )?({'|'.join(_MONTHS)})(?: (\d{{4}}))?\b"
)
_FIGURES: Final = re2.compile(
    r"\b(?:dispo(?:nible)?s? )?(?:a partir du|a compter du|des le|pour le|le"
    r"|au) (\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2,4}))?\b"
)
_IN: Final = re2.compile(rf"\b(?:dispo(?:nible)?s? )?(?:dans|sous|d.ici) ({FIGURE}) (jours?|semaines?|mois)\b")


def availability(text: Text, today: dt.date) -> Iterator[Item]:
    """The day by which people must be free."""
    for match in text.find(_NOW):
        text.take(*match.span())
        yield Item("criteres.disponibleAvant", today.isoformat(), "Disponible tout de suite", *match.span())
        return
    for pattern, read in ((_FIGURES, _in_figures), (_DATE, _in_words), (_IN, _from_now)):
        for match in text.find(pattern):
            day = read(match, text.plain[match.start() : match.end()], today)
            if day is not None:
                text.take(*match.span())
                label = f"Disponible le {day:%d/%m/%Y} au plus tard"
                yield Item("criteres.disponibleAvant", day.isoformat(), label, *match.span())
                return


def _in_figures(match: Match, _words: str, today: dt.date) -> dt.date | None:
    year = int(match[3]) if match[3] else None
    return _coming(today, int(match[2]), int(match[1]), None if year is None else year + 2000 * (year < 100))


def _in_words(match: Match, words: str, today: dt.date) -> dt.date | None:
    usual = 28 if "fin" in words.split() else 15 if "mi" in words.replace("-", " ").split() else 1
    day = int(match[1]) if match[1] else usual
    return _coming(today, _MONTHS.index(match[2]) + 1, day, int(match[3]) if match[3] else None)


def _from_now(match: Match, _words: str, today: dt.date) -> dt.date | None:
    days = number_of(match[1]) * {"j": 1, "s": 7, "m": 30}[match[2][0]]
    return today + dt.timedelta(days=round(days))


def _coming(today: dt.date, month: int, day: int, year: int | None) -> dt.date | None:
    """The next such day, or that of the year; None for one that no calendar has."""
    try:
        date = dt.date(year or today.year, month, day)
        date = date if year is not None or date >= today else date.replace(year=date.year + 1)
    except ValueError:
        return None
    return date if date <= LAST_DAY else None
