"""Trainings: the sessions that open the most doors from where a person stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.bits import ATTENDANCE_BIT
from features.pairs import SESSION_FEATURES, SessionPairs
from features.pairs.base import NO_SKILL
from features.records import Attendance, Profile
from matching.answer import Answer, Match, Window
from matching.engine import Engine
from matching.errors import NotFound
from matching.explain.session import VOICE, SessionFacts
from matching.facets import facets_of
from matching.facts import CORE_GAP, session_facts
from matching.filters import contract, freshness, licence, place, session_dates
from matching.filters.base import Condition, Context
from matching.filters.registry import parse
from matching.jobs import profile_at
from matching.keys import key_number
from matching.lookups import day_number
from matching.retrieve import Candidates, kinship_from, retrieve
from matching.rows.session import SessionCard, certification_number
from matching.schema import Collection
from matching.scoring import Places, Scored, all_of, best_of_each, make_matches, page, results_of, score
from matching.selection import select
from matching.sides import ColumnReader, columns_of, one_of
from models.ranked import Ranked

_CARD = msgspec.json.Decoder(SessionCard)

PLAIN_GAP = 0.3
"""Weight of a missing skill that is not *cœur de métier* of the project's occupation (`CORE_GAP`)."""


def sessions_for_profile(
    engine: Engine,
    profile_id: str,
    parameters: Mapping[str, str],
    window: Window,
    only: Callable[[NDArray[np.int64]], NDArray[np.int64]] = lambda projects: projects,
) -> Answer[SessionCard]:
    """The best session of each training for a person, best first: those to come, with seats, in reach or remote.

    A session whose certification the person already holds is left out, unless they refused that their background be
    used, and so are those of trainings that they put aside; a place (`place.PLACE_PARAMETERS`) in `parameters` takes
    the place of the home and its reach. `only` chooses among the person's projects (rows).
    Raises NotFound, UnknownParameter, BadParameter.
    """
    profiles, sessions = engine.catalogue(Collection.PROFILES), engine.catalogue(Collection.SESSIONS)
    projects = profiles.rows_of(profile_id)
    if len(projects) == 0:
        raise NotFound("Le profil", profile_id)
    put_aside = put_aside_trainings(engine, profile_id)
    projects = only(projects)
    today = day_number(engine.today())
    asked = parse(parameters, Context(Collection.SESSIONS, engine.lookups, engine.today()))
    elsewhere = not place.PLACE_PARAMETERS.isdisjoint(parameters)
    serving = engine.rankers[Ranked.SESSIONS]
    columns = columns_of(profiles, projects)
    profiled = bool(columns("profiling")[0])
    not_held = [_not_held(profile_at(engine, int(projects[0])))] if profiled else []
    posts_in_reach = cache(partial(_posts_in_reach, engine, today))
    pairs: list[SessionPairs] = []
    scored: list[Scored] = []
    for project in range(len(projects)):
        read = one_of(columns, project)
        occupation, home = int(read("occupation")[0]), int(read("commune")[0])
        reach_km = float(read("radius_km")[0])
        conditions = [
            *asked,
            session_dates.starts_between(today, today + 730),
            session_dates.has_seats(),
            *not_held,
            *put_aside,
        ]
        if home >= 0 and not elsewhere:
            conditions.append(place.within_or_remote(engine.lookups, home, reach_km))
        kinship = kinship_from(engine.lookups, occupation)
        candidates = retrieve(sessions, engine.lookups.occupation_vectors[occupation], kinship, conditions)
        posts = posts_in_reach(home, reach_km, int(read("contracts")[0]), int(read("licences")[0]))
        found_pairs = _pairs(engine, candidates, read, profiled, posts, today)
        kept = _opens_something(found_pairs)
        pairs.append(_only(found_pairs, kept))
        scored.append(score(candidates.rows[kept], SESSION_FEATURES, pairs[-1], serving.ranker, VOICE.reads))

    keys = [sessions.take("training", item.rows) for item in scored]
    places = best_of_each(scored, keys)
    matches = _matches(engine, columns("occupation").tolist(), pairs, scored, page(places, window))
    facets = facets_of(sessions, *results_of(scored, keys), engine.lookups)
    return Answer(matches, len(places), facets, model=serving.model)


def _pairs(
    engine: Engine,
    candidates: Candidates,
    read: ColumnReader,
    profiled: bool,
    posts: NDArray[np.float64],
    today: int,
) -> SessionPairs:
    """Pairs of a project, whose row `read` reads, and its candidates; `posts` as `_posts_in_reach` gives them."""
    to_sessions = columns_of(engine.catalogue(Collection.SESSIONS), candidates.rows)
    remote = _is_remote(to_sessions("attendance"))
    distances = engine.lookups.distances_between(int(read("commune")[0]), to_sessions("commune"))
    skills = read("skills")[0] if profiled else np.empty(0, dtype=np.uint16)
    return SessionPairs(
        relation_to_project=candidates.relation,
        gap_weights=missing_skills(engine, int(read("occupation")[0]), skills),
        skills=to_sessions("skills"),
        education_level=read("education_level") if profiled else np.zeros(1, dtype=np.int8),
        entry_level=to_sessions("entry_level"),
        exit_level=to_sessions("level"),
        outcome_rate=to_sessions("outcome_rate"),
        start_in_days=(to_sessions("start_day") - today).astype(np.float32),
        distance_km=np.where(remote, np.float32(np.nan), distances),
        reach_km=read("radius_km"),
        doors=posts.take(to_sessions("occupations").T, mode="wrap").sum(axis=0).astype(np.float32),
        closeness=candidates.closeness,
        fundings=to_sessions("fundings"),
        price_eur=to_sessions("price"),
    )


