"""What opens a conversation with a firm: its recent offers, a training that could be set up, a work immersion."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final
from weakref import WeakKeyDictionary

import msgspec
import numpy as np
from numpy.typing import NDArray

from matching.catalogue import Catalogue
from matching.engine import Engine
from matching.explain.wording import counted, quoted
from matching.filters import place, session_dates
from matching.filters.base import Condition
from matching.keys import key_number
from matching.lookups import day_number
from matching.payload import record_part
from matching.portfolio import Portfolio
from matching.schema import Collection
from matching.selection import select

RECENT_DAYS: Final = 180
"""Age of offers that still say what a firm looks for."""
OFFERS_SHOWN: Final = 3
TRAINED_FROM: Final = 1.5
"""Hirings expected in the target occupations from which a training before hiring is worth its setting up."""
SESSIONS_AHEAD_DAYS: Final = 270
DISCOVERS_UNDER_MONTHS: Final = 6
"""Months in the occupation under which an immersion tells both sides something."""


class _Titled(msgspec.Struct):
    """What is read of an offer here."""

    title: str


class _Card(msgspec.Struct):
    """`OfferCard`, the rest of it passed over."""

    offer: _Titled


_TITLED: Final = msgspec.json.Decoder(_Card)


class RecentOffer(msgspec.Struct, frozen=True, gc=False):
    """An offer that the firm published lately."""

    offer_id: str
    title: str
    age_days: int
    is_wanted: bool
    """Whether it is in an occupation of the portfolio."""


def posts_around(
    engine: Engine, portfolio: Portfolio, centre: int, radius_km: float, firms: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n,) posts that each of `firms` (`key_number` of SIRETs, n distinct) published over the last `RECENT_DAYS` days
    within `radius_km` of a commune (row): in all, and in the wanted families of occupations."""
    offers = engine.catalogue(Collection.OFFERS)
    rome = engine.lookups.reference.rome
    since = day_number(engine.today()) - RECENT_DAYS
    rows = select(
        offers,
        [
            place.within(engine.lookups, [centre], radius_km),
            lambda view: (view.column("firm") >= 0) & (view.column("published_day") >= since),
        ],
    ).rows
    if len(firms) == 0 or len(rows) == 0:
        return np.zeros(len(firms), np.float32), np.zeros(len(firms), np.float32)
    order = np.argsort(firms)
    published_by = offers.take("firm", rows)
    at = np.minimum(np.searchsorted(firms[order], published_by), len(firms) - 1)
    known = firms[order][at] == published_by
    rows, firm_of = rows[known], order[at[known]]
    posts = np.maximum(offers.take("posts", rows), 1).astype(np.float64)
    occupations = offers.take("occupation", rows)
    families = np.zeros(len(rome.families) + 1, dtype=np.bool_)
    families[rome.family_of[portfolio.wanted]] = True
    wanted = families[np.where(occupations >= 0, rome.family_of[occupations], -1)]
    return (
        np.bincount(firm_of, posts, minlength=len(firms)).astype(np.float32),
        np.bincount(firm_of, posts * wanted, minlength=len(firms)).astype(np.float32),
    )


def recent_offers(engine: Engine, portfolio: Portfolio, sirets: Sequence[str]) -> list[tuple[RecentOffer, ...]]:
    """Each firm's own recent offers, those in the wanted occupations first, then the latest."""
    offers = engine.catalogue(Collection.OFFERS)
    rome = engine.lookups.reference.rome
    today = day_number(engine.today())
    of_firm = [offers.rows_where("firm", key_number(siret)) for siret in sirets]
    rows = np.concatenate([np.empty(0, dtype=np.int64), *of_firm])
    firm = np.repeat(np.arange(len(sirets)), [len(each) for each in of_firm])
    days, occupations = offers.take("published_day", rows), offers.take("occupation", rows)
    families = rome.family_of[portfolio.wanted]
    wanted = np.isin(rome.family_of[occupations], families) & (occupations >= 0)
    order = np.lexsort((rows, -days, ~wanted, firm))
    order = order[days[order] >= today - RECENT_DAYS]
    firsts = np.searchsorted(firm[order], np.arange(len(sirets)))
    shown = order[np.arange(len(order)) - firsts[firm[order]] < OFFERS_SHOWN]
    told = [
        RecentOffer(offers.id_of(row), _TITLED.decode(record_part(payload)).offer.title, age_days, is_wanted)
        for row, payload, age_days, is_wanted in zip(
            rows[shown].tolist(),
            offers.payloads_of(rows[shown]),
            (today - days[shown]).tolist(),
            wanted[shown].tolist(),
            strict=True,
        )
    ]
    bounds = np.searchsorted(firm[shown], np.arange(len(sirets) + 1)).tolist()
    return [tuple(told[first:last]) for first, last in pairwise(bounds)]


