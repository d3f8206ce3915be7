"""Trainings: the sessions that open the most doors from where a person stands."""

from collections.abc import Mapping
from dataclasses import replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.bits import ATTENDANCE_BIT
from features.pairs import SESSION_FEATURES, SessionPairs, gap_covered
from features.pairs.base import NO_SKILL
from features.records import Attendance, Profile
from matching.answer import Answer, Match, Window
from matching.catalogue import View
from matching.engine import Engine
from matching.errors import NotFound
from matching.explain.session import VOICE, SessionFacts
from matching.facets import facets_of
from matching.filters import contract, freshness, licence, place, session_dates
from matching.filters.base import Condition, Context
from matching.filters.registry import parse
from matching.jobs import profile_at
from matching.lookups import day_number
from matching.retrieve import Candidates, kinship_from, retrieve
from matching.rows.session import SessionCard, certification_number
from matching.schema import Collection
from matching.scoring import Scored, best_of_each, make_matches, page, results_of, score
from matching.selection import select
from matching.sides import columns_of
from models.ranked import Ranked

_CARD = msgspec.json.Decoder(SessionCard)

CORE_GAP, PLAIN_GAP = 1.0, 0.3
"""Weight of a missing skill: *cœur de métier* of the project's occupation, or not."""


def sessions_for_profile(
    engine: Engine, profile_id: str, parameters: Mapping[str, str], window: Window
) -> Answer[SessionCard]:
    """The best session of each training for a person, best first: those to come, with seats, in reach or remote.

    A session whose certification the person already holds is left out, unless they refused that their background be
    used; a place (`place.PLACE_PARAMETERS`) in `parameters` takes the place of the home and its reach.
    Raises NotFound, UnknownParameter, BadParameter.
    """
    profiles, sessions = engine.catalogue(Collection.PROFILES), engine.catalogue(Collection.SESSIONS)
    projects = profiles.rows_of(profile_id)
    if len(projects) == 0:
        raise NotFound("Le profil", profile_id)
    today = day_number(engine.today())
    asked = parse(parameters, Context(Collection.SESSIONS, engine.lookups, engine.today()))
    elsewhere = not place.PLACE_PARAMETERS.isdisjoint(parameters)
    profiled = bool(profiles.take("profiling", projects)[0])

    serving = engine.rankers[Ranked.SESSIONS]
    pairs: list[SessionPairs] = []
    scored: list[Scored] = []
    for project in projects:
        read = columns_of(profiles, np.array([project]))
        occupation, home = int(read("occupation")[0]), int(read("commune")[0])
        reach_km = float(read("radius_km")[0])
        conditions = [
            *asked,
            session_dates.starts_between(today, today + 730),
            session_dates.has_seats(),
        ]
        if profiled:
            conditions.append(_not_held(profile_at(engine, int(project))))
        if home >= 0 and not elsewhere:
            conditions.append(place.within_or_remote(engine.lookups, home, reach_km))
        kinship = kinship_from(engine.lookups, occupation)
        candidates = retrieve(sessions, engine.lookups.occupation_vectors[occupation], kinship, conditions)
        found_pairs = _pairs(engine, candidates, int(project), profiled, today)
        kept = _opens_something(found_pairs)
        pairs.append(_only(found_pairs, kept))
        scored.append(score(candidates.rows[kept], SESSION_FEATURES, pairs[-1], serving.ranker, VOICE.reads))

    keys = [sessions.take("training", item.rows) for item in scored]
    places = best_of_each(scored, keys)
    shown = page(places, window)
    matches: dict[int, Match[SessionCard]] = {}
    for query in np.unique(shown.queries).tolist():
        ranks = np.flatnonzero(shown.queries == query)
        found = _matches(engine, pairs[query], scored[query], shown.positions[ranks], int(projects[query]))
        matches.update(zip(ranks.tolist(), found, strict=True))
    facets = facets_of(sessions, *results_of(scored, keys), engine.lookups)
    return Answer(tuple([matches[rank] for rank in range(len(shown))]), len(places), facets, model=serving.model)


def _pairs(engine: Engine, candidates: Candidates, project: int, profiled: bool, today: int) -> SessionPairs:
    sessions = engine.catalogue(Collection.SESSIONS)
    read = columns_of(engine.catalogue(Collection.PROFILES), np.array([project]))
    to_sessions = columns_of(sessions, candidates.rows)
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
        doors=_doors(engine, candidates.rows, project, today),
        closeness=candidates.closeness,
        fundings=to_sessions("fundings"),
        price_eur=to_sessions("price"),
    )


