"""Shelves: what the service brings to people, employers and counsellors, written for learning and for simulation.

Every list is asked for as the service answers it, by the function that answers, and what was scored on the way is kept
(`scoring.heard`): its candidates, all features, and the scores of the ranker in force.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.bits import ATTENDANCE_BIT, FUNDING_BIT
from features.pairs.base import shared_skills
from features.records import Attendance, Funding
from matching.answer import Answer, Window
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.errors import BadParameter
from matching.jobs import profile_at
from matching.keys import key_number
from matching.lookups import day_number
from matching.market_records import offers_of, points_of, sizes_of
from matching.payload import record_part
from matching.prospection import targets
from matching.rows.profile import occupations_held
from matching.rows.session import SessionCard
from matching.schema import NO_DAY, Collection
from matching.scoring import Scored, heard, joined
from matching.sides import columns_of
from matching.sourcing import profiles_for_offer
from matching.trainings import sessions_for_profile
from models.ranked import Ranked
from models.simulation.hidden_firms import FirmFacts
from models.simulation.hidden_sessions import SessionFacts
from models.simulation.market import DAYS_A_WEEK, Market, Persons, as_floats
from models.simulation.shelf import FOREVER, Shelf

Progress = Callable[[int], None]
_FIRST = Window(0, 0)
_SELF = FUNDING_BIT[Funding.SELF]
_CARD = msgspec.json.Decoder(SessionCard)


def _silent(_: int) -> None:
    return None


@dataclass(frozen=True)
class Brought:
    """What one question brought: rows of the catalogue, each the best of its record, ascending."""

    rows: NDArray[np.int64]
    features: NDArray[np.float32]
    scores: NDArray[np.float32]


def brought(asked: Callable[[], Answer[Any]], keys: Callable[[NDArray[np.int64]], NDArray[np.int64]]) -> Brought:
    """What `asked` scores; of the rows of one key the best alone. Searches that look for what would fill an empty list
    are not the list."""
    with heard() as found:
        answer = asked()
    return _best(found if answer.total else found[:1], keys)


def _best(found: Sequence[Scored], keys: Callable[[NDArray[np.int64]], NDArray[np.int64]]) -> Brought:
    rows = joined([each.rows for each in found])
    scores = joined([each.scores for each in found])
    order = np.lexsort((rows, -scores))
    _, first = np.unique(keys(rows)[order], return_index=True)
    kept = order[first]
    kept = kept[np.argsort(rows[kept], kind="stable")]
    return Brought(rows[kept], joined([each.features for each in found])[kept], scores[kept])


def session_shelf(
    engine: Engine, persons: Persons, weeks_before: int = 0, progress: Progress = _silent
) -> tuple[Shelf, SessionFacts]:
    """The trainings that each person is brought, the best session of each, and what those sessions' records say.

    Persons without any have no candidates. With `weeks_before`, the first day is the Monday of so many weeks ago, and
    features are as they were then; else it is today. Raises NotFound for a person who is gone, and ValueError when
    nobody is brought anything.
    """
    sessions, today = engine.catalogue(Collection.SESSIONS), day_number(engine.today())
    found: list[Brought] = []
    for profile_id in persons.ids.tolist():
        found.append(
            brought(
                lambda asked=profile_id: sessions_for_profile(engine, asked, {}, _FIRST),  # type: ignore[misc]
                lambda rows: sessions.take("training", rows),
            )
        )
        progress(1)
    rows, item = np.unique(np.concatenate([each.rows for each in found]), return_inverse=True)
    if len(rows) == 0:
        raise ValueError("no training is brought to any of these people: index trainings and sessions first")
    first_day = engine.today()
    if weeks_before:
        first_day -= dt.timedelta(days=first_day.weekday() + DAYS_A_WEEK * weeks_before)
    sooner = today - day_number(first_day)
    read = columns_of(sessions, rows)
    start = (read("start_day") - today + sooner).astype(np.float32)
    lat, lon = points_of(engine.lookups, read("commune"))
    cards = [_CARD.decode(record_part(payload)) for payload in sessions.payloads_of(rows)]
    fundings = read("fundings")
    facts = SessionFacts(
        occupations=read("occupations"),
        training=np.unique(read("training"), return_inverse=True)[1].astype(np.int32),
        lat=lat,
        lon=lon,
        remote=read("attendance") == ATTENDANCE_BIT[Attendance.REMOTE],
        hours=np.array([card.training.duration_hours or np.nan for card in cards], dtype=np.float32),
        entry_level=read("entry_level"),
        outcome_rate=read("outcome_rate"),
        start_in_days=start,
        funded=(fundings & ~np.uint16(_SELF)) != 0,
        price_eur=read("price"),
        seats=read("seats_left"),
    )
    shelf = _shelf(
        Ranked.SESSIONS,
        persons.ids,
        np.array([sessions.id_of(row) for row in rows.tolist()], dtype=np.str_),
        item,
        found,
        persons.urban,
    )
    shelf.features[:, shelf.names.index("start")] += sooner
    closes = np.minimum(start // DAYS_A_WEEK, FOREVER).astype(np.int16)
    return replace(shelf, closes=closes, asks_from=persons.arrival_week, first_day=first_day.isoformat()), facts


def profile_shelf(
    engine: Engine, market: Market, offer_ids: Sequence[str], weeks: int, seed: int, progress: Progress = _silent
) -> tuple[Shelf, Market, NDArray[np.int64]]:
    """The people whom each offer is brought, of a market's persons; a market of those offers whose graph has the same
    pairs; and where each candidate of the shelf stands in it. Offers that bring nobody are left out, so are those of no
    known occupation, and dates are drawn anew over `weeks`."""
    profiles, offers = engine.catalogue(Collection.PROFILES), engine.catalogue(Collection.OFFERS)
    place = {key_number(key): row for row, key in enumerate(market.persons.ids.tolist())}
    found: list[Brought] = []
    rows_kept: list[int] = []
    for offer_id in offer_ids:
        row = int(offers.rows_of(offer_id)[0]) if offer_id in offers else -1
        if row >= 0 and int(offers.take("occupation", np.array([row]))[0]) >= 0:
            each = brought(lambda asked=offer_id: profiles_for_offer(engine, asked, {}, _FIRST), profiles.keys)  # type: ignore[misc]
            known = np.array([key in place for key in profiles.keys(each.rows).tolist()], dtype=np.bool_)
            if known.any():
                found.append(Brought(each.rows[known], each.features[known], each.scores[known]))
                rows_kept.append(row)
        progress(1)
    asked_rows = np.array(rows_kept, dtype=np.int64)
    order = np.argsort(asked_rows, kind="stable")
    asked_rows, found = asked_rows[order], [found[at] for at in order.tolist()]
    generator = np.random.default_rng([seed, 23])
    asked_offers, firm_ids, firm_size = offers_of(engine, asked_rows, market.occupations, weeks, generator)
    rows = np.concatenate([each.rows for each in found])
    person = np.array([place[key] for key in profiles.keys(rows).tolist()], dtype=np.int32)
    offer = np.repeat(np.arange(len(found), dtype=np.int32), [len(each.rows) for each in found])
    by_person = np.lexsort((offer, person))
    between = _between(engine, market, rows, person, asked_rows[offer], asked_offers.occupation[offer])
    in_order: dict[str, Any] = {name: values[by_person] for name, values in between.items()}
    sourced = replace(
        market,
        offers=asked_offers,
        firm_ids=firm_ids,
        firm_size=firm_size,
        indptr=np.searchsorted(person[by_person], np.arange(len(market.persons) + 1)).astype(np.int64),
        offer=offer[by_person],
        **in_order,
        features=np.empty((len(rows), 0), dtype=np.float32),
        names=(),
        served=np.zeros(len(rows), dtype=np.float32),
    )
    candidate = np.empty(len(rows), dtype=np.int64)
    candidate[by_person] = np.arange(len(rows))
    home = market.persons.urban
    shelf = _shelf(Ranked.PROFILES, asked_offers.ids, market.persons.ids, person, found, np.zeros(len(found), np.bool_))
    opens = np.maximum(asked_offers.published_day // DAYS_A_WEEK, 0).astype(np.int16)
    closes = (asked_offers.closing_day // DAYS_A_WEEK).astype(np.int16)
    urban = np.array([home[person[offer == row]].mean() >= 0.5 for row in range(len(found))], dtype=np.bool_)
    shelf = replace(shelf, asks_from=opens, asks_until=closes, opens=market.persons.arrival_week, urban=urban)
    return shelf, sourced, candidate


def firm_shelf(
    engine: Engine, market: Market, portfolios: Mapping[str, Sequence[str]], progress: Progress = _silent
) -> tuple[Shelf, FirmFacts, list[NDArray[np.int64]]]:
    """The firms that are brought for each portfolio (its name, the ids of its people), what those firms' records say,
    and whom of each portfolio employers may see: rows of the market's persons. Portfolios that bring nothing are left
    out."""
    firms, profiles = engine.catalogue(Collection.ESTABLISHMENTS), engine.catalogue(Collection.PROFILES)
    place = {key: row for row, key in enumerate(market.persons.ids.tolist())}
    found: list[Brought] = []
    kept: list[str] = []
    people_of: list[NDArray[np.int64]] = []
    for name, people in portfolios.items():
        demand = ProspectionDemand(profile_ids=tuple(people))
        visible = [key for key in people if key in place and profiles.take("visible", profiles.rows_of(key))[0]]
        progress(1)
        if not visible:
            continue
        try:
            each = brought(lambda asked=demand: targets(engine, asked, _FIRST).answer, firms.keys)  # type: ignore[misc]
        except BadParameter:  # nobody's home is known: there is nowhere to look around
            continue
        if len(each.rows):
            found.append(each)
            kept.append(name)
            people_of.append(np.array([place[key] for key in visible], dtype=np.int64))
    rows, item = np.unique(np.concatenate([each.rows for each in found]), return_inverse=True)
    read = columns_of(firms, rows)
    lat, lon = points_of(engine.lookups, read("commune"))
    last = read("last_contact_day")
    sectors, sector = np.unique(read("naf"), return_inverse=True)
    ids = np.array([firms.id_of(row) for row in rows.tolist()], dtype=np.str_)
    facts = FirmFacts(
        lat=lat,
        lon=lon,
        employees=sizes_of(engine, ids),
        expected_hirings=read("expected_hirings"),
        sector=sector.astype(np.int16),
        hires=engine.lookups.naf_share[sectors],
        days_since_contact=np.where(last == NO_DAY, np.nan, day_number(engine.today()) - last).astype(np.float32),
    )
    urban = np.array([market.persons.urban[people].mean() >= 0.5 for people in people_of], dtype=np.bool_)
    shelf = _shelf(Ranked.FIRMS, np.array(kept, dtype=np.str_), ids, item, found, urban)
    return shelf, facts, people_of


def _shelf(
    ranked: Ranked,
    askers: NDArray[np.str_],
    items: NDArray[np.str_],
    item: NDArray[np.integer],
    found: Sequence[Brought],
    urban: NDArray[np.bool_],
) -> Shelf:
    """Open to all, always."""
    always, never = np.zeros(len(items), dtype=np.int16), np.full(len(items), FOREVER)
    return Shelf(
        ranked=ranked,
        askers=askers,
        items=items,
        indptr=np.cumsum([0, *(len(each.rows) for each in found)], dtype=np.int64),
        item=item.astype(np.int32),
        features=np.concatenate([each.features for each in found]),
        names=ranked.features,
        served=np.concatenate([each.scores for each in found]),
        urban=urban,
        opens=always,
        closes=never,
        asks_from=np.zeros(len(askers), dtype=np.int16),
        asks_until=np.full(len(askers), FOREVER),
    )


def _between(
    engine: Engine,
    market: Market,
    rows: NDArray[np.int64],
    person: NDArray[np.int32],
    offer_rows: NDArray[np.int64],
    occupation: NDArray[np.int16],
) -> dict[str, NDArray[Any]]:
    """What stands between n rows of profiles, rows `person` of the market, and n rows of offers, `Market`'s arrays."""
    profiles, offers = engine.catalogue(Collection.PROFILES), engine.catalogue(Collection.OFFERS)
    n = len(rows)
    distance_km, shared = np.empty(n, dtype=np.float16), np.empty(n, dtype=np.uint8)
    homes = profiles.take("commune", rows)
    firsts = np.flatnonzero(np.diff(offer_rows, prepend=-1)).tolist()
    for start, stop in zip(firsts, [*firsts[1:], n], strict=True):
        job = offer_rows[start : start + 1]
        workplace = int(offers.take("commune", job)[0])
        distance_km[start:stop] = engine.lookups.distances_between(workplace, homes[start:stop])
        held = profiles.take("skills", rows[start:stop])
        shared[start:stop] = shared_skills(held, offers.take("skills", job)).sum(axis=1)
    family_of = engine.lookups.reference.rome.family_of
    months = np.zeros((len(market.persons), int(family_of.max()) + 1), dtype=np.float16)
    first_row = np.array([profiles.rows_of(key)[0] for key in market.persons.ids.tolist()])
    for at, row in enumerate(first_row.tolist()):
        for held_in, worked in occupations_held(profile_at(engine, row), engine.lookups):
            if held_in >= 0:
                months[at, family_of[held_in]] += worked
    project = rows - first_row[person]
    targets_told = (market.persons.targets[person] >= 0).sum(axis=1)
    return {
        "project": np.where((project >= 0) & (project < targets_told), project, 0).astype(np.int8),
        "distance_km": distance_km,
        "skills_shared": shared,
        "experience_months": as_floats(months[person, family_of[occupation]]).astype(np.float16),
    }