def sessions_by_occupation(engine: Engine, centre: int, radius_km: float) -> NDArray[np.int64]:
    """(n_occupations,) training sessions to come around a commune (row), and at a distance, that lead to each
    occupation."""
    around = _counts(engine, [place.within(engine.lookups, [centre], radius_km), place.attended()])
    return around + _counts_at_a_distance(engine)


def _counts_at_a_distance(engine: Engine) -> NDArray[np.int64]:
    """The part of the sessions followed at a distance: a fifth of the country's, the same for all, counted again when
    they or the day change."""
    sessions = engine.catalogue(Collection.SESSIONS)
    asked = (sessions.state, engine.today())
    known = _AT_A_DISTANCE.get(sessions)
    if known is None or known[0] != asked:
        known = _AT_A_DISTANCE[sessions] = (asked, _counts(engine, [place.remote()]))
    return known[1]


_AT_A_DISTANCE: Final[WeakKeyDictionary[Catalogue, tuple[object, NDArray[np.int64]]]] = WeakKeyDictionary()


def _counts(engine: Engine, conditions: Sequence[Condition]) -> NDArray[np.int64]:
    """(n_occupations,) sessions with seats that start over the next `SESSIONS_AHEAD_DAYS` days, under `conditions`."""
    sessions = engine.catalogue(Collection.SESSIONS)
    today = day_number(engine.today())
    rows = select(
        sessions,
        [*conditions, session_dates.has_seats(), session_dates.starts_between(today, today + SESSIONS_AHEAD_DAYS)],
    ).rows
    led_to = sessions.take("occupations", rows)
    counts = np.bincount(led_to[led_to >= 0], minlength=engine.lookups.reference.rome.n_occupations)
    return np.asarray(counts, dtype=np.int64)


def hooks(
    offers: tuple[RecentOffer, ...],
    openings: float,
    occupation_label: str | None,
    n_sessions: int,
    discoverers: tuple[str, ...],
    engaged: bool,
) -> tuple[str, ...]:
    """Sentences to begin with, in French, the strongest first; empty when there is nothing to build on.

    `discoverers`: ids of people to present who have hardly worked in the occupation they seek.
    """
    found: list[str] = []
    own = [offer for offer in offers if offer.is_wanted] or list(offers)
    if own:
        first = own[0]
        when = "aujourd'hui" if first.age_days < 1 else f"il y a {counted(first.age_days, 'jour', 'jours')}"
        more = f" (et {counted(len(own) - 1, 'autre', 'autres')})" if len(own) > 1 else ""
        verb = "a publié" if first.is_wanted else "recrute aussi dans un autre métier : elle a publié"
        found.append(f"L'entreprise {verb} {quoted(first.title)} {when}{more}")
    if openings >= TRAINED_FROM and occupation_label is not None and n_sessions > 0:
        sessions = counted(n_sessions, "session de formation démarre", "sessions de formation démarrent")
        found.append(
            f"Une formation préalable au recrutement (POEI) peut se monter : {sessions} bientôt alentour "
            f"vers {quoted(occupation_label)}"
        )
    if discoverers:
        people = counted(len(discoverers), "personne débute", "personnes débutent")
        found.append(f"Une immersion (PMSMP) permettrait de se découvrir : {people} dans le métier visé")
    if engaged and not found:
        found.append("L'entreprise est engagée auprès du réseau : elle connaît la démarche")
    return tuple(found)
