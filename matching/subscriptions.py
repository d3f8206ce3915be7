"""Subscriptions: a jobseeker's ranked offers, one search a project, the best of each offer over all projects."""

from collections.abc import Collection as Names
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.pairs import JobPairs
from matching.answer import Answer, Match, Reason, Window
from matching.engine import Engine
from matching.errors import NotFound
from matching.explain.crowd import price_reason
from matching.explain.filter_names import filters
from matching.explain.gaps import VOICES
from matching.explain.job_facts import Reader
from matching.explain.wording import WITHOUT_PROFILING, counted, enumeration
from matching.facets import facets_of
from matching.filters import licence, place
from matching.filters.base import Condition, Context
from matching.filters.registry import parse
from matching.jobs import job_matches, job_pairs, over_all_projects, score_jobs
from matching.lookups import Lookups, day_number
from matching.rankers import Serving
from matching.reach import own_conditions
from matching.relaxing import WIDER_KM
from matching.retrieve import Candidates, kinship_from, retrieve
from matching.rows.offer import OfferCard
from matching.schema import Collection
from matching.scoring import Places, Scored, best_of_each, joined, results_of
from matching.set_aside import SetAside, far_reasons
from matching.sides import ColumnReader, columns_of, job_side, one_of, person_side, repeated
from models.ranked import Ranked

_CARD = msgspec.json.Decoder(OfferCard)


def offers_for_profile(
    engine: Engine, profile_id: str, parameters: Mapping[str, str], window: Window
) -> Answer[OfferCard]:
    """The offers for a person, best first.

    The person's own conditions (reach, contracts, working time, pay floor, licences) are filters; `parameters` narrow
    further, and a place (`place.PLACE_PARAMETERS`) given there takes the place of the home and its reach.
    Raises NotFound, UnknownParameter, BadParameter.
    """
    offers = engine.catalogue(Collection.OFFERS)
    search = search_of(engine, profile_id, parameters)
    ranked = search.ranked(besides=VOICES[Reader.PERSON].reads)
    keys = [offers.keys(ranked[1].rows)]
    places = best_of_each([ranked[1]], keys)
    matches = search.matches(ranked, places, window)
    facets = facets_of(offers, *results_of([ranked[1]], keys), engine.lookups)
    notices = [] if search.profiled else [WITHOUT_PROFILING]
    if len(places) == 0:
        notices.append(search.widening(parameters))
    told = search.aside.told(offers, int(search.columns("commune")[0])) if search.aside else ()
    return Answer(matches, len(places), facets, " ".join(notices) or None, search.serving.model, told)


def offer_for_profile(engine: Engine, profile_id: str, offer_id: str) -> Match[OfferCard] | None:
    """One offer as the person's whole list has it, wherever it stands there: the same score, reasons and change, and
    nothing is explained but this. None where the list does not have it. Raises NotFound for the profile."""
    offers = engine.catalogue(Collection.OFFERS)
    search = search_of(engine, profile_id, {})
    ranked = search.ranked(besides=VOICES[Reader.PERSON].reads)
    rows = ranked[1].rows
    places = best_of_each([ranked[1]], [offers.keys(rows)])
    ranks = np.flatnonzero(np.isin(rows[places.positions], offers.rows_of(offer_id)))
    if len(ranks) == 0:
        return None
    return search.matches(ranked, places, Window(int(ranks[0]), int(ranks[0])))[0]


def search_of(engine: Engine, profile_id: str, parameters: Mapping[str, str]) -> "Search":
    """The search that a person's list is made of. Raises NotFound, UnknownParameter, BadParameter."""
    projects = engine.catalogue(Collection.PROFILES).rows_of(profile_id)
    if len(projects) == 0:
        raise NotFound("Le profil", profile_id)
    asked = parse(parameters, Context(Collection.OFFERS, engine.lookups, engine.today()))
    elsewhere = not place.PLACE_PARAMETERS.isdisjoint(parameters)
    aside = set_aside_by(engine, profile_id, projects)
    return Search(engine, projects, asked, elsewhere, engine.rankers[Ranked.OFFERS], aside)


def set_aside_by(engine: Engine, profile_id: str, projects: NDArray[np.int64]) -> SetAside:
    """What the person, whose projects stand at those rows of the profiles, put aside."""
    declared = engine.catalogue(Collection.PROFILES).take("occupation", projects)
    return SetAside.of(engine.links, engine.lookups, profile_id, declared)