def _opens_something(pairs: SessionPairs) -> NDArray[np.bool_]:
    """(n,) sessions that teach something the project lacks, or lead where posts are on offer within reach."""
    lacking = pairs.gap_weights > 0
    opens: NDArray[np.bool_] = lacking[np.minimum(pairs.skills, len(lacking) - 1)].any(axis=1) | (pairs.doors > 0)
    return opens


def _only(pairs: SessionPairs, kept: NDArray[np.bool_] | NDArray[np.int64]) -> SessionPairs:
    """The kept sessions of `pairs`, a mask or positions; what is the person's own stays."""
    return replace(
        pairs,
        relation_to_project=pairs.relation_to_project[kept],
        skills=pairs.skills[kept],
        entry_level=pairs.entry_level[kept],
        exit_level=pairs.exit_level[kept],
        outcome_rate=pairs.outcome_rate[kept],
        start_in_days=pairs.start_in_days[kept],
        distance_km=pairs.distance_km[kept],
        doors=pairs.doors[kept],
        closeness=pairs.closeness[kept],
        fundings=pairs.fundings[kept],
        price_eur=pairs.price_eur[kept],
    )


def missing_skills(engine: Engine, occupation: int, held: NDArray[np.uint16]) -> NDArray[np.float32]:
    """(n_skills + 1,) weight of each skill of an occupation that is not held; the last entry is padding, 0."""
    rome = engine.lookups.reference.rome
    weights = np.zeros(rome.n_skills + 1, dtype=np.float32)
    rows, core = rome.skills_of(occupation)
    weights[rows] = np.where(core, CORE_GAP, PLAIN_GAP)
    weights[held[held != NO_SKILL]] = 0
    return weights


def _posts_in_reach(
    engine: Engine, today: int, home: int, reach_km: float, contracts: int, licences: int
) -> NDArray[np.float64]:
    """(n_occupations + 1,) posts on offer in each occupation within a person's reach, licences and contracts; none of
    an unknown one, the last."""
    offers = engine.catalogue(Collection.OFFERS)
    conditions: list[Condition] = [freshness.not_expired(today), licence.not_lacking(licences)]
    if home >= 0:
        conditions.append(place.within(engine.lookups, [home], reach_km))
    if contracts:
        conditions.append(contract.of_contracts(contracts))
    open_rows = select(offers, conditions).rows
    posts = np.bincount(
        offers.take("occupation", open_rows) + 1,
        weights=offers.take("posts", open_rows),
        minlength=engine.lookups.reference.rome.n_occupations + 1,
    )
    posts[0] = 0
    return np.roll(posts, -1)


def put_aside_trainings(engine: Engine, profile_id: str) -> list[Condition]:
    """Sessions of other trainings than those that the person put aside; no condition where there are none."""
    links = engine.links
    sessions = [
        each.session_id for each in links.dismissals.get(profile_id, {}).values() if each.session_id is not None
    ]
    unwanted = np.array(
        [key_number(training) for key in sessions if (training := links.training_of_session.get(key)) is not None],
        dtype=np.int64,
    )
    return [lambda view: np.isin(view.column("training"), unwanted, invert=True)] if len(unwanted) else []


def _is_remote(attendance: NDArray[np.uint8]) -> NDArray[np.bool_]:
    remote: NDArray[np.bool_] = attendance == ATTENDANCE_BIT[Attendance.REMOTE]
    return remote


def _not_held(profile: Profile) -> Condition:
    """Sessions that lead to something the person does not hold yet."""
    held = np.array([certification_number(item.rncp) for item in profile.education if item.rncp], dtype=np.int32)
    held = held[held != 0]
    return lambda view: np.isin(view.column("certification"), held, invert=True)


def _matches(
    engine: Engine, occupations: Sequence[int], pairs: Sequence[SessionPairs], scored: Sequence[Scored], shown: Places
) -> tuple[Match[SessionCard], ...]:
    """The results shown, of the pairs of each project, whose `occupations` are given."""
    sessions = engine.catalogue(Collection.SESSIONS)
    together = all_of(scored)
    positions = shown.positions + np.cumsum([0, *map(len, scored)])[shown.queries]
    rows = together.rows[positions]
    values, distances = together.values_at(positions), np.empty(len(rows), dtype=np.float32)
    led_to = sessions.take("occupations", rows)
    remote = _is_remote(sessions.take("attendance", rows))
    facts: dict[int, SessionFacts] = {}
    for query in np.unique(shown.queries).tolist():
        ranks = np.flatnonzero(shown.queries == query)
        of_project = _only(pairs[query], shown.positions[ranks])
        distances[ranks] = of_project.distance_km
        told = session_facts(
            of_project,
            occupations[query],
            [values[rank] for rank in ranks],
            led_to[ranks],
            remote[ranks],
            engine.lookups,
        )
        facts.update(zip(ranks.tolist(), told, strict=True))
    matches = make_matches(
        [sessions.id_of(row) for row in rows.tolist()],
        [sessions.payload_of(row) for row in rows.tolist()],
        _CARD,
        together,
        positions,
        distances,
        [facts[rank] for rank in range(len(rows))],
        VOICE,
    )
    return tuple(matches)
