"""Trainings: the sessions that open the most doors from where a person stands."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from matching import same_doors
from matching.answer import Answer, Match, Reason, Window
from matching.engine import Engine
from matching.explain.session import VOICE, SessionFacts, nothing_found
from matching.explain.wording import WITHOUT_PROFILING
from matching.facets import facets_of
from matching.facts import session_facts
from matching.openings import openings_of
from matching.relaxing import WIDER_KM, without_each
from matching.rows.session import SessionCard
from matching.schema import Collection
from matching.scoring import Places, Scored, all_of, best_of_each, joined, make_matches, page, results_of
from matching.session_search import Found, Search, part_of, search_of
from matching.sides import columns_of

_CARD = msgspec.json.Decoder(SessionCard)


def sessions_for_profile(
    engine: Engine,
    profile_id: str,
    parameters: Mapping[str, str],
    window: Window,
    only: Callable[[NDArray[np.int64]], NDArray[np.int64]] = lambda projects: projects,
) -> Answer[SessionCard]:
    """The best session of each training for a person, best first: those to come, with seats, in reach or remote, that
    open an offer, teach something that the person lacks, or raise their level.

    A session whose certification the person already holds is left out, unless they refused that their background be
    used, and so is one of a training that they put aside; a place (`place.PLACE_PARAMETERS`) in `parameters` takes the
    place of the home and its reach. `only` chooses among the person's projects (rows). Each match carries its
    `Opening`. Raises NotFound, UnknownParameter, BadParameter.
    """
    search = search_of(engine, profile_id, parameters, only)
    found = search.found()
    sessions = engine.catalogue(Collection.SESSIONS)
    keys = [sessions.take("training", item.rows) for item in found.scored]
    places = best_of_each(found.scored, keys)
    matches = _matches(search, found, page(places, window))
    facets = facets_of(sessions, *results_of(found.scored, keys), engine.lookups)
    notices = [] if search.background.profiled else [WITHOUT_PROFILING]
    if len(places) == 0:
        notices.append(_widening(engine, profile_id, search, parameters))
    return Answer(matches, len(places), facets, " ".join(notices) or None, search.serving.model)


def _widening(engine: Engine, profile_id: str, search: Search, parameters: Mapping[str, str]) -> str:
    """What an empty list leaves to do, in French, with what it would bring."""
    relaxed = without_each(parameters, lambda others: search_of(engine, profile_id, others).count())
    if relaxed:
        return nothing_found(tuple(parameters), relaxed)
    alone = search_of(engine, profile_id, {})
    whole = alone.count()
    if parameters and whole:
        return nothing_found(tuple(parameters), (), whole=whole)
    reach_km = float(search.columns("radius_km").max())
    for wider_km in (km for km in WIDER_KM if km > reach_km):
        found = alone.count(wider_km)
        if found:
            return nothing_found((), (), reach_km=reach_km, wider=(wider_km, found))
    return nothing_found((), (), reach_km=max(reach_km, WIDER_KM[-1]))


def _matches(search: Search, found: Found, shown: Places) -> tuple[Match[SessionCard], ...]:
    """The results shown."""
    engine = search.engine
    sessions = engine.catalogue(Collection.SESSIONS)
    occupations, homes = search.columns("occupation").tolist(), search.columns("commune").tolist()
    together = all_of(found.scored)
    positions = shown.positions + np.cumsum([0, *map(len, found.scored)])[shown.queries]
    rows = together.rows[positions]
    values, distances = together.values_at(positions), np.empty(len(rows), dtype=np.float32)
    to_sessions = columns_of(sessions, rows)
    openings = openings_of(engine, found.doors, homes[0], to_sessions("training"))
    facts: dict[int, SessionFacts] = {}
    for query in np.unique(shown.queries).tolist():
        ranks = np.flatnonzero(shown.queries == query)
        of_project = part_of(found.pairs[query], shown.positions[ranks])
        distances[ranks] = of_project.distance_km
        told = session_facts(
            of_project,
            occupations[query],
            [values[rank] for rank in ranks],
            to_sessions("occupations")[ranks],
            to_sessions("presumes")[ranks],
            [openings[rank] for rank in ranks],
            search.background,
            homes[query] >= 0,
            engine.lookups,
        )
        facts.update(zip(ranks.tolist(), told, strict=True))
    matches = make_matches(
        [sessions.id_of(row) for row in rows.tolist()],
        sessions.payloads_of(rows),
        _CARD,
        together,
        positions,
        distances,
        [facts[rank] for rank in range(len(rows))],
        VOICE,
        besides=_same_doors(found.scored, positions),
        more=openings,
    )
    return tuple(matches)


def _same_doors(scored: Sequence[Scored], positions: NDArray[np.int64]) -> list[tuple[Reason, ...]]:
    """The reason of what was taken off each pair at `positions`, over all projects; none where nothing was."""
    charges = joined([np.zeros(len(item), np.float32) if item.charges is None else item.charges for item in scored])
    return [(same_doors.reason(charge),) if charge > 0 else () for charge in charges[positions].tolist()]
