"""Training sessions near a workplace that teach a skill, the shortest first: what would make up for its absence."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from matching.catalogue import View
from matching.engine import Engine
from matching.explain.wording import counted
from matching.filters import place, session_dates
from matching.filters.base import Condition
from matching.lookups import day_number
from matching.payload import record_part
from matching.rows.session import SessionCard
from matching.schema import Collection
from matching.selection import select

NEAR_KM: Final = 30.0
SOON_DAYS: Final = 180
LONGEST_HOURS: Final = 420.0
"""Three months: a longer training is a reorientation, not a complement to a recruitment."""
LOOKED_AT: Final = 30
"""Sessions, the soonest, of which the shortest is told."""
DAY_HOURS: Final = 7.0
"""Hours of a training day (L. 3121-27: 35 a week)."""

_CARD: Final = msgspec.json.Decoder(SessionCard)


@dataclass(frozen=True)
class Teaching:
    """A session that teaches the skill."""

    session_id: str
    title: str
    starts_on: dt.date
    place: str | None
    """None: at a distance."""
    hours: float | None

    @property
    def text(self) -> str:
        """« avec une formation de 5 jours (…, le 12/01/2027 à Guéret) »."""
        length = "" if self.hours is None else f" de {_length(self.hours)}"
        where = "à distance" if self.place is None else f"à {self.place}"
        return f"avec une formation{length} (« {self.title} », le {self.starts_on:%d/%m/%Y} {where})"


def teaching(engine: Engine, skill: int, workplace: int) -> Teaching | None:
    """The shortest session to come that teaches a skill (a row) within `NEAR_KM` of a commune (a row) or at a distance;
    None where there is none, or the place is not known (-1)."""
    if workplace < 0:
        return None
    sessions = engine.catalogue(Collection.SESSIONS)
    today = day_number(engine.today())
    conditions: list[Condition] = [
        place.within_or_remote(engine.lookups, workplace, NEAR_KM),
        session_dates.starts_between(today, today + SOON_DAYS),
        session_dates.has_seats(),
        _teaches(skill),
    ]
    rows = select(sessions, conditions).rows
    soonest = rows[np.argsort(sessions.take("start_day", rows), kind="stable")][:LOOKED_AT]
    read = [_CARD.decode(record_part(payload)) for payload in sessions.payloads_of(soonest)]
    cards = [card for card in read if (card.training.duration_hours or 0) <= LONGEST_HOURS]
    if not cards:
        return None
    best = min(cards, key=lambda card: (card.training.duration_hours or float("inf"), card.session.starts_on))
    return _told(engine, best)


def _told(engine: Engine, card: SessionCard) -> Teaching:
    communes = engine.lookups.reference.communes
    insee = card.session.commune_insee
    row = None if insee is None else communes.get_row(insee)
    return Teaching(
        card.session.id,
        card.training.title,
        card.session.starts_on,
        None if row is None else communes.names[row],
        card.training.duration_hours,
    )


def _teaches(skill: int) -> Condition:
    def condition(view: View) -> NDArray[np.bool_]:
        taught: NDArray[np.bool_] = (view.column("skills") == skill).any(axis=1)
        return taught

    return condition


def _length(hours: float) -> str:
    if hours < DAY_HOURS:
        return counted(hours, "heure", "heures")
    if hours <= 30 * DAY_HOURS:
        return counted(hours / DAY_HOURS, "jour", "jours")
    return counted(hours / DAY_HOURS / 21, "mois", "mois")