@dataclass(frozen=True)
class Search:
    """One person's search: a query a project (rows of the profiles), all ranked together."""

    engine: Engine
    projects: NDArray[np.int64]
    asked: Sequence[Condition]
    elsewhere: bool
    """The search names a place of its own."""
    serving: Serving
    aside: SetAside

    @cached_property
    def columns(self) -> ColumnReader:
        """Columns of the projects."""
        return columns_of(self.engine.catalogue(Collection.PROFILES), self.projects)

    @property
    def profiled(self) -> bool:
        """Whether the person agreed that skills, career and behaviour serve recommendations."""
        return bool(self.columns("profiling")[0])

    def ranked(
        self, least_reach_km: float = 0.0, charged: bool = True, besides: frozenset[str] | None = None
    ) -> tuple[JobPairs, Scored]:
        """Pairs and scores, project after project; reaches under `least_reach_km` are stretched to it. Prices of
        crowded offers are taken off where the service heeds them and `charged` is not False. `besides` as for
        `scoring.score`."""
        lookups = self.engine.lookups
        profiles = self.engine.catalogue(Collection.PROFILES)
        offers = self.engine.catalogue(Collection.OFFERS)
        today = day_number(self.engine.today())
        vectors = profiles.index.vectors(self.projects)
        found: list[Candidates] = []
        not_aside = self.aside.conditions() if self.aside else []
        for project, vector in enumerate(vectors):
            read = one_of(self.columns, project)
            occupation = int(read("occupation")[0])
            own = open_conditions(lookups, read, today, least_reach_km, self.elsewhere)
            conditions = [*self.asked, *own, *not_aside]
            found.append(retrieve(offers, vector, kinship_from(lookups, occupation), conditions))
        pairs, scored = self._scored(found, vectors, today, besides)
        share = self.engine.price_share
        if share != 0 and charged:
            scored = scored.charged(share * self.engine.prices.of(offers.keys(scored.rows)))
        if self.aside:
            scored = scored.held_back(self.aside.charges(pairs.distance_km, self._homes(pairs)))
        return pairs, scored

    def matches(self, ranked: tuple[JobPairs, Scored], places: Places, window: Window) -> tuple[Match[OfferCard], ...]:
        """The offers that a window shows of `places`, of what was `ranked`, with all that the person is told."""
        offers = self.engine.catalogue(Collection.OFFERS)
        pairs, scored = ranked
        return job_matches(
            self.engine.lookups,
            Reader.PERSON,
            offers,
            _CARD,
            pairs,
            scored,
            places,
            window,
            lambda rows: offers.take("inferred", rows).tolist(),
            lambda positions: self.charge_reasons(pairs, scored, positions),
        )

    def _homes(self, pairs: JobPairs) -> NDArray[np.int32]:
        """(n,) commune of the project that each pair is of."""
        homes: NDArray[np.int32] = np.broadcast_to(pairs.person.commune, pairs.distance_km.shape)
        return homes

    def _scored(
        self,
        found: Sequence[Candidates],
        vectors: NDArray[np.float32],
        today: int,
        besides: frozenset[str] | None,
    ) -> tuple[JobPairs, Scored]:
        """Pairs and scores of the candidates of each project, whose `vectors` are given."""
        lookups = self.engine.lookups
        offers = self.engine.catalogue(Collection.OFFERS)
        rows = joined([each.rows for each in found])
        to_offers = columns_of(offers, rows)
        sizes = [len(each) for each in found]
        communes = np.split(to_offers("commune"), np.cumsum(sizes)[:-1])
        homes = self.columns("commune").tolist()
        of_project = self.columns if len(found) == 1 else repeated(self.columns, sizes)
        closeness = joined([each.closeness for each in found])
        pairs = job_pairs(
            self.engine,
            person_side(of_project, today, own=one_of(self.columns, 0)),
            job_side(to_offers, lookups, today, self.engine.pay_medians),
            closeness,
            joined([lookups.distances_between(*ends) for ends in zip(homes, communes, strict=True)]),
            over_all_projects(closeness, vectors, lambda: offers.index.vectors(rows)),
            self.serving.collaboration,
        )
        return pairs, score_jobs(rows, pairs, self.serving.ranker, besides)

    def charge_reasons(self, pairs: JobPairs, scored: Scored, positions: NDArray[np.int64]) -> list[tuple[Reason, ...]]:
        """What is told of what was taken off each pair at `positions`: its price, its distance."""
        told: list[list[Reason | None]] = []
        if scored.charges is not None:
            told.append(self._price_reasons(scored.charges[positions], scored.rows[positions]))
        if scored.set_back is not None:
            homes = self._homes(pairs)[positions].tolist()
            told.append(far_reasons(scored.set_back[positions], homes, self.aside))
        return [
            tuple([reason for reason in of_pair if reason is not None])
            for of_pair in (zip(*told, strict=True) if told else [()] * len(positions))
        ]

    def _price_reasons(self, charges: NDArray[np.float32], rows: NDArray[np.int64]) -> list[Reason | None]:
        prices = self.engine.prices
        places = prices.places_of(self.engine.catalogue(Collection.OFFERS).keys(rows))
        return [
            price_reason(charge, int(prices.loads[place]), int(prices.posts[place])) if charge > 0 else None
            for charge, place in zip(charges.tolist(), places.tolist(), strict=True)
        ]

    def _n_put_aside(self) -> int:
        """Offers that the list would have if nothing had been put aside."""
        nothing = replace(self, aside=replace(self.aside, dismissals={}))
        _, scored = nothing.ranked(besides=frozenset())
        return len(np.unique(self.engine.catalogue(Collection.OFFERS).keys(scored.rows)))

    def widening(self, parameters: Names[str]) -> str:
        """What an empty list leaves to do: drop the search's own filters, else go further, else change conditions."""
        offers = self.engine.catalogue(Collection.OFFERS)
        read = self.columns
        reach_km = float(read("radius_km").max())
        if self.aside and (hidden := self._n_put_aside()):
            return (
                f"{counted(hidden, 'offre répondrait', 'offres répondraient')} à votre recherche, mais vous les avez "
                "mises de côté : annuler une mise de côté la fait revenir."
            )
        if parameters:
            return f"Aucune offre avec ces filtres : retirer {filters(parameters)}."
        for wider_km in (km for km in WIDER_KM if km > reach_km):
            found = len(np.unique(offers.keys(self.ranked(wider_km, besides=frozenset())[1].rows)))
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


def open_conditions(
    lookups: Lookups, read: ColumnReader, today: int, least_reach_km: float = 0.0, elsewhere: bool = False
) -> list[Condition]:
    """`reach.own_conditions`, and no licence required that the person lacks."""
    return [
        licence.not_lacking(int(read("licences")[0])),
        *own_conditions(lookups, read, today, least_reach_km, elsewhere),
    ]
