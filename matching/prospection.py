"""Prospection: the firms a counsellor should call on, for the people of a portfolio, and whom to present there."""

from dataclasses import dataclass
from functools import cache, partial
from math import isnan

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.pairs import FIRM_FEATURES, FirmPairs
from features.records import Establishment
from features.rome.referential import UnknownRomeCode
from matching.answer import Answer, Match, Window
from matching.catalogue import Catalogue
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.errors import BadParameter, NotFound
from matching.explain.firm import VOICE, FirmFacts
from matching.facets import facets_of
from matching.filters import consent, place
from matching.filters.base import Condition, Context
from matching.filters.registry import parse
from matching.index.base import best
from matching.lookups import day_number
from matching.rows.profile import counsellor_number
from matching.schema import NO_DAY, Collection
from matching.scoring import Scored, best_of_each, make_matches, page, results_of, score
from matching.selection import select
from matching.sides import columns_of
from models.ranked import Ranked

_FIRM = msgspec.json.Decoder(Establishment)

DEPTH = 400
"""Firms that are ranked in full, the best by fit and expected hirings."""
HIRED_SHARE = 0.02
"""Share of a sector's hirings from which a person is worth presenting there."""
PRESENTED = 3
"""People proposed for each firm."""


@dataclass(frozen=True)
class Presentable:
    """A person of the portfolio who could be presented to a firm."""

    profile_id: str
    occupation_label: str


@dataclass(frozen=True)
class Portfolio:
    """For whom: profile rows (one a project) and how much each occupation counts."""

    rows: NDArray[np.int64]
    """Rows of people whom employers may see, each person's together; when only occupations were asked, those around
    who target one."""
    weights: NDArray[np.float32]
    """(n_occupations,) 1 for the most wanted occupation."""


class Target(Match[Establishment], frozen=True, kw_only=True):
    """A firm to prospect."""

    expected_hirings: float | None
    present: tuple[Presentable, ...]


@dataclass(frozen=True)
class Targets:
    """A page of firms, and where the search was centred."""

    answer: Answer[Establishment]
    targets: tuple[Target, ...]
    commune_insee: str


def targets(engine: Engine, demand: ProspectionDemand, window: Window) -> Targets:
    """The firms to prospect, best first. Firms that opted out are never shown.

    Raises BadParameter (nobody and nothing to prospect for, unknown commune or occupation), NotFound (a profile),
    UnknownParameter.
    """
    firms = engine.catalogue(Collection.ESTABLISHMENTS)
    today = day_number(engine.today())
    portfolio = _portfolio(engine, demand)
    centre = _centre(engine, demand, portfolio)
    fits = _sector_fit(engine, portfolio)
    conditions: list[Condition] = [
        consent.may_be_prospected,
        place.within(engine.lookups, [centre], demand.radius_km),
        lambda view: fits[view.column("naf")] > 0,
        *parse(demand.parameters, Context(Collection.ESTABLISHMENTS, engine.lookups, engine.today())),
    ]
    if demand.not_contacted_days is not None:
        conditions.append(_not_contacted_since(today - demand.not_contacted_days))
    selected = select(firms, conditions).rows
    rows = _most_promising(firms, selected, fits)
    meets = _meets(engine, portfolio, rows)
    pairs = _pairs(engine, demand, portfolio, rows, meets, fits, centre, today)
    serving = engine.rankers[Ranked.FIRMS]
    scored = score(rows, FIRM_FEATURES, pairs, serving.ranker, VOICE.reads)
    keys = [firms.keys(rows)]
    places = best_of_each([scored], keys)
    shown = _targets(engine, portfolio, scored, page(places, window).positions, pairs, meets)
    facets = facets_of(firms, *results_of([scored], keys), engine.lookups)
    answer = Answer(shown, len(places), facets, model=serving.model)
    return Targets(answer, shown, engine.lookups.reference.communes.insee[centre])


def _portfolio(engine: Engine, demand: ProspectionDemand) -> Portfolio:
    profiles = engine.catalogue(Collection.PROFILES)
    rome = engine.lookups.reference.rome
    parts: list[NDArray[np.int64]] = []
    for profile_id in demand.profile_ids:
        if profile_id not in profiles:
            raise NotFound("Le profil", profile_id)
        parts.append(profiles.rows_of(profile_id))
    if demand.counsellor_id is not None:
        parts.append(profiles.rows_where("counsellor", counsellor_number(demand.counsellor_id)))
        if len(parts[-1]) == 0:
            raise NotFound("Le portefeuille du conseiller", demand.counsellor_id)
    rows = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *parts]))
    weights = np.bincount(profiles.take("occupation", rows), minlength=rome.n_occupations).astype(np.float32)
    for code in demand.rome_codes:
        try:
            weights[list(rome.resolve(code))] += max(float(weights.max()), 1.0)
        except UnknownRomeCode:
            raise BadParameter("codesROME", code, "un code ROME") from None
    if not weights.any():
        raise BadParameter("codesROME", "", "au moins un de : conseiller, profils, codesROME")
    if len(rows) == 0 and demand.commune_insee is not None:
        centre = place.commune_rows(engine.lookups, "commune", demand.commune_insee)
        rows = select(
            profiles,
            [
                place.within(engine.lookups, centre, demand.radius_km),
                lambda view: weights[view.column("occupation")] > 0,
                consent.visible_to_employers,
            ],
        ).rows
    visible = rows[profiles.take("visible", rows)]
    visible = visible[np.argsort(profiles.keys(visible), kind="stable")]
    return Portfolio(visible, weights / weights.max())