def _opens_something(pairs: SessionPairs) -> NDArray[np.bool_]:
    """(n,) sessions that teach something the project lacks, or lead where posts are on offer within reach."""
    opens: NDArray[np.bool_] = (np.nan_to_num(gap_covered.FEATURE.compute(pairs)) > 0) | (pairs.doors > 0)
    return opens


def _only(pairs: SessionPairs, kept: NDArray[np.bool_]) -> SessionPairs:
    """The kept sessions of `pairs`; what is the person's own stays."""
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


def _doors(engine: Engine, session_rows: NDArray[np.int64], project: int, today: int) -> NDArray[np.float32]:
    """Posts on offer within the person's reach, licences and contracts, in the occupations of each session."""
    offers = engine.catalogue(Collection.OFFERS)
    read = columns_of(engine.catalogue(Collection.PROFILES), np.array([project]))
    conditions: list[Condition] = [freshness.not_expired(today), licence.not_lacking(int(read("licences")[0]))]
    home, contracts = int(read("commune")[0]), int(read("contracts")[0])
    if home >= 0:
        conditions.append(place.within(engine.lookups, [home], float(read("radius_km")[0])))
    if contracts:
        conditions.append(contract.of_contracts(contracts))
    open_rows = select(offers, conditions).rows
    occupations = offers.take("occupation", open_rows)
    posts = np.bincount(
        occupations[occupations >= 0],
        weights=offers.take("posts", open_rows)[occupations >= 0],
        minlength=engine.lookups.reference.rome.n_occupations + 1,
    )
    led_to = engine.catalogue(Collection.SESSIONS).take("occupations", session_rows)
    doors: NDArray[np.float32] = posts[led_to].sum(axis=1).astype(np.float32)
    return doors


def _is_remote(attendance: NDArray[np.uint8]) -> NDArray[np.bool_]:
    remote: NDArray[np.bool_] = attendance == ATTENDANCE_BIT[Attendance.REMOTE]
    return remote


def _not_held(profile: Profile) -> Condition:
    """Sessions that lead to something the person does not hold yet."""
    held = np.array([certification_number(item.rncp) for item in profile.education if item.rncp], dtype=np.int32)
    held = held[held != 0]

    def condition(view: View) -> NDArray[np.bool_]:
        return np.isin(view.column("certification"), held, invert=True)

    return condition


def _matches(
    engine: Engine, pairs: SessionPairs, scored: Scored, positions: NDArray[np.int64], project: int
) -> list[Match[SessionCard]]:
    """The results at `positions` of one project's pairs."""
    sessions = engine.catalogue(Collection.SESSIONS)
    rows = scored.rows[positions]
    return make_matches(
        [sessions.id_of(row) for row in rows.tolist()],
        [sessions.payload_of(row) for row in rows.tolist()],
        _CARD,
        scored,
        positions,
        pairs.distance_km[positions],
        _facts(engine, pairs, scored, positions, project),
        VOICE,
    )


def _facts(
    engine: Engine, pairs: SessionPairs, scored: Scored, positions: NDArray[np.int64], project: int
) -> list[SessionFacts]:
    """Facts of the pairs at `positions`."""
    rome = engine.lookups.reference.rome
    sessions, profiles = engine.catalogue(Collection.SESSIONS), engine.catalogue(Collection.PROFILES)
    rows = scored.rows[positions]
    occupation = int(profiles.take("occupation", np.array([project]))[0])
    relation = rome.relation[occupation]
    missing = set(np.flatnonzero(pairs.gap_weights > 0).tolist())
    core = set(np.flatnonzero(pairs.gap_weights >= CORE_GAP).tolist())
    facts: list[SessionFacts] = []
    for values, led_to, taught, entry, leaving, distance_km, remote in zip(
        scored.values_at(positions),
        sessions.take("occupations", rows).tolist(),
        pairs.skills[positions].tolist(),
        pairs.entry_level[positions].tolist(),
        pairs.exit_level[positions].tolist(),
        pairs.distance_km[positions].tolist(),
        _is_remote(sessions.take("attendance", rows)).tolist(),
        strict=True,
    ):
        nearest_first = sorted([found for found in led_to if found >= 0], key=lambda found: -int(relation[found]))
        learned = [skill for skill in taught if skill in missing]
        learned_core = [skill for skill in learned if skill in core]
        facts.append(
            SessionFacts(
                values=values,
                project_label=rome.labels[occupation],
                training_labels=tuple([rome.labels[found] for found in nearest_first]),
                learned_skills=tuple([rome.skill_labels[skill] for skill in learned_core or learned]),
                n_missing_skills=len(core) if learned_core else len(missing),
                entry_level=entry,
                exit_level=leaving,
                person_level=int(pairs.education_level[0]),
                distance_km=distance_km,
                reach_km=float(pairs.reach_km[0]),
                remote=remote,
            )
        )
    return facts
