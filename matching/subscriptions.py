"""Subscriptions: a jobseeker's ranked offers, one search a project, the best of each offer over all projects."""

from collections.abc import Mapping
from functools import partial

import msgspec
import numpy as np

from matching.answer import Answer, Match, Window
from matching.engine import Engine
from matching.errors import NotFound
from matching.explain.job import Reader, explain_job, job_gaps
from matching.facets import facets_of
from matching.facts import job_facts
from matching.filters import contract, freshness, licence, pay, place, working_time
from matching.filters.base import Condition, Context
from matching.filters.registry import parse
from matching.jobs import job_pairs, score_jobs
from matching.lookups import day_number
from matching.rank import OFFER_RANKER
from matching.retrieve import relations_from, retrieve
from matching.rows.offer import OfferCard
from matching.schema import Collection
from matching.scoring import best_of_each, make_match, page
from matching.sides import columns_of, job_side, person_side

_CARD = msgspec.json.Decoder(OfferCard)

WITHOUT_PROFILING = (
    "Liste établie sur votre seul projet : vous n'avez pas accepté que vos compétences et votre parcours servent aux "
    "recommandations."
)


def offers_for_profile(
    engine: Engine, profile_id: str, parameters: Mapping[str, str], window: Window
) -> Answer[OfferCard]:
    """The offers for a person, best first.

    The person's own conditions (reach, contracts, working time, pay floor, licences) are filters; `parameters` narrow
    further, and a `commune` or a `departement` given there takes the place of the home and its reach.
    Raises NotFound, UnknownParameter, BadParameter.
    """
    profiles, offers = engine.catalogue(Collection.PROFILES), engine.catalogue(Collection.OFFERS)
    projects = np.array(profiles.rows_of(profile_id), dtype=np.int64)
    if len(projects) == 0:
        raise NotFound("Le profil", profile_id)
    today = day_number(engine.today())
    asked = parse(parameters, Context(Collection.OFFERS, engine.lookups, engine.today()))
    elsewhere = not {"commune", "departement", "region"}.isdisjoint(parameters)
    profiled = bool(profiles.column("profiling")[projects[0]])

    pairs, scored = [], []
    for project in projects:
        read = columns_of(profiles, np.array([project]))
        occupation, home = int(read("occupation")[0]), int(read("commune")[0])
        conditions = [*asked, *_own_conditions(engine, int(project), today, elsewhere)]
        vector = (
            profiles.index.vectors(np.array([project]))[0]
            if profiled
            else engine.lookups.occupations.vectors[occupation]
        )
        candidates = retrieve(offers, vector, relations_from(engine.lookups, occupation), conditions)
        to_offers = columns_of(offers, candidates.rows)
        distances = engine.lookups.distances_between(home, to_offers("commune"))
        person = person_side(read, with_background=profiled)
        pairs.append(job_pairs(engine, person, job_side(to_offers, engine.lookups, today), candidates, distances))
        scored.append(score_jobs(candidates, pairs[-1], OFFER_RANKER))

    places = best_of_each(scored, lambda row: offers.ids[row])
    matches: list[Match[OfferCard]] = []
    for found in page(places, window):
        item, position = scored[found.query], found.position
        row = int(item.rows[position])
        facts = job_facts(
            Reader.PERSON,
            pairs[found.query],
            position,
            item.values_at(position),
            bool(offers.column("inferred")[row]),
            engine.lookups,
        )
        matches.append(
            make_match(
                offers.ids[row],
                _CARD.decode(offers.payloads[row]),
                item,
                position,
                facts.distance_km,
                partial(explain_job, facts),
                job_gaps(facts),
            )
        )
    rows = np.array([scored[found.query].rows[found.position] for found in places], dtype=np.int64)
    return Answer(
        tuple(matches), len(places), facets_of(offers, rows, engine.lookups), None if profiled else WITHOUT_PROFILING
    )


def _own_conditions(engine: Engine, project: int, today: int, elsewhere: bool) -> list[Condition]:
    """What the person said they will not go beyond, and offers that are still open."""
    read = columns_of(engine.catalogue(Collection.PROFILES), np.array([project]))
    conditions: list[Condition] = [freshness.not_expired(today), licence.not_lacking(int(read("licences")[0]))]
    home, contracts = int(read("commune")[0]), int(read("contracts")[0])
    if home >= 0 and not elsewhere:
        conditions.append(place.within(engine.lookups, [home], float(read("radius_km")[0])))
    if contracts:
        conditions.append(contract.of_contracts(contracts))
    if read("working_time")[0]:
        conditions.append(working_time.not_against(int(read("working_time")[0])))
    if not np.isnan(read("pay_floor")[0]):
        conditions.append(pay.not_below(float(read("pay_floor")[0])))
    return conditions