def _centre(engine: Engine, demand: ProspectionDemand, portfolio: Portfolio) -> int:
    if demand.commune_insee is not None:
        return place.commune_rows(engine.lookups, "commune", demand.commune_insee)[0]
    if demand.counsellor_id is None and not demand.profile_ids:
        raise BadParameter("commune", "", "le code INSEE de la commune autour de laquelle prospecter")
    homes = engine.catalogue(Collection.PROFILES).take("commune", portfolio.rows)
    homes = homes[homes >= 0]
    if len(homes) == 0:
        raise BadParameter("commune", "", "le code INSEE de la commune autour de laquelle prospecter")
    return int(np.bincount(homes).argmax())


def _sector_fit(engine: Engine, portfolio: Portfolio) -> NDArray[np.float32]:
    """(n_naf + 1,) share of each sector's hirings that goes to the wanted occupations, each family counted once."""
    rome = engine.lookups.reference.rome
    best_of_family: dict[str, int] = {}
    for row in np.flatnonzero(portfolio.weights).tolist():
        family = rome.parents[row]
        if family not in best_of_family or portfolio.weights[row] > portfolio.weights[best_of_family[family]]:
            best_of_family[family] = row
    kept = list(best_of_family.values())
    fits: NDArray[np.float32] = np.minimum(engine.lookups.naf_share[:, kept] @ portfolio.weights[kept], 1)
    return fits


def _not_contacted_since(day: int) -> Condition:
    return lambda view: (view.column("last_contact_day") == NO_DAY) | (view.column("last_contact_day") <= day)


def _most_promising(firms: Catalogue, rows: NDArray[np.int64], fits: NDArray[np.float32]) -> NDArray[np.int64]:
    """At most `DEPTH` rows by fit x ln(1 + expected hirings); unknown hirings count for half a hiring."""
    expected = np.nan_to_num(firms.take("expected_hirings", rows), nan=0.5)
    promise = fits[firms.take("naf", rows)] * np.log1p(expected)
    return np.sort(best(promise, rows, DEPTH).rows)


def _meets(engine: Engine, portfolio: Portfolio, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n firms, n portfolio rows): the sector hires the person's occupation, and the firm is within their reach."""
    lookups = engine.lookups
    read = columns_of(engine.catalogue(Collection.PROFILES), portfolio.rows)
    to_firms = columns_of(engine.catalogue(Collection.ESTABLISHMENTS), rows)
    sectors, sector_of = np.unique(to_firms("naf"), return_inverse=True)
    hired = lookups.naf_share[np.ix_(sectors, read("occupation"))] >= HIRED_SHARE
    places, place_of = np.unique(to_firms("commune"), return_inverse=True)
    homes, home_of = np.unique(read("commune"), return_inverse=True)
    near = lookups.distances_among(places, homes).take(home_of, axis=1) <= read("radius_km")
    return np.asarray(hired.take(sector_of, axis=0) & near.take(place_of, axis=0), dtype=np.bool_)


def _pairs(
    engine: Engine,
    demand: ProspectionDemand,
    portfolio: Portfolio,
    rows: NDArray[np.int64],
    meets: NDArray[np.bool_],
    fits: NDArray[np.float32],
    centre: int,
    today: int,
) -> FirmPairs:
    lookups = engine.lookups
    to_firms = columns_of(engine.catalogue(Collection.ESTABLISHMENTS), rows)
    last_contact = to_firms("last_contact_day")
    return FirmPairs(
        fit=fits[to_firms("naf")],
        people=_distinct_people(engine, portfolio, meets),
        expected_hirings=to_firms("expected_hirings"),
        tension=_tension(engine, portfolio, to_firms("naf"), to_firms("commune")),
        days_since_contact=np.where(last_contact == NO_DAY, np.nan, today - last_contact).astype(np.float32),
        engaged=to_firms("engaged"),
        distance_km=lookups.distances_between(centre, to_firms("commune")),
        reach_km=np.array([demand.radius_km], dtype=np.float32),
    )


