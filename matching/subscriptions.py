"""Subscriptions: a jobseeker's ranked offers, one search a project, the best of each offer over all projects."""

from collections.abc import Collection as Names
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.pairs import JobPairs
from matching.answer import Answer, Match, Window
from matching.engine import Engine
from matching.errors import NotFound
from matching.explain.job import Reader, explain_job, job_gaps
from matching.explain.wording import counted, enumeration, quoted
from matching.facets import facets_of
from matching.facts import job_facts
from matching.filters import contract, freshness, licence, pay, place, working_time
from matching.filters.base import Condition, Context
from matching.filters.registry import parse
from matching.jobs import job_pairs, score_jobs
from matching.lookups import day_number
from matching.rank import OFFER_RANKER
from matching.retrieve import kinship_from, retrieve
from matching.rows.offer import OfferCard
from matching.schema import Collection
from matching.scoring import Scored, best_of_each, make_match, page, results_of
from matching.sides import ColumnReader, columns_of, job_side, person_side

_CARD = msgspec.json.Decoder(OfferCard)

WIDER_KM = (20, 30, 50, 100)
"""Reaches that are tried for a person whose own brings nothing."""

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
    projects = profiles.rows_of(profile_id)
    if len(projects) == 0:
        raise NotFound("Le profil", profile_id)
    asked = parse(parameters, Context(Collection.OFFERS, engine.lookups, engine.today()))
    elsewhere = not {"commune", "departement", "region"}.isdisjoint(parameters)
    profiled = bool(profiles.take("profiling", projects)[0])

    search = _Search(engine, projects, asked, elsewhere)
    pairs, scored = search.ranked()
    places = best_of_each(scored, offers.id_of)
    matches: list[Match[OfferCard]] = []
    for found in page(places, window):
        item, position = scored[found.query], found.position
        row = int(item.rows[position])
        facts = job_facts(
            Reader.PERSON,
            pairs[found.query],
            position,
            item.values_at(position),
            bool(offers.take("inferred", item.rows[[position]])[0]),
            engine.lookups,
        )
        matches.append(
            make_match(
                offers.id_of(row),
                _CARD.decode(offers.payload_of(row)),
                item,
                position,
                facts.distance_km,
                partial(explain_job, facts),
                job_gaps(facts),
            )
        )
    facets = facets_of(offers, *results_of(scored, offers.id_of), engine.lookups)
    notices = [] if profiled else [WITHOUT_PROFILING]
    if not places:
        notices.append(search.widening(parameters))
    return Answer(tuple(matches), len(places), facets, " ".join(notices) or None)


@dataclass(frozen=True)
class _Search:
    """One person's search: a query a project (rows of the profiles)."""

    engine: Engine
    projects: NDArray[np.int64]
    asked: Sequence[Condition]
    elsewhere: bool
    """The search names a place of its own."""

    def ranked(self, least_reach_km: float = 0.0) -> tuple[list[JobPairs], list[Scored]]:
        """Pairs and scores of each project; reaches under `least_reach_km` are stretched to it."""
        lookups = self.engine.lookups
        profiles = self.engine.catalogue(Collection.PROFILES)
        offers = self.engine.catalogue(Collection.OFFERS)
        today = day_number(self.engine.today())
        pairs: list[JobPairs] = []
        scored: list[Scored] = []
        for project in self.projects:
            read = columns_of(profiles, np.array([project]))
            occupation, home = int(read("occupation")[0]), int(read("commune")[0])
            vector = profiles.index.vectors(np.array([project]))[0]
            conditions = [*self.asked, *self._own_conditions(read, today, least_reach_km)]
            candidates = retrieve(offers, vector, kinship_from(lookups, occupation), conditions)
            to_offers = columns_of(offers, candidates.rows)
            pairs.append(
                job_pairs(
                    self.engine,
                    person_side(read),
                    job_side(to_offers, lookups, today),
                    candidates,
                    lookups.distances_between(home, to_offers("commune")),
                )
            )
            scored.append(score_jobs(candidates, pairs[-1], OFFER_RANKER))
        return pairs, scored

    def widening(self, parameters: Names[str]) -> str:
        """What an empty list leaves to do: drop the search's own filters, else go further, else change conditions."""
        offers = self.engine.catalogue(Collection.OFFERS)
        read = columns_of(self.engine.catalogue(Collection.PROFILES), self.projects)
        reach_km = float(read("radius_km").max())
        if parameters:
            return f"Aucune offre avec ces filtres : retirer {enumeration([quoted(name) for name in parameters], 10)}."
        for wider_km in (km for km in WIDER_KM if km > reach_km):
            found = len(best_of_each(self.ranked(wider_km)[1], offers.id_of))
            if found:
                return (
                    f"Aucune offre dans le rayon choisi ; {counted(found, 'offre', 'offres')} à moins de {wider_km} km."
                )
        where = f" à moins de {max(WIDER_KM[-1], round(reach_km))} km" if (read("commune") >= 0).any() else ""
        conditions = [
            name
            for name, stated in (
                ("les contrats acceptés", read("contracts").any()),
                ("le temps de travail", read("working_time").any()),
                ("le salaire minimum", not np.isnan(read("pay_floor")).all()),
            )
            if stated
        ]
        return f"Aucune offre{where} : élargir {enumeration([*conditions, 'les métiers visés'], 4)}."

    def _own_conditions(self, read: ColumnReader, today: int, least_reach_km: float) -> list[Condition]:
        """What the person said they will not go beyond, and offers that are still open."""
        conditions: list[Condition] = [freshness.not_expired(today), licence.not_lacking(int(read("licences")[0]))]
        home, contracts = int(read("commune")[0]), int(read("contracts")[0])
        if home >= 0 and not self.elsewhere:
            reach_km = max(float(read("radius_km")[0]), least_reach_km)
            conditions.append(place.near_home(self.engine.lookups, home, reach_km))
        if contracts:
            conditions.append(contract.of_contracts(contracts))
        if read("working_time")[0]:
            conditions.append(working_time.not_against(int(read("working_time")[0])))
        if not np.isnan(read("pay_floor")[0]):
            conditions.append(pay.not_below(float(read("pay_floor")[0])))
        return conditions