def _tension(
    engine: Engine, portfolio: Portfolio, sectors: NDArray[np.int16], communes: NDArray[np.int32]
) -> NDArray[np.float32]:
    """(n firms,) tension of the wanted occupations where the firm is, each by its share in what the sector hires."""
    lookups = engine.lookups
    areas = lookups.area_of_commune[communes].astype(np.int64)
    n_areas = lookups.tension.shape[1]
    kinds, kind_of = np.unique(sectors * np.int64(n_areas) + areas, return_inverse=True)  # most firms are of a few
    wanted = np.flatnonzero(portfolio.weights)
    shares = lookups.naf_share[np.ix_(kinds // n_areas, wanted)] * portfolio.weights[wanted]
    tension = lookups.tension[np.ix_(wanted, kinds % n_areas)].T
    known = ~np.isnan(tension)
    weights = np.where(known, shares, 0)
    totals = weights.sum(axis=1)
    means = np.divide(
        np.where(known, tension * weights, 0).sum(axis=1),
        totals,
        out=np.full(len(kinds), np.nan, dtype=np.float32),
        where=totals > 0,
    )
    tensions: NDArray[np.float32] = means[kind_of].astype(np.float32)
    return tensions


def _distinct_people(engine: Engine, portfolio: Portfolio, meets: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(n firms,) people, each counted once however many projects they have."""
    profiles = engine.catalogue(Collection.PROFILES)
    if len(portfolio.rows) == 0:
        return np.zeros(len(meets), dtype=np.float32)
    keys = profiles.keys(portfolio.rows)
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    of_person = meets if len(starts) == len(keys) else np.logical_or.reduceat(meets.T.copy(), starts, axis=0).T
    people: NDArray[np.float32] = of_person.sum(axis=1).astype(np.float32)
    return people


def _targets(
    engine: Engine,
    portfolio: Portfolio,
    scored: Scored,
    positions: NDArray[np.int64],
    pairs: FirmPairs,
    meets: NDArray[np.bool_],
) -> tuple[Target, ...]:
    """The firms at `positions`."""
    firms, naf = engine.catalogue(Collection.ESTABLISHMENTS), engine.lookups.reference.naf
    rows = scored.rows[positions].tolist()
    sectors = firms.take("naf", scored.rows[positions]).tolist()
    distances = pairs.distance_km[positions]
    presented = _Presentation(engine, portfolio)
    fitting = cache(partial(_fitting_labels, engine, portfolio, np.flatnonzero(portfolio.weights)))
    facts = [
        FirmFacts(values, naf.labels.get(code, code), fitting(sector), distance_km)
        for values, sector, code, distance_km in zip(
            scored.values_at(positions),
            sectors,
            [naf.naf_codes[sector] for sector in sectors],
            distances.tolist(),
            strict=True,
        )
    ]
    matches = make_matches(
        [firms.id_of(row) for row in rows],
        [firms.payload_of(row) for row in rows],
        _FIRM,
        scored,
        positions,
        distances,
        facts,
        VOICE,
    )
    return tuple(
        [
            Target(
                id=match.id,
                score=match.score,
                payload=match.payload,
                decoder=match.decoder,
                distance_km=match.distance_km,
                reasons=match.reasons,
                gaps=match.gaps,
                base=match.base,
                expected_hirings=None if isnan(expected) else expected,
                present=presented(sector, meets[position]),
            )
            for match, expected, position, sector in zip(
                matches, pairs.expected_hirings[positions].tolist(), positions.tolist(), sectors, strict=True
            )
        ]
    )


def _fitting_labels(engine: Engine, portfolio: Portfolio, wanted: NDArray[np.int64], naf: int) -> tuple[str, ...]:
    """Labels of the occupations of some weight, `wanted`, that a sector hires, the most hired first."""
    shares = engine.lookups.naf_share[naf, wanted] * portfolio.weights[wanted]
    labels = engine.lookups.reference.rome.labels
    return tuple([labels[wanted[at]] for at in np.argsort(-shares, kind="stable")[:6].tolist() if shares[at] > 0])


class _Presentation:
    """Chooses the people of a portfolio to present to firms."""

    def __init__(self, engine: Engine, portfolio: Portfolio) -> None:
        self._profiles = engine.catalogue(Collection.PROFILES)
        self._lookups = engine.lookups
        self._rows = portfolio.rows
        self._occupations = self._profiles.take("occupation", portfolio.rows)
        self._least_experienced = -self._profiles.take("experience_months", portfolio.rows)
        self._order = cache(self._most_hired)

    def __call__(self, naf: int, meets: NDArray[np.bool_]) -> tuple[Presentable, ...]:
        """At most `PRESENTED` of the people that `meets` marks (a portfolio row each): those whose occupation the
        sector hires most, then the most experienced."""
        order = self._order(naf)
        chosen: dict[str, Presentable] = {}
        for at in order[meets[order]].tolist():
            key = self._profiles.id_of(int(self._rows[at]))
            if key not in chosen:
                label = self._lookups.reference.rome.labels[int(self._occupations[at])]
                chosen[key] = Presentable(key, label)
            if len(chosen) == PRESENTED:
                break
        return tuple(chosen.values())

    def _most_hired(self, naf: int) -> NDArray[np.int64]:
        """The whole portfolio, as positions, for a sector."""
        shares = self._lookups.naf_share[naf, self._occupations]
        order: NDArray[np.int64] = np.lexsort((self._least_experienced, -shares))
        return order
